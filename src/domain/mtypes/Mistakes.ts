/** What can be wrong with parameters and return values, and how it is said. */
import * as SchemaIssue from "effect/SchemaIssue"
import { quote } from "../Fault.ts"
import { illegalCharacter, isList, type SampMap, type SampValue } from "../SampValue.ts"
import { type Fields, SampUrl } from "./Scalars.ts"

/** Where something is wrong: `samp.params`, `samp.result`, or the other keys of the message. */
export type Part = "params" | "result" | "message"

/** A message or response of a peer that does not keep to its MType's definition. */
export interface IllFormed {
  readonly _tag: "IllFormed"
  readonly mtype: string
  readonly part: Part
  /** The keys and list indices to the place, joined by dots; empty for the map as a whole. */
  readonly path: string
  /** What the definition asks for, as `a finite float, such as 10.5`. */
  readonly expected: string
  /** What is there, in few words: long values are cut, lists and maps only counted. */
  readonly found: string
}

/** Parameters or return values of ours that cannot be written. */
export interface BadParams {
  readonly _tag: "BadParams"
  readonly mtype: string
  readonly part: Part
  /** As in {@link IllFormed}. */
  readonly path: string
  /** What is wrong, and what to do. */
  readonly text: string
}

const nouns: { readonly [P in Part]: string } = {
  params: "parameter",
  result: "return value",
  message: "key"
}

const place = (mistake: IllFormed | BadParams): string =>
  mistake.path === ""
    ? `the ${nouns[mistake.part]}s of ${mistake.mtype}`
    : `${nouns[mistake.part]} ${quote(mistake.path)} of ${mistake.mtype}`

/** One line for people and for `samp.errortxt`. */
export const describe = (mistake: IllFormed | BadParams): string =>
  mistake._tag === "BadParams"
    ? `${place(mistake)}: ${mistake.text}`
    : `${place(mistake)}: expected ${mistake.expected}, found ${mistake.found}`

const plural = (count: number, noun: string): string => count === 1 ? `1 ${noun}` : `${count} ${noun}s`

/** A value in few words. */
const found = (value: unknown): string => {
  if (value === undefined) return "nothing"
  if (typeof value === "string") return quote(value)
  if (Array.isArray(value)) return `a list of ${plural(value.length, "item")}`
  if (value instanceof Map) return `a map of ${plural(value.size, "entry").replace("entrys", "entries")}`
  return typeof value === "object"
    ? value === null ? "null" : "an object"
    : `the ${typeof value} ${quote(String(value))}`
}

const step = (value: unknown, key: PropertyKey): unknown => {
  if (value instanceof Map) return value.get(key)
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
  // an own property of an object that is not null
  return (value as { readonly [key: PropertyKey]: unknown })[key]
}

const longest = 60

/** Steps as a path; foreign keys of any length are cut. */
const joined = (steps: ReadonlyArray<PropertyKey>): string =>
  steps.map(String).map((step) => step.length > longest ? `${step.slice(0, longest)}...` : step).join(".")

/** A place in a value as its keys and indices, and what is there in few words. */
const follow = (value: unknown, path: ReadonlyArray<PropertyKey>): { path: string; found: string } => {
  const steps: Array<PropertyKey> = []
  let at = value
  for (let index = 0; index < path.length; index++) {
    let key = path[index] ?? ""
    const entry = path[index + 1]
    // Schema names a place in a Map "entries", the number of the entry, and 0 or 1 for key or value
    if (key === "entries" && typeof entry === "number" && at instanceof Map) {
      key = [...at.keys()][entry]
      index += 2
    }
    steps.push(key)
    at = step(at, key)
  }
  return { path: joined(steps), found: found(at) }
}

const leaf = (issue: SchemaIssue.Leaf): string => {
  if (issue._tag === "MissingKey") return "a value, for it is required"
  const annotated = issue._tag === "InvalidType" ? issue.ast.annotations?.["expected"] : undefined
  return typeof annotated === "string"
    ? annotated
    : SchemaIssue.defaultLeafHook(issue).replace(/^Expected /u, "")
}

