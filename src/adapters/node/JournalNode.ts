/**
 * Journals on disk, 0600. One write is on its way at a time, with all that has come in the meantime, so that a busy hub
 * costs few of them and a quiet one has each line on the disk at once.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Fs from "node:fs/promises"
import { FileError } from "../../ports/FileStore.ts"
import { type Journal, type JournalOptions, Journals } from "../../ports/Journal.ts"
import { codeOf, explain, NotAFile } from "./RegularFile.ts"

const reasons: { readonly [code: string]: FileError["reason"] } = {
  ENOENT: "NotFound",
  ENOTDIR: "NotFound",
  EACCES: "Denied",
  EPERM: "Denied",
  ENOSPC: "Full",
  EDQUOT: "Full"
}

const fileError = (path: string, error: unknown): FileError => {
  const there = "it is there already; choose another name, or replace it with --overwrite"
  const lost = "there is no such directory"
  const code = codeOf(error)
  return new FileError({
    reason: error instanceof NotAFile ? "NotAFile" : reasons[code] ?? "Other",
    path,
    action: "write",
    detail: code === "EEXIST" ? there : reasons[code] === "NotFound" ? lost : explain(error)
  })
}

/** A new file. What is replaced is removed first, so that nobody who has it open, or a mode that it had, sees the new. */
const create = async (path: string, replace: boolean): Promise<Fs.FileHandle> => {
  if (replace) {
    const there = await Fs.lstat(path).catch(() => undefined)
    if (there !== undefined && !there.isFile()) throw new NotAFile()
    await Fs.rm(path, { force: true })
  }
  return await Fs.open(path, "wx", 0o600)
}

/** Milliseconds that the end waits for the disk. */
const patienceMs = 2_000

const writing = (path: string, file: Fs.FileHandle, most: number) => {
  const failed = Deferred.makeUnsafe<FileError>()
  let waiting: Array<string> = []
  let size = 0
  let over = false
  let busy: Promise<void> | undefined
  const fail = (error: FileError): void => {
    over = true
    waiting = []
    Deferred.doneUnsafe(failed, Effect.succeed(error))
  }
  const drain = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        const text = waiting.join("")
        waiting = []
        size = 0
        await file.appendFile(text)
      }
    } catch (error) {
      fail(fileError(path, error))
    }
    busy = undefined
  }
  const journal: Journal = {
    append: (text) => {
      if (over) return
      size += text.length
      if (size > most) {
        const detail = "the disk is too slow for it"
        return fail(new FileError({ reason: "Other", path, action: "write", detail }))
      }
      waiting.push(text)
      busy ??= drain()
    },
    failed: Deferred.await(failed)
  }
  const close = Effect.promise(async () => {
    await busy
    over = true
    await file.close().catch(() => {})
  })
  return { journal, close: Effect.asVoid(Effect.timeoutOption(close, patienceMs)) }
}

const open = (path: string, { most, replace }: JournalOptions) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.map(
        Effect.tryPromise({
          try: () => create(path, replace),
          catch: (error) => fileError(path, error)
        }),
        (file) => writing(path, file, most)
      ),
      ({ close }) => close
    ),
    ({ journal }) => journal
  )

/** The port on the file system. */
export const layer: Layer.Layer<Journals> = Layer.succeed(Journals, { open })
