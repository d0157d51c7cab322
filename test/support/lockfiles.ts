/** A lockfile store on a real disk, in a directory that goes with the test. */
import { it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layer } from "../../src/adapters/node/LockfileStoreNode.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"

/** A directory that goes with the test. */
export const directory = Effect.acquireRelease(
  Effect.sync(() => Fs.mkdtempSync(join(tmpdir(), "samp-store-"))),
  (path) => Effect.sync(() => Fs.rmSync(path, { recursive: true, force: true }))
)

/** A store and the path of a lockfile in a directory of its own. */
export const fresh = Effect.gen(function*() {
  const store = yield* LockfileStore
  const home = yield* directory
  return { store, home, path: join(home, ".samp") }
})

export const modeOf = (path: string): string => (Fs.lstatSync(path).mode & 0o777).toString(8)
export const lockfile = (secret: string): string =>
  `# a lockfile\nsamp.secret=${secret}\nsamp.hub.xmlrpc.url=http://127.0.0.1:1/x\n`

export const [one, two, three] = [lockfile("one"), lockfile("two"), lockfile("three")]

export const withStore = Effect.provide(layer)
/** Modes and symbolic links are those of Unix. */
export const live = it.live.skipIf(process.platform === "win32")
