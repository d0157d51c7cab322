/**
 * The publisher: what a page hands over for programs of the desktop. The bytes go to a private file as they come, and when
 * all are there the hub is told of them and says under which URL they are found. The router before it has looked at Host
 * and Origin and has set the headers of CORS.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import * as Fs from "node:fs/promises"
import type * as Http from "node:http"
import { join } from "node:path"
import { publishedName, publishingObjection, tooMuch, usualMediaType } from "../../domain/web/Publishing.ts"
import { type Refused, stranger } from "../../domain/web/Translation.ts"
import type { Upload } from "../../ports/WebServer.ts"
import { makePrivateDirectory, removeLeftovers, roomyDirectory } from "../node/PrivateDirectory.ts"
import { codeOf, isMissing } from "../node/RegularFile.ts"
import { release } from "./Transfer.ts"

/** Limits of a publisher. How much a page may hand over in all is for the hub to say, as `room`. */
export interface PublisherOptions {
  /** Where the private directory is made; default `TMPDIR`, or else `/var/tmp`, which unlike `/tmp` is never in memory. */
  readonly parent?: string
  /** Uploads of one page at once; default 4, so that a page cannot keep many half-sent ones. */
  readonly perToken?: number
  /** Milliseconds that a page may take for each quarter of a megabyte; default 60 s. */
  readonly idleMs?: number
  /**
   * Milliseconds for which the rest of a refused upload is let run by; default 5 s. Closed at once, the connection would take
   * the answer with it before a page that is still writing could read it.
   */
  readonly lingerMs?: number
}

/** A request, taken apart. */
export interface Publication {
  /** Who hands over. */
  readonly token: string
  /** What follows the first `?`: `name=`, the file name. */
  readonly query: string | undefined
  /** Bytes that this page may still hand over, those not counted that are on their way; undefined if nobody holds the token. */
  readonly room: () => number | undefined
  /** Takes what is there. @returns its URL, or undefined if its owner has left */
  readonly publish: (upload: Upload) => Effect.Effect<string | undefined>
}

/** What became of an upload, for the log. */
export interface Published {
  readonly status: number
  /** Bytes that came. */
  readonly size: number
  /** Why it was refused; undefined when it was published. */
  readonly problem: string | undefined
}

/** Takes uploads. */
export interface Publisher {
  /** Takes one; resolves when that is over, and never rejects. */
  readonly take: (
    request: Http.IncomingMessage,
    response: Http.ServerResponse,
    publication: Publication
  ) => Promise<Published>
}

type Limits = Required<PublisherOptions>

/** What the names of the private directories begin with. */
const prefix = "samp-published"

/** How much must come within the idle time. */
const pieceBytes = 262_144

/** Why nothing is published, as status and text for the page. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** An upload under way, and what has come of it. */
interface Arrival {
  bytes: number
}

/** Those of one page. */
type Arrivals = Set<Arrival>

const sum = (arrivals: Arrivals): number => [...arrivals].reduce((all, { bytes }) => all + bytes, 0)

const refusal = ({ status, text }: Refused): Refusal => new Refusal(status, text)

const shuttingDown = new Refusal(503, "the hub is shutting down")

/** Answers in full and closes the connection, at the latest when the rest of the request has had time to run by. */
const answer = async (
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  status: number,
  text: string,
  lingerMs: number
): Promise<void> => {
  if (response.destroyed || response.headersSent) return
  const whole = request.complete
  response.writeHead(status, [
    "Content-Type",
    "text/plain",
    "Content-Length",
    String(text.length),
    ...whole ? [] : ["Connection", "close"]
  ])
  response.write(text, "latin1")
  if (!whole) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, lingerMs)
    request.once("end", resolve).once("close", resolve).once("error", () => resolve()).resume()
    await promise
    clearTimeout(timer)
  }
  response.end()
}

/** Writes a piece to a file, all of it. */
const write = async (file: Fs.FileHandle, piece: Uint8Array): Promise<void> => {
  for (let at = 0; at < piece.length;) at += (await file.write(piece, at, piece.length - at)).bytesWritten
}

/** Takes the body of a request into a file, as fast as that takes it. */
const receive = (
  request: Http.IncomingMessage,
  file: Fs.FileHandle,
  arrival: Arrival,
  arrivals: Arrivals,
  { room }: Publication,
  { idleMs }: Limits
): Promise<void> =>
  new Promise((resolve, reject) => {
    let due = pieceBytes
    const stop = (): void => {
      clearTimeout(timer)
      request.off("data", take).off("end", end).off("close", cut)
    }
    const fail = (error: unknown): void => {
      stop()
      reject(error)
    }
    const take = (piece: Buffer): void => {
      const allowed = room()
      if (allowed === undefined) return fail(refusal(stranger))
      arrival.bytes += piece.length
      if (sum(arrivals) > allowed) return fail(refusal(tooMuch(allowed)))
      if (arrival.bytes >= due) {
        due = arrival.bytes + pieceBytes
        timer.refresh()
      }
      request.pause()
      write(file, piece).then(() => {
        release(piece)
        request.resume()
      }, fail)
    }
    const end = (): void => {
      stop()
      resolve()
    }
    const cut = (): void => fail(new Refusal(400, `the connection broke after ${arrival.bytes} bytes`))
    const timer = setTimeout(
      () => fail(new Refusal(408, `the data came too slowly: only ${arrival.bytes} bytes in time`)),
      idleMs
    )
    // The connection may have broken while the file was being made; nothing would tell of it any more.
    if (request.destroyed) return cut()
    request.on("data", take).once("end", end).once("close", cut)
  })

