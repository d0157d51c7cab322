/**
 * The file of the policy. It is JSON, version 1:
 *
 *     {
 *       "version": 1,
 *       "rules": [
 *         { "verdict": "allow", "origin": "https://archive.example", "note": "our archive" },
 *         { "verdict": "allow", "origin": "https://*.eso.example", "send": ["table.load.*"], "expires": "2027-01-01" },
 *         { "verdict": "deny", "origin": "https://ads.example" }
 *       ]
 *     }
 *
 * A key that is not known may be a restriction, or one that was mistyped: the file is then refused as a whole, lest more be
 * allowed than was meant. Keys that begin with `x-` are other people's; they are kept, and mean nothing.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { nearest } from "../EditDistance.ts"
import { quote } from "../Fault.ts"
import { isPattern } from "../MType.ts"
import { type JsonDocument, type JsonError, parseJson } from "./JsonText.ts"
import { parsePattern } from "./Origin.ts"
import type { Policy, Rule } from "./Policy.ts"

/** The version of the format. */
export const formatVersion = 1

/** Characters of a file that is read at all. */
export const maxLength = 1_048_576

const Patterns = Schema.Array(Schema.String.check(Schema.makeFilter(isPattern, {
  expected: "an MType, or a pattern such as table.* or *"
})))

const timeSyntax = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/u

/** A time as people write it in full: a date is its first moment in UTC. @returns undefined if it is none */
export const parseTime = (text: string): number | undefined => {
  if (!timeSyntax.test(text)) return undefined
  const time = Option.getOrUndefined(DateTime.make(text))
  return time === undefined ? undefined : DateTime.toEpochMillis(time)
}

/** A time in the file; the first moment of a day in UTC is a date. */
export const formatTime = (ms: number): string =>
  DateTime.formatIso(DateTime.makeUnsafe(ms)).replace(/\.000Z$/u, "Z").replace("T00:00:00Z", "")

const Time = Schema.String.check(
  Schema.makeFilter((text: string) => parseTime(text) !== undefined, {
    expected: "a time such as 2027-01-01 or 2027-01-01T18:00:00Z"
  })
)

const Name = Schema.String.check(Schema.isMaxLength(1_000))

const RuleEntry = Schema.Struct({
  verdict: Schema.Literals(["allow", "deny"]),
  origin: Schema.String,
  name: Schema.optionalKey(Name),
  send: Schema.optionalKey(Patterns),
  receive: Schema.optionalKey(Patterns),
  expires: Schema.optionalKey(Time),
  note: Schema.optionalKey(Name)
})

const File = Schema.Struct({
  version: Schema.Literal(formatVersion),
  rules: Schema.Array(RuleEntry)
})

const decode = Schema.decodeUnknownResult(File)
const format = SchemaIssue.makeFormatterStandardSchemaV1()

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fileKeys = Object.keys(File.fields)
const ruleKeys = Object.keys(RuleEntry.fields)

const extraOf = (value: unknown): { readonly [key: string]: unknown } =>
  Object.fromEntries(Object.entries(isObject(value) ? value : {}).filter(([key]) => key.startsWith("x-")))

/** What is wrong at a place of the document. */
interface Wrong {
  readonly path: ReadonlyArray<PropertyKey>
  readonly text: string
}

const unknownKey = (
  value: unknown,
  known: ReadonlyArray<string>,
  path: ReadonlyArray<PropertyKey>
): Wrong | undefined => {
  const key = isObject(value)
    ? Object.keys(value).find((key) => !known.includes(key) && !key.startsWith("x-"))
    : undefined
  if (key === undefined) return undefined
  const near = nearest(key, known)
  const hint = near === undefined
    ? `there are ${known.join(", ")}, and any that begin with x-`
    : `is it ${near}`
  return { path: [...path, key], text: `there is no key ${quote(key)}: ${hint}` }
}

