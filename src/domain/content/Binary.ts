/** Recognises binary formats by their first bytes: CDF, pictures, and what SAMP has no message for. */
import * as Result from "effect/Result"
import { make } from "./Product.ts"
import { type Compressed, type Unrecognised, unrecognised, type Verdict } from "./Verdict.ts"

const hasAt = (head: Uint8Array, offset: number, magic: ReadonlyArray<number>): boolean =>
  magic.every((byte, index) => head[offset + index] === byte)

const has = (head: Uint8Array, ...magic: ReadonlyArray<number>): boolean => hasAt(head, 0, magic)

const hasText = (head: Uint8Array, text: string, offset = 0): boolean =>
  hasAt(head, offset, text.split("").map((letter) => letter.charCodeAt(0)))

const word = (head: Uint8Array, at: number, bytes: number, littleEndian = false): number => {
  let value = 0
  for (let index = 0; index < bytes; index++) {
    value = value * 256 + (head[at + (littleEndian ? bytes - 1 - index : index)] ?? 0)
  }
  return value
}

// CDF internal format description: the first word is the version, the second tells compressed from not.
const cdf = (head: Uint8Array): string | undefined => {
  const squeezed = hasAt(head, 4, [0xcc, 0xcc, 0x00, 0x01])
  if (!squeezed && !hasAt(head, 4, [0x00, 0x00, 0xff, 0xff])) return undefined
  const version = has(head, 0xcd, 0xf3, 0x00, 0x01)
    ? "version 3"
    : has(head, 0xcd, 0xf2, 0x60, 0x02)
    ? "version 2.6 or 2.7"
    : has(head, 0x00, 0x00, 0xff, 0xff)
    ? "version before 2.6"
    : undefined
  return version === undefined || !squeezed ? version : `${version}, compressed`
}

// A JPEG tells its size in the frame header (SOFn), after segments whose lengths are given.
const jpegSize = (head: Uint8Array): string | undefined => {
  let at = 2
  for (let segment = 0; segment < 64 && at + 9 <= head.length; segment++) {
    const marker = head[at + 1] ?? 0
    if (head[at] !== 0xff) return undefined
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return `${word(head, at + 7, 2)} x ${word(head, at + 5, 2)}`
    at += 2 + word(head, at + 2, 2)
  }
  return undefined
}

const pngSize = (head: Uint8Array): string | undefined =>
  head.length >= 24 ? `${word(head, 16, 4)} x ${word(head, 20, 4)}` : undefined

const gifSize = (head: Uint8Array): string | undefined =>
  head.length >= 10 ? `${word(head, 6, 2, true)} x ${word(head, 8, 2, true)}` : undefined

const compression = (head: Uint8Array): Compressed | undefined => {
  const is = (compression: Compressed["compression"], tool: string): Compressed => ({
    _tag: "Compressed",
    compression,
    message: `This is compressed with ${compression}, and what is inside cannot be seen. ` +
      `Undo it with ${tool}, or name the kind with --as.`
  })
  if (has(head, 0x1f, 0x8b, 0x08)) return is("gzip", "gunzip")
  if (hasText(head, "BZh") && hasAt(head, 4, [0x31, 0x41, 0x59, 0x26])) return is("bzip2", "bunzip2")
  return has(head, 0x1f, 0x9d) ? is("compress", "uncompress") : undefined
}

const archive = (noun: string): Unrecognised =>
  unrecognised("archive", `This is ${noun}.`, "Unpack it and send the files in it one by one.")

const picture = (noun: string): Unrecognised =>
  unrecognised(
    "picture",
    `This is ${noun}, for which SAMP has no load message.`,
    "Convert it to PNG or JPEG."
  )

const other = (noun: string, advice = "Convert it to FITS or VOTable."): Unrecognised =>
  unrecognised("other-data", `This is ${noun}, for which SAMP has no load message.`, advice)

const unsupported = (head: Uint8Array): Unrecognised | undefined => {
  if (hasText(head, "PK\x03\x04") || hasText(head, "PK\x05\x06")) return archive("a zip archive")
  if (hasText(head, "ustar", 257)) return archive("a tar archive")
  if (has(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return archive("compressed with xz")
  if (has(head, 0x28, 0xb5, 0x2f, 0xfd)) return archive("compressed with zstd")
  if (has(head, 0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)) return other("an HDF5 or NetCDF 4 file")
  if (hasText(head, "CDF\x01") || hasText(head, "CDF\x02") || hasText(head, "CDF\x05")) {
    return other("a NetCDF file")
  }
  if (hasText(head, "#ASDF")) return other("an ASDF file")
  if (hasText(head, "PAR1")) {
    return other("a Parquet table", "Convert it to FITS or VOTable, for example with stilts tcopy.")
  }
  if (hasText(head, "FEA1") || hasText(head, "ARROW1")) return other("an Arrow or Feather table")
  if (hasText(head, "SQLite format 3")) return other("an SQLite database")
  if (hasText(head, "%PDF-")) return picture("a PDF document")
  if (hasText(head, "%!PS")) return picture("PostScript")
  if (hasText(head, "II*\x00") || hasText(head, "MM\x00*")) return picture("a TIFF picture")
  return hasText(head, "RIFF") && hasText(head, "WEBP", 8) ? picture("a WebP picture") : undefined
}

/** Recognises by magic numbers; undefined when none fits. */
export const recogniseBinary = (head: Uint8Array): Verdict | undefined => {
  const version = cdf(head)
  if (version !== undefined) return Result.succeed(make("cdf", { detail: version }))
  if (has(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) {
    return Result.succeed(make("png", { detail: pngSize(head) }))
  }
  if (has(head, 0xff, 0xd8, 0xff)) return Result.succeed(make("jpeg", { detail: jpegSize(head) }))
  if (hasText(head, "GIF87a") || hasText(head, "GIF89a")) {
    return Result.succeed(make("gif", { detail: gifSize(head) }))
  }
  const refused = compression(head) ?? unsupported(head)
  return refused === undefined ? undefined : Result.fail(refused)
}
