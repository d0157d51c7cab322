/**
 * The call sender on node:http, with an own Agent and the lenient parser: DS9 ends the lines of its answers with a bare
 * LF, which neither fetch nor undici can be told to accept (WIRE-92).
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Http from "node:http"
import { connect } from "node:net"
import type { Limits } from "../../domain/Limits.ts"
import type { SampMap, SampValue } from "../../domain/SampValue.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
import { callFrame, writeParam } from "../../domain/XmlRpcWriter.ts"
import { CallError, type CallOptions, CallSender } from "../../ports/CallSender.ts"
import { XmlCodec } from "../../ports/XmlCodec.ts"
import { answerOf } from "./XmlRpcBody.ts"

/** How a sender works. */
export interface CallSenderOptions {
  readonly limits: Limits
  /** Product and version for the `User-Agent` header. */
  readonly userAgent: string
}

/** Bodies are pieces, so that a large message that goes to many is held once. */
type Body = ReadonlyArray<string | Buffer>

/** Above this many characters, an encoded message is kept as one buffer for all that receive it. */
const sharedFrom = 16_384

/** A message that goes to many is encoded once: all its deliveries hold the same object. */
const encoded = new WeakMap<SampMap, string | Buffer>()

const piece = (param: SampValue): string | Buffer => {
  if (typeof param === "string" || Array.isArray(param)) return writeParam(param)
  const map = param as SampMap // what is neither a string nor an array
  const known = encoded.get(map)
  if (known !== undefined) return known
  const text = writeParam(map)
  const made = text.length < sharedFrom ? text : Buffer.from(text, "latin1")
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

// Our characters are ASCII: as many bytes as characters.
const lengthOf = (body: Body): number => body.reduce((sum, part) => sum + part.length, 0)

/** Codes of errors after which the peer has certainly not seen the request: there was no connection. */
const unreached = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EADDRNOTAVAIL"
])

/** Errors of a connection that was idle: its peer closed it at the moment we used it. */
const stale = new Set(["ECONNRESET", "EPIPE"])

const isLoopbackName = (hostname: string): boolean =>
  hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]"

/** The same endpoint at the loopback address: DS9 gives out a host name that may not resolve (WIRE-42, WIRE-101). */
const atLoopback = (target: URL): URL | undefined => {
  if (isLoopbackName(target.hostname)) return undefined
  const local = new URL(target)
  local.hostname = "127.0.0.1"
  return local
}

type Exchanged = Result.Result<Buffer, CallError>
type Resume = (result: Exchanged) => void

const isRefusal = (result: Exchanged): boolean =>
  Result.isFailure(result) && result.failure.reason === "Refused"

/** Whether an answer whose value does not matter must be looked into. */
const mayBeFault = (body: Buffer): boolean => body.includes("fault")

