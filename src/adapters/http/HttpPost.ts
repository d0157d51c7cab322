/**
 * One POST and its answer, on node:http with an own Agent and the lenient parser: DS9 ends the lines of its answers with
 * a bare LF, which neither fetch nor undici can be told to accept (WIRE-92).
 *
 * Connections are kept where the peer keeps them. Many close after one exchange without a word (DS9, JSAMP, Python), so
 * that the second request on a connection may find it closed. Such a request was not seen, and is sent again on a fresh
 * connection; from then on that peer gets a connection for each. On a connection that has already served two, a hang-up
 * tells nothing of the kind, and nothing is sent twice.
 *
 * Who sends the next request when the one ahead of it is written keeps the order: a request that may have to be sent again
 * counts as written when it is answered, or after the pace; and for its connection see Lanes (DLV-08).
 */
import * as Result from "effect/Result"
import type * as Http from "node:http"
import type { Socket } from "node:net"
import type { Limits } from "../../domain/Limits.ts"
import { CallError, type CallOptions } from "../../ports/CallSender.ts"
import { Gates } from "./Gates.ts"
import { type Lane, type LaneOptions, Lanes, Roads } from "./Lanes.ts"
import { http } from "./NodeHttp.ts"

/** Bodies are pieces, so that a large message that goes to many is held once. All characters are ASCII. */
export type Body = ReadonlyArray<string | Buffer>

/** The bytes of an answer with status 200, or why there are none. */
export type Exchanged = Result.Result<Buffer, CallError>

/** An endpoint, taken apart once. */
export interface Target {
  readonly href: string
  readonly host: string
  readonly port: number
  readonly path: string
  /** What the Host header says. */
  readonly authority: string
  readonly lanes: Lanes
  /** Whether the peer is known to close its connections after one exchange. */
  closes: boolean
}

/** How many endpoints are remembered. */
const remembered = 4_096

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

/** Codes of a connection that its peer had closed. */
const hungUp = new Set(["ECONNRESET", "EPIPE"])

const wholeFault = /<\/fault>\s*<\/methodResponse>\s*$/u

/** Sends requests over connections of its own. */
export class HttpPost {
  private readonly roads = new Roads()
  private readonly targets = new Map<string, Target>()
  /** Answers that came over a connection so far. */
  private readonly served = new WeakMap<Socket, number>()
  private readonly userAgent: string
  private readonly limits: Limits
  private readonly gates: Gates

  constructor({ limits, userAgent }: { readonly userAgent: string; readonly limits: Limits }) {
    this.userAgent = userAgent
    this.limits = limits
    this.gates = new Gates(limits.deliveriesPerPort, limits.deliveryPaceMs)
  }

  /** The endpoint at a URL, or undefined when it is no http URL: what is meant for TLS is not sent in clear. */
  target(href: string): Target | undefined {
    const known = this.targets.get(href)
    if (known !== undefined) return known
    if (!/^http:/iu.test(href) || !URL.canParse(href)) return undefined
    const url = new URL(href)
    const target = {
      href,
      host: url.hostname.replace(/^\[|\]$/gu, ""),
      port: Number(url.port === "" ? 80 : url.port),
      path: `${url.pathname}${url.search}`,
      authority: url.host,
      lanes: new Lanes(this.roads, this.limits.deliveriesInFlight),
      closes: false
    }
    if (this.targets.size >= remembered) this.targets.clear()
    this.targets.set(href, target)
    return target
  }

  /**
   * Sends a request. `done` is called once, unless the returned function cancels before.
   */
  send(target: Target, body: Body, options: CallOptions, done: (result: Exchanged) => void): () => void {
    let cancel: (() => void) | undefined
    const pass = this.gates.enter(target.authority, () => {
      cancel = this.attempt(target, body, options, !target.closes, (result) => {
        this.gates.leave(target.authority, pass)
        done(result)
      })
    })
    return () => {
      this.gates.leave(target.authority, pass)
      cancel?.()
    }
  }

