/** The call sender on node:http. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Limits } from "../../domain/Limits.ts"
import type { SampMap, SampValue } from "../../domain/SampValue.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
import { callFrame, writeParam } from "../../domain/XmlRpcWriter.ts"
import { CallError, type CallOptions, CallSender } from "../../ports/CallSender.ts"
import { XmlCodec } from "../../ports/XmlCodec.ts"
import { type Body, type Exchanged, HttpPost, type Target } from "./HttpPost.ts"
import { answerOf } from "./XmlRpcBody.ts"

/** How a sender works. */
export interface CallSenderOptions {
  readonly limits: Limits
  /** Product and version for the `User-Agent` header. */
  readonly userAgent: string
}

/** Above this many characters, an encoded message is kept as one buffer for all that receive it. */
const sharedFrom = 16_384

/** Large messages that are still to go to somebody. */
const encoded = new WeakMap<SampMap, Buffer>()
/** The latest small message: a broadcast hands out the same object to all, one after the other. */
let latest: { readonly map: SampMap; readonly text: string } | undefined

/** A message that goes to many is encoded once. */
const piece = (param: SampValue): string | Buffer => {
  if (typeof param === "string" || Array.isArray(param)) return writeParam(param)
  const map = param as SampMap // what is neither a string nor an array
  if (latest?.map === map) return latest.text
  const known = encoded.get(map)
  if (known !== undefined) return known
  const text = writeParam(map)
  if (text.length < sharedFrom) {
    latest = { map, text }
    return text
  }
  const made = Buffer.from(text, "latin1")
  encoded.set(map, made)
  return made
}

const bodyOf = ({ method, params }: MethodCall): Body => {
  const { head, tail } = callFrame(method)
  const pieces: Array<string | Buffer> = []
  let text = head
  for (const param of params) {
    const next = piece(param)
    if (typeof next === "string") text += next
    else {
      pieces.push(text, next)
      text = ""
    }
  }
  pieces.push(text + tail)
  return pieces
}

const loopback = new Set(["127.0.0.1", "localhost", "::1"])

const isRefusal = (result: Exchanged): boolean =>
  Result.isFailure(result) && result.failure.reason === "Refused"

/** Whether an answer whose value does not matter must be looked into. */
const mayBeFault = (body: Buffer): boolean => body.includes("fault")

const make = (codec: XmlCodec["Service"], { limits, userAgent }: CallSenderOptions) => {
  const http = new HttpPost({ userAgent, limits })

  /** The same endpoint at the loopback address: DS9 gives out a host name that may not resolve (WIRE-42, WIRE-101). */
  const local = ({ host, path, port }: Target): Target | undefined =>
    loopback.has(host) ? undefined : http.target(`http://127.0.0.1:${port}${path}`)

  const exchange = <A>(
    url: string,
    call: MethodCall,
    options: CallOptions,
    read: (url: string, body: Buffer) => Effect.Effect<A, CallError>
  ): Effect.Effect<A, CallError> =>
    Effect.callback<A, CallError>((resume) => {
      const target = http.target(url)
      if (target === undefined) {
        return resume(Effect.fail(new CallError({ reason: "Refused", url, detail: "this is no http URL" })))
      }
      const body = bodyOf(call)
      const end = (result: Exchanged): void =>
        resume(Result.isSuccess(result) ? read(url, result.success) : Effect.fail(result.failure))
      let cancel = http.send(target, body, options, (result) => {
        const second = isRefusal(result) ? local(target) : undefined
        if (second === undefined) return end(result)
        cancel = http.send(second, body, options, end)
      })
      return Effect.sync(() => cancel())
    })

  const decode = (url: string, body: Buffer): Effect.Effect<SampValue, CallError> => {
    const answer = answerOf(codec, body, limits)
    if (Result.isSuccess(answer)) return Effect.succeed(answer.success)
    const { failure } = answer
    return Effect.fail(
      failure._tag === "RemoteFault"
        ? new CallError({ reason: "RemoteFault", url, detail: failure.text, code: failure.code })
        : new CallError({ reason: "BadAnswer", url, detail: failure.text })
    )
  }

  const ignoreValue = (url: string, body: Buffer): Effect.Effect<void, CallError> =>
    mayBeFault(body)
      ? Effect.asVoid(
        Effect.catchIf(decode(url, body), ({ reason }) => reason !== "RemoteFault", () => Effect.void)
      )
      : Effect.void

  return CallSender.of({
    call: (url, call, options) => exchange(url, call, options, decode),
    deliver: (url, call, options) => exchange(url, call, options, ignoreValue),
    probe: (url) =>
      exchange(url, question, { timeoutMs: limits.deliveryTimeoutMs }, () => Effect.succeed(true)).pipe(
        Effect.catch((error) => Effect.succeed(error.reason !== "Refused"))
      )
  })
}

/**
 * What a peer is asked to see whether it is there: a whole call of a method that Python knows and the others answer with
 * a fault. A connection without a request, or any other, makes DS9 open an error box.
 */
const question: MethodCall = { method: "system.listMethods", params: [] }

/** The port on node:http. */
export const layer = (options: CallSenderOptions): Layer.Layer<CallSender, never, XmlCodec> =>
  Layer.effect(CallSender, Effect.map(XmlCodec, (codec) => make(codec, options)))
