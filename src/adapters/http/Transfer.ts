/** Sending the body of one answer, piece by piece, each when the one before is with the operating system. */
import type * as Http from "node:http"
import type { Content } from "../../ports/DataServer.ts"
import { openRegular } from "../node/RegularFile.ts"

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
  const { file, modified, size, version } = await openRegular(content.path)
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

/** Writes one piece; false when the reader has gone, or has taken none of it in time. */
const written = (response: Http.ServerResponse, piece: Uint8Array, idleMs: number): Promise<boolean> =>
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
