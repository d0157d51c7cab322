/** What checks that go down to the bytes have in common: requests as text, and how answers are read. */
import * as Effect from "effect/Effect"
import type { SampValue } from "../../../domain/SampValue.ts"
import { writeCall } from "../../../domain/XmlRpcWriter.ts"
import type { RawAnswer, RawOptions } from "../../../ports/RawHttp.ts"
import { broken, demand } from "../Check.ts"
import type { World } from "../World.ts"

/** How a request differs from the usual one. */
export interface Form {
  readonly method?: string
  readonly target?: string
  readonly version?: string
  /** Headers in place of the usual ones. */
  readonly headers?: ReadonlyArray<string>
  /** What ends a line of the head. */
  readonly lineEnd?: string
}

/** A request as text. */
export const request = (world: World, body: string, form: Form = {}): string => {
  const { host, pathname } = new URL(world.run.hub.url)
  const { lineEnd = "\r\n", method = "POST", target = pathname, version = "1.1" } = form
  const usual = [
    `Host: ${host}`,
    "Content-Type: text/xml",
    `Content-Length: ${body.length}`,
    "Connection: close"
  ]
  const head = [`${method} ${target} HTTP/${version}`, ...form.headers ?? usual]
  return `${head.join(lineEnd)}${lineEnd}${lineEnd}${body}`
}

/** The body of a call. */
export const bodyOf = (operation: string, ...params: ReadonlyArray<SampValue>): string =>
  writeCall({ method: `samp.hub.${operation}`, params })

/** The body of a call whose params are given as they stand. */
export const bodyWith = (operation: string, ...params: ReadonlyArray<string>): string =>
  `<?xml version="1.0"?>\n<methodCall><methodName>samp.hub.${operation}</methodName><params>${
    params.map((param) => `<param>${param}</param>`).join("")
  }</params></methodCall>\n`

/** Sends a body, and returns the answer. */
export const post = (world: World, body: string, form: Form = {}, options: Partial<RawOptions> = {}) =>
  Effect.flatMap(
    world.exchange(request(world, body, form), options),
    ([answer]) => answer === undefined ? broken("there was no answer") : Effect.succeed(answer)
  )

/** Whether an answer is a fault. */
export const isFaultAnswer = ({ body }: RawAnswer): boolean => /<methodResponse>\s*<fault>/u.test(body)

/** Whether an answer is a result. */
export const isResult = (answer: RawAnswer): boolean =>
  answer.status === 200 && answer.body.includes("<methodResponse") && !isFaultAnswer(answer)

/** What an answer is, in words. */
export const inWords = ({ body, head }: RawAnswer): string =>
  `${head.split(/\r?\n/u)[0]}, ${JSON.stringify(body.slice(0, 200))}`

/** Demands a result. */
export const succeeded = (what: string, answer: RawAnswer) =>
  demand(isResult(answer), `${what} was answered with ${inWords(answer)}`)

/** Demands that a hub takes a request. */
export const taken = (world: World, what: string, body: string, form: Form = {}) =>
  Effect.flatMap(post(world, body, form), (answer) => succeeded(what, answer))

/** XML-RPC types that no SAMP value has. */
export const foreignType = /<(int|i4|i8|boolean|double|nil|ex:nil|dateTime\.iso8601|base64)\b/u
