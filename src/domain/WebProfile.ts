/** The Web Profile's names and arities (section 5): XML-RPC calls of pages to hub operations. */
import * as Result from "effect/Result"
import { fault, quote } from "./Fault.ts"
import type { Operation } from "./HubInput.ts"
import { at, key, type Method, operations, type Read as ReadOf, readParams, readPing } from "./Operations.ts"
import { emptyMap, isInt, isMap, readInt, type SampMap, type SampValue, stringAt } from "./SampValue.ts"
import type { MethodCall } from "./XmlRpc.ts"

/** The port that pages know (WEB-01). */
export const webPort = 21_012

/** What a call asks: an operation for the machine, or to be registered, for which the user is asked first. */
export type WebAsked =
  | { readonly _tag: "Operation"; readonly operation: Operation }
  | {
    readonly _tag: "Register"
    /** `samp.name`. */
    readonly name: string
    /** Whether it counts its callbacks, which is our extension `x-samp.acknowledges`. */
    readonly counts: boolean
  }

type Read = ReadOf<WebAsked>

const prefix = "samp.webhub."

const operation = (operation: Operation): WebAsked => ({ _tag: "Operation", operation })

const seconds = (text: string): number | undefined => readInt(text) ?? (isInt(text) ? Infinity : undefined)

const pull = (strings: ReadonlyArray<string>): Read => {
  const [, timeout = "", serial] = strings
  const timeoutSeconds = seconds(timeout)
  if (timeoutSeconds === undefined) {
    return Result.fail(fault("Malformed", `the timeout ${quote(timeout)} is not an integer of seconds`))
  }
  const got = serial === undefined ? undefined : readInt(serial)
  if (serial !== undefined && got === undefined) {
    return Result.fail(fault("Malformed", `the serial ${quote(serial)} is not an integer`))
  }
  const asked = { _tag: "PullCallbacks", key: key(strings), timeoutSeconds } as const
  return Result.succeed(operation(got === undefined ? asked : { ...asked, serial: got }))
}

const methods: ReadonlyMap<string, Method<WebAsked>> = new Map<string, Method<WebAsked>>([
  ["allowReverseCallbacks", {
    params: ["private-key", "allow"],
    // DT-10: what is no int is false
    read: (s) =>
      Result.succeed(operation({
        _tag: "AllowReverseCallbacks",
        key: key(s),
        allow: isInt(at(s, 1)) && !/^[+-]?0+$/u.test(at(s, 1))
      }))
  }],
  ["pullCallbacks", { params: ["private-key", "timeout"], read: pull }]
])

/** The third parameter is ours: the serial of the last callback that a client has got, if it counts them. */
const countingPull: Method<WebAsked> = { params: ["private-key", "timeout", "serial"], read: pull }

/** Characters of the longest name that is shown to anybody. */
const longestName = 200

/** A name in one line that a person can read when asked for consent. */
const plainName = (name: string): string => {
  const line = name.slice(0, 2 * longestName).replace(/\s+/gu, " ").trim()
  return line.length < longestName ? line : `${line.slice(0, longestName - 1)}...`
}

/** WEB-10, WEB-11: a map with `samp.name`; in drafts of 1.3 it was the name alone. */
const readRegister = (method: string, params: ReadonlyArray<SampValue>): Read => {
  const [info = emptyMap] = params
  const identity: SampMap | undefined = isMap(info)
    ? info
    : typeof info === "string"
    ? new Map([["samp.name", info]])
    : undefined
  const name = identity === undefined ? undefined : stringAt(identity, "samp.name")
  if (params.length !== 1 || identity === undefined || name === undefined || name.trim() === "") {
    return Result.fail(fault("Malformed", `${method} takes a map in which samp.name says who you are`))
  }
  return Result.succeed({
    _tag: "Register",
    name: plainName(name),
    counts: stringAt(identity, "x-samp.acknowledges") === "1"
  })
}

/** What an XML-RPC call asks of the hub over the Web Profile (WEB-20..26), or the fault that it gets. */
export const readWebAsked = ({ method, params }: MethodCall): Read => {
  const name = method.startsWith(prefix) ? method.slice(prefix.length) : ""
  if (name === "ping") return Result.map(readPing(method, params), operation)
  if (name === "register") return readRegister(method, params)
  const own = name === "pullCallbacks" && params.length === 3 ? countingPull : methods.get(name)
  if (own !== undefined) return readParams(method, own, params)
  const common = operations.get(name)
  return common === undefined
    ? Result.fail(fault("UnknownMethod", `the Web Profile has no method ${quote(method)}`))
    : Result.map(readParams(method, common, params), operation)
}
