/** Text made fit for a terminal: one column for each character, none that moves the cursor, no more than there is room. */
import { isList, isMap, type SampMap, type SampValue } from "../../../domain/SampValue.ts"

/**
 * Text in which each character takes one column and does nothing. SAMP is ASCII (DT-02), so a question mark stands for
 * whatever else a lenient hub lets through; line breaks and tabs become blanks.
 */
export const harmless = (text: string): string =>
  text.replace(/[\t\n\r]/gu, " ").replace(/[^\x20-\x7e]/gu, "?")

/** Harmless text of at most so many columns; two dots show that something was cut off. */
export const cut = (text: string, columns: number): string => {
  const clean = harmless(text.length > 4 * columns + 4 ? text.slice(0, 4 * columns + 4) : text)
  if (clean.length <= columns) return clean
  return columns < 3 ? clean.slice(0, Math.max(0, columns)) : `${clean.slice(0, columns - 2)}..`
}

/** Harmless text of exactly so many columns. */
export const fit = (text: string, columns: number): string => cut(text, columns).padEnd(Math.max(0, columns))

/**
 * Harmless text in lines of at most so many columns, broken at a blank where there is one in the second half; further
 * lines are indented. At least one line.
 */
export const wrap = (text: string, columns: number, indent = 4): ReadonlyArray<string> => {
  const clean = harmless(text)
  const lines: Array<string> = []
  let inset = 0
  for (let at = 0; at < clean.length || at === 0;) {
    const width = Math.max(1, columns - inset)
    const part = clean.slice(at, at + width)
    const blank = at + width < clean.length ? part.lastIndexOf(" ") : -1
    const length = blank > width / 2 ? blank + 1 : width
    lines.push(" ".repeat(inset) + part.slice(0, length))
    at += length
    inset = columns > indent + 8 ? indent : 0
  }
  return lines
}

const onlyText = (value: SampValue, budget: number): string => {
  if (typeof value === "string") return JSON.stringify(value.slice(0, budget))
  const parts: Array<string> = []
  let left = budget
  const entries = isList(value) ? value.map((item) => [undefined, item] as const) : value
  for (const [key, item] of entries) {
    if (left <= 0) {
      parts.push("..")
      break
    }
    const text = (key === undefined ? "" : `${key}=`) + onlyText(item, left)
    parts.push(text)
    left -= text.length + 1
  }
  return isList(value) ? `[${parts.join(", ")}]` : `{${parts.join(", ")}}`
}

/** Columns of the longest summary that is kept. */
const summaryLength = 400

/** Parameters in one line: `url=file:///t.vot rows=[1, 2]`. Takes time and room for what is shown only. */
export const summary = (params: SampMap): string => {
  const parts: Array<string> = []
  let left = summaryLength
  for (const [key, value] of params) {
    if (left <= 0) break
    const text = `${key}=${
      typeof value === "string" && /^[\x21-\x7e]+$/u.test(value.slice(0, left))
        ? value.slice(0, left)
        : onlyText(value, left)
    }`
    parts.push(text)
    left -= text.length + 1
  }
  return harmless(parts.join(" ")).slice(0, summaryLength)
}

/** Lines and columns of the longest listing of a value that is kept. */
const listingLines = 120
const listingLength = 1_000

/** A map as indented lines, `key = value`; long ones are cut off, so that what is kept stays small. */
export const listing = (values: SampMap): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const add = (key: string, value: SampValue, depth: number): void => {
    if (lines.length > listingLines) return
    const inset = "  ".repeat(Math.min(depth, 8))
    if (lines.length === listingLines) lines.push(`${inset}.. and more`)
    else if (typeof value === "string") {
      const cutOff = value.length > listingLength ? ` .. (${value.length} characters)` : ""
      for (const [index, line] of value.slice(0, listingLength).split(/\r\n|\r|\n/u).entries()) {
        if (lines.length < listingLines) {
          lines.push(harmless(index === 0 ? `${inset}${key} = ${line}` : `${inset}  ${line}`))
        }
      }
      lines.push(`${lines.pop() ?? ""}${cutOff}`)
    } else if (isList(value)) {
      lines.push(harmless(`${inset}${key} = ${value.length === 0 ? "[]" : `list of ${value.length}`}`))
      for (const [index, item] of value.entries()) {
        if (lines.length > listingLines) return
        add(String(index), item, depth + 1)
      }
    } else {
      lines.push(harmless(`${inset}${key}${value.size === 0 ? " = {}" : ""}`))
      addAll(value, depth + 1)
    }
  }
  const addAll = (map: SampMap, depth: number): void => {
    for (const [key, value] of map) {
      if (lines.length > listingLines) return
      add(key.slice(0, listingLength), value, depth)
    }
  }
  addAll(values, 0)
  return lines
}

/** Patterns of a subscriptions map in one line, those of the hub's events left out, annotations not shown. */
export const patterns = (subscriptions: SampMap): string =>
  [...subscriptions.keys()].filter((key) => !key.startsWith("samp.hub.")).join(" ")

/** A subscriptions map as lines: each pattern with its annotation, if it has one (SUB-11). */
export const subscribed = (subscriptions: SampMap): ReadonlyArray<string> =>
  [...subscriptions].slice(0, 1_000).map(([pattern, annotation]) =>
    harmless(
      isMap(annotation) && annotation.size > 0 ? `${pattern}  ${summary(annotation)}` : pattern
    )
  )

const two = (number: number): string => String(number).padStart(2, "0")

/**
 * Time of day, as 09:05:03.
 *
 * @param at - milliseconds since 1970
 * @param offsetMs - what the local time is ahead of UTC
 */
export const clock = (at: number, offsetMs: number): string => {
  const seconds = ((Math.floor((at + offsetMs) / 1000) % 86_400) + 86_400) % 86_400
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
