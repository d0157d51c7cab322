/**
 * The file of consent on disk: 0600, replaced as a whole, and read only if nobody else could have written it, as ssh does
 * with its own. Root may, so that whoever looks after a machine can put rules there.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, isAbsolute, join } from "node:path"
import { maxLength } from "../../domain/consent/PolicyText.ts"
import { ConsentStore } from "../../ports/ConsentStore.ts"
import { FileError } from "../../ports/FileStore.ts"
import { codeOf, explain, isMissing, NotAFile, openRegular, reasons } from "./RegularFile.ts"
import { guarded, isDangling, sweep, writeBeside } from "./Replacing.ts"

/** Where a user's programs keep what he has set (XDG base directories); a path that is not absolute does not count. */
const configHome = (env: NodeJS.ProcessEnv): string => {
  const { XDG_CONFIG_HOME } = env
  return XDG_CONFIG_HOME !== undefined && isAbsolute(XDG_CONFIG_HOME)
    ? XDG_CONFIG_HOME
    : join(homedir(), ".config")
}

/** The file cannot be trusted. */
class Untrusted extends Error {
  override readonly name = "Untrusted"
}

const attempt = <A>(
  path: string,
  action: "read" | "write",
  run: () => Promise<A>
): Effect.Effect<A, FileError> =>
  Effect.tryPromise({
    try: run,
    catch: (error) => {
      const reason = error instanceof NotAFile ? "NotAFile" : reasons[codeOf(error)] ?? "Other"
      return new FileError({ reason, path, action, detail: explain(error) })
    }
  })

/** Says why a file may be somebody else's work. Windows has no such modes. */
const distrust = (mode: number, owner: number): string | undefined => {
  const user = process.getuid?.()
  if (user === undefined) return undefined
  if (owner !== user && owner !== 0) return `it belongs to another user (${owner}), and so is not trusted`
  return (mode & 0o022) === 0
    ? undefined
    : `others can write to it (mode ${(mode & 0o777).toString(8)}); make it yours alone: chmod go-w`
}

const read = async (path: string): Promise<string | undefined> => {
  try {
    const { file } = await openRegular(path)
    try {
      const { mode, uid } = await file.stat()
      const why = distrust(mode, uid)
      if (why !== undefined) throw new Untrusted(why)
      // A byte more than may be, for the reader of the text to see that it is too long.
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxLength + 1), 0, maxLength + 1, 0)
      return buffer.toString("utf8", 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!isMissing(error)) throw error
    if (await isDangling(path)) throw new Untrusted("it is a symbolic link that leads nowhere")
    return undefined
  }
}

const version = async (path: string): Promise<string> => {
  try {
    const { ctimeNs, gid, ino, mode, mtimeNs, size, uid } = await Fs.stat(path, { bigint: true })
    return [ino, size, mtimeNs, ctimeNs, mode, uid, gid].join("-")
  } catch (error) {
    return isMissing(error) ? "none" : codeOf(error)
  }
}

const replace = async (path: string, text: string, before: string | undefined): Promise<boolean> => {
  if (await read(path) !== before) return false
  // A link stays one: some keep what they have set elsewhere.
  const place = before === undefined ? path : await Fs.realpath(path)
  const directory = dirname(place)
  await Fs.mkdir(directory, { recursive: true, mode: 0o700 })
  await sweep(directory).catch(() => {})
  const beside = await writeBeside(place, text, "utf8")
  try {
    return await guarded(place, async () => {
      if (await read(place) !== before) return false
      await Fs.rename(beside, place)
      return true
    })
  } finally {
    await Fs.rm(beside, { force: true })
  }
}

/** The port on the file system. */
export const layer: Layer.Layer<ConsentStore> = Layer.sync(ConsentStore, () => ({
  place: join(configHome(process.env), "samp", "consent.json"),
  read: (path) => attempt(path, "read", () => read(path)),
  version: (path) => Effect.promise(() => version(path)),
  replace: (path, text, before) => attempt(path, "write", () => replace(path, text, before))
}))
