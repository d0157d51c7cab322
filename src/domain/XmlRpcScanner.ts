/**
 * The fast way into XML-RPC: a strict scanner of the form that peers really send. It reads plain elements and character
 * data; anything else - comments, CDATA, instructions, attributes, DOCTYPE, other types, errors - it leaves to
 * the full parser by giving up. Whatever it does read, the full parser reads the same: a differential test holds them
 * together.
 */
import type { ReadingLimits } from "./Limits.ts"
import { piecewise } from "./Piecewise.ts"
import { type RemoteFault, remoteFault } from "./RemoteFault.ts"
import { emptyMap, isMap, type SampMap, type SampValue, stringAt } from "./SampValue.ts"
import type { MethodCall } from "./XmlRpc.ts"

// Outside this repertoire, and for a `]]>` to be refused, the full parser is asked.
const unusual = /[^\t\n\x20-\x7f]|\]\]>/u

const named: Iterable<readonly [spelling: string, character: string]> = [
  ["lt;", "<"],
  ["gt;", ">"],
  ["amp;", "&"],
  ["quot;", "\""],
  ["apos;", "'"]
]
const numeric = /^#(?:x([\da-fA-F]+)|(\d+));$/u

const numbers = ["int", "i4", "double", "boolean"]

class GiveUp extends Error {}
const giveUp = new GiveUp("not in the canonical form")

/** The character that a numeric reference means. */
const numbered = (spelling: string): string => {
  const [, hex, decimal] = numeric.exec(spelling) ?? []
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (point === 9 || point === 10 || point === 13 || (point >= 0x20 && point <= 0x7f)) {
    return String.fromCharCode(point)
  }
  throw giveUp
}

/**
 * Resolves references. Each spelling is looked into once, for a table of megabytes that somebody has put into a string holds
 * hundreds of thousands of them (WEB-66).
 */
const resolvePiece = (piece: string): string => {
  const known = new Map(named)
  const [first = "", ...others] = piece.split("&")
  return first + others.map((part) => {
    const end = part.indexOf(";") + 1
    const spelling = part.slice(0, end)
    let character = known.get(spelling)
    if (character === undefined) known.set(spelling, character = numbered(spelling))
    return character + part.slice(end)
  }).join("")
}

/** One pass over one text. */
class Cursor {
  private at = 0
  private values = 0
  private readonly text: string
  private readonly limits: ReadingLimits

  constructor(text: string, limits: ReadingLimits) {
    this.text = text
    this.limits = limits
  }

  blank(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 10 && code !== 32 && code !== 9) return
      this.at++
    }
  }

  declaration(): void {
    if (!this.text.startsWith("<?xml ")) return
    const end = this.text.indexOf("?>", 6)
    // What an encoding or a version means is for the full parser, unless it is one of the two that all peers send.
    if (
      end < 0 ||
      !/^ version=(?:"1\.0"|'1\.0')(?: encoding=(?:"UTF-8"|'UTF-8'|"utf-8"))?\s*$/u.test(
        this.text.slice(5, end)
      )
    ) {
      throw giveUp
    }
    this.at = end + 2
  }

  /** Whether this tag comes next; passes over it if so. */
  has(tag: string): boolean {
    if (!this.text.startsWith(tag, this.at)) return false
    this.at += tag.length
    return true
  }

  need(tag: string): void {
    if (!this.text.startsWith(tag, this.at)) throw giveUp
    this.at += tag.length
  }

  needAfterBlank(tag: string): void {
    this.blank()
    this.need(tag)
  }

  /** Character data up to the next tag. */
  characters(): string {
    const end = this.text.indexOf("<", this.at)
    if (end < 0) throw giveUp
    const raw = this.text.slice(this.at, end)
    this.at = end
    return raw.includes("&") ? piecewise(raw, "&", resolvePiece) : raw
  }

  end(): void {
    this.blank()
    if (this.at !== this.text.length) throw giveUp
  }

  /** What stands after `<value>`, up to and with `</value>`. */
  value(depth: number): SampValue {
    if (++this.values > this.limits.values) throw giveUp
    if (this.has("<string>")) return this.string()
    const text = this.characters()
    if (this.has("</value>")) return text
    if (text.trim() !== "") throw giveUp
    if (this.has("<string>")) return this.string()
    const number = this.number()
    if (number !== undefined) return number
    if (depth <= 0) throw giveUp
    const value = this.has("<struct>") ? this.struct(depth) : this.array(depth)
    this.needAfterBlank("</value>")
    return value
  }

  needElement(depth: number): SampValue {
    this.needAfterBlank("<value>")
    return this.value(depth)
  }

  /** A number or a boolean, which sloppy clients send in long lists too (WIRE-29). */
  private number(): string | undefined {
    const tag = numbers.find((name) => this.has(`<${name}>`))
    if (tag === undefined) return undefined
    const text = this.characters().trim()
    this.need(`</${tag}>`)
    this.needAfterBlank("</value>")
    return text
  }

  private string(): string {
    const text = this.characters()
    this.need("</string>")
    this.needAfterBlank("</value>")
    return text
  }

  private struct(depth: number): SampMap {
    this.blank()
    if (this.has("</struct>")) return emptyMap // of which there are many, and each would take its room
    const entries = new Map<string, SampValue>()
    for (; this.has("<member>"); this.blank()) {
      this.needAfterBlank("<name>")
      const key = this.characters()
      this.need("</name>")
      entries.set(key, this.needElement(depth - 1))
      this.needAfterBlank("</member>")
    }
    this.need("</struct>")
    return entries
  }

  private array(depth: number): ReadonlyArray<SampValue> {
    const list: Array<SampValue> = []
    this.need("<array>")
    this.needAfterBlank("<data>")
    for (this.blank(); this.has("<value>"); this.blank()) list.push(this.value(depth - 1))
    this.need("</data>")
    this.needAfterBlank("</array>")
    return list
  }

  params(): ReadonlyArray<SampValue> {
    const values: Array<SampValue> = []
    if (!this.has("<params>")) return values
    for (this.blank(); this.has("<param>"); this.blank()) {
      values.push(this.needElement(this.limits.valueDepth))
      this.needAfterBlank("</param>")
    }
    this.need("</params>")
    this.blank()
    return values
  }
}

