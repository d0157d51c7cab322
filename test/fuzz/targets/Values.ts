/**
 * Values, as JSON text: what `samp send --params` and programs give us. They pass through JSON and XML-RPC unchanged; what
 * they say as messages, responses and calls of the hub is read without a throw; and a refusal is one line of ASCII.
 */
import * as Result from "effect/Result"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import * as HubStatus from "../../../src/domain/HubStatus.ts"
import { unsafeNumber } from "../../../src/domain/JsonNumbers.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import { readMessage, readResponse } from "../../../src/domain/Message.ts"
import { isMType, isPattern, matches, patternsMatching } from "../../../src/domain/MType.ts"
import { fromJson, illegality, isList, isMap, type SampValue, toJson } from "../../../src/domain/SampValue.ts"
import { parse as parsePosition } from "../../../src/domain/SkyPosition.ts"
import { readAsked } from "../../../src/domain/StandardProfile.ts"
import { readAnswer, readCall } from "../../../src/domain/XmlRpc.ts"
import { scanAnswer } from "../../../src/domain/XmlRpcScanner.ts"
import { writeAnswer, writeCall } from "../../../src/domain/XmlRpcWriter.ts"
import { show } from "../../support/arbitraries.ts"
import { oracle } from "../../support/xmlOracle.ts"
import { type Outcome, shape, type Target, type Wrong } from "../engine/Target.ts"
import { line } from "./ValueGrammar.ts"

const methods = [
  "register",
  "unregister",
  "setXmlrpcCallback",
  "declareMetadata",
  "getMetadata",
  "declareSubscriptions",

  "getSubscriptions",
  "getRegisteredClients",
  "getSubscribedClients",
  "notify",
  "notifyAll",
  "call",
  "callAll",
  "callAndWait",
  "reply",
  "ping",
  "isAlive",
  "x"
].map((name) => `samp.hub.${name}`)

const seeds = [
  "{\"samp.mtype\":\"a.b\",\"samp.params\":{\"a\":\"1\"}}",
  "{\"samp.status\":\"samp.ok\",\"samp.result\":{}}",

  "{\"samp.status\":\"samp.error\",\"samp.error\":{\"samp.errortxt\":\"x\",\"samp.code\":\"1\"}}",
  "[]",
  "{}",
  "\"\"",

  "[\"key\",\"id\",{\"samp.mtype\":\"a.*\",\"samp.params\":{}},\"10\"]",
  "[1,true,null,1e400,9007199254740993,-0]",

  "{\"a.*\":{},\"*\":{},\"a.b\":{\"x\":\"1\"}}",
  "[\"10:20:30\",\"-5d6m7s\"]",
  "[\"key\",\"http://localhost:1/\"]"
]

const pieces = [
  "\"",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "\\",
  "\\u00e9",
  "\\ud800",
  "\\n",
  "\\r",
  "\\u0000",
  "null",
  "true",
  "-",
  "1e5",
  "0",

  "\"samp.mtype\":",
  "\"samp.params\":",
  "\"samp.status\":",
  "\"samp.result\":",
  "\"samp.error\":",
  "\"samp.errortxt\":",

  "\"samp.ok\"",
  "\"samp.warning\"",
  "\"__proto__\":",
  "{}",
  "[]",
  "\"\"",
  "\"key\"",
  "\"a.b\"",
  "\"*\"",
  ".",
  "\"12\"",
  "9007199254740993",
  "1e400",
  "\"-1\"",
  "\"http://[::1]:1/\"",
  "\"file:///x\"",
  "<",
  "&",
  "\"]]>\""
] as const

/** JSON with the first number that is too long in it, or the text itself as a string. */
const parse = (input: string): { readonly json: unknown; readonly unsafe: string | undefined } => {
  try {
    return { json: JSON.parse(input), unsafe: unsafeNumber(input) }
  } catch {
    return { json: input, unsafe: undefined }
  }
}

const asciiLine = (text: string): boolean => /^[\x20-\x7e]*$/u.test(text)

