/**
 * The data server on node:http: GET and HEAD, with ranges and validators, for readers as plain as DS9 (HTTP/1.0, bare LF,
 * no Host) and as careful as curl.
 *
 * There is no way from a URL to the disk but a table of what is being served now, so there is nothing to traverse. Keys
 * are looked up by their digest: how long that takes says nothing about keys. No header lets a web page read, and a name
 * that a page may have bent to our address is refused (WEB-65).
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { createHash } from "node:crypto"
import type * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { resolve } from "node:path"
import type { Duplex } from "node:stream"
import { dataPath, isMediaType, readTarget, safeName } from "../../domain/DataUrl.ts"
import { type Content, DataError, DataServer, type Resource } from "../../ports/DataServer.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { codeOf, explain, isMissing, NotAFile } from "../node/RegularFile.ts"
import { harmless, isOurs, open, ownNames, refuse } from "./HttpServing.ts"
import { answerWith, openSource, type Part, type Source, transfer } from "./Transfer.ts"

/** How patient the server is, in milliseconds. */
export interface DataServerOptions {
  /** How long a reader may take for a quarter of a megabyte, so that none holds a file open for ever; default 120 s. */
  readonly idleMs?: number
  /** What downloads get that are running when the scope of their URL ends, before they are cut; default 500 ms. */
  readonly graceMs?: number
}

const address = "127.0.0.1"

/** An answer under way. */
interface Answer {
  readonly cut: () => void
  readonly ended: Promise<void>
}

/** One thing that is being served. */
interface Shelf {
  readonly resource: Resource
  readonly name: string
  readonly label: string
  readonly running: Set<Answer>
  /** Downloads so far. */
  count: number
}

type Shelves = Map<string, Shelf>

const digest = (key: string): string => createHash("sha256").update(key).digest("base64url")

/**
 * Headers of all answers about a resource. The type is not to be guessed, lest data become a page; and what is a page, as a
 * web page may have published, runs nothing at this address, where browsers ask nobody before they let it at loopback.
 */
const describe = (shelf: Shelf): ReadonlyArray<string> => [
  "Content-Type",
  shelf.resource.mediaType,
  ...harmless
]

const download = async (
  shelf: Shelf,
  source: Source,
  response: Http.ServerResponse,
  { end, start }: Part,
  idleMs: number
): Promise<void> => {
  const number = ++shelf.count
  const progress = { number, sent: 0, total: end - start, size: source.size }
  const tell = (state: "Running" | "Done" | "Broken", sent: number): void => {
    progress.sent = sent
    shelf.resource.onDownload?.({ ...progress, state })
  }
  tell("Running", 0)
  const options = { start, end, idleMs, onSent: (sent: number) => tell("Running", sent) }
  tell(await transfer(response, source, options) ? "Done" : "Broken", progress.sent)
}

const fetchFrom = async (
  shelf: Shelf,
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  idleMs: number
): Promise<void> => {
  let source: Source
  try {
    source = await openSource(shelf.resource.content, shelf.label)
  } catch (error) {
    return isMissing(error) || error instanceof NotAFile
      ? refuse(response, 404, "the file that was served here is gone")
      : refuse(response, 503, `the file cannot be read now: ${codeOf(error)}`)
  }
  try {
    await answerWith(
      source,
      request,
      response,
      describe(shelf),
      (part) => download(shelf, source, response, part, idleMs)
    )
  } finally {
    await source.close()
  }
}

const find = (shelves: Shelves, request: Http.IncomingMessage): Shelf | undefined => {
  const target = readTarget(request.url ?? "/")
  const shelf = target === undefined ? undefined : shelves.get(digest(target.key))
  return shelf?.name === target?.name ? shelf : undefined
}

