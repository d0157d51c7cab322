/**
 * Recognises what a data product is by its first bytes. Names and media types break ties only, since both often lie.
 *
 * A caller gives {@link headBytes} of the start; on `NeedMore` it reads the bytes asked for and calls again with them
 * among `more`, or, if it cannot, takes the guess; on `Compressed` it decompresses the start, recognises that, and
 * makes the answer `Product.compressed`. Work is bounded by what is given, and nothing throws.
 */
import * as Result from "effect/Result"
import * as Binary from "./Binary.ts"
import * as Fits from "./Fits.ts"
import { hintedKind, type Hints, lastPart } from "./Kinds.ts"
import { recogniseText } from "./PlainText.ts"
import { make } from "./Product.ts"
import * as Text from "./Text.ts"
import { needMore, type NoProduct, type Piece, unrecognised, type Verdict } from "./Verdict.ts"
import { recogniseMarkup } from "./Xml.ts"

/** Bytes of a product's start that are worth giving at first; nearly all are recognised by them. */
export const headBytes = 65_536

const byText = (head: Uint8Array): Verdict => {
  const { characters } = Text.decode(head)
  const markup = recogniseMarkup(characters)
  if (markup === "cut off") {
    return Result.fail(unrecognised("broken", "This begins as XML, but no root element was found."))
  }
  if (markup !== undefined) return markup
  if (Text.isText(characters)) return recogniseText(characters)
  return Result.fail(unrecognised("unknown", "This is binary data of no known kind."))
}

/**
 * Recognises a product.
 *
 * @param head - its first bytes: {@link headBytes}, or all it has
 * @param hints - what else is known; the size is what tells a short product from the start of a longer one
 * @param more - bytes from elsewhere in it, as an earlier `NeedMore` asked for
 */
export const recognise = (head: Uint8Array, hints: Hints = {}, more: ReadonlyArray<Piece> = []): Verdict => {
  if (head.length === 0) {
    return Result.fail(unrecognised("empty", "This is empty.", "Check the file or URL."))
  }
  const start: Piece = { offset: 0, bytes: head }
  if (Fits.isFits(head)) return Fits.recogniseFits([start, ...more], hints)
  const longer = more.find((piece) => piece.offset === 0 && piece.bytes.length > head.length)?.bytes ?? head
  if (longer !== head) return recognise(longer, hints, more)
  const verdict = Binary.recogniseBinary(head) ?? byText(head)
  const isWhole = head.length >= Math.min(headBytes, hints.size ?? Infinity)
  if (isWhole || Result.isSuccess(verdict) || isDefinite(verdict.failure)) return verdict
  const hinted = hintedKind(hints)
  return Result.fail(needMore(0, headBytes, hinted === undefined ? undefined : make(hinted)))
}

// What magic numbers say, and a web page, stays so however much follows.
const isDefinite = (refusal: NoProduct): boolean =>
  refusal._tag === "Compressed" ||
  (refusal._tag === "Unrecognised" && ["archive", "picture", "other-data", "html"].includes(refusal.look))

/**
 * The media type of data by their first bytes; what is of no known kind is just bytes.
 *
 * @param head - {@link headBytes}, or all there are
 */
export const mediaTypeOf = (head: Uint8Array, hints: Hints): string => {
  const verdict = recognise(head, hints)
  const product = Result.isSuccess(verdict)
    ? verdict.success
    : verdict.failure._tag === "NeedMore"
    ? verdict.failure.guess
    : undefined
  return product?.mediaType ?? "application/octet-stream"
}

/**
 * Where to look when a directory or a URL of one is given: a HiPS has its `properties` there (HiPS 1.0, section 4.4).
 *
 * @returns undefined for names that do not end in a slash nor speak of a HiPS
 */
export const propertiesOf = (name: string): string | undefined => {
  if (/[?#]/u.test(name)) return undefined
  if (name.endsWith("/")) return `${name}properties`
  return /hips/iu.test(lastPart(name)) && !/\.[a-z]{2,5}$/iu.test(name) ? `${name}/properties` : undefined
}
