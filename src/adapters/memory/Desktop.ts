/** A desktop in memory: the host, its lockfiles and a key source that counts, for simulations. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Host } from "../../ports/Host.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { LockfileError, LockfileStore } from "../../ports/LockfileStore.ts"
import { Web } from "./Web.ts"

/** A user at home in `/home/astronomer`, whose only process is number 1. */
export const host: Layer.Layer<Host> = Layer.succeed(Host, {
  home: "/home/astronomer",
  sampHub: undefined,
  pid: 1,
  join: (...segments) => segments.join("/"),
  isAlive: (pid) => Effect.succeed(pid === 1)
})

/** Keys `key-1`, `key-2` and so on. Never for a hub that others can reach. */
export const keys: Layer.Layer<KeySource> = Layer.sync(KeySource, () => {
  let count = 0
  return { next: Effect.sync(() => `key-${++count}`) }
})

const lockfileStore = (fetch: LockfileStore["Service"]["fetch"]): LockfileStore["Service"] => {
  const files = new Map<string, string>()
  return {
    read: (path) => Effect.sync(() => files.get(path)),
    fetch,
    publish: (path, text, stale) =>
      Effect.sync(() => {
        if (files.get(path) !== stale) return false
        files.set(path, text)
        return true
      }),
    written: () => Effect.succeed(undefined),
    withdraw: (path, text) =>
      Effect.sync(() => {
        if (files.get(path) === text) files.delete(path)
      }),
    list: (directory, prefix) =>
      Effect.sync(() => [...files.keys()].filter((path) => path.startsWith(`${directory}/${prefix}`)).sort())
  }
}

/** Lockfiles in a map. */
export const lockfiles: Layer.Layer<LockfileStore> = Layer.sync(
  LockfileStore,
  () =>
    lockfileStore((url) =>
      Effect.fail(new LockfileError({ path: url, action: "read", detail: "there is no web in here" }))
    )
)

/** Lockfiles in a map, and such as web servers serve (STD-31). */
export const lockfilesOnWeb: Layer.Layer<LockfileStore, never, Web> = Layer.effect(
  LockfileStore,
  Effect.map(Web, (web) =>
    lockfileStore((url) =>
      web.read(url).pipe(
        Effect.map(({ bytes }) => new TextDecoder().decode(bytes)),
        Effect.mapError(({ detail }) => new LockfileError({ path: url, action: "read", detail }))
      )
    ))
)

/** All three. */
export const layer: Layer.Layer<Host | KeySource | LockfileStore> = Layer.mergeAll(host, keys, lockfiles)
