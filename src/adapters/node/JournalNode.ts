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
import { codeOf, explain, NotAFile, reasons } from "./RegularFile.ts"

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

interface Opened {
  readonly file: Fs.FileHandle
  /** Where it is until something is in it. */
  readonly place: string
}

/**
 * A new file. One that takes the place of another does so only once there is something in it, so that nothing is lost to a
 * program that does not start; then nobody who has the old one open, or a mode that it had, sees the new.
 */
const create = async (path: string, replace: boolean): Promise<Opened> => {
  const there = replace ? await Fs.lstat(path).catch(() => undefined) : undefined
  if (there !== undefined && !there.isFile()) throw new NotAFile()
  const place = there === undefined ? path : `${path}.${process.pid}.new`
  return { file: await Fs.open(place, "wx", 0o600), place }
}

/** Milliseconds that the end waits for the disk. */
const patienceMs = 2_000

const writing = (path: string, { file, place }: Opened, most: number) => {
  let isEmpty = true
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
        if (isEmpty && place !== path) await Fs.rename(place, path)
        isEmpty = false
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
    if (isEmpty) await Fs.rm(place, { force: true }).catch(() => {})
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
        (opened) => writing(path, opened, most)
      ),
      ({ close }) => close
    ),
    ({ journal }) => journal
  )

/** The port on the file system. */
export const layer: Layer.Layer<Journals> = Layer.succeed(Journals, { open })
