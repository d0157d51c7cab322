/** What our XML-RPC endpoints share: taking a body in, and answering. */
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Http from "node:http"
import { type Fault, fault } from "../../domain/Fault.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import { writeAnswer, writeFault } from "../../domain/XmlRpcWriter.ts"
import { httpAnswer, send } from "./HttpServing.ts"
import { release } from "./Transfer.ts"
import type { Body } from "./XmlRpcBody.ts"

/** Milliseconds for which the rest of a request that is too large is let run by. */
const lingerMs = 2_000

/**
 * Answers a request that is still being written, and ends the connection once the rest has run by: closed at once, it would
 * take the answer with it before a caller that is still writing could read it.
 */
const answerEarly = (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  answer: () => string
): void => {
  const { socket } = request
  const say = (): void => {
    socket.write(answer())
    const end = (): void => {
      clearTimeout(timer)
      socket.end(() => socket.destroy())
    }
    const timer = setTimeout(end, lingerMs)
    if (request.readableEnded) end()
    else request.once("end", end)
  }
  request.removeAllListeners("data").removeAllListeners("end").on("data", release)
  // a response has no socket until those to earlier requests of the connection have gone out
  if (response.socket === null) response.once("socket", say)
  else say()
}

const largerThan = (bytes: number): string =>
  `the request is larger than ${bytes} bytes, the most this hub takes`

/** Says that a request is too large. */
const tooLarge = (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  text: string
): void =>
  answerEarly(
    request,
    response,
    () => httpAnswer("413 Payload Too Large", `${text}\n`, response.getHeaders())
  )

/** Says it by a fault, for callers that understand nothing else (WIRE-112). */
export const faultTooLarge = (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  text: string
): void =>
  answerEarly(
    request,
    response,
    () => httpAnswer("200 OK", writeFault(fault("Limit", text)), response.getHeaders(), "text/xml")
  )

/** How a body is collected. */
export interface Collecting {
  /** Bytes of the largest that is taken. */
  readonly bytes: number
  /** Bytes that are taken all the same, once it is seen how the body begins; and the most that these can be. */
  readonly more?: (start: Buffer) => number
  readonly most?: number
  /** Answers what is larger; default by HTTP status 413. */
  readonly refuse?: typeof tooLarge
  /** Sees pieces as they come. */
  readonly onPiece?: (bytes: number) => void
}

/** Bytes by which it is seen how a body begins. */
const startBytes = 1_024

/** The pieces of a body that is on its way. */
class Pieces {
  private pieces: Array<Buffer> = []
  size = 0

  add(piece: Buffer): void {
    this.pieces.push(piece)
    this.size += piece.length
  }

  /** How it begins. */
  get start(): Buffer {
    const [first] = this.pieces
    return first !== undefined && first.length >= startBytes ? first : Buffer.concat(this.pieces)
  }

  /** Uses them, and gives their memory back. */
  use(then: (body: Body) => void): void {
    then(this.pieces)
    this.drop()
  }

  drop(): void {
    for (const piece of this.pieces) release(piece)
    this.pieces = []
  }
}

/**
 * Collects a body, and calls back once: with its pieces, whose memory is given back afterwards, or not at all when they are too
 * many or never all come.
 */
export const collect = (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  { bytes, more, most = bytes, onPiece, refuse = tooLarge }: Collecting,
  done: (body: Body, size: number) => void
): void => {
  const pieces = new Pieces()
  const announced = Number(request.headers["content-length"] ?? 0)
  let limit = bytes
  const isTooLarge = (): boolean => {
    const size = pieces.size < startBytes ? pieces.size : Math.max(pieces.size, announced)
    if (size <= limit) return false
    limit = Math.max(limit, more?.(pieces.start) ?? 0)
    return size > limit
  }
  const giveUp = (): void => {
    pieces.drop()
    refuse(request, response, largerThan(limit))
  }
  if (announced > most) {
    limit = most
    return giveUp()
  }
  request.on("data", (piece: Buffer) => {
    pieces.add(piece)
    onPiece?.(piece.length)
    if (isTooLarge()) giveUp()
  })
  request.on("end", () => pieces.use((body) => done(body, pieces.size)))
  request.on("close", () => pieces.drop())
  request.on("error", () => pieces.drop())
}

const internal = fault("Malformed", "the hub failed to handle this; its log says more")

/** How a handler ended, as the one who called is told. */
export const resultOf = <A>(exit: Exit.Exit<A, Fault>): Result.Result<A, Fault> => {
  if (Exit.isSuccess(exit)) return Result.succeed(exit.value)
  const reason = exit.cause.reasons.find((candidate) => candidate._tag === "Fail")
  return Result.fail(reason?.error ?? internal)
}

/** Answers with a value or a fault. */
export const answerWith = (response: Http.ServerResponse, result: Result.Result<SampValue, Fault>): void =>
  send(
    response,
    200,
    "text/xml",
    Result.isSuccess(result) ? writeAnswer(result.success) : writeFault(result.failure)
  )
