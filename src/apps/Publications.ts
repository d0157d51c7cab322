/**
 * What pages have handed over for others to fetch: each piece under a URL of its own, which dies with its owner, and in
 * time. The hub does not hold it in memory (P4).
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { isMediaType } from "../domain/DataUrl.ts"
import type { ClientId } from "../domain/Identifiers.ts"
import { DataServer } from "../ports/DataServer.ts"
import type { Upload } from "../ports/WebServer.ts"

/** How much, and for how long. */
export interface PublicationLimits {
  /** Bytes of one client, and of all. */
  readonly perClient: number
  readonly inAll: number
  /** Seconds for which a piece is served. */
  readonly seconds: number
}

/** All that is being served for pages. */
export interface Publications {
  /** Bytes that a client may still hand over. */
  readonly room: (owner: ClientId) => number
  /** Serves an upload; undefined, and it is discarded, if that cannot be. */
  readonly add: (owner: ClientId, upload: Upload) => Effect.Effect<string | undefined>
  /** Whether this is the URL of something that is served now: whoever knows it was given it. */
  readonly has: (url: string) => boolean
  /** Ends what belongs to others than these. */
  readonly keep: (owners: ReadonlySet<ClientId>) => Effect.Effect<void>
}

interface Piece {
  readonly owner: ClientId
  readonly size: number
  readonly scope: Scope.Closeable
  /** Undefined until it is served. */
  url: string | undefined
}

/** Publications that end with the scope. */
export const make = (
  limits: PublicationLimits
): Effect.Effect<Publications, never, DataServer | Scope.Scope> =>
  Effect.gen(function*() {
    const server = yield* DataServer
    const scope = yield* Effect.scope
    const pieces = new Set<Piece>()
    const sizeOf = (chosen: (piece: Piece) => boolean): number =>
      [...pieces].reduce((sum, piece) => chosen(piece) ? sum + piece.size : sum, 0)

    const end = (piece: Piece): Effect.Effect<void> =>
      Effect.suspend(() => pieces.delete(piece) ? Scope.close(piece.scope, Exit.void) : Effect.void)

    const add = (owner: ClientId, { content, discard, mediaType, name, size }: Upload) =>
      Effect.gen(function*() {
        const own = yield* Scope.fork(scope)
        yield* Scope.addFinalizer(own, discard)
        const piece: Piece = { owner, size, scope: own, url: undefined }
        pieces.add(piece)
        const serving = server.serve({
          content,
          name,
          mediaType: isMediaType(mediaType) ? mediaType : "application/octet-stream"
        })
        const url = yield* Effect.tapError(Scope.provide(serving, own), (error) =>
          Effect.andThen(Effect.logWarning("what a page handed over cannot be served", error), end(piece)))
        piece.url = url
        yield* Effect.forkIn(Effect.andThen(Effect.sleep(limits.seconds * 1000), end(piece)), scope)
        return url
      }).pipe(Effect.orElseSucceed(() =>
        undefined
      ))

    return {
      room: (owner) =>
        Math.max(
          0,
          Math.min(
            limits.perClient - sizeOf((piece) => piece.owner === owner),
            limits.inAll - sizeOf(() => true)
          )
        ),
      add,
      has: (url) => [...pieces].some((piece) => piece.url === url),
      keep: (owners) =>
        Effect.suspend(() =>
          Effect.forEach([...pieces].filter(({ owner }) => !owners.has(owner)), end, { discard: true })
        )
    }
  })
