/** A small reader of VOTables with TABLEDATA, made from the standard and not from our writer. Strict: it throws. */
import { bits32, bits64, type Plain } from "./votableValue.ts"

export interface ReadField {
  readonly attributes: ReadonlyMap<string, string>
  readonly description: string | undefined
  readonly nullValue: string | undefined
}

export interface ReadTable {
  readonly attributes: ReadonlyMap<string, string>
  readonly description: string | undefined
  readonly fields: ReadonlyArray<ReadField>
  readonly rows: ReadonlyArray<ReadonlyArray<Plain>>
}

interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: Array<Element>
  text: string
}

const references: { readonly [name: string]: string } = { amp: "&", lt: "<", gt: ">", quot: "\"", apos: "'" }

const decode = (text: string): string => {
  const resolved = text.replaceAll(/\r\n?/gu, "\n").replaceAll(
    /&([^;]*);|&/gu,
    (_, reference: string | undefined) => {
      const number = /^#(?:x([0-9a-f]+)|([0-9]+))$/iu.exec(reference ?? "")
      const point = number === null
        ? Number.NaN
        : Number.parseInt(number[1] ?? number[2] ?? "", number[1] ? 16 : 10)
      const character = Number.isNaN(point) ? references[reference ?? ""] : String.fromCodePoint(point)
      if (character === undefined) throw new Error(`unknown reference &${reference}`)
      return character
    }
  )
  for (const character of resolved) {
    const point = character.codePointAt(0) ?? 0
    const legal = point === 9 || point === 10 || point === 13 || (point >= 0x20 && point < 0xd800) ||
      (point >= 0xe000 && point < 0xfffe) || point >= 0x10000
    if (!legal) throw new Error(`no XML character: ${point.toString(16)}`)
  }
  return resolved
}

