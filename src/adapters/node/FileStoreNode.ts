/**
 * Files on disk. A temporary file is 0600 in a directory that is 0700 from its making, so that nobody else ever reads it.
 * A process that is killed leaves its temporary files to the system's cleaning.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { fileUrl } from "../../domain/FileUrl.ts"
import { FileError, type FileInfo, FileStore } from "../../ports/FileStore.ts"
import { codeOf, explain, NotAFile, openRegular, reasons } from "./RegularFile.ts"

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

const head = async (path: string, offset: number, length: number): Promise<Uint8Array> => {
  const { file, size } = await openRegular(path)
  try {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return new Uint8Array(buffer.buffer, buffer.byteOffset, filled)
  } finally {
    await file.close()
  }
}

/** Others must be able to search each directory down to the file. */
const othersReach = async (directory: string): Promise<boolean> => {
  const { mode } = await Fs.stat(directory)
  const parent = dirname(directory)
  return (mode & 0o001) !== 0 && (parent === directory || await othersReach(parent))
}

const info = async (path: string): Promise<FileInfo> => {
  const stat = await Fs.stat(path)
  return {
    kind: stat.isFile() ? "File" : stat.isDirectory() ? "Directory" : "Other",
    size: stat.size,
    readableByOthers: (stat.mode & 0o004) !== 0 && await othersReach(dirname(await Fs.realpath(path)))
  }
}

/** An extension with one dot before it, and nothing in it that would lead elsewhere. */
const suffix = (extension: string): string => {
  const safe = extension.replace(/[^A-Za-z0-9._-]/gu, "").replace(/^\.+/u, "")
  return safe === "" ? "" : `.${safe}`
}

const prefix = "samp-data-"

const makeDirectory = Effect.acquireRelease(
  Effect.suspend(() => {
    const path = resolve(tmpdir(), prefix)
    // mkdtemp makes it 0700, whatever the umask.
    return attempt(tmpdir(), "write", () => Fs.mkdtemp(path))
  }),
  (directory) => remove(directory)
)

const remove = (directory: string): Effect.Effect<void> =>
  Effect.ignore(attempt(directory, "write", () => Fs.rm(directory, { recursive: true, force: true })))

const create = (path: string) =>
  Effect.acquireRelease(
    attempt(path, "write", () => Fs.open(path, "wx", 0o600)),
    (file) => Effect.ignore(attempt(path, "write", () => file.close()))
  )

const temporary: FileStore["Service"]["temporary"] = Effect.fnUntraced(function*(content, extension) {
  const directory = yield* makeDirectory
  const path = join(directory, `data${suffix(extension)}`)
  const write = Effect.gen(function*() {
    const file = yield* create(path)
    const put = (bytes: Uint8Array) => attempt(path, "write", () => file.writeFile(bytes))
    if (content instanceof Uint8Array) yield* put(content)
    else yield* Stream.runForEach(content, put)
  })
  yield* Effect.onExit(
    Effect.scoped(write),
    (exit) => exit._tag === "Failure" ? remove(directory) : Effect.void
  )
  return path
})

/** The port on the file system. */
export const layer: Layer.Layer<FileStore> = Layer.succeed(FileStore, {
  head: (path, offset, length) => attempt(path, "read", () => head(path, offset, length)),
  info: (path) => attempt(path, "read", () => info(path)),
  temporary,
  fileUrl: (path) => fileUrl(resolve(path))
})