const make = (codec: XmlCodec["Service"], { limits, userAgent }: CallSenderOptions) => {
  // An idle connection is given up before most peers close it, so that few are found stale.
  const agent = new Http.Agent({ keepAlive: true, maxFreeSockets: 8, scheduling: "lifo", timeout: 4_000 })

  const post = (
    target: URL,
    body: Body,
    options: CallOptions,
    fresh: boolean,
    resume: Resume
  ): () => void => {
    let settled = false
    let answered = false
    const settle = (result: Exchanged): void => {
      if (settled) return
      settled = true
      clearTimeout(limit)
      resume(result)
    }
    const fail = (reason: CallError["reason"], detail: string): void =>
      settle(Result.fail(new CallError({ reason, url: target.href, detail })))
    const request = Http.request({
      agent: fresh ? false : agent,
      host: target.hostname.replace(/^\[|\]$/gu, ""),
      port: target.port === "" ? 80 : target.port,
      path: `${target.pathname}${target.search}`,
      method: "POST",
      insecureHTTPParser: true,
      headers: {
        "Content-Type": "text/xml",
        "User-Agent": userAgent,
        "Content-Length": lengthOf(body),
        ...fresh ? { Connection: "close" } : {}
      }
    })
    const limit = options.timeoutMs === 0 ? undefined : setTimeout(() => {
      fail("Timeout", `no answer within ${options.timeoutMs} ms`)
      request.destroy()
    }, options.timeoutMs)
    request.on("response", (response) => {
      answered = true
      read(response, limits, fail, (bytes) => settle(Result.succeed(bytes)))
    })
    request.on("error", (error: NodeJS.ErrnoException) => {
      const code = error.code ?? ""
      if (settled) return
      if (unreached.has(code)) return fail("Refused", `nothing listens there (${code})`)
      // Retried once, when an idle connection turned out to be closed before any byte of an answer.
      if (request.reusedSocket && !answered && stale.has(code)) {
        clearTimeout(limit)
        settled = true
        return void (retry = post(target, body, options, true, resume))
      }
      fail("Lost", `the connection broke: ${error.message}`)
    })
    if (options.onWritten !== undefined) request.on("finish", options.onWritten)
    for (const part of body.slice(0, -1)) request.write(part, "latin1")
    request.end(body.at(-1) ?? "", "latin1")
    let retry: (() => void) | undefined
    return () => {
      settled = true
      clearTimeout(limit)
      request.destroy()
      retry?.()
    }
  }

  const exchange = (url: string, call: MethodCall, options: CallOptions): Effect.Effect<Buffer, CallError> =>
    Effect.callback<Buffer, CallError>((resume) => {
      const target = new URL(url)
      const body = bodyOf(call)
      const local = atLoopback(target)
      let cancel = post(target, body, options, false, (result) => {
        if (local === undefined || !isRefusal(result)) return resume(Effect.fromResult(result))
        cancel = post(local, body, options, false, (second) => resume(Effect.fromResult(second)))
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

  return CallSender.of({
    call: (url, call, options) => Effect.flatMap(exchange(url, call, options), (body) => decode(url, body)),
    deliver: (url, call, options) =>
      Effect.flatMap(exchange(url, call, options), (body) => {
        if (!mayBeFault(body)) return Effect.void
        return Effect.catchIf(decode(url, body), (error) =>
          error.reason !== "RemoteFault", () =>
          Effect.succeed(""))
      }),
    probe: (url) => probe(new URL(url), limits.connectTimeoutMs)
  })
}

/** Collects an answer: only 200 counts (WIRE-34), and no more than the limit. */
const read = (
  response: Http.IncomingMessage,
  limits: Limits,
  fail: (reason: CallError["reason"], detail: string) => void,
  done: (body: Buffer) => void
): void => {
  const chunks: Array<Buffer> = []
  let size = 0
  response.on("data", (chunk: Buffer) => {
    size += chunk.length
    if (size > limits.bodyBytes) {
      fail("BadAnswer", `the answer is larger than ${limits.bodyBytes} bytes`)
      response.destroy()
    } else chunks.push(chunk)
  })
  response.on("end", () => {
    const [first] = chunks
    if (response.statusCode !== 200) return fail("BadAnswer", `HTTP status ${response.statusCode}`)
    done(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
  })
  response.on("aborted", () => fail("Lost", "the connection broke within the answer"))
  response.on("error", (error) => fail("Lost", `the connection broke within the answer: ${error.message}`))
}

/** Connects and hangs up. A refusal means that nobody listens; slowness means nothing. */
const probe = (target: URL, timeoutMs: number): Effect.Effect<boolean> =>
  Effect.callback<boolean>((resume) => {
    const host = isLoopbackName(target.hostname) ? target.hostname.replace(/^\[|\]$/gu, "") : target.hostname
    const socket = connect({ host, port: Number(target.port === "" ? 80 : target.port) })
    const end = (listens: boolean): void => {
      socket.destroy()
      resume(Effect.succeed(listens))
    }
    socket.setTimeout(timeoutMs, () => end(true))
    socket.once("connect", () => end(true))
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code !== "ECONNREFUSED"))
    return Effect.sync(() => socket.destroy())
  })

/** The port on node:http. */
export const layer = (options: CallSenderOptions): Layer.Layer<CallSender, never, XmlCodec> =>
  Layer.effect(CallSender, Effect.map(XmlCodec, (codec) => make(codec, options)))
