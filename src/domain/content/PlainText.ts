/** Recognises plain text: the properties of a HiPS; and says what other texts are, which SAMP has no message for. */
import * as Result from "effect/Result"
import { make } from "./Product.ts"
import { type Look, type Unrecognised, unrecognised, type Verdict } from "./Verdict.ts"

const property = (text: string, key: string): string | undefined =>
  new RegExp(`^[ \\t]{0,64}${key}[ \\t]{0,64}=([^\\r\\n]*)`, "mu").exec(text)?.[1]?.trim().slice(0, 80)

// Required of every HiPS (HiPS 1.0, section 4.4.1); the older files of Aladin have none of them but are rare.
const isProperties = (text: string): boolean =>
  ["hips_version", "hips_order", "hips_tile_format", "hips_frame"]
    .filter((key) => property(text, key) !== undefined).length >= 2

const tableAdvice = (format: string): string =>
  `Convert it to VOTable or FITS, for example: stilts tcopy ifmt=${format} in=FILE out=table.vot. ` +
  `Or ask TOPCAT alone: samp send table.load.stil url=URL format=${format}`

const mocAdvice =
  "coverage.load.moc.fits takes FITS only: save the MOC as FITS, for example with Aladin or mocpy."

const table = (look: Look, article: string, format: string): Unrecognised =>
  unrecognised(look, `This looks like ${article} table, for which SAMP has no message.`, tableAdvice(format))

// The separators of each line; a CSV table has as many in its first lines.
const isSeparated = (lines: ReadonlyArray<string>, separator: string): boolean => {
  const counts = lines.slice(0, 5).map((line) => line.replaceAll(/"[^"]*"/gu, "").split(separator).length)
  const [first = 0] = counts
  return first > 1 && counts.length > 1 && counts.every((count) => count === first)
}

const json = (text: string): Unrecognised =>
  /^\s{0,1000}\{(?:\s*"\d{1,2}"\s*:\s*\[[\d,\s]*(?:\]|$)|\s*"[ts]"\s*:)/u.test(text)
    ? unrecognised("moc-text", "This is a MOC in JSON.", mocAdvice)
    : unrecognised("json", "This is JSON, for which SAMP has no load message.")

// As in "3/2-5,7 4/88"; times and spaces have a letter before.
const isAsciiMoc = (text: string): boolean =>
  /^\s{0,1000}(?:[st]\s{0,8})?\d{1,2}\/\s?(?:\d+(?:-\d+)?[,\s]*|$)/u.test(text)

const lookOf = (text: string): Unrecognised => {
  if (text.trim() === "") {
    return unrecognised("empty", "This holds nothing but white space.", "Check the file or URL.")
  }
  if (/^\s{0,1000}[[{]/u.test(text)) return json(text)
  if (isAsciiMoc(text)) return unrecognised("moc-text", "This is a MOC in ASCII.", mocAdvice)
  if (/^# ?%ECSV/u.test(text)) return table("csv", "an ECSV", "ecsv")
  if (/^\s{0,100}\|[^\r\n]*\|[ \t]*\r?$/mu.test(text.slice(0, 20_000)) && /^\\|^\|/u.test(text)) {
    return table("csv", "an IPAC", "ipac")
  }
  const lines = text.slice(0, 20_000).split(/\r\n|\r|\n/u).filter((line) =>
    line !== "" && !line.startsWith("#")
  )
  const whole = lines.slice(0, Math.max(lines.length - 1, 2))
  if (isSeparated(whole, ",")) return table("csv", "a CSV", "csv")
  const ruled = whole.some((line) => /^-+(?:\t-+)+$/u.test(line))
  if (ruled || isSeparated(whole, "\t")) return table("csv", "a tab-separated", "tst")
  if (/^SIMPLE\s*=/u.test(text)) {
    return unrecognised("broken", "This begins almost as a FITS file, but its first card is not in place.")
  }
  return unrecognised(
    "text",
    "This is plain text, for which SAMP has no load message.",
    `If it is a table: ${tableAdvice("ascii")}`
  )
}

/** Recognises a text without markup. */
export const recogniseText = (text: string): Verdict => {
  if (!isProperties(text)) return Result.fail(lookOf(text))
  return Result.succeed(
    make("hips", { detail: property(text, "obs_title") ?? property(text, "creator_did") })
  )
}
