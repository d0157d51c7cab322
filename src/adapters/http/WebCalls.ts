/**
 * XML-RPC of pages: everything is answered with status 200, by a fault if need be, since sampjs waits for ever at any other
 * (WIRE-112). Any page may send something here before anybody has let it in, so all that it can make the hub hold is bounded
 * (WEB-67).
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Http from "node:http"
import { type Fault, fault } from "../../domain/Fault.ts"
import type { Limits } from "../../domain/Limits.ts"
import { isList, type SampValue } from "../../domain/SampValue.ts"
import { sizeOf } from "../../domain/web/PullQueue.ts"
import { writeAnswer, writeFault } from "../../domain/XmlRpcWriter.ts"
import type { WebAnswer, WebHandler } from "../../ports/WebServer.ts"
import type { XmlCodec } from "../../ports/XmlCodec.ts"
import { givenUp } from "../node/Garbage.ts"
import { originOf } from "./Cors.ts"
import { refuse as refuseHttp, send } from "./HttpServing.ts"
import { Pool } from "./Pool.ts"
import { collect, faultTooLarge, resultOf } from "./XmlRpcAnswering.ts"
import { type Body, callOf } from "./XmlRpcBody.ts"

/** Answers a request. */
export type Respond = (request: Http.IncomingMessage, response: Http.ServerResponse) => void

/** A type that a page cannot send without asking first (WEB-07); any other would let it skip the preflight. */
const xmlType = /^(?:text|application)\/xml\s*(?:;|$)/iu

/** Milliseconds for a body, which comes over the loopback. */
const bodyMs = 30_000
/** Milliseconds between two looks at what takes long. */
const lookMs = 1_000

/** Bytes that a byte of what is refused has cost at most. */
const refusedCost = 8

/** How much longer than what is in it a body may be, before what is in it is copied: a string keeps all that it is a part of. */
const slack = 512

const copiedText = (text: string): string => Buffer.from(text, "utf8").toString("utf8")

const copied = (value: SampValue): SampValue => {
  if (typeof value === "string") return copiedText(value)
  if (isList(value)) return value.map(copied)
  return new Map([...value].map(([key, item]) => [copiedText(key), copied(item)]))
}

/** The first parameter of a call, which begins like this: a private key, if it needs one. */
const keyIn = (start: Buffer): string =>
  /<params>\s*<param>\s*<value>\s*(?:<string>)?([^<]{1,200})</u.exec(start.toString("latin1", 0, 1_024))
    ?.[1] ?? ""

type Fork = <A, E>(effect: Effect.Effect<A, E>) => ReturnType<typeof Effect.runFork<A, E>>

/** The calls that come in at one endpoint. */
export class WebCalls {
  /** Bodies that have not come whole, and answers that were not read. */
  private readonly bodies: Pool
  private readonly answers: Pool
  /** What is to be done if the last answer on a connection turns out not to have been read. */
  private readonly unread = new WeakMap<Http.IncomingMessage["socket"], () => void>()
  private readonly codec: XmlCodec["Service"]
  private readonly limits: Limits
  /** As they are for reading. */
  private readonly reading: Limits
  private readonly handler: WebHandler
  private readonly fork: Fork

  constructor(codec: XmlCodec["Service"], limits: Limits, handler: WebHandler, fork: Fork) {
    this.codec = codec
    this.reading = { ...limits, values: limits.webValues, unusualLength: limits.webUnusualLength }
    this.limits = limits
    this.handler = handler
    this.fork = fork
    this.bodies = new Pool(limits.webBodiesBytes, bodyMs)
    this.answers = new Pool(limits.webAnswersBytes, limits.webAnswerMs)
  }

  /** Ends what takes too long, now and then, until it is interrupted. */
  readonly sweeping: Effect.Effect<never> = Effect.forever(
    Effect.andThen(
      Effect.sleep(lookMs),
      Effect.sync(() => {
        this.bodies.sweep(performance.now())
        this.answers.sweep(performance.now())
      })
    )
  )

  /** Connections are short: the one that has been sending its request for longest goes. */
  makeRoom(): void {
    this.bodies.cutOldest()
  }

