/** Recognises FITS files by walking their headers, without the data between them. */
import * as Result from "effect/Result"
import { classify, type Finding } from "./FitsHdu.ts"
import * as FitsHeader from "./FitsHeader.ts"
import { hintedKind, type Hints } from "./Kinds.ts"
import { make, type Product } from "./Product.ts"
import { needMore, type Piece, unrecognised, type Verdict } from "./Verdict.ts"

// Enough for real files, and an end for those that are made to have none.
const maxHdus = 200
const firstAsk = 10 * FitsHeader.blockBytes

const nothing: Uint8Array = new Uint8Array(0)

/** The longest stretch that was given from `offset` on. */
const bytesAt = (pieces: ReadonlyArray<Piece>, offset: number): Uint8Array => {
  let longest = nothing
  for (const piece of pieces) {
    const from = offset - piece.offset
    if (from >= 0 && piece.bytes.length - from > longest.length) longest = piece.bytes.subarray(from)
  }
  return longest
}

const productOf = (finding: Finding, hints: Hints, others: ReadonlyArray<Finding>): Product => {
  const yields = finding.unless !== undefined && hintedKind(hints) === finding.unless
  const kind = yields ? finding.unless : finding.kind
  const alternatives = [
    ...yields ? [finding.kind] : [],
    ...finding.alternatives ?? [],
    ...others.map((o) => o.kind)
  ]
  return make(kind, { ...finding, alternatives, format: "fits" })
}

const guessOf = (header: FitsHeader.Header, hints: Hints): Product | undefined => {
  const finding = classify(header)
  if (finding !== undefined) return productOf(finding, hints, [])
  const hinted = hintedKind(hints)
  if (hinted !== undefined && ["fits-table", "fits-image", "spectrum", "moc"].includes(hinted)) {
    return make(hinted, { format: "fits" })
  }
  // TOPCAT puts a VOTable before the table that it describes.
  return FitsHeader.isTrue(header, "VOTMETA") ? make("fits-table") : undefined
}

const walkEnds = (
  findings: ReadonlyArray<Finding>,
  hints: Hints,
  why: "broken" | "empty" | "groups"
): Verdict => {
  const [first, ...others] = findings
  if (first !== undefined) return Result.succeed(productOf(first, hints, others))
  return Result.fail(
    {
      broken: unrecognised("broken", "This begins as a FITS file, but its header is broken or cut off."),
      empty: unrecognised("other-data", "This is a FITS file without an image or a table."),
      groups: unrecognised(
        "other-data",
        "This FITS file holds random groups (visibilities), not an image or a table."
      )
    }[why]
  )
}

/** Whether bytes begin a FITS file. */
export const isFits = (head: Uint8Array): boolean =>
  "SIMPLE  =".split("").every((letter, index) => head[index] === letter.charCodeAt(0))

/**
 * Recognises a file that {@link isFits}. The first HDU with something to send decides; HDUs after it that are among
 * the given bytes make alternatives.
 *
 * @param pieces - what is given of the file, its start among them
 * @param hints - what else is known; without `size` the end of what is given is not taken for the end of the file
 */
export const recogniseFits = (pieces: ReadonlyArray<Piece>, hints: Hints): Verdict => {
  const size = hints.size ?? Infinity
  const findings: Array<Finding> = []
  let offset = 0
  let primary: FitsHeader.Header | undefined
  for (let hdu = 0; hdu < maxHdus && offset < size; hdu++) {
    const bytes = bytesAt(pieces, offset)
    const header = FitsHeader.read(bytes)
    const extension = hdu > 0 && header.values.has("XTENSION")
    // What follows the last HDU is no HDU, and need not end in whole blocks.
    if (hdu > 0 && !extension && (header.bytes !== undefined || bytes.length >= 80)) break
    const atEnd = offset + bytes.length >= size
    if (header.bytes === undefined && !header.broken && !atEnd && bytes.length < FitsHeader.maxHeaderBytes) {
      if (findings.length > 0) break
      const length = Math.min(Math.max(2 * bytes.length, firstAsk), FitsHeader.maxHeaderBytes, size - offset)
      return Result.fail(
        needMore(offset, length, guessOf(bytes.length === 0 ? primary ?? header : header, hints))
      )
    }
    primary ??= header
    if (hdu === 0 && FitsHeader.isGroups(header)) return walkEnds([], hints, "groups")
    const finding = classify(header)
    if (finding !== undefined) findings.push(finding)
    const data = FitsHeader.dataBytes(header)
    if (header.bytes === undefined || data === undefined) return walkEnds(findings, hints, "broken")
    offset += header.bytes + data
  }
  return walkEnds(findings, hints, "empty")
}
