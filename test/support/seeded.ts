/** Small deterministic randomness for fuzzing: the same seed makes the same documents on every machine. */

/** A source of numbers from 0 up to but not including 1 (mulberry32). */
export type Random = () => number

/** Makes a source. */
export const random = (seed: number): Random => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A whole number below `bound`. */
export const below = (next: Random, bound: number): number => Math.floor(next() * bound)

/** One of some things. */
export const pick = <A>(next: Random, things: readonly [A, ...ReadonlyArray<A>]): A =>
  things[below(next, things.length)] ?? things[0]

type Edit = (
  text: string,
  at: number,
  next: Random,
  pieces: readonly [string, ...ReadonlyArray<string>]
) => string

const edits: readonly [Edit, ...ReadonlyArray<Edit>] = [
  // remove some characters
  (text, at, next) => text.slice(0, at) + text.slice(at + 1 + below(next, 4)),
  // put in a piece
  (text, at, next, pieces) => text.slice(0, at) + pick(next, pieces) + text.slice(at),
  // put a piece over others
  (text, at, next, pieces) => text.slice(0, at) + pick(next, pieces) + text.slice(at + 1 + below(next, 3)),
  // repeat a stretch
  (text, at, next) => {
    const stretch = text.slice(at, at + 1 + below(next, 24))
    return text.slice(0, at) + stretch + stretch + text.slice(at + stretch.length)
  },
  // move a stretch
  (text, at, next) => {
    const length = 1 + below(next, 16)
    const stretch = text.slice(at, at + length)
    const rest = text.slice(0, at) + text.slice(at + length)
    const to = below(next, rest.length + 1)
    return rest.slice(0, to) + stretch + rest.slice(to)
  },
  // break off
  (text, at) => text.slice(0, at),
  // change one character
  (text, at, next) => text.slice(0, at) + String.fromCharCode(below(next, 256)) + text.slice(at + 1)
]

/** Any place, or the end of a tag: there, what is put in has a chance to be legal. */
const place = (text: string, next: Random): number => {
  const at = below(next, text.length + 1)
  const tagEnd = next() < 0.6 ? text.indexOf(">", at) : -1
  return tagEnd < 0 ? at : tagEnd + 1
}

const blanks: readonly [string, ...ReadonlyArray<string>] = [" ", "\n", "\t", "  \n", "\r\n"]

/** A text with one to three random edits; a third of them put in white space only. */
export const mutate = (
  text: string,
  next: Random,
  pieces: readonly [string, ...ReadonlyArray<string>]
): string => {
  let mutated = text
  let count = 1
  while (count < 3 && next() < 0.3) count++
  for (; count > 0; count--) {
    const at = place(mutated, next)
    mutated = next() < 0.35
      ? mutated.slice(0, at) + pick(next, blanks) + mutated.slice(at)
      : pick(next, edits)(mutated, at, next, pieces)
  }
  return mutated
}
