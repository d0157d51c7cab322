/** FIELD elements: names that differ, ids that XML allows, and attributes that the schema of VOTable 1.4 accepts. */
import * as Result from "effect/Result"
import { arraysize, type Encode, encoder, nullText } from "./Cell.ts"
import type { Column, Unfit } from "./Table.ts"
import { escape, escapeAttribute, illegalCharacter } from "./Text.ts"

/** Makes each text differ from those before it, by a number at its end that gives none of the others. */
const distinct = (texts: ReadonlyArray<string>): ReadonlyArray<string> => {
  const given = new Set(texts)
  const taken = new Set<string>()
  const next = new Map<string, number>()
  return texts.map((text) => {
    let name = text
    if (taken.has(text)) {
      let number = next.get(text) ?? 2
      while (given.has(`${text}_${number}`) || taken.has(`${text}_${number}`)) number++
      name = `${text}_${number}`
      next.set(text, number + 1)
    }
    taken.add(name)
    return name
  })
}

/**
 * The names under which readers will see columns. One table's columns have different ones, since TOPCAT's and other
 * tools' expressions could not tell them apart, and none is blank. White space in them is single blanks, as the schema's
 * tokens have it: STILTS would take no more than the first line.
 */
export const fieldNames = (columns: ReadonlyArray<Column>): ReadonlyArray<string> =>
  distinct(columns.map(({ name }, index) => {
    const token = name.replace(/[ \t\n\r]+/gu, " ").replace(/^ | $/gu, "")
    return token === "" ? `col${index + 1}` : token
  }))

/** Ids from names, since astropy calls its columns after them: ASCII letters, digits, `_`, `-` and `.` only. */
const fieldIds = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  distinct(names.map((name) => name.replace(/[^A-Za-z0-9_.-]/gu, "_").replace(/^(?![A-Za-z_])/u, "_")))

/** A column that is ready to be written. */
export interface Field {
  readonly column: Column
  /** The FIELD element. */
  readonly element: string
  readonly encode: Encode
}

const make = (column: Column, name: string, id: string): Result.Result<Field, string> =>
  Result.gen(function*() {
    const { type, unit, ucd, utype, description, xtype } = column
    for (const [what, text] of Object.entries({ name, unit, utype, description })) {
      const bad = text === undefined ? undefined : illegalCharacter(text)
      if (bad !== undefined) {
        return yield* Result.fail(
          `has the character ${bad} in its ${what}, which XML cannot hold: take it out`
        )
      }
    }
    if (ucd !== undefined && !/^[A-Za-z0-9_.:;-]*$/u.test(ucd)) {
      return yield* Result.fail(
        `has the ucd ${JSON.stringify(ucd)}; it is letters, digits and _ . : ; - only`
      )
    }
    const encode = yield* encoder(column)
    const nothing = yield* nullText(column)
    const attributes = { ID: id, name, datatype: type, arraysize: arraysize(column), unit, ucd, utype, xtype }
    let element = "<FIELD"
    for (const [attribute, text] of Object.entries(attributes)) {
      if (text !== undefined) element += ` ${attribute}="${escapeAttribute(text)}"`
    }
    const inner = (description === undefined ? "" : `<DESCRIPTION>${escape(description)}</DESCRIPTION>`) +
      (nothing === undefined ? "" : `<VALUES null="${nothing}"/>`)
    return { column, encode, element: inner === "" ? `${element}/>` : `${element}>${inner}</FIELD>` }
  })

/** The columns of a table, ready to be written. */
export const fields = (columns: ReadonlyArray<Column>): Result.Result<ReadonlyArray<Field>, Unfit> => {
  if (columns.length === 0) {
    return Result.fail({ _tag: "Unfit", text: "has no columns: there is nothing to write" })
  }
  const names = fieldNames(columns)
  const ids = fieldIds(names)
  const made: Array<Field> = []
  for (const [index, column] of columns.entries()) {
    const field = make(column, names[index] ?? "", ids[index] ?? "")
    if (Result.isFailure(field)) {
      return Result.fail({ _tag: "Unfit", column: column.name, text: field.failure })
    }
    made.push(field.success)
  }
  return Result.succeed(made)
}
