/** Surroundings in memory: a desktop where nothing is wrong, except for what a test says. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Account, FileFacts, Listener, WebPortState } from "../../domain/diagnosis/Evidence.ts"
import { Host } from "../../ports/Host.ts"
import { LockfileStore } from "../../ports/LockfileStore.ts"
import { Surroundings } from "../../ports/Surroundings.ts"

/** What is different. */
export interface Seeded {
  readonly account?: Account
  readonly variables?: Readonly<Record<string, string>>
  readonly hasLoopback?: boolean
  /** By path; null for what is not there. */
  readonly files?: Readonly<Record<string, FileFacts | null>>
  readonly writable?: boolean
  readonly freeBytes?: number
  /** Addresses by host name. Other names do not resolve; addresses resolve to themselves. */
  readonly hosts?: Readonly<Record<string, ReadonlyArray<string>>>
  readonly owners?: Readonly<Record<number, number>>
  readonly sharesNetwork?: boolean
  readonly listeners?: ReadonlyArray<Listener>
  readonly web?: WebPortState
}

const user = 1000

/** Files are those of the lockfile store, mode 0600; home is a directory of mode 0700. */
export const layer = (seeded: Seeded = {}): Layer.Layer<Surroundings, never, Host | LockfileStore> =>
  Layer.effect(
    Surroundings,
    Effect.gen(function*() {
      const host = yield* Host
      const store = yield* LockfileStore
      const hosts = new Map(Object.entries(seeded.hosts ?? { localhost: ["127.0.0.1"] }))
      return Surroundings.of({
        account: seeded.account ?? { uid: user, home: host.home },
        variable: (name) => seeded.variables?.[name],
        hasLoopback: Effect.succeed(seeded.hasLoopback ?? true),
        file: (path) =>
          Effect.gen(function*() {
            const there = seeded.files?.[path]
            if (there !== undefined) return there ?? undefined
            if (path === host.home) return { kind: "directory", mode: 0o700, owner: user } as const
            const text = yield* Effect.orElseSucceed(store.read(path), () => undefined)
            return text === undefined ? undefined : { kind: "file", mode: 0o600, owner: user } as const
          }),
        isWritable: () => Effect.succeed(seeded.writable ?? true),
        freeBytes: () => Effect.succeed(seeded.freeBytes),
        resolve: (name) => Effect.succeed(hosts.get(name) ?? (/^[\d.]+$|:/u.test(name) ? [name] : [])),
        ownerOf: (pid) => Effect.succeed(seeded.owners?.[pid]),
        sharesNetwork: () => Effect.succeed(seeded.sharesNetwork),
        listeners: Effect.succeed(seeded.listeners),
        askWebPort: () => Effect.succeed(seeded.web ?? "Free")
      })
    })
  )
