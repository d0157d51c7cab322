/** What playing a recording takes and comes to; see Play.ts. */
import type { PlayDifference } from "./StandIn.ts"

/** How to play. */
export interface PlayOptions {
  readonly hub: { readonly url: string; readonly secret: string }
  /** How many times as fast as recorded; 0 for as fast as possible. */
  readonly speed: number
  /** Hears of each difference at once. */
  readonly onDifference: (difference: PlayDifference) => void
  /** Hears of each line that cannot be played as it was. */
  readonly onUnplayable: (unplayable: Unplayable) => void
}

/** A line that was played otherwise, or not at all. */
export interface Unplayable {
  readonly line: number
  /** What it was, and what was done instead. */
  readonly text: string
}

/** What a play came to. */
export interface Played {
  /** Operations that were carried out. */
  readonly operations: number
  /** Stand-ins. */
  readonly clients: number
  readonly differences: number
  readonly unplayable: number
  /** Keys that the live hub put into messages, which is no difference. */
  readonly added: ReadonlyArray<string>
  /** Milliseconds by which the play was behind its time at most. */
  readonly behind: number
}
