/** SAMP values from a seed, with the strings that some layer trips over. */
import { type SampValue, toJson } from "../../../src/domain/SampValue.ts"
import { awkward } from "../../support/arbitraries.ts"
import { below, pick, type Random } from "../../support/seeded.ts"

const plain = ["x", "samp.mtype", "M 31", "1", "-1.5e3", "true", "a\tb", "http://h/?a=1&b=<2>", "~"] as const

const text = (next: Random): string => {
  const kind = next()
  if (kind < 0.4) return pick(next, plain)
  if (kind < 0.7) return awkward[below(next, awkward.length)] ?? ""
  if (kind < 0.9) return text(next) + text(next)
  return Array.from(
    { length: below(next, 12) },
    () => String.fromCharCode(pick(next, [9, 10, 13, 32 + below(next, 96)]))
  )
    .join("")
}

/** A legal SAMP value. */
export const value = (next: Random, depth = 4): SampValue => {
  const kind = next()
  if (depth <= 0 || kind < 0.5) return text(next)
  const size = next() < 0.02 ? 40 + below(next, 60) : below(next, 4)
  if (kind < 0.75) return Array.from({ length: size }, () => value(next, depth - 1))
  return new Map(Array.from({ length: size }, () => [text(next), value(next, depth - 1)]))
}

/** A value as a line of JSON. */
export const line = (next: Random, depth = 4): string => JSON.stringify(toJson(value(next, depth)))