const formatter = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: leaf,
  checkHook: (issue) => {
    const expected = issue.filter.annotations?.["expected"]
    return typeof expected === "string" ? expected : undefined
  }
})

/** Where and how a value fails its schema. */
export interface Place {
  readonly path: string
  readonly expected: string
  readonly found: string
}

/** The first thing that a schema complains about. */
export const firstIssue = (issue: SchemaIssue.Issue, value: unknown): Place => {
  const first = formatter(issue).issues[0]
  const path = (first?.path ?? []).map((segment) => typeof segment === "object" ? segment.key : segment)
  return { ...follow(value, path), expected: first?.message ?? "something else" }
}

/** What a value that is to be written has wrong at its top: it is no object, or has keys that nobody knows. */
export const wrongTop = (value: unknown, fields: Fields): Place | undefined => {
  const keys = Object.keys(fields)
  const known = keys.length === 0 ? "no keys" : `the keys ${keys.join(", ")}`
  const only = keys.length === 0 ? known : `only ${known}`
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Map) {
    return { path: "", expected: `an object with ${known}`, found: found(value) }
  }
  const excess = Object.keys(value).find((key) => !Object.hasOwn(fields, key))
  return excess === undefined
    ? undefined
    : { path: excess, expected: only, found: found(step(value, excess)) }
}

const maxDepth = 256

const advice = (character: string, isUrl: boolean): string => {
  // half a surrogate pair has no encoding of its own
  const encoded = encodeURIComponent(character.toWellFormed())
  return isUrl
    ? `percent-encode the URL, here as ${encoded}`
    : `spell it otherwise (in a URL it would be ${encoded})`
}

/** What of a map of ours cannot be sent, and where. */
export interface Unwritable {
  readonly path: string
  readonly text: string
}

/**
 * Looks for what SAMP cannot carry: characters that are not ASCII (DT-02), nesting without end.
 *
 * @param map - what is to be sent
 * @param fields - those of its definition, to know the URLs
 */
export const unwritable = (map: SampMap, fields: Fields): Unwritable | undefined => {
  const path: Array<string | number> = []
  const refuse = (text: string, steps = path.length): Unwritable => ({
    path: joined(path.slice(0, steps)),
    text
  })
  const check = (text: string): Unwritable | undefined => {
    const name = illegalCharacter(text)
    if (name === undefined) return undefined
    const character = String.fromCodePoint(Number.parseInt(name.slice(2), 16))
    const isUrl = /^[a-zA-Z][a-zA-Z0-9+.-]+:\/\//u.test(text) || isUrlField(fields, path[0])
    return refuse(`holds the character ${name}; SAMP strings are ASCII, so ${advice(character, isUrl)}`)
  }
  const walk = (value: SampValue): Unwritable | undefined => {
    if (typeof value === "string") return check(value)
    // what a program without types has put into an open map
    if (!isList(value) && !(value instanceof Map)) {
      return refuse(`is ${found(value)}; SAMP has strings, lists and maps`)
    }
    if (path.length > maxDepth) return refuse(`is nested deeper than ${maxDepth} levels`, 3)
    for (const [key, item] of value.entries()) {
      const wrongKey = typeof key === "string" ? check(key) : undefined
      if (wrongKey !== undefined) return { ...wrongKey, text: `has a key that ${wrongKey.text}` }
      path.push(key)
      const wrong = walk(item)
      if (wrong !== undefined) return wrong
      path.pop()
    }
    return undefined
  }
  return walk(map)
}

const isUrlField = (fields: Fields, key: string | number | undefined): boolean => {
  if (key === undefined || !Object.hasOwn(fields, key)) return false
  const field = fields[key]
  return field !== undefined && (field === SampUrl || ("schema" in field && field.schema === SampUrl))
}
