/**
 * Table cells in one form, so that what was written and what different readers read can be compared: a string for each
 * single value, `null` for none, floating point as the hexadecimal digits of its bits, lists and complex numbers flat.
 */

/** A cell. */
export type Plain = string | null | ReadonlyArray<string | null>

const view = new DataView(new ArrayBuffer(8))

/** The bits of a number of 64 bits; null for NaN, which no reader tells from no value. */
export const bits64 = (number: number): string | null => {
  view.setFloat64(0, number)
  return Number.isNaN(number) ? null : view.getBigUint64(0).toString(16).padStart(16, "0")
}

/** The bits of a number rounded to 32 bits. */
export const bits32 = (number: number): string | null => {
  view.setFloat32(0, number)
  return Number.isNaN(number) ? null : view.getUint32(0).toString(16).padStart(8, "0")
}

/** Without what VOTable cannot tell apart: an empty string, an empty list and a list of no values are no value. */
export const settle = (cell: Plain, text: (text: string) => string = (text) => text): Plain => {
  const one = (value: string | null) => value === null || text(value) === "" ? null : text(value)
  if (cell === null || typeof cell === "string") return one(cell)
  const list = cell.map(one)
  return list.every((value) => value === null) ? null : list
}
