/** Small FITS files made in code, and a reader that gives out a file in pieces as `samp load` does. */
import * as Result from "effect/Result"
import type { Hints } from "../../src/domain/content/Kinds.ts"
import type { Product } from "../../src/domain/content/Product.ts"
import * as Recognise from "../../src/domain/content/Recognise.ts"
import type { Piece, Verdict } from "../../src/domain/content/Verdict.ts"

export type Card = readonly [keyword: string, value: string | number | boolean]

const blockBytes = 2_880

/** The bytes of ASCII text. */
export const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

export const concat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const render = (value: Card[1]): string => {
  if (typeof value === "boolean") return (value ? "T" : "F").padStart(20)
  return typeof value === "number" ? String(value).padStart(20) : `'${value.replaceAll("'", "''").padEnd(8)}'`
}

/** One header, padded to whole blocks. */
export const header = (...cards: ReadonlyArray<Card>): Uint8Array => {
  const lines = cards.map(([keyword, value]) => `${keyword.padEnd(8)}= ${render(value)}`.padEnd(80))
  const text = `${lines.join("")}${"END".padEnd(80)}`
  return bytes(text.padEnd(Math.ceil(text.length / blockBytes) * blockBytes))
}

/** Data of so many bytes, padded to whole blocks. */
export const data = (count: number): Uint8Array => new Uint8Array(Math.ceil(count / blockBytes) * blockBytes)

const axisCards = (axes: ReadonlyArray<number>): ReadonlyArray<Card> => [
  ["NAXIS", axes.length],
  ...axes.map((length, index): Card => [`NAXIS${index + 1}`, length])
]

const arrayBytes = (bitpix: number, axes: ReadonlyArray<number>): number =>
  axes.length === 0 ? 0 : Math.abs(bitpix) / 8 * axes.reduce((product, length) => product * length, 1)

/** A primary HDU with an array. */
export const primary = (
  axes: ReadonlyArray<number> = [],
  cards: ReadonlyArray<Card> = [],
  bitpix = -32
): Uint8Array =>
  concat(
    header(["SIMPLE", true], ["BITPIX", bitpix], ...axisCards(axes), ...cards),
    data(arrayBytes(bitpix, axes))
  )

/** An IMAGE extension. */
export const image = (axes: ReadonlyArray<number>, ...cards: ReadonlyArray<Card>): Uint8Array =>
  concat(
    header(["XTENSION", "IMAGE"], ["BITPIX", 16], ...axisCards(axes), ["PCOUNT", 0], ["GCOUNT", 1], ...cards),
    data(arrayBytes(16, axes))
  )

/**
 * A BINTABLE extension.
 *
 * @param columns - their names, each of a double
 * @param rows - how many
 */
export const table = (
  columns: ReadonlyArray<string>,
  rows: number,
  ...cards: ReadonlyArray<Card>
): Uint8Array =>
  concat(
    header(
      ["XTENSION", "BINTABLE"],
      ["BITPIX", 8],
      ...axisCards([8 * columns.length, rows]),
      ["PCOUNT", 0],
      ["GCOUNT", 1],
      ["TFIELDS", columns.length],
      ...columns.flatMap((name, index): ReadonlyArray<Card> => [
        [`TTYPE${index + 1}`, name],
        [`TFORM${index + 1}`, "D"]
      ]),
      ...cards
    ),
    data(8 * columns.length * rows)
  )

/** An outcome with what was read for it. */
export interface Outcome {
  readonly verdict: Verdict
  /** Bytes given in all. */
  readonly read: number
  readonly asks: number
}

/** Recognises a file as a caller does who can seek: a head first, then what is asked for. */
export const serve = (file: Uint8Array, hints: Hints = {}, first: number = Recognise.headBytes): Outcome => {
  const more: Array<Piece> = []
  const head = file.subarray(0, first)
  let read = head.length
  for (let asks = 0;; asks++) {
    const verdict = Recognise.recognise(head, { ...hints, size: file.length }, more)
    if (Result.isSuccess(verdict) || verdict.failure._tag !== "NeedMore") return { verdict, read, asks }
    if (asks === 300) throw new Error("It asks without end.")
    const { offset, length } = verdict.failure
    const piece = file.subarray(offset, offset + length)
    read += piece.length
    more.push({ offset, bytes: piece })
  }
}

/** The product that a whole file is; throws what was found instead. */
export const productOf = (file: Uint8Array, hints: Hints = {}): Product => {
  const { verdict } = serve(file, hints)
  if (Result.isSuccess(verdict)) return verdict.success
  throw new Error(JSON.stringify(verdict.failure))
}

/** What a whole file was said to look like, and the message. */
export const refusalOf = (
  file: Uint8Array,
  hints: Hints = {}
): { readonly look: string; readonly message: string } => {
  const { verdict } = serve(file, hints)
  if (Result.isFailure(verdict) && verdict.failure._tag === "Unrecognised") return verdict.failure
  throw new Error(JSON.stringify(verdict))
}

/** The kind and those of the alternatives, as in `spectrum | fits-table`. */
export const kindsOf = (product: Product): string =>
  [product, ...product.alternatives].map(({ kind }) => kind).join(" | ")
