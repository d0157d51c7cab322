/** Port: HTTP down to the byte, for asking a server what no HTTP library would ask. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ListenError } from "./CallServer.ts"

/** There was no answer. */
export class NoAnswer extends Data.TaggedError("NoAnswer")<{
  /**
   * `Refused`: nobody listens. `Unreachable`: no way leads to the address. `Closed`: the peer hung up. `Timeout`: nothing
   * whole came in time.
   */
  readonly reason: "Refused" | "Unreachable" | "Closed" | "Timeout"
  readonly url: string
  /** What had come until then. */
  readonly received: string
}> {
  override get message(): string {
    const what = {
      Refused: "refused the connection",
      Unreachable: "cannot be reached",
      Closed: "hung up",
      Timeout: "gave no whole answer in time"
    }
    const after = this.received === "" ? "" : ` after ${JSON.stringify(this.received.slice(0, 200))}`
    return `${this.url} ${what[this.reason]}${after}`
  }
}

/** An HTTP response, taken apart just far enough. Text has a character for each byte. */
export interface RawAnswer {
  readonly status: number
  /** Status line and headers as they came, without the blank line. */
  readonly head: string
  /** Headers, names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** An HTTP request, likewise. */
export interface RawRequest {
  /** Request line and headers as they came. */
  readonly head: string
  /** What the request line asks for, such as `/xmlrpc?a=b`. */
  readonly target: string
  readonly body: string
}

/** How to exchange bytes. */
export interface RawOptions {
  /** Milliseconds until all answers must be there. */
  readonly timeoutMs: number
  /** How many answers to wait for. Default 1. */
  readonly answers?: number
  /** The answer has no body, whatever its length says, as to HEAD. */
  readonly headOnly?: boolean
  /** Ends our direction after the last byte. */
  readonly half?: boolean
}

/** Exchanges bytes over connections of its own. */
export class RawHttp extends Context.Service<RawHttp, {
  /** Sends bytes, one for each character, to the host and port of a URL, and reads answers; fewer if the peer closes. */
  readonly exchange: (
    url: string,
    bytes: string,
    options: RawOptions
  ) => Effect.Effect<ReadonlyArray<RawAnswer>, NoAnswer>
  /**
   * Listens on a free port of the loopback address, until the scope ends, and answers each request by bytes; undefined
   * hangs up without an answer.
   *
   * @returns the port
   */
  readonly listen: (
    answer: (request: RawRequest) => Effect.Effect<string | undefined>
  ) => Effect.Effect<number, ListenError, Scope.Scope>
}>()("samp/ports/RawHttp") {}