/** What is wrong with a document, as far as its form goes. */
const wrongForm = (value: unknown): Wrong | undefined => {
  if (!isObject(value)) return { path: [], text: "an object with the keys version and rules is expected" }
  const { rules, version } = value
  if (typeof version === "number" && version > formatVersion) {
    return { path: ["version"], text: `version ${version} is of a later program than this one` }
  }
  const strange = unknownKey(value, fileKeys, [])
  if (strange !== undefined) return strange
  for (const [index, rule] of Array.isArray(rules) ? rules.entries() : []) {
    const strange = unknownKey(rule, ruleKeys, ["rules", index])
    if (strange !== undefined) return strange
  }
  const read = decode(value)
  if (Result.isSuccess(read)) return undefined
  const [issue] = format(read.failure.issue).issues
  const path = (issue?.path ?? []).map((part) => typeof part === "object" ? part.key : part)
  const key = path.findLast((part) => typeof part === "string")
  const text = (issue?.message ?? "this is no policy").replace(/\s+/gu, " ")
  return { path, text: key === undefined ? text : `${String(key)}: ${text}` }
}

const ruleOf = (entry: typeof RuleEntry.Type, raw: unknown, index: number): Result.Result<Rule, Wrong> => {
  const { expires, name, note, receive, send, verdict } = entry
  const origin = parsePattern(entry.origin)
  if (Result.isFailure(origin)) {
    return Result.fail({ path: ["rules", index, "origin"], text: `origin: ${origin.failure}` })
  }
  if (verdict === "deny" && (send !== undefined || receive !== undefined)) {
    const key = send === undefined ? "receive" : "send"
    return Result.fail({
      path: ["rules", index, key],
      text: `${key}: a rule that denies, denies all; only one that allows has MTypes`
    })
  }
  return Result.succeed({
    verdict,
    origin: origin.success,
    name,
    send,
    receive,
    expires: expires === undefined ? undefined : parseTime(expires),
    note,
    extra: extraOf(raw)
  })
}

const policyOf = (value: unknown): Result.Result<Policy, Wrong> => {
  const wrong = wrongForm(value)
  if (wrong !== undefined) return Result.fail(wrong)
  const { rules } = Result.getOrThrow(decode(value)) // it has just been decoded
  const raw = isObject(value) && Array.isArray(value["rules"]) ? value["rules"] : []
  const read: Array<Rule> = []
  for (const [index, entry] of rules.entries()) {
    const rule = ruleOf(entry, raw[index], index)
    if (Result.isFailure(rule)) return Result.fail(rule.failure)
    read.push(rule.success)
  }
  return Result.succeed({ rules: read, extra: extraOf(value) })
}

const located = ({ lineOf }: JsonDocument, { path, text }: Wrong): JsonError => {
  const [top, index] = path
  const where = top === "rules" && typeof index === "number" ? `rule ${index + 1}: ` : ""
  return { line: lineOf(path), text: `${where}${text}` }
}

/** Reads the text of a file. */
export const readPolicy = (text: string): Result.Result<Policy, JsonError> => {
  if (text.length > maxLength) {
    return Result.fail({ line: 1, text: `it has more than ${maxLength} characters, which is no policy` })
  }
  const document = parseJson(text)
  if (Result.isFailure(document)) return Result.fail(document.failure)
  return Result.mapError(policyOf(document.success.value), (wrong) => located(document.success, wrong))
}

/** A rule as it stands in the file, and as commands print it with `--json`. */
export const writeRule = (
  { expires, extra, name, note, origin, receive, send, verdict }: Rule
): { readonly [key: string]: unknown } => ({
  verdict,
  origin: origin.text,
  ...name === undefined ? {} : { name },
  ...send === undefined ? {} : { send },
  ...receive === undefined ? {} : { receive },
  ...expires === undefined ? {} : { expires: formatTime(expires) },
  ...note === undefined ? {} : { note },
  ...extra
})

/** The text of a file. */
export const writePolicy = ({ extra, rules }: Policy): string =>
  `${JSON.stringify({ version: formatVersion, ...extra, rules: rules.map(writeRule) }, undefined, 2)}\n`
