/**
 * Lockfiles on disk.
 *
 * A lockfile is written in full, mode 0600, under another name in the same directory, and then linked to its own:
 * `link` fails if the name is there, so it is exclusive, and it is atomic, so nobody ever reads a part (STD-40, STD-43).
 * To replace a dead hub's file, one taker at a time looks again whether it is still that file, and renames over it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { multiDirectory } from "../../domain/Lockfile.ts"
import { LockfileError, LockfileStore } from "../../ports/LockfileStore.ts"
import { codeOf, openRegular } from "./RegularFile.ts"
import { guarded, isDangling, sweep, writeBeside } from "./Replacing.ts"

/** No lockfile is larger; a larger file is something else. */
const maxBytes = 65_536

const attempt = <A>(
  path: string,
  action: "read" | "write",
  run: () => Promise<A>
): Effect.Effect<A, LockfileError> =>
  Effect.tryPromise({
    try: run,
    catch: (error) =>
      new LockfileError({ path, action, detail: error instanceof Error ? error.message : String(error) })
  })

const read = async (path: string): Promise<string | undefined> => {
  try {
    const { file } = await openRegular(path)
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
      return buffer.toString("latin1", 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined
    throw error
  }
}

/** Makes the directory of further hubs; any other that is missing was more likely mistyped than meant. */
const provide = async (directory: string): Promise<void> => {
  const there = await Fs.stat(directory).then(() => true, (error: unknown) => codeOf(error) !== "ENOENT")
  if (there) return
  if (basename(directory) !== multiDirectory) {
    throw new Error(`there is no directory ${directory}; make it, or choose another place`)
  }
  await Fs.mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw error
  })
}

/** File systems without hard links, such as FAT. */
const noLinks = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"])

const createExclusively = async (path: string, beside: string, text: string): Promise<boolean> => {
  try {
    await Fs.link(beside, path)
    return true
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false
    if (!noLinks.has(codeOf(error))) throw error
  }
  try {
    await Fs.writeFile(path, text, { encoding: "latin1", flag: "wx", mode: 0o600 })
    return true
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false
    throw error
  }
}

const replace = (path: string, beside: string, stale: string): Promise<boolean> =>
  guarded(path, async () => {
    if (await read(path) !== stale) return false
    await Fs.rename(beside, path)
    return true
  })

const publish = async (path: string, text: string, stale: string | undefined): Promise<boolean> => {
  await sweep(dirname(path)).catch(() => {})
  await provide(dirname(path))
  const beside = await writeBeside(path, text, "latin1")
  try {
    if (stale !== undefined) return await replace(path, beside, stale)
    if (await createExclusively(path, beside, text)) return true
    if (await isDangling(path)) throw new Error("it is a symbolic link that leads nowhere; remove it")
    return false
  } finally {
    await Fs.rm(beside, { force: true })
  }
}

const withdraw = async (path: string, text: string): Promise<void> => {
  if (await read(path) === text) await Fs.rm(path, { force: true })
}

/** What `fetch` failed of; it says so only in the cause of its error, and there only in that of one address. */
const reasonOf = (error: unknown): string => {
  const { cause } = error instanceof Error ? error : { cause: undefined }
  const deepest = cause instanceof AggregateError ? cause.errors[0] : cause ?? error
  return deepest instanceof Error ? deepest.message : String(deepest)
}

const fetchText = async (url: string): Promise<string> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => {
    throw new Error(reasonOf(error))
  })
  if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  return (await response.text()).slice(0, maxBytes)
}

const list = async (directory: string, prefix: string): Promise<ReadonlyArray<string>> => {
  const names = await Fs.readdir(directory).catch(() => [])
  return names.filter((name) => name.startsWith(prefix)).sort().map((name) => join(directory, name))
}

/** The port on the file system. */
export const layer: Layer.Layer<LockfileStore> = Layer.succeed(LockfileStore, {
  read: (path) => attempt(path, "read", () => read(path)),
  fetch: (url) => attempt(url, "read", () => fetchText(url)),
  publish: (path, text, stale) => attempt(path, "write", () => publish(path, text, stale)),
  written: (path) => Effect.promise(() => Fs.stat(path).then(({ mtimeMs }) => mtimeMs, () => undefined)),
  withdraw: (path, text) => attempt(path, "write", () => withdraw(path, text)),
  list: (directory, prefix) => Effect.promise(() => list(directory, prefix))
})
