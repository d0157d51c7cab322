/**
 * The translator: what a page reads through the hub (WEB-50, WEB-53..55). It serves what the hub's rules allow, a file of
 * this machine or something of the web, as a stream, with ranges and validators; whatever it serves does nothing at the
 * hub's address when it is opened as a page. The router before it has looked at Host, set the headers of CORS and taken the
 * request apart.
 */
import * as Result from "effect/Result"
import type * as Http from "node:http"
import { hostname } from "node:os"
import { headBytes, mediaTypeOf } from "../../domain/content/Recognise.ts"
import { isMediaType } from "../../domain/DataUrl.ts"
import { product, version } from "../../domain/Version.ts"
import { candidates, choose, type Destination, destination } from "../../domain/web/Translation.ts"
import type { Reading } from "../../ports/WebServer.ts"
import { explain, isMissing, NotAFile, openRegular } from "../node/RegularFile.ts"
import { harmless, send } from "./HttpServing.ts"
import { answerWith, fileSource, release, type Source, transfer, written } from "./Transfer.ts"
import { openUpstream, type Resolve, resolveBySystem, UpstreamError } from "./Upstream.ts"

/** Limits of a translator. None is met by a page that reads tables and images. */
export interface TranslatorOptions {
  /**
   * Bytes of one answer at most; default 16 GiB. Larger than what browsers hold, so that it only ends what never ends; of a
   * larger file, parts can be read.
   */
  readonly answerBytes?: number
  /** Answers to one page at once; default 16, where browsers open six connections. */
  readonly perToken?: number
  /** Answers to all pages at once; default 128, so that the hub keeps descriptors for the others. */
  readonly atOnce?: number
  /** Milliseconds until a server of the web has been found and has taken a connection; default 15 s. */
  readonly connectMs?: number
  /** Milliseconds until it begins to answer; default 300 s, since archives search while one waits. */
  readonly answerMs?: number
  /** Milliseconds for the next piece, from the server and to the page; default 120 s. */
  readonly idleMs?: number
  /**
   * Domains whose names are the user's own, such as `observatory.example`, default none: places below them may be at private
   * addresses when they are mentioned. Of other names only those may that no stranger can give, such as `nas.local`.
   */
  readonly ownDomains?: ReadonlyArray<string>
  /** Finds addresses; the operating system's way by default. */
  readonly resolve?: Resolve
}

/** A request, taken apart. */
export interface Translation {
  /** Who asks: what stood between the translator's path and the `?`. */
  readonly token: string
  /** All that follows the first `?`; undefined if there is none. */
  readonly query: string | undefined
  readonly mayRead: (url: string) => Reading
}

/** What became of a request, for the log. */
export interface Outcome {
  readonly status: number
  /** The foreign URL, as far as there is one. Pages choose it, so that it is to be quoted. */
  readonly url: string | undefined
  /** Why it was refused, or why the answer broke off; undefined when all went well. */
  readonly problem: string | undefined
}

/** Answers requests for foreign URLs. */
export interface Translator {
  /** Answers one request; resolves when that is over, and never rejects. */
  readonly translate: (
    request: Http.IncomingMessage,
    response: Http.ServerResponse,
    translation: Translation
  ) => Promise<Outcome>
}

type Limits = Required<TranslatorOptions>

const defaults: Limits = {
  answerBytes: 16 * 2 ** 30,
  perToken: 16,
  atOnce: 128,
  connectMs: 15_000,
  answerMs: 300_000,
  idleMs: 120_000,
  ownDomains: [],
  resolve: resolveBySystem
}

/** Milliseconds after which a running answer sees that its page has left. */
const lookMs = 1_000

const readerGone = "the reader has gone"

/** Why there is no answer, as status and text for the page. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** A request that is allowed, and what is to be known while it is answered. */
interface Job {
  readonly request: Http.IncomingMessage
  readonly response: Http.ServerResponse
  readonly limits: Limits
  /** Why the answer must end here, after so many bytes; undefined while it may go on. */
  readonly end: (sent: number) => string | undefined
}

const tooLarge = ({ limits }: Job, size: number): Refusal =>
  new Refusal(
    502,
    `it has ${size} bytes, and this hub passes on ${limits.answerBytes} at once; read it in parts, by Range`
  )

const openFile = async (path: string): Promise<Source> => {
  try {
    return fileSource(await openRegular(path, false))
  } catch (error) {
    if (isMissing(error)) throw new Refusal(404, "there is no such file any more")
    throw new Refusal(
      403,
      `this file is not read: ${error instanceof NotAFile ? error.message : explain(error)}`
    )
  }
}

