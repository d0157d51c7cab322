/** Answering with data, and sending them piece by piece, each when the one before is with the operating system. */
import type * as Http from "node:http"
import type { Content } from "../../ports/DataServer.ts"
import { type OpenFile, openRegular } from "../node/RegularFile.ts"
import { send } from "./HttpServing.ts"
import { wanted } from "./Ranges.ts"

/** Bytes read and written at once; all that a download holds in memory. */
const pieceBytes = 262_144

/** Data ready to be read. */
export interface Source {
  readonly size: number
  /** Strong validator, with its quotes. */
  readonly etag: string
  readonly modified: Date | undefined
  /** Up to `length` bytes from `position` on; none if there are none any more. They are good until the next call. */
  readonly read: (position: number, length: number) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

/**
 * Opens content.
 *
 * @param label - says which serving it is: bytes have no version of their own, and stay as they are
 */
export const openSource = async (content: Content, label: string): Promise<Source> => {
  if (content._tag === "Bytes") {
    const { bytes } = content
    return {
      size: bytes.length,
      etag: `"${label}"`,
      modified: undefined,
      read: async (position, length) => bytes.subarray(position, position + length),
      close: async () => {}
    }
  }
  return fileSource(await openRegular(content.path))
}

/** A file as data; it is closed with them. */
export const fileSource = ({ file, modified, size, version }: OpenFile): Source => {
  let buffer: Buffer | undefined
  return {
    size,
    etag: `"${version}"`,
    modified,
    read: async (position, length) => {
      buffer ??= Buffer.allocUnsafeSlow(Math.min(length, pieceBytes))
      const { bytesRead } = await file.read(buffer, 0, Math.min(length, buffer.length), position)
      return buffer.subarray(0, bytesRead)
    },
    close: () => file.close()
  }
}

/** Writes one piece; false when the reader has gone, or has not taken it in time. */
export const written = (response: Http.ServerResponse, piece: Uint8Array, idleMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    if (response.destroyed) return resolve(false)
    const done = (ok: boolean): void => {
      clearTimeout(timer)
      response.off("close", gone)
      resolve(ok)
    }
    const gone = (): void => done(false)
    const timer = setTimeout(gone, idleMs)
    response.once("close", gone)
    response.write(piece, (error) => done(error === undefined || error === null))
  })

/**
 * Gives back the memory of a piece that came over a connection and is not needed any more. Each piece has some of its own,
 * outside the heap, and the garbage collector lets a hundred megabytes of it pile up before it looks.
 */
export const release = (piece: Buffer): void => {
  const { buffer } = piece
  // Small pieces share theirs.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === piece.length) buffer.transfer(0)
}

/**
 * Sends bytes `start` to `end` of a source. The head must have been written, with their number as Content-Length.
 *
 * @param idleMs - milliseconds a reader may take for one piece
 * @param onSent - told the bytes sent so far, after each piece
 * @returns whether all was sent; if not, the connection is cut, so that the reader sees that something is missing
 */
export const transfer = async (
  response: Http.ServerResponse,
  source: Source,
  { end, idleMs, onSent, start }: {
    readonly start: number
    readonly end: number
    readonly idleMs: number
    readonly onSent: (sent: number) => void
  }
): Promise<boolean> => {
  let position = start
  try {
    while (position < end) {
      const piece = await source.read(position, Math.min(pieceBytes, end - position))
      // The file has become shorter than the head says.
      if (piece.length === 0 || !await written(response, piece, idleMs)) break
      position += piece.length
      onSent(position - start)
    }
  } catch {
    // It cannot be read any more.
  }
  if (position === end) response.end()
  else response.destroy()
  return position === end
}

/** Bytes `start` to `end` of data. */
export interface Part {
  readonly start: number
  readonly end: number
}

/**
 * Answers a GET or HEAD with data, or with a part of them, by its Range and validators.
 *
 * @param describe - headers of all answers about the data, as names and values in turn
 * @param download - sends the part that is wanted; the head is written then
 */
export const answerWith = async (
  source: Source,
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  describe: ReadonlyArray<string>,
  download: (part: Part) => Promise<void>
): Promise<void> => {
  const head = request.method === "HEAD"
  const { headers } = request
  const { size } = source
  // A Range is defined for GET only (RFC 9110, 14.2).
  const range = head ? undefined : headers.range
  const ifRange = headers["if-range"]
  const choice = wanted(
    {
      range,
      ifRange: typeof ifRange === "string" ? ifRange : undefined,
      ifNoneMatch: headers["if-none-match"]
    },
    source.etag,
    size
  )
  const described = [
    ...describe,
    "Accept-Ranges",
    "bytes",
    "ETag",
    source.etag,
    ...source.modified === undefined ? [] : ["Last-Modified", source.modified.toUTCString()]
  ]
  switch (choice._tag) {
    case "NotModified":
      response.writeHead(304, described)
      response.end()
      return
    case "Unsatisfiable":
      response.setHeader("Content-Range", `bytes */${size}`)
      return send(response, 416, "text/plain", `there are only ${size} bytes\n`)
    case "Part":
    case "Whole": {
      const { end, start } = choice._tag === "Part" ? choice : { start: 0, end: size }
      response.writeHead(choice._tag === "Part" ? 206 : 200, [
        ...described,
        "Content-Length",
        String(end - start),
        ...choice._tag === "Part" ? ["Content-Range", `bytes ${start}-${end - 1}/${size}`] : []
      ])
      if (head) return void response.end()
      return download({ start, end })
    }
  }
}