const refusalOf = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error
  const code = codeOf(error)
  return ["ENOSPC", "EDQUOT"].includes(code)
    ? new Refusal(507, "the disk on which published data are kept is full")
    : new Refusal(500, `the data could not be kept: ${code}`)
}

/** Somewhere to put files: a private directory, made when the first comes, and again if something has cleaned it away. */
class Store {
  private directory: Promise<string> | undefined
  private readonly parent: string

  constructor(parent: string) {
    this.parent = parent
  }

  /** Makes an empty file under a name that nobody can guess. */
  async create(): Promise<{ readonly path: string; readonly file: Fs.FileHandle }> {
    try {
      return await this.tryCreate()
    } catch (error) {
      this.directory = undefined
      if (!isMissing(error)) throw error
      return await this.tryCreate()
    }
  }

  async remove(): Promise<void> {
    const path = await this.directory?.catch(() => undefined)
    if (path !== undefined) await remove(path)
  }

  private async tryCreate() {
    this.directory ??= makePrivateDirectory(this.parent, prefix)
    const path = join(await this.directory, randomBytes(18).toString("base64url"))
    return { path, file: await Fs.open(path, "wx", 0o600) }
  }
}

const remove = (path: string): Promise<void> =>
  Fs.rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {})

/** Puts the body of a request into a file. @returns its path */
const keep = async (
  request: Http.IncomingMessage,
  store: Store,
  arrival: Arrival,
  arrivals: Arrivals,
  publication: Publication,
  limits: Limits
): Promise<string> => {
  const { headers, method = "" } = request
  const handing = { method, mediaType: headers["content-type"], encoding: headers["content-encoding"] }
  const room = publication.room()
  const why = publishingObjection(handing, room)
  if (why !== undefined || room === undefined) throw refusal(why ?? stranger)
  if (arrivals.size > limits.perToken) {
    throw new Refusal(429, `${limits.perToken} uploads of this page are under way; try again later`)
  }
  if (sum(arrivals) + Number(headers["content-length"] ?? 0) > room) throw refusal(tooMuch(room))
  const { file, path } = await store.create()
  try {
    await receive(request, file, arrival, arrivals, publication, limits)
    await file.close()
    return path
  } catch (error) {
    await file.close().catch(() => {})
    await remove(path)
    throw error
  }
}

/**
 * A publisher. Its files are gone with the scope; what a hub that was killed has left behind is removed at the start.
 */
export const makePublisher = (
  options: PublisherOptions = {}
): Effect.Effect<Publisher, never, Scope.Scope> =>
  Effect.gen(function*() {
    const limits: Limits = {
      parent: roomyDirectory(),
      perToken: 4,
      idleMs: 60_000,
      lingerMs: 5_000,
      ...options
    }
    const context = yield* Effect.context<never>()
    const run = Effect.runPromiseExitWith(context)
    const store = new Store(limits.parent)
    const all = new Map<string, Arrivals>()
    const underWay = new Map<Http.ServerResponse, Promise<Published>>()
    const closing = new AbortController()

    // It is nobody's, and nobody waits until it is gone.
    yield* Effect.forkScoped(Effect.ignore(Effect.tryPromise(() => removeLeftovers(limits.parent, prefix))))
    yield* Effect.addFinalizer(() =>
      Effect.promise(async () => {
        closing.abort()
        for (const response of underWay.keys()) response.destroy()
        await Promise.all(underWay.values())
        await store.remove()
      })
    )

    /** Hands a file over. @returns its URL */
    const announce = async (
      path: string,
      size: number,
      { headers }: Http.IncomingMessage,
      { publish, query }: Publication
    ): Promise<string> => {
      const upload: Upload = {
        name: publishedName(query),
        mediaType: headers["content-type"] ?? usualMediaType,
        size,
        content: { _tag: "File", path },
        discard: Effect.promise(() => remove(path))
      }
      const exit = await run(publish(upload), { signal: closing.signal })
      if (Exit.isSuccess(exit) && exit.value !== undefined) return exit.value
      await remove(path)
      if (Exit.isSuccess(exit)) throw refusal(stranger)
      if (closing.signal.aborted) throw shuttingDown
      await run(Effect.logError("data of a page could not be published", exit.cause))
      throw new Refusal(500, "the hub failed to publish this; its log says more")
    }

    const attempt = async (
      request: Http.IncomingMessage,
      response: Http.ServerResponse,
      publication: Publication
    ): Promise<Published> => {
      const { token } = publication
      const arrival: Arrival = { bytes: 0 }
      const arrivals = all.get(token) ?? new Set()
      all.set(token, arrivals.add(arrival))
      const forget = (): void => {
        arrivals.delete(arrival)
        if (arrivals.size === 0 && all.get(token) === arrivals) all.delete(token)
      }
      try {
        if (closing.signal.aborted) throw shuttingDown
        const path = await keep(request, store, arrival, arrivals, publication, limits)
        // From here on the hub counts it.
        forget()
        if (response.destroyed) {
          await remove(path)
          throw new Refusal(400, "the page has gone before it could hear the URL")
        }
        const url = await announce(path, arrival.bytes, request, publication)
        response.setHeader("Location", url)
        await answer(request, response, 201, url, limits.lingerMs)
        return { status: 201, size: arrival.bytes, problem: undefined }
      } catch (error) {
        forget()
        const { message, status } = refusalOf(error)
        if (status === 405) response.setHeader("Allow", "POST, PUT")
        await answer(request, response, status, `${message}\n`, limits.lingerMs)
        return { status, size: arrival.bytes, problem: message }
      }
    }

    return {
      take: async (request, response, publication) => {
        const work = attempt(request, response, publication)
        underWay.set(response, work)
        try {
          return await work
        } finally {
          underWay.delete(response)
        }
      }
    }
  })
