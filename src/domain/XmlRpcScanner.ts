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

const reference = /&(?:#x0*([0-9a-fA-F]{1,6})|#0*([0-9]{1,7})|(lt|gt|amp|quot|apos));/uy
const named: { readonly [name: string]: string } = { lt: "<", gt: ">", amp: "&", quot: "\"", apos: "'" }

/** Ways to write a reference in one string; who writes more of them has the full parser. */
const spellings = 32
/** Stands for an `&` that a reference meant: no document that is read here holds this character. */
const ampersand = "\0"

const numbers = ["int", "i4", "double", "boolean"]

class GiveUp extends Error {}
const giveUp = new GiveUp("not in the canonical form")

/** The reference that begins at a place, and the character that it means. */
const referenceAt = (text: string, at: number): readonly [spelling: string, character: string] => {
  reference.lastIndex = at
  const [spelling, hex, decimal, name] = reference.exec(text) ?? []
  if (spelling === undefined) throw giveUp
  if (name !== undefined) return [spelling, named[name] ?? ""]
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
  if (point !== 9 && point !== 10 && point !== 13 && (point < 0x20 || point > 0x7f)) throw giveUp
  return [spelling, String.fromCharCode(point)]
}

/**
 * Resolves references. One spelling after the other, each everywhere at once, for a table of megabytes that somebody has put
 * into a string holds hundreds of thousands of them, and to call back for each would take most of a second (WEB-66).
 */
const resolve = (raw: string): string => piecewise(raw, "&", resolvePiece)

const resolvePiece = (piece: string): string => {
  let text = piece
  for (let n = 0; n <= spellings; n++) {
    const at = text.indexOf("&")
    if (at < 0) return text.replaceAll(ampersand, "&")
    const [spelling, character] = referenceAt(text, at)
    text = text.split(spelling).join(character === "&" ? ampersand : character)
  }
  throw giveUp
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
    return raw.includes("&") ? resolve(raw) : raw
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
    if (this.has("<string/>")) return this.close("")
    const number = this.number()
    if (number !== undefined) return number
    if (depth <= 0) throw giveUp
    if (this.has("<struct/>")) return this.close(emptyMap)
    return this.close(this.has("<struct>") ? this.struct(depth) : this.array(depth))
  }

  private close<A extends SampValue>(value: A): A {
    this.needAfterBlank("</value>")
    return value
  }

  /** A `<value>` if one comes next, perhaps an empty one as browsers write it. */
  element(depth: number): SampValue | undefined {
    this.blank()
    if (this.has("<value>")) return this.value(depth)
    if (!this.has("<value/>")) return undefined
    if (++this.values > this.limits.values) throw giveUp
    return ""
  }

  needElement(depth: number): SampValue {
    const value = this.element(depth)
    if (value === undefined) throw giveUp
    return value
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
    this.blank()
    if (!this.has("<data/>")) {
      this.need("<data>")
      for (;;) {
        const item = this.element(depth - 1)
        if (item === undefined) break
        list.push(item)
      }
      this.need("</data>")
    }
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

const scan = <A>(text: string, limits: ReadingLimits, read: (cursor: Cursor) => A): A | undefined => {
  // A raw CR, which JSAMP writes, is a line end like any other in XML.
  const source = text.includes("\r") ? piecewise(text, "\r", withLineFeeds) : text
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
