/** Who has read what is served here, and who may still come. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { Download } from "../../ports/DataServer.ts"

/**
 * Milliseconds that a receiver has to begin its download after it has said that the data are loaded: DS9 8.4 answers
 * `samp.ok` first, and fetches a VOTable then.
 */
export const lateMs = 2_000

/** Follows the downloads of one resource. */
export interface Readers {
  /** To be told of each download. */
  readonly onDownload: (download: Download) => void
  /** Waits until so many downloads have begun, though not for long, and until all that have begun are over. */
  readonly haveRead: (count: number) => Effect.Effect<void>
}

/**
 * Begins with none.
 *
 * @param onDownload - is told too
 */
export const make = (onDownload: (download: Download) => void = () => undefined): Readers => {
  let begun = 0
  const running = new Set<number>()
  let change = Deferred.makeUnsafe<void>()
  const until = (met: () => boolean) =>
    Effect.gen(function*() {
      while (!met()) yield* Deferred.await(change)
    })
  return {
    onDownload: (download) => {
      const { number, state } = download
      begun = Math.max(begun, number)
      if (state === "Running") running.add(number)
      else running.delete(number)
      const past = change
      change = Deferred.makeUnsafe()
      Deferred.doneUnsafe(past, Effect.void)
      onDownload(download)
    },
    haveRead: (count) =>
      Effect.andThen(
        Effect.timeoutOption(until(() => begun >= count), lateMs),
        until(() => running.size === 0)
      )
  }
}
