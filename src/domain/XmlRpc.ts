/**
 * XML-RPC as SAMP uses it (section 4.1): calls and answers out of an XML element tree.
 *
 * Reading is lenient where peers are sloppy (wire notes 2): untyped values, other scalar types, missing params.
 * Whitespace is part of a string, and nothing where a value holds an element (WIRE-31).
 */
import * as Result from "effect/Result"
import { type Fault, fault, quote } from "./Fault.ts"
import type { ReadingLimits } from "./Limits.ts"
import { type RemoteFault, remoteFault } from "./RemoteFault.ts"
import { illegalCharacter, type SampMap, type SampValue } from "./SampValue.ts"

/** An XML element without attributes, which mean nothing here. */
export interface XmlElement {
  readonly name: string
  /** All character data directly inside, references resolved. */
  readonly text: string
  readonly children: ReadonlyArray<XmlElement>
}

/** A remote procedure call. */
export interface MethodCall {
  readonly method: string
  readonly params: ReadonlyArray<SampValue>
}

export type { RemoteFault } from "./RemoteFault.ts"

/** The deepest XML nesting that {@link ReadingLimits.valueDepth} can need: a map takes three elements a level. */
export const xmlDepth = (limits: Pick<ReadingLimits, "valueDepth">): number => limits.valueDepth * 3 + 8

const malformed = (text: string) => Result.fail(fault("Malformed", text))

/** An element for a fault text: a name may hold any letter, and be long. */
const tag = ({ name }: XmlElement): string => `<${name.slice(0, 40).replace(/[^\x20-\x7e]/gu, "?")}>`

const child = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((candidate) => candidate.name === name)

const legal = (text: string): Result.Result<string, Fault> => {
  const bad = illegalCharacter(text)
  return bad === undefined
    ? Result.succeed(text)
    : malformed(`a string holds the character ${bad}; SAMP strings are ASCII without control characters`)
}

/** Scalars of other XML-RPC types, which sloppy clients send (WIRE-29): taken as their text. */
const scalars = new Set(["int", "i4", "i8", "integer", "boolean", "double", "dateTime.iso8601", "base64"])

const readValue = (element: XmlElement, depth: number): Result.Result<SampValue, Fault> => {
  const [typed, second] = element.children
  if (typed === undefined) return legal(element.text)
  if (second !== undefined) return malformed("a <value> holds more than one element")
  const nests = typed.name === "array" || typed.name === "struct"
  if (nests && depth <= 0) return malformed("lists and maps are nested too deeply")
  switch (typed.name) {
    case "string":
      return typed.children.length === 0 ? legal(typed.text) : malformed("a <string> holds elements")
    case "array":
      return readArray(typed, depth)
    case "struct":
      return readStruct(typed, depth)
    case "nil":
      return Result.succeed("")
    default:
      return scalars.has(typed.name) && typed.children.length === 0
        ? legal(typed.text.trim())
        : malformed(`${tag(typed)} is no XML-RPC type; SAMP uses string, array and struct`)
  }
}

const readArray = (array: XmlElement, depth: number): Result.Result<ReadonlyArray<SampValue>, Fault> => {
  const data = child(array, "data")
  if (data === undefined) return malformed("an <array> has no <data>")
  const list: Array<SampValue> = []
  for (const item of data.children) {
    if (item.name !== "value") {
      return malformed(`<data> holds ${tag(item)}; it takes <value> only`)
    }
    const value = readValue(item, depth - 1)
    if (Result.isFailure(value)) return Result.fail(value.failure)
    list.push(value.success)
  }
  return Result.succeed(list)
}

const readStruct = (struct: XmlElement, depth: number): Result.Result<SampMap, Fault> => {
  const entries = new Map<string, SampValue>()
  for (const member of struct.children) {
    const name = child(member, "name")
    const value = child(member, "value")
    if (member.name !== "member" || name === undefined || value === undefined || name.children.length > 0) {
      return malformed("a <struct> takes <member>s of one <name> and one <value>")
    }
    const key = legal(name.text)
    if (Result.isFailure(key)) return Result.fail(key.failure)
    const inner = readValue(value, depth - 1)
    if (Result.isFailure(inner)) return Result.fail(inner.failure)
    entries.set(key.success, inner.success)
  }
  return Result.succeed(entries)
}

const readParams = (parent: XmlElement, depth: number): Result.Result<ReadonlyArray<SampValue>, Fault> => {
  const values: Array<SampValue> = []
  for (const param of child(parent, "params")?.children ?? []) {
    const value = param.name === "param" ? child(param, "value") : undefined
    if (value === undefined) return malformed("<params> takes <param>s of one <value>")
    const read = readValue(value, depth)
    if (Result.isFailure(read)) return Result.fail(read.failure)
    values.push(read.success)
  }
  return Result.succeed(values)
}

/** Reads a call; a fault says what was wrong with it (ERR-06). */
export const readCall = (root: XmlElement, limits: ReadingLimits): Result.Result<MethodCall, Fault> => {
  if (root.name !== "methodCall") {
    return malformed(`the document is ${tag(root)}, not an XML-RPC <methodCall>`)
  }
  const method = child(root, "methodName")?.text.trim() ?? ""
  if (method === "") return malformed("the <methodCall> has no <methodName>")
  if (!/^[A-Za-z0-9_.:/-]+$/u.test(method)) return malformed(`${quote(method)} is not a method name`)
  return Result.map(readParams(root, limits.valueDepth), (params) => ({ method, params }))
}

const readFault = (element: XmlElement): RemoteFault => {
  const members = child(child(element, "value") ?? element, "struct")?.children ?? []
  const textOf = (name: string): string => {
    const value = members.findLast((member) => child(member, "name")?.text.trim() === name)
    const found = value === undefined ? undefined : child(value, "value")
    return found === undefined ? "" : found.children[0]?.text ?? found.text
  }
  return remoteFault(textOf("faultCode"), textOf("faultString"))
}

/**
 * Reads an answer: a value, or the fault the peer answered with (WIRE-30, WIRE-33). Values that are not legal SAMP are
 * our own `Fault`.
 */
export const readAnswer = (
  root: XmlElement,
  limits: ReadingLimits
): Result.Result<SampValue, RemoteFault | Fault> => {
  if (root.name !== "methodResponse") {
    return malformed(`the document is ${tag(root)}, not an XML-RPC <methodResponse>`)
  }
  const failed = child(root, "fault")
  if (failed !== undefined) return Result.fail(readFault(failed))
  return Result.map(readParams(root, limits.valueDepth), (values) => values[0] ?? "")
}
