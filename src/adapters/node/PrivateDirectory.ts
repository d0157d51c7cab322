/**
 * A directory for files that only this process and programs of its user are to read: 0700, under the system's temporary
 * one, gone with its scope. What a killed process leaves is removed by the next one of the same user and machine.
 */
import { createHash } from "node:crypto"
import { accessSync, constants } from "node:fs"
import * as Fs from "node:fs/promises"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"

const readText = (path: string): Promise<string> => Fs.readFile(path, "latin1").catch(() => "")

/** When a process began, as Linux counts it; empty elsewhere, and when there is none. */
const beginOf = async (pid: number | "self"): Promise<string> => {
  const stat = await readText(`/proc/${pid}/stat`)
  // The command name may hold blanks; fields are counted from the last parenthesis, starttime being number 22.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
}

/**
 * Where a pid means something: temporary directories may be shared among machines, and among containers, which count their
 * processes anew.
 */
const place = async (): Promise<string> => {
  const namespace = await Fs.readlink("/proc/self/ns/pid").catch(() => "")
  return createHash("sha256").update(`${hostname()} ${namespace}`).digest("hex").slice(0, 12)
}

const isGone = async (pid: number, begin: string): Promise<boolean> => {
  try {
    process.kill(pid, 0) // signal 0 only asks
    return begin !== "" && await beginOf(pid) !== begin
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH"
  }
}

/**
 * A directory in which large files may lie for long. The system's temporary one is in memory on many machines, so that it is
 * taken only when the user has chosen it, or when there is no other.
 */
export const roomyDirectory = (): string => {
  if (process.env["TMPDIR"] !== undefined) return tmpdir()
  try {
    accessSync("/var/tmp", constants.W_OK | constants.X_OK)
    return "/var/tmp"
  } catch {
    return tmpdir()
  }
}

/**
 * Makes the directory.
 *
 * @param parent - such as the system's temporary directory
 * @param prefix - what its name begins with; only what begins so is ever removed
 */
export const makePrivateDirectory = async (parent: string, prefix: string): Promise<string> =>
  // mkdtemp makes it 0700, whatever the umask.
  Fs.mkdtemp(join(parent, `${prefix}-${await place()}-${process.pid}-${await beginOf("self")}-`))

/**
 * Removes what processes have left that are gone: directories of this user with the prefix, made on this machine. Nothing
 * that is doubtful is touched.
 *
 * @returns how many there were
 */
export const removeLeftovers = async (parent: string, prefix: string): Promise<number> => {
  const here = await place()
  let count = 0
  for (const name of await Fs.readdir(parent).catch(() => [])) {
    if (!name.startsWith(`${prefix}-${here}-`)) continue
    const parts = /^([1-9]\d{0,9})-(\d*)-[^-]+$/u.exec(name.slice(`${prefix}-${here}-`.length))
    const path = join(parent, name)
    const stat = await Fs.lstat(path).catch(() => undefined)
    if (parts === null || stat?.isDirectory() !== true || stat.uid !== process.getuid?.()) continue
    if (!await isGone(Number(parts[1]), parts[2] ?? "")) continue
    await Fs.rm(path, { recursive: true, force: true }).then(() => count++, () => {})
  }
  return count
}