/** Serves a file. @returns why it broke off */
const serveFile = async (job: Job, path: string): Promise<string | undefined> => {
  const { limits, request, response } = job
  const source = await openFile(path)
  let problem: string | undefined
  try {
    const head = await source.read(0, headBytes)
    const describe = ["Content-Type", mediaTypeOf(head, { name: path, size: source.size })]
    if (source.size > limits.answerBytes && request.method === "GET" && request.headers.range === undefined) {
      throw tooLarge(job, source.size)
    }
    await answerWith(source, request, response, describe, async ({ end, start }) => {
      const stop = Math.min(end, start + limits.answerBytes)
      const onSent = (sent: number): void => {
        problem = job.end(sent)
        if (problem !== undefined) response.destroy()
      }
      const whole = await transfer(response, source, { start, end: stop, idleMs: limits.idleMs, onSent })
      if (!whole || stop < end) {
        problem ??= `${readerGone}, or the file has changed`
        response.destroy()
      }
    })
  } finally {
    await source.close()
  }
  return problem
}

/** Conditions of a request that go along to where it leads, with the form that they must have. */
const passedOn: ReadonlyArray<readonly [name: string, form: RegExp]> = [
  ["if-none-match", /^[\x20-\x7e]{1,1000}$/u],
  ["if-modified-since", /^[\x20-\x7e]{1,100}$/u],
  ["accept-encoding", /^[\x20-\x7e]{1,200}$/u]
]
/** Those of a GET alone. */
const passedOnByGet: typeof passedOn = [
  ["range", /^bytes=[\d,\s-]{1,200}$/iu],
  ["if-range", /^[\x20-\x7e]{1,1000}$/u]
]

const conditions = ({ headers, method }: Http.IncomingMessage): ReadonlyArray<string> =>
  [...passedOn, ...method === "GET" ? passedOnByGet : []].flatMap(([name, form]) => {
    const value = headers[name]
    return typeof value === "string" && form.test(value) ? [name, value] : []
  })

/** What is told of an answer, with the form that it must have; all else is the server's own business. */
const passedBack: ReadonlyArray<readonly [name: string, form: RegExp]> = [
  ["Content-Encoding", /^[\w, -]{1,100}$/u],
  ["Content-Range", /^bytes (?:\d+-\d+|\*)\/(?:\d+|\*)$/iu],
  ["Accept-Ranges", /^(?:bytes|none)$/iu],
  ["ETag", /^(?:W\/)?"[\x21\x23-\x7e]{0,1000}"$/u],
  ["Last-Modified", /^[\w,:+ -]{1,100}$/u]
]

/** The announced length of an answer; a chunked one has none, whatever it says. */
const lengthOf = ({ headers }: Http.IncomingMessage): number | undefined => {
  const text = headers["content-length"] ?? ""
  return headers["transfer-encoding"] === undefined && /^\d{1,15}$/u.test(text) ? Number(text) : undefined
}

const description = (message: Http.IncomingMessage): ReadonlyArray<string> => {
  const type = message.headers["content-type"] ?? ""
  const length = lengthOf(message)
  return [
    "Content-Type",
    isMediaType(type) ? type : "application/octet-stream",
    ...passedBack.flatMap(([name, form]) => {
      const value = message.headers[name.toLowerCase()]
      return typeof value === "string" && form.test(value) ? [name, value] : []
    }),
    ...length === undefined ? [] : ["Content-Length", String(length)]
  ]
}

/** Statuses that a server has no reason to answer with, and that browsers act upon. */
const isOdd = (status: number): boolean =>
  status < 200 || status >= 300 && status < 400 && status !== 304 || status === 407 || status > 599

/** Passes a body on, each piece when the one before has been taken. @returns why it broke off */
const pump = (job: Job, message: Http.IncomingMessage): Promise<string | undefined> =>
  new Promise((resolve) => {
    const { limits, response } = job
    const late = (): void => done(`nothing came for ${limits.idleMs} ms`)
    let timer = setTimeout(late, limits.idleMs)
    let sent = 0
    let isOver = false
    const done = (problem: string | undefined): void => {
      isOver = true
      clearTimeout(timer)
      message.off("data", pass).off("end", end).off("close", broken)
      resolve(problem)
    }
    const pass = (piece: Buffer): void => {
      // While the reader takes its time, nothing is expected of the server.
      clearTimeout(timer)
      sent += piece.length
      const problem = job.end(sent)
      if (problem !== undefined) return done(problem)
      message.pause()
      void written(response, piece, limits.idleMs).then((taken) => {
        if (!taken) return done(readerGone)
        release(piece)
        if (isOver) return
        timer = setTimeout(late, limits.idleMs)
        message.resume()
      })
    }
    const end = (): void => done(undefined)
    const broken = (): void => done(response.destroyed ? readerGone : "the server broke off")
    // It may have been over before this looked.
    if (message.destroyed) return broken()
    message.on("data", pass).once("end", end).once("close", broken)
  })

