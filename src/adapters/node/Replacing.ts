/**
 * Replacing files that others read and write at the same time: a file is written in full, mode 0600, under another name in
 * the same directory, and then takes its own name at once, so that nobody ever reads a part.
 */
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"
import { dirname, join } from "node:path"
import { codeOf } from "./RegularFile.ts"

const besidePrefix = ".samp-new-"

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) === "ESRCH"
  }
}

/** Removes what a process left behind that was killed while it wrote: there may be a secret in it. */
export const sweep = async (directory: string): Promise<void> => {
  for (const name of await Fs.readdir(directory)) {
    const pid = name.startsWith(besidePrefix) ? Number(name.slice(besidePrefix.length).split("-")[0]) : 0
    if (pid > 0 && isGone(pid)) await Fs.rm(join(directory, name), { force: true })
  }
}

/** A new file of mode 0600 from its first byte, beside a path, under a name that no reader looks for. */
export const writeBeside = async (
  path: string,
  text: string,
  encoding: "latin1" | "utf8"
): Promise<string> => {
  // node:crypto takes time to load, and whoever only reads does without.
  const unique = process.getBuiltinModule("node:crypto").randomBytes(6).toString("hex")
  const beside = join(dirname(path), `${besidePrefix}${process.pid}-${unique}`)
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY
  const file = await Fs.open(beside, flags, 0o600)
  try {
    await file.writeFile(text, encoding)
  } finally {
    await file.close()
  }
  return beside
}

/** A takeover lasts milliseconds; a guard older than this was left behind by a process that died. */
const guardMs = 1_000

/** Runs `take` while no other process takes over the same file; false at once if one does. */
export const guarded = async (path: string, take: () => Promise<boolean>): Promise<boolean> => {
  const guard = join(dirname(path), `.samp-takeover-${Buffer.from(path).toString("hex").slice(-16)}`)
  try {
    await Fs.mkdir(guard, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error
    const made = await Fs.stat(guard).then((stat) => stat.mtimeMs, () => Infinity)
    if (Date.now() - made > guardMs) await Fs.rmdir(guard).catch(() => {})
    return false
  }
  try {
    return await take()
  } finally {
    await Fs.rmdir(guard).catch(() => {})
  }
}

/** Whether there is a link at a path that leads nowhere. Somebody may have planted it: nothing is written through it. */
export const isDangling = async (path: string): Promise<boolean> => {
  const stat = await Fs.lstat(path).catch(() => undefined)
  return stat?.isSymbolicLink() === true && await Fs.stat(path).then(() => false, () => true)
}
