/**
 * The same document, read by us, by Python's xmlrpc.client and by JSAMP. Who refuses what is recorded; that we read another
 * value than one of them, refuse what both read alike, or read what both refuse, is a finding unless it is known.
 */
import * as Result from "effect/Result"
import { answerOf, callOf } from "../../../src/adapters/http/XmlRpcBody.ts"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import * as Home from "../../interop/support/Home.ts"
import type { JsonRecord } from "../../interop/support/Json.ts"
import type { Partner } from "../../interop/support/Partner.ts"
import * as Peers from "../../interop/support/Peers.ts"
import { type Read, read, Scalar } from "../../interop/support/Tagged.ts"
import { documentPieces, markupPieces } from "../../support/xmlPieces.ts"
import { bytesOf, inputOf, type Outcome, shape, type Target } from "../engine/Target.ts"
import { knownDifference, knownLeniency, knownRefusal } from "./DecoderDifferences.ts"
import { document } from "./XmlGrammar.ts"
import { bodies } from "./Zoo.ts"

/** What one reader made of a document. */
export type Meaning =
  | { readonly _tag: "Read"; readonly method: string; readonly value: Read }
  | { readonly _tag: "Fault"; readonly text: string }
  | { readonly _tag: "Refused"; readonly why: string }

const isAnswer = (text: string): boolean => text.includes("<methodResponse")

const ours = (body: Buffer, text: string): Meaning => {
  if (isAnswer(text)) {
    const answer = answerOf(xmlCodec, body, defaults)
    if (Result.isSuccess(answer)) return { _tag: "Read", method: "", value: [answer.success] }
    const { _tag, text } = answer.failure
    return _tag === "RemoteFault" ? { _tag: "Fault", text } : { _tag: "Refused", why: text }
  }
  const call = callOf(xmlCodec, body, defaults)
  return Result.isSuccess(call)
    ? { _tag: "Read", method: call.success.method, value: call.success.params }
    : { _tag: "Refused", why: call.failure.text }
}

/** An answer is one value, and the empty string if there is none (WIRE-30). */
const firstOf = (value: Read): Read =>
  Array.isArray(value) ? value.slice(0, 1).concat(value.length === 0 ? [""] : []) : value

const theirs = (answer: boolean) => ({ fault, method, refused, value }: JsonRecord): Meaning =>
  typeof refused === "string"
    ? { _tag: "Refused", why: refused }
    : typeof fault === "string"
    ? { _tag: "Fault", text: fault }
    : { _tag: "Read", method: String(method), value: answer ? firstOf(read(value)) : read(value) }

/** A number as JavaScript, Python or Java writes it. */
const number = (text: string): number => Number(text.trim().replace(/^([+-]?)inf$/u, "$1Infinity"))

const sameScalar = (one: string, two: string): boolean =>
  one.trim() === two.trim() || (one.trim() !== "" && two.trim() !== "" && Object.is(number(one), number(two)))

/** Whether two readings are the same value; scalars that SAMP does not have may be written differently. */
const same = (one: Read, two: Read): boolean => {
  if (one instanceof Scalar) {
    return two instanceof Scalar
      ? sameScalar(one.text, two.text)
      : typeof two === "string" && sameScalar(two, one.text)
  }
  if (two instanceof Scalar) return same(two, one)
  if (typeof one === "string" || typeof two === "string") return one === two
  if (Array.isArray(one) || Array.isArray(two)) {
    return Array.isArray(one) && Array.isArray(two) && one.length === two.length &&
      one.every((item, at) => same(item, two[at]))
  }
  // isArray does not narrow readonly arrays away, so the compiler has to be told what is left
  const [first, second] = [one, two] as [ReadonlyMap<string, Read>, ReadonlyMap<string, Read>]
  return first.size === second.size &&
    [...first].every(([key, item]) => {
      const other = second.get(key)
      return other !== undefined && same(item, other)
    })
}

const agree = (one: Meaning, two: Meaning): boolean =>
  one._tag === "Read" && two._tag === "Read"
    ? one.method.trim() === two.method.trim() && same(one.value, two.value)
    : one._tag === two._tag

const text = (value: Read): string => {
  if (value instanceof Scalar) return `scalar ${value.text}`
  if (typeof value === "string") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`
  // isArray does not narrow readonly arrays away, so the compiler has to be told what is left
  const entries = [...value as ReadonlyMap<string, Read>]
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}: ${text(item)}`).join(", ")}}`
}

const told = (meaning: Meaning): string =>
  meaning._tag === "Read"
    ? `${meaning.method} ${text(meaning.value)}`
    : meaning._tag === "Fault"
    ? `fault ${meaning.text}`
    : `refused: ${meaning.why}`

const kindOf = (meaning: Meaning): string =>
  meaning._tag === "Refused" ? `refused ${shape(meaning.why)}` : meaning._tag

/** The readers that a document is shown to. */
export interface Readers {
  readonly python: Partner
  readonly jsamp: Partner
}

/** Starts Python and JSAMP as readers. */
export const startReaders = (home: Home.Home): Readers => ({
  python: Peers.pythonPartner(home, "fuzz_decoder.py"),
  jsamp: Peers.javaPartner(home, "FuzzPeer.java", "decode")
})

/** Shows a document to all three. */
export const compare = async ({ jsamp, python }: Readers, input: string): Promise<Outcome> => {
  // JSAMP's reader would fetch what a declaration names; that we refuse all of them is tested elsewhere
  if (/<!(?!--|\[CDATA\[)/u.test(input)) return { seen: ["declaration"] }
  const body = bytesOf(input)
  const encoded = body.toString("base64")
  const [second, third] = (await Promise.all([python.ask(encoded), jsamp.ask(encoded)])).map(
    theirs(isAnswer(input))
  )
  if (second === undefined || third === undefined) throw new Error("no answer")
  const first = ours(body, input)
  const seen = [`${kindOf(first)}, Python ${kindOf(second)}, JSAMP ${kindOf(third)}`]
  const detail = `ours ${told(first)}\n  Python ${told(second)}\n  JSAMP ${told(third)}`
  const found = (kind: string): Outcome => ({ seen, wrong: { kind, detail } })
  if (
    first._tag === "Read" && second._tag === "Read" && !agree(first, second) &&
    !knownDifference("python", input)
  ) {
    return found("read otherwise by Python")
  }
  if (
    first._tag === "Read" && third._tag === "Read" && !agree(first, third) && !knownDifference("jsamp", input)
  ) {
    return found("read otherwise by JSAMP")
  }
  if (
    first._tag === "Refused" && second._tag === "Read" && agree(second, third) && !knownRefusal(first.why)
  ) {
    return found(`refused, read by both: ${shape(first.why)}`)
  }
  if (
    first._tag === "Read" && second._tag === "Refused" && third._tag === "Refused" && !knownLeniency(input)
  ) {
    return found("read, refused by both")
  }
  return { seen }
}

/** Documents for three readers. */
export const decoders = (): Target => {
  const home = Home.make()
  const readers = startReaders(home)
  return {
    name: "decoders",
    sources: /\/src\/(?:adapters\/xml\/|adapters\/http\/XmlRpcBody|domain\/XmlRpc)/u,
    seeds: bodies(),
    pieces: ["<", ...[...documentPieces, ...markupPieces].map(inputOf)],
    generate: (next) => inputOf(document(next)),
    check: (input) => compare(readers, input),
    stop: async () => {
      await Promise.all([readers.python.end(), readers.jsamp.end()])
      home.remove()
    }
  }
}