  private attempt(
    target: Target,
    body: Body,
    options: CallOptions,
    keep: boolean,
    done: (result: Exchanged) => void
  ): () => void {
    let settled = false
    let answered = false
    let cancelRetry: (() => void) | undefined
    const lane = keep ? target.lanes.enter() : undefined
    const settle = (result: Exchanged): void => {
      if (settled) return
      settled = true
      clearTimeout(limit)
      done(result)
    }
    const fail = (reason: CallError["reason"], detail: string): void =>
      settle(Result.fail(new CallError({ reason, url: target.href, detail })))
    const request = this.open(target, lengthOf(body), lane, options.origin)
    const limit = options.timeoutMs === 0 ? undefined : setTimeout(() => {
      fail("Timeout", `no answer within ${options.timeoutMs} ms`)
      request.destroy()
    }, options.timeoutMs)
    request.on("response", (response) => {
      answered = true
      if (lane !== undefined) target.lanes.answer(lane)
      this.read(response, fail, (bytes) => {
        if (request.socket !== null && keep) {
          this.served.set(request.socket, (this.served.get(request.socket) ?? 0) + 1)
        }
        settle(Result.succeed(bytes))
      })
    })
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (settled) return
      const code = error.code ?? ""
      if (unreached.has(code)) return fail("Refused", `nothing listens there (${code})`)
      if (!answered && hungUp.has(code) && this.mayBeStale(request)) {
        settled = true
        clearTimeout(limit)
        target.closes = true
        cancelRetry = this.attempt(target, body, options, false, done)
        return
      }
      fail("Lost", `the connection broke: ${error.message}`)
    })
    if (lane !== undefined) request.on("close", () => target.lanes.leave(lane))
    const { onWritten } = options
    if (onWritten !== undefined) {
      request.on("finish", () => {
        const wait = this.mayBeStale(request) || lane !== undefined && target.lanes.shouldWait(lane)
        if (wait) this.whenTaken(request, onWritten)
        else onWritten()
      })
    }
    for (const part of body.slice(0, -1)) request.write(part, "latin1")
    request.end(body.at(-1) ?? "", "latin1")
    return () => {
      settled = true
      clearTimeout(limit)
      request.destroy()
      cancelRetry?.()
    }
  }

  private open(
    target: Target,
    length: number,
    lane: Lane | undefined,
    origin: string | undefined
  ): Http.ClientRequest {
    const options: LaneOptions = {
      agent: lane === undefined ? false : this.roads.agent,
      lane: lane?.name ?? "",
      host: target.host,
      port: target.port,
      path: target.path,
      method: "POST",
      insecureHTTPParser: true,
      // As a flat array, headers go out as they stand, without being stored and checked one by one.
      headers: [
        "Host",
        target.authority,
        "Content-Type",
        "text/xml",
        "User-Agent",
        this.userAgent,
        "Content-Length",
        String(length),
        "Connection",
        lane === undefined ? "close" : "keep-alive",
        ...origin === undefined ? [] : ["Origin", origin]
      ]
    }
    return http.request(options)
  }

  /** Runs when a written request is answered, or when there was time enough to hear of a hang-up and none came. */
  private whenTaken(request: Http.ClientRequest, run: () => void): void {
    let isOver = false
    const over = (): void => {
      isOver = true
      clearTimeout(timer)
    }
    const taken = (): void => {
      if (isOver) return
      over()
      run()
    }
    // When the time is up, what has come in meanwhile is read first.
    const timer = setTimeout(() => setImmediate(taken), this.limits.deliveryPaceMs)
    request.on("response", taken)
    request.on("error", over)
    request.on("close", over)
  }

  /** Whether a request uses a connection that its peer may have closed after the first exchange. */
  private mayBeStale(request: Http.ClientRequest): boolean {
    return request.reusedSocket && request.socket !== null && this.served.get(request.socket) === 1
  }

  /** Collects an answer: only 200 counts (WIRE-34), and no more than the limit. */
  private read(
    response: Http.IncomingMessage,
    fail: (reason: CallError["reason"], detail: string) => void,
    done: (body: Buffer) => void
  ): void {
    const chunks: Array<Buffer> = []
    let size = 0
    const finish = (): void => {
      const [first] = chunks
      done(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks))
    }
    response.on("data", (chunk: Buffer) => {
      size += chunk.length
      if (size <= this.limits.bodyBytes) return void chunks.push(chunk)
      fail("BadAnswer", `the answer is larger than ${this.limits.bodyBytes} bytes`)
      response.destroy()
    })
    response.on("end", () => {
      if (response.statusCode === 200) finish()
      else fail("BadAnswer", `HTTP status ${response.statusCode}`)
    })
    response.on("error", (error) => {
      // DS9's faults are a byte shorter than announced, but whole.
      if (response.statusCode === 200 && wholeFault.test(chunks.at(-1)?.toString("latin1") ?? "")) finish()
      else fail("Lost", `the connection broke within the answer: ${error.message}`)
    })
  }
}
