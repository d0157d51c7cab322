/** The xtypes of DALI 1.1 (section 3.3): each says what a column's type and cells have to be. */
import type { Column } from "./Table.ts"
import { refuse } from "./Value.ts"

const pattern =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?)?Z?$/u

/** Checks the text of cells. */
export const text = (xtype: string | undefined): (written: string) => void =>
  xtype === "timestamp"
    ? (written) => {
      if (written !== "" && !pattern.test(written)) {
        refuse(
          `holds ${JSON.stringify(written.slice(0, 40))}, which is no timestamp (YYYY-MM-DDThh:mm:ss.sssZ)`
        )
      }
    }
    : () => undefined

/** Checks the numbers of cells. */
export const list = (xtype: string | undefined): (written: ReadonlyArray<string>) => void => {
  if (xtype === "polygon") {
    return ({ length }) => {
      if (length % 2 !== 0 || (length > 0 && length < 6)) {
        refuse(`holds ${length} numbers; a polygon has three corners or more, of two numbers each`)
      }
    }
  }
  if (xtype === undefined) return () => undefined
  return (written) => {
    const without = written.filter((item) => item === "NaN").length
    if (without !== 0 && without !== written.length) {
      refuse(`holds a ${xtype} of which only some parts have no value`)
    }
    if (xtype === "point" && written.some((item) => item.endsWith("Inf"))) {
      refuse("holds a point that is infinite")
    }
  }
}

const floating = ["float", "double"]
const numeric = [...floating, "short", "int", "long"]

const demands: { readonly [xtype: string]: readonly [ReadonlyArray<string>, RegExp, string] } = {
  timestamp: [["char"], /^([2-9]|[1-9]\d+|[1-9]\d*\*|\*)$/u, "the type char and one string a cell"],
  interval: [numeric, /^2$/u, "numbers of the arraysize 2"],
  point: [floating, /^2$/u, "floats or doubles of the arraysize 2"],
  circle: [floating, /^3$/u, "floats or doubles of the arraysize 3"],
  polygon: [floating, /^\d*\*$/u, "floats or doubles of an arraysize that ends in *"]
}

/** Checks a column. */
export const column = ({ xtype, type, arraysize }: Column): void => {
  if (xtype === undefined) return
  const demand = Object.hasOwn(demands, xtype) ? demands[xtype] : undefined
  if (demand === undefined) {
    return refuse(`has the xtype ${JSON.stringify(xtype)}; DALI has ${Object.keys(demands).join(", ")}`)
  }
  const [types, sizes, wanted] = demand
  if (!types.includes(type) || !sizes.test(arraysize ?? (type === "char" ? "*" : ""))) {
    refuse(`has the xtype ${xtype}, which wants ${wanted}`)
  }
}
