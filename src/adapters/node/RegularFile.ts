/** Opening files, and nothing but files. */
import { constants } from "node:fs"
import * as Fs from "node:fs/promises"
import type { FileError } from "../../ports/FileStore.ts"

/** What error codes of the system say about a file; others are `Other`. */
export const reasons: { readonly [code: string]: FileError["reason"] } = {
  ENOENT: "NotFound",
  ENOTDIR: "NotFound",
  EACCES: "Denied",
  EPERM: "Denied",
  ENOSPC: "Full",
  EDQUOT: "Full"
}

/** The code of an error of the operating system, such as ENOENT; empty if it is none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

/** It is there, but it is not a file. */
export class NotAFile extends Error {
  override readonly name = "NotAFile"
  constructor(what = "a directory, a pipe or the like") {
    super(`it is ${what}, and not a file`)
  }
}

/** Whether an error says that there is nothing at a path. */
export const isMissing = (error: unknown): boolean => ["ENOENT", "ENOTDIR"].includes(codeOf(error))

/** A file open for reading, and its state then. */
export interface OpenFile {
  readonly file: Fs.FileHandle
  readonly size: number
  /** Changes whenever the file is replaced or written to, as far as the clock of its disk can tell. */
  readonly version: string
  readonly modified: Date
}

/** What can be told before something is opened: opening a device alone may make it do something. */
const checkUnfollowed = async (path: string): Promise<void> => {
  const stat = await Fs.lstat(path)
  if (stat.isSymbolicLink()) throw new NotAFile("a symbolic link")
  if (!stat.isFile()) throw new NotAFile()
}

/**
 * Opens a file. Opening a pipe would wait for a writer; here it fails with {@link NotAFile}.
 *
 * @param follow - whether the path may end in a symbolic link; if not, that fails too
 */
export const openRegular = async (path: string, follow = true): Promise<OpenFile> => {
  if (!follow) await checkUnfollowed(path)
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW)
  const file = await Fs.open(path, flags)
  try {
    const stat = await file.stat({ bigint: true })
    if (!stat.isFile()) throw new NotAFile()
    return {
      file,
      size: Number(stat.size),
      version: [stat.ino, stat.size, stat.mtimeNs].map((part) => part.toString(36)).join("-"),
      modified: stat.mtime
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Why a file cannot be read or written, for people. */
export const explain = (error: unknown): string => {
  switch (codeOf(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file"
    case "EACCES":
    case "EPERM":
      return "you have no permission"
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full"
    default:
      return error instanceof Error ? error.message : String(error)
  }
}
