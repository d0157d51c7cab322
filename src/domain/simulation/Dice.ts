/** Seeded dice without a hidden state: the same state always throws the same (mulberry32). */

/** What the next throw depends on: any whole number of 32 bits. */
export type DiceState = number

/**
 * Throws once.
 *
 * @returns a number from 0 up to but not including 1, and the dice for the next throw
 */
export const roll = (state: DiceState): readonly [value: number, next: DiceState] => {
  const next = (state + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(next ^ (next >>> 15), next | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return [((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296, next]
}

/** Dice that keep their state, for those who throw often. */
export interface Dice {
  /** A whole number from 0 below `sides`. */
  readonly below: (sides: number) => number
  /** A whole number of a range, both ends included. */
  readonly between: (least: number, most: number) => number
  /** One of several; the list must not be empty. */
  readonly pick: <A>(from: ReadonlyArray<A>) => A
  /** True in `percent` of a hundred throws. */
  readonly chance: (percent: number) => boolean
}

/** Dice of a seed. */
export const dice = (seed: number): Dice => {
  let state: DiceState = seed >>> 0
  const next = (): number => {
    const [value, after] = roll(state)
    state = after
    return value
  }
  const below = (sides: number): number => Math.floor(next() * sides)
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (percent) => next() * 100 < percent,
    pick: (from) => {
      const chosen = from[below(from.length)]
      if (chosen === undefined) throw new Error("there is nothing to pick from")
      return chosen
    }
  }
}
