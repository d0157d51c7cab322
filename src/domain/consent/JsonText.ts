/**
 * Strict JSON that knows its lines, for files that people write: what is wrong with one is told with the line it is in. A
 * key that stands twice in an object is refused, since nobody can tell which one was meant.
 */
import * as Result from "effect/Result"
import { quote } from "../Fault.ts"

/** What is wrong, and where. */
export interface JsonError {
  /** From 1. */
  readonly line: number
  readonly text: string
}

/** A document that was read. */
export interface JsonDocument {
  readonly value: unknown
  /** The line of a value, or of the nearest one around it. */
  readonly lineOf: (path: ReadonlyArray<PropertyKey>) => number
}

/** Objects and lists that may be inside each other. */
const deepest = 32

const scalar =
  /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy

/** Thrown inside this module only, where it is caught. */
class Mistake extends Error {
  readonly at: number
  constructor(at: number, text: string) {
    super(text)
    this.at = at
  }
}

const nameOf = (path: ReadonlyArray<PropertyKey>): string => JSON.stringify(path.map(String))

class Reader {
  readonly places = new Map<string, number>()
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  document(): unknown {
    const value = this.value([])
    if (this.next() !== "") throw new Mistake(this.at, "there is more after the end")
    return value
  }

  /** The next character that is no white space; it is not taken. */
  private next(): string {
    while (" \t\n\r".includes(this.text.charAt(this.at)) && this.at < this.text.length) this.at++
    return this.text.charAt(this.at)
  }

  private value(path: ReadonlyArray<PropertyKey>): unknown {
    const first = this.next()
    this.places.set(nameOf(path), this.at)
    if (path.length > deepest) throw new Mistake(this.at, "this is nested too deeply")
    if (first === "{") return this.object(path)
    if (first === "[") return this.list(path)
    return this.scalar("a value")
  }

  private scalar(expected: string): unknown {
    scalar.lastIndex = this.at
    const [token] = scalar.exec(this.text) ?? []
    if (token === undefined) throw this.unexpected(expected)
    this.at += token.length
    const value: unknown = JSON.parse(token)
    return value
  }

  private unexpected(expected: string): Mistake {
    const found = this.text.charAt(this.at)
    const what = found === ""
      ? "the end of the file"
      : found === "\""
      ? "a text that does not end"
      : quote(found)
    return new Mistake(this.at, `${expected} is expected, and there is ${what}`)
  }

  /** Takes a comma, or the end of what it is in. */
  private more(end: string): boolean {
    const found = this.next()
    if (found !== "," && found !== end) throw this.unexpected(`, or ${end}`)
    this.at++
    return found === ","
  }

  private list(path: ReadonlyArray<PropertyKey>): ReadonlyArray<unknown> {
    const items: Array<unknown> = []
    this.at++
    if (this.next() === "]") this.at++
    else {do items.push(this.value([...path, items.length]))
      while (this.more("]"))}
    return items
  }

  private object(path: ReadonlyArray<PropertyKey>): object {
    const entries = new Map<string, unknown>()
    this.at++
    if (this.next() === "}") this.at++
    else {do this.entry(path, entries)
      while (this.more("}"))}
    return Object.fromEntries(entries)
  }

  private entry(path: ReadonlyArray<PropertyKey>, entries: Map<string, unknown>): void {
    const expected = "a key in double quotes"
    if (this.next() !== "\"") throw this.unexpected(expected)
    const start = this.at
    const key = String(this.scalar(expected))
    if (entries.has(key)) throw new Mistake(start, `the key ${quote(key)} is here twice`)
    if (this.next() !== ":") throw this.unexpected(":")
    this.at++
    entries.set(key, this.value([...path, key]))
  }
}

/** Reads a document; a byte order mark in front is passed over. */
export const parseJson = (text: string): Result.Result<JsonDocument, JsonError> => {
  const plain = text.startsWith("\ufeff") ? text.slice(1) : text
  const lineAt = (at: number): number => plain.slice(0, at).split("\n").length
  const reader = new Reader(plain)
  try {
    const value = reader.document()
    const lineOf = (path: ReadonlyArray<PropertyKey>): number => {
      const at = reader.places.get(nameOf(path))
      return at !== undefined || path.length === 0 ? lineAt(at ?? 0) : lineOf(path.slice(0, -1))
    }
    return Result.succeed({ value, lineOf })
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    return Result.fail({ line: lineAt(error.at), text: error.message })
  }
}
