/** What recognising can come to. */
import type * as Result from "effect/Result"
import { type Kind, kinds } from "./Kinds.ts"
import type { Compression, Product } from "./Product.ts"

/** Bytes of a product from `offset` on. */
export interface Piece {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** What a product looked like that SAMP has no load message for. */
export type Look =
  | "empty"
  | "html"
  | "xml"
  | "json"
  | "csv"
  | "text"
  | "moc-text"
  | "archive"
  | "picture"
  | "broken"
  | "other-data"
  | "unknown"

/** It is none of the known kinds. */
export interface Unrecognised {
  readonly _tag: "Unrecognised"
  readonly look: Look
  /** One sentence on what it looks like, then one on what to do. */
  readonly message: string
}

/** More bytes are needed: call again with these among the pieces. */
export interface NeedMore {
  readonly _tag: "NeedMore"
  readonly offset: number
  /** Bytes wanted; fewer are fine where the product ends, if its size is then given. */
  readonly length: number
  /** The best answer without them, if there is one. */
  readonly guess: Product | undefined
}

/** It is compressed: decompress the start and recognise that, then use `Product.compressed`. */
export interface Compressed {
  readonly _tag: "Compressed"
  readonly compression: Compression
  /** For who cannot decompress. */
  readonly message: string
}

/** Why there is no product (yet). */
export type NoProduct = Unrecognised | NeedMore | Compressed

/** The outcome of one look. */
export type Verdict = Result.Result<Product, NoProduct>

const nameIt = (which: ReadonlyArray<Kind>): string =>
  `If you know better, name the kind with --as ${which.join("|")}.`

/**
 * Makes an {@link Unrecognised}.
 *
 * @param sentence - what it looks like
 * @param advice - what to do; if none is given, to name the kind
 */
export const unrecognised = (
  look: Look,
  sentence: string,
  advice = nameIt(kinds)
): Unrecognised => ({ _tag: "Unrecognised", look, message: `${sentence} ${advice}` })

/** Makes a {@link NeedMore}. */
export const needMore = (offset: number, length: number, guess?: Product): NeedMore => ({
  _tag: "NeedMore",
  offset,
  length,
  guess
})
