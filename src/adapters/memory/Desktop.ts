/** A desktop in memory: the host, its lockfiles and a key source that counts, for simulations. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Host } from "../../ports/Host.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { LockfileError, LockfileStore } from "../../ports/LockfileStore.ts"

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

/** Lockfiles in a map. */
export const lockfiles: Layer.Layer<LockfileStore> = Layer.sync(LockfileStore, () => {
  const files = new Map<string, string>()
  return {
    read: (path) => Effect.sync(() => files.get(path)),
    fetch: (url) =>
      Effect.fail(new LockfileError({ path: url, action: "read", detail: "there is no web in here" })),
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
})

/** All three. */
export const layer: Layer.Layer<Host | KeySource | LockfileStore> = Layer.mergeAll(host, keys, lockfiles)