const handle = async (
  shelves: Shelves,
  names: ReadonlySet<string>,
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  idleMs: number
): Promise<void> => {
  if (!isOurs(request.headers.host, names)) {
    return refuse(response, 403, "this Host is not ours; use the URL as it was given")
  }
  const shelf = find(shelves, request)
  if (shelf === undefined) return refuse(response, 404, "nothing is served here, or not any more")
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD")
    return refuse(response, 405, "data are read by GET")
  }
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const running: Answer = { cut: () => void response.destroy(), ended }
  shelf.running.add(running)
  try {
    await fetchFrom(shelf, request, response, idleMs)
  } finally {
    shelf.running.delete(running)
    end()
  }
}

/** Waits until the answers under way have ended; cuts those that are left after the grace. */
const finish = async ({ running }: Shelf, graceMs: number): Promise<void> => {
  const all = Promise.all(Array.from(running, ({ ended }) => ended))
  const { promise: over, resolve: stop } = Promise.withResolvers<void>()
  const timer = setTimeout(stop, graceMs)
  await Promise.race([all, over])
  clearTimeout(timer)
  for (const { cut } of running) cut()
}

/** Content that can be served, with its path made absolute; a file must be readable now. */
const check = ({ content, mediaType, name }: Resource): Effect.Effect<Content, DataError> => {
  if (!isMediaType(mediaType)) {
    const detail = `${JSON.stringify(mediaType.slice(0, 80))} is no media type, such as application/fits`
    return Effect.fail(new DataError({ reason: "BadMediaType", what: name, detail }))
  }
  if (content._tag === "Bytes") return Effect.succeed(content)
  const path = resolve(content.path)
  const absolute: Content = { _tag: "File", path }
  return Effect.tryPromise({
    try: async () => {
      await (await openSource(absolute, "")).close()
      return absolute
    },
    catch: (error) => {
      const reason = error instanceof NotAFile ? "NotAFile" : isMissing(error) ? "NotFound" : "Unreadable"
      return new DataError({ reason, what: path, detail: explain(error) })
    }
  })
}

const make = ({ graceMs = 500, idleMs = 120_000 }: DataServerOptions) =>
  Effect.gen(function*() {
    const keys = yield* KeySource
    const scope = yield* Effect.scope
    const opening = yield* Semaphore.make(1)
    const shelves: Shelves = new Map()
    const names = ownNames(address)
    const underWay = new Set<Http.IncomingMessage>()
    let base: string | undefined

    const listener: Http.RequestListener = (request, response) => {
      underWay.add(request)
      handle(shelves, names, request, response, idleMs)
        .catch(() => response.destroy())
        .finally(() => underWay.delete(request))
    }
    const isStreaming = (socket: Duplex): boolean =>
      [...underWay].some((request) => request.socket === socket)

    /** Where the server listens; it is opened by the first who asks, and tried again if it could not be. */
    const origin = opening.withPermit(Effect.uninterruptible(Effect.gen(function*() {
      if (base !== undefined) return base
      const server = yield* Scope.provide(open(address, 0, listener, isStreaming), scope)
      // listen() on a host and port gives an AddressInfo, never a pipe name
      base = `http://${address}:${(server.address() as AddressInfo).port}`
      return base
    })))

    const serve: DataServer["Service"]["serve"] = Effect.fnUntraced(function*(resource) {
      const content = yield* check(resource)
      const root = yield* origin
      const key = yield* keys.next
      const place = digest(key)
      const label = digest(place).slice(0, 16)
      const shelf: Shelf = {
        resource: { ...resource, content },
        name: safeName(resource.name),
        label,
        running: new Set(),
        count: 0
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => shelves.set(place, shelf)),
        () => {
          shelves.delete(place)
          return Effect.promise(() => finish(shelf, graceMs))
        }
      )
      return `${root}${dataPath(key, resource.name)}`
    })
    return DataServer.of({ serve })
  })

/** The port on node:http: one server on the loopback address, opened at the first `serve`, closed with the layer. */
export const layer = (options: DataServerOptions = {}): Layer.Layer<DataServer, never, KeySource> =>
  Layer.effect(DataServer, make(options))