/**
 * Whether V8 may read a key of it wrongly: it takes a key that is one escaped character for a backslash once it has seen a
 * backslash as a key (nodejs/node#63785).
 */
const isMisread = (value: SampValue): boolean =>
  isList(value)
    ? value.some(isMisread)
    : isMap(value) && [...value].some(([key, item]) => /^["\\\b\f\n\r\t]$/u.test(key) || isMisread(item))

const passes = (value: SampValue): Wrong | undefined => {
  const whole = show(value)
  const again = isMisread(value)
    ? Result.succeed(value)
    : fromJson(JSON.parse(JSON.stringify(toJson(value))))
  const document = writeAnswer(value)
  const scanned = scanAnswer(document, defaults)
  const tree = oracle(document)
  const call = Result.flatMap(
    xmlCodec.parse(writeCall({ method: "m", params: [value] }), defaults),
    (root) => readCall(root, defaults)
  )
  const ways: ReadonlyArray<readonly [string, string]> = [
    ["JSON", Result.isSuccess(again) ? show(again.success) : again.failure.text],
    ["the scanner", scanned === undefined ? "given up" : show(scanned)],
    [
      "the oracle",
      tree === undefined ? "refused" : show(Result.getOrElse(readAnswer(tree, defaults), () => "refused"))
    ],
    [
      "a call",
      Result.isSuccess(call) ? show(call.success.params[0] ?? "missing") : JSON.stringify(call.failure)
    ]
  ]
  const wrong = ways.find(([_, found]) => found !== whole)
  return wrong === undefined
    ? undefined
    : { kind: `changed by ${wrong[0]}`, detail: `${whole} as ${wrong[1]}` }
}

/** Reads a value as all that a peer may mean by it; the kinds of outcomes. */
const meanings = (
  value: SampValue
): { readonly seen: ReadonlyArray<string>; readonly wrong?: Wrong | undefined } => {
  const seen: Array<string> = []
  const refusals: Array<string> = []
  const note = (what: string, result: Result.Result<unknown, { readonly text: string } | string>): void => {
    if (Result.isSuccess(result)) return void seen.push(what)
    const text = typeof result.failure === "string" ? result.failure : result.failure.text
    refusals.push(text)
    seen.push(`${what}: ${shape(text)}`)
  }
  if (isMap(value)) {
    note("message", readMessage(value))
    note("response", readResponse(value))
    note("status", HubStatus.readStatus(value))
  }
  const params = isList(value) ? value : [value]
  for (const method of methods) note(method, readAsked({ method, params }))
  for (const text of params.filter((one) => typeof one === "string")) {
    if (isMType(text)) {
      const all = patternsMatching(text)
      const odd = all.find((pattern) => !isPattern(pattern) || !matches(pattern, text))
      if (odd !== undefined) {
        return { seen, wrong: { kind: "a pattern that does not match", detail: `${odd} of ${text}` } }
      }
    }
    note("position", parsePosition(text, typeof params[1] === "string" ? params[1] : "0"))
  }
  const long = refusals.find((text) => text.length > 1_000)
  return { seen, wrong: long === undefined ? undefined : { kind: "a long refusal", detail: long } }
}

const check = (input: string): Outcome => {
  const { json, unsafe } = parse(input)
  const result = fromJson(json)
  if (Result.isFailure(result)) {
    const { text } = result.failure
    const wrong = asciiLine(text) || illegality(text) !== undefined
      ? undefined
      : { kind: "an odd refusal", detail: text }
    return { seen: [`refused: ${shape(text)}`, `number ${unsafe !== undefined}`], wrong }
  }
  const { seen, wrong } = meanings(result.success)
  return { seen, wrong: passes(result.success) ?? wrong }
}

/** Values of SAMP. */
export const values: Target = {
  name: "values",
  sources:
    /\/src\/domain\/(?:SampValue|Message|StandardProfile|MType|SkyPosition|JsonNumbers|HubStatus|XmlRpc)/u,
  seeds,
  pieces,
  generate: (next) => line(next),
  check,
  read: (input) => {
    const result = fromJson(parse(input).json)
    if (Result.isSuccess(result)) meanings(result.success)
  }
}