  /** Takes a call, and answers it. */
  readonly respond: Respond = (request, response) => {
    if (this.unread.has(request.socket)) this.unread.set(request.socket, () => {})
    if (!xmlType.test(request.headers["content-type"] ?? "")) {
      return refuseHttp(response, 415, "XML-RPC has the Content-Type text/xml")
    }
    const sender = { cut: () => void request.destroy() }
    const forget = (): void => this.bodies.drop(sender)
    request.once("close", forget)
    this.bodies.add(sender, 0, performance.now())
    const { bodyBytes, strangerBodyBytes, webBodyBytes } = this.limits
    const most = Math.min(webBodyBytes, bodyBytes)
    const bytes = Math.min(strangerBodyBytes, most)
    let whose = ""
    const more = (start: Buffer): number => {
      if (this.handler.knows(keyIn(start), originOf(request))) return most
      whose = " of those who are not registered"
      return bytes
    }
    const onPiece = (piece: number): void => this.bodies.add(sender, piece, performance.now())
    const refuse: typeof faultTooLarge = (request, response, text) => {
      forget()
      faultTooLarge(request, response, `${text}${whose}`)
    }
    collect(request, response, { bytes, more, most, onPiece, refuse }, (body, length) => {
      forget()
      this.take(request, response, body, length)
    })
  }

  private take(
    request: Http.IncomingMessage,
    response: Http.ServerResponse,
    body: Body,
    length: number
  ): void {
    const call = callOf(this.codec, body, this.reading)
    if (Result.isFailure(call)) {
      givenUp(refusedCost * length)
      return this.answer(response, writeFault(call.failure))
    }
    const { method, params } = call.success
    const size = sizeOf(params)
    givenUp(Math.max(size, length))
    const page = { origin: originOf(request), referer: request.headers.referer }
    const compact = length > 2 * size + slack ? params.map(copied) : params
    const fiber = this.fork(this.handler.call({ method, params: compact }, page))
    const done = fiber.pollUnsafe()
    if (done !== undefined) return this.settle(response, done)
    fiber.addObserver((exit) => this.settle(response, exit))
    response.once("close", () => fiber.interruptUnsafe())
  }

  private settle(response: Http.ServerResponse, exit: Exit.Exit<WebAnswer, Fault>): void {
    if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) {
      this.fork(Effect.logError("a call of a page failed", exit.cause))
    }
    if (Exit.hasInterrupts(exit)) {
      return this.answer(response, writeFault(fault("Stopping", "the hub is shutting down")))
    }
    const answer = resultOf(exit)
    if (Result.isFailure(answer)) return this.answer(response, writeFault(answer.failure))
    const { unread, value } = answer.success
    if (response.destroyed) return unread?.()
    if (unread !== undefined) this.watch(response, unread)
    this.answer(response, writeAnswer(value))
  }

  /**
   * Reports an answer that was not read: if its connection is gone before all of it was handed to the system, and if it is
   * reset later, which a system does in whose hands something was left unread. A further request shows that it was read.
   */
  private watch(response: Http.ServerResponse, unread: () => void): void {
    const { socket } = response.req
    response.once("close", () => {
      if (!response.writableFinished) return unread()
      if (socket.destroyed) return socket.errored === null ? undefined : unread()
      this.watchConnection(socket, unread)
    })
  }

  /** Stands by itself, so that what lasts as long as the connection keeps nothing of the answer. */
  private watchConnection(socket: Http.IncomingMessage["socket"], unread: () => void): void {
    const watched = this.unread.has(socket)
    this.unread.set(socket, unread)
    if (!watched) socket.once("close", (isReset) => isReset ? this.unread.get(socket)?.() : undefined)
  }

  private answer(response: Http.ServerResponse, body: string): void {
    givenUp(body.length)
    send(response, 200, "text/xml", body)
    if (response.writableFinished || response.destroyed) return
    const reader = { cut: () => void response.destroy() }
    const forget = (): void => this.answers.drop(reader)
    response.once("finish", forget).once("close", forget)
    this.answers.add(reader, body.length, performance.now())
  }
}
