/** Worlds that found a mistake once. They are run by each test, whole and cut, so that it does not come back. */
import type { Cut } from "./Shrink.ts"

/** A world, what was left of it when it was made smaller, and what it found. */
export interface Found {
  readonly seed: number
  readonly cut?: Cut
  readonly what: string
}

/** All of them, the oldest first. */
export const found: ReadonlyArray<Found> = [
  {
    seed: 88,
    what:
      "a client that its hub had taken for dead believed to be registered for ever: nothing asked the hub by its key"
  },
  {
    seed: 525,
    what:
      "an event that was dropped left a client without knowledge of another one for ever: it never listed them again"
  },
  {
    seed: 614,
    cut: { keep: [66, 72, 81], pace: 0.01 },
    what:
      "no hub could start at a lockfile whose dead hub's port another hub had got, since something answered there"
  },
  { seed: 737, what: "the same, with more around it" }
]
