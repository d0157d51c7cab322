/** Seeded dice: the same seed always throws the same. */
export interface Dice {
  /** A whole number from 0 below `sides`. */
  readonly below: (sides: number) => number
  /** One of several; the list must not be empty. */
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  /** True in `percent` of a hundred throws. */
  readonly chance: (percent: number) => boolean
}

/** Dice of a seed (mulberry32). */
export const dice = (seed: number): Dice => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (sides: number): number => Math.floor(next() * sides)
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick: (from) => {
      const chosen = from[below(from.length)]
      if (chosen === undefined) throw new Error("there is nothing to pick from")
      return chosen
    }
  }
}