/** Serves what is at a URL of the web. @returns why it broke off */
const serveWeb = async (job: Job, url: URL): Promise<string | undefined> => {
  const { limits, request, response } = job
  const gone = new AbortController()
  const leave = (): void => gone.abort()
  response.once("close", leave)
  try {
    const method = request.method === "HEAD" ? "HEAD" : "GET"
    const message = await openUpstream(
      url,
      { method, headers: conditions(request), signal: gone.signal },
      {
        ...limits,
        own: [hostname().toLowerCase(), ...limits.ownDomains.map((domain) => domain.toLowerCase())],
        userAgent: `${product}/${version}`
      }
    )
    gone.signal.addEventListener("abort", () => message.destroy())
    // What breaks is seen as its end.
    message.on("error", () => {})
    const status = message.statusCode ?? 0
    if (isOdd(status)) throw new UpstreamError(`${url.host} answered with HTTP status ${status}`)
    const length = method === "GET" ? lengthOf(message) ?? 0 : 0
    if (length > limits.answerBytes) throw tooLarge(job, length)
    response.writeHead(status, [...description(message)])
    response.flushHeaders()
    if (method === "HEAD" || status === 204 || status === 304) return void response.end()
    const problem = await pump(job, message)
    // Cut, so that the page sees that something is missing.
    if (problem === undefined) response.end()
    else response.destroy()
    return problem
  } catch (error) {
    if (gone.signal.aborted) return readerGone
    throw error instanceof UpstreamError ? new Refusal(502, error.message) : error
  } finally {
    response.off("close", leave)
    // It may still be sending.
    gone.abort()
  }
}

/** Headers of all answers, the refusals included; who has the address reads anew each time, as its right may end. */
const prepare = (response: Http.ServerResponse): void => {
  const headers = [
    ...harmless,
    "Cache-Control",
    "no-store",
    "Cross-Origin-Resource-Policy",
    "cross-origin",
    // The address is a secret.
    "Referrer-Policy",
    "no-referrer"
  ]
  for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? "", headers[at + 1] ?? "")
}

const serve = (job: Job, place: Destination): Promise<string | undefined> => {
  switch (place._tag) {
    case "File":
      return serveFile(job, place.path)
    case "Web":
      return serveWeb(job, place.url)
    case "Nowhere":
      throw new Refusal(400, place.why)
  }
}

/** Says when an answer must end: when it is too long, or when the page has left. */
const watch = (
  { mayRead }: Translation,
  url: string,
  { answerBytes }: Limits
): Job["end"] => {
  let looked = performance.now()
  return (sent) => {
    if (sent > answerBytes) {
      return `it goes on after ${answerBytes} bytes, the most that this hub passes on at once`
    }
    if (performance.now() - looked < lookMs) return undefined
    looked = performance.now()
    return mayRead(url) === "UnknownToken" ? "the page has left the hub" : undefined
  }
}

/** A translator, which counts what it is doing. */
export const makeTranslator = (options: TranslatorOptions = {}): Translator => {
  const limits = { ...defaults, ...options }
  const own = new Set([hostname().toLowerCase()])
  const running = new Map<string, number>()
  let all = 0

  const enter = (token: string): void => {
    const count = running.get(token) ?? 0
    if (count >= limits.perToken) {
      throw new Refusal(429, `${count} answers to this page are under way; try again later`)
    }
    if (all >= limits.atOnce) throw new Refusal(503, `${all} answers to pages are under way; try again later`)
    running.set(token, count + 1)
    all++
  }
  const leave = (token: string): void => {
    const count = (running.get(token) ?? 1) - 1
    if (count === 0) running.delete(token)
    else running.set(token, count)
    all--
  }

  const translate: Translator["translate"] = async (request, response, translation) => {
    // The likeliest reading, if it is refused.
    let url = candidates(translation.query ?? "")[0]
    prepare(response)
    try {
      const chosen = choose(request.method ?? "", translation.query, translation.mayRead)
      if (Result.isFailure(chosen)) throw new Refusal(chosen.failure.status, chosen.failure.text)
      url = chosen.success
      enter(translation.token)
      try {
        const job: Job = { request, response, limits, end: watch(translation, url, limits) }
        const problem = await serve(job, destination(url, own))
        return { status: response.statusCode, url, problem }
      } finally {
        leave(translation.token)
      }
    } catch (error) {
      const { message, status } = error instanceof Refusal
        ? error
        : new Refusal(502, `this cannot be read: ${explain(error)}`)
      if (status === 405) response.setHeader("Allow", "GET, HEAD")
      if (response.headersSent) response.destroy()
      else send(response, status, "text/plain", `${message}\n`)
      return { status, url, problem: message }
    }
  }
  return { translate }
}
