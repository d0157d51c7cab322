/** How far the loading of data is, in one line that is written over; only on a terminal. */
import type { Download } from "../../ports/DataServer.ts"

/** A line of progress. */
export interface Progress {
  readonly shown: boolean
  readonly download: (download: Download) => void
  /** What a receiver says itself (APP-04). */
  readonly told: (sender: string, text: string, percent: string | undefined) => void
  /** Takes the line away. */
  readonly done: () => void
}

/** Milliseconds between two changes of the line. */
const paceMs = 100

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/**
 * A line on stderr.
 *
 * @param shown - whether there is somebody to see it
 */
export const make = (shown: boolean): Progress => {
  let last = 0
  let written = false
  const write = (text: string, always: boolean): void => {
    const now = performance.now()
    if (!shown || (!always && now - last < paceMs)) return
    last = now
    written = true
    const { columns = 0 } = process.stderr // 0 when the terminal does not know
    const width = (columns === 0 ? 80 : columns) - 1
    process.stderr.write(`\r\u001b[K${text.replace(/[^\x20-\x7e]/gu, "?").slice(0, width)}`)
  }
  return {
    shown,
    download: ({ number, sent, state, total }) => {
      const share = total === 0 ? 100 : Math.floor(100 * sent / total)
      write(`Download ${number}: ${share} % of ${megabytes(total)}`, state !== "Running")
    },
    told: (sender, text, percent) =>
      write(`${sender}: ${text}${percent === undefined ? "" : ` (${percent} %)`}`, true),
    done: () => {
      if (written) process.stderr.write("\r\u001b[K")
      written = false
    }
  }
}