const withLineFeeds = (piece: string): string => piece.split("\r\n").join("\n").split("\r").join("\n")

/** What browsers write for an element with nothing in it, written out. No text can look like it. */
const withEndTags = (piece: string): string => piece.replace(/<(value|string|struct|data)\/>/gu, "<$1></$1>")

const scan = <A>(text: string, limits: ReadingLimits, read: (cursor: Cursor) => A): A | undefined => {
  // A raw CR, which JSAMP writes, is a line end like any other in XML.
  const lines = text.includes("\r") ? piecewise(text, "\r", withLineFeeds) : text
  const source = lines.includes("/>") ? piecewise(lines, "<", withEndTags) : lines
  if (unusual.test(source)) return undefined
  const cursor = new Cursor(source, limits)
  try {
    cursor.declaration()
    cursor.blank()
    const result = read(cursor)
    cursor.end()
    return result
  } catch (error) {
    if (error instanceof GiveUp) return undefined
    throw error
  }
}

/** Reads a call in canonical form, or gives up with undefined. */
export const scanCall = (text: string, limits: ReadingLimits): MethodCall | undefined =>
  scan(text, limits, (cursor) => {
    cursor.need("<methodCall>")
    cursor.needAfterBlank("<methodName>")
    const method = cursor.characters()
    if (!/^[A-Za-z0-9_.:/-]+$/u.test(method)) throw giveUp
    cursor.need("</methodName>")
    cursor.blank()
    const params = cursor.params()
    cursor.need("</methodCall>")
    return { method, params }
  })

/** Reads the value of a successful answer in canonical form, or gives up with undefined. */
export const scanAnswer = (text: string, limits: ReadingLimits): SampValue | undefined =>
  scan(text, limits, (cursor) => {
    cursor.need("<methodResponse>")
    cursor.blank()
    const [value = "", second] = cursor.params()
    if (second !== undefined) throw giveUp
    cursor.need("</methodResponse>")
    return value
  })

/** Reads the answer of a call that failed, in canonical form, or gives up with undefined. */
export const scanFault = (text: string, limits: ReadingLimits): RemoteFault | undefined =>
  scan(text, limits, (cursor) => {
    cursor.need("<methodResponse>")
    cursor.needAfterBlank("<fault>")
    const value = cursor.needElement(limits.valueDepth)
    cursor.needAfterBlank("</fault>")
    cursor.needAfterBlank("</methodResponse>")
    const members = isMap(value) ? value : undefined
    const code = members && stringAt(members, "faultCode")
    const faultString = members && stringAt(members, "faultString")
    if (code === undefined || faultString === undefined) throw giveUp
    return remoteFault(code, faultString)
  })