const tags = /([^<]*)<(\/?)([A-Za-z]+)((?:\s+[A-Za-z:]+="[^"<]*")*)\s*(\/?)>/guy

const parseXml = (document: string): Element => {
  const declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
  if (!document.startsWith(declaration)) throw new Error("no declaration")
  const root: Element = { name: "", attributes: new Map(), children: [], text: "" }
  const open = [root]
  let at = declaration.length
  tags.lastIndex = at
  for (let found = tags.exec(document); found !== null; found = tags.exec(document)) {
    at = tags.lastIndex
    const [, before = "", closing, name = "", inside = "", empty] = found
    const top = open.at(-1) ?? root
    if (before.includes("]]>")) throw new Error("]]> in text")
    top.text += decode(before)
    if (closing === "/") {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`)
      continue
    }
    const attributes = new Map<string, string>()
    for (const [, key = "", value = ""] of inside.matchAll(/([A-Za-z:]+)="([^"]*)"/gu)) {
      if (attributes.has(key)) throw new Error(`${key} twice`)
      attributes.set(key, decode(value.replaceAll(/[\t\n\r]/gu, " ")))
    }
    const element: Element = { name, attributes, children: [], text: "" }
    top.children.push(element)
    if (empty !== "/") open.push(element)
  }
  if (document.slice(at).trim() !== "" || open.length !== 1) {
    throw new Error(`not closed, at ${document.slice(at, at + 40)}`)
  }
  return root
}

const only = (parent: Element, name: string): Element => {
  const [child, ...rest] = parent.children.filter((child) => child.name === name)
  if (child === undefined || rest.length > 0) throw new Error(`not one ${name} in ${parent.name}`)
  return child
}

const match = (text: string, pattern: RegExp): string => {
  if (!pattern.test(text)) throw new Error(`${JSON.stringify(text)} is not ${pattern.source}`)
  return text
}

const real = (text: string): number => {
  if (text === "NaN") return Number.NaN
  if (text === "+Inf" || text === "-Inf") return text === "+Inf" ? Infinity : -Infinity
  return Number(match(text, /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/u))
}

const integer = (low: bigint, high: bigint) => (text: string): string => {
  const number = BigInt(match(text, /^-?\d+$/u))
  if (number < low || number > high) throw new Error(`${text} is out of range`)
  return String(number)
}

const float = (text: string) => bits32(real(text))
const double = (text: string) => bits64(real(text))

const values: { readonly [type: string]: (text: string) => string | null } = {
  boolean: (text) => text === "?" ? null : match(text, /^[TF]$/u),
  bit: (text) => match(text, /^[01]$/u) === "1" ? "T" : "F",
  unsignedByte: integer(0n, 255n),
  short: integer(-(2n ** 15n), 2n ** 15n - 1n),
  int: integer(-(2n ** 31n), 2n ** 31n - 1n),
  long: integer(-(2n ** 63n), 2n ** 63n - 1n),
  float,
  double,
  floatComplex: float,
  doubleComplex: double
}

/** How many single values a cell has: a number, or a number of which it has any multiple, up to a number of times. */
const counts = (
  arraysize: string | undefined
): { readonly each: number; readonly most: number | undefined } => {
  if (arraysize === undefined) return { each: 1, most: undefined }
  const lengths = match(arraysize, /^(\d+x)*(\d+\*?|\*)$/u).split("x")
  if (arraysize === "1") throw new Error("arraysize 1 is deprecated")
  const last = lengths.at(-1) ?? ""
  const inner = lengths.slice(0, -1).reduce((product, length) => product * Number(length), 1)
  if (!last.endsWith("*")) return { each: inner * Number(last), most: undefined }
  return { each: inner, most: last === "*" ? Infinity : Number(last.slice(0, -1)) }
}

const cell = (text: string, { attributes, nullValue }: ReadField): Plain => {
  const type = attributes.get("datatype") ?? ""
  const arraysize = attributes.get("arraysize")
  const { each, most } = counts(arraysize)
  const fits = (count: number): boolean =>
    most === undefined ? count === each : count % each === 0 && count / each <= most
  if (type === "char" || type === "unicodeChar") {
    if (arraysize === undefined) throw new Error("a single character")
    if (type === "char" && /[^\0-\x7f]/u.test(text)) throw new Error("not ASCII")
    if (!arraysize.includes("x")) {
      if (most === undefined ? text.length > each : text.length > most) throw new Error("too long")
      return text
    }
    if (!fits(text.length)) throw new Error(`${text.length} characters in ${arraysize}`)
    const width = Number.parseInt(arraysize, 10)
    return Array.from(
      { length: text.length / width },
      (_, index) => text.slice(index * width, (index + 1) * width).replace(/ +$/u, "")
    )
  }
  const read = values[type]
  if (read === undefined) throw new Error(`no datatype: ${type}`)
  const one = (item: string) => item === nullValue ? null : read(item)
  const isComplex = type.endsWith("Complex")
  if (arraysize === undefined && !isComplex) return text === "" && type !== "bit" ? null : one(text)
  const items = text.split(" ").filter((item) => item !== "")
  if (!fits(isComplex ? items.length / 2 : items.length)) {
    throw new Error(`${items.length} values in ${arraysize}`)
  }
  return items.map(one)
}

const distinct = (texts: ReadonlyArray<string>): void => {
  if (new Set(texts).size !== texts.length) throw new Error(`not distinct: ${JSON.stringify(texts)}`)
}

/** Reads a document. */
export const read = (document: string): ReadTable => {
  const votable = only(parseXml(document), "VOTABLE")
  if (votable.attributes.get("version") !== "1.4") throw new Error("not version 1.4")
  if (votable.attributes.get("xmlns") !== "http://www.ivoa.net/xml/VOTable/v1.3") {
    throw new Error("wrong namespace")
  }
  const table = only(only(votable, "RESOURCE"), "TABLE")
  const describe = (element: Element) => element.children.find(({ name }) => name === "DESCRIPTION")?.text
  const fields = table.children.filter(({ name }) => name === "FIELD").map((field): ReadField => ({
    attributes: field.attributes,
    description: describe(field),
    nullValue: field.children.find(({ name }) => name === "VALUES")?.attributes.get("null")
  }))
  distinct(fields.map(({ attributes }) => match(attributes.get("ID") ?? "", /^[A-Za-z_][A-Za-z0-9_.-]*$/u)))
  distinct(fields.map(({ attributes }) => match(attributes.get("name") ?? "", /\S/u)))
  const rows = only(only(table, "DATA"), "TABLEDATA").children.map((row) => {
    if (row.name !== "TR" || row.children.length !== fields.length) throw new Error("a row of another length")
    return row.children.map(({ text, children, name }, index) => {
      const field = fields[index]
      if (field === undefined || name !== "TD" || children.length > 0) throw new Error("no plain TD")
      return cell(text, field)
    })
  })
  const nrows = table.attributes.get("nrows")
  if (nrows !== undefined && Number(nrows) !== rows.length) {
    throw new Error("another number of rows than nrows")
  }
  return { attributes: table.attributes, description: describe(table), fields, rows }
}
