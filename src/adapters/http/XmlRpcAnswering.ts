/** What our XML-RPC endpoints share: taking a body in, and answering. */
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import type * as Http from "node:http"
import { type Fault, fault } from "../../domain/Fault.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import { writeAnswer, writeFault } from "../../domain/XmlRpcWriter.ts"
import { httpAnswer, send } from "./HttpServing.ts"

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
  request.removeAllListeners("data").removeAllListeners("end").resume()
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
  /** Answers what is larger; default by HTTP status 413. */
  readonly refuse?: typeof tooLarge
  /** Sees pieces as they come. */
  readonly onPiece?: (bytes: number) => void
}

/** Collects a body, and calls back once: with the bytes, or not at all when they are too many or never all come. */
export const collect = (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  { bytes, onPiece, refuse = tooLarge }: Collecting,
  done: (body: Buffer) => void
): void => {
  const chunks: Array<Buffer> = []
  let size = 0
  if (Number(request.headers["content-length"] ?? 0) > bytes) {
    return refuse(request, response, largerThan(bytes))
  }
  request.on("data", (chunk: Buffer) => {
    size += chunk.length
    onPiece?.(chunk.length)
    if (size <= bytes) chunks.push(chunk)
    else {
      chunks.length = 0
      refuse(request, response, largerThan(bytes))
    }
  })
  request.on("end", () => {
    if (size > bytes) return
    const [first] = chunks
    done(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
  })
  request.on("error", () => {
    chunks.length = 0
  })
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
