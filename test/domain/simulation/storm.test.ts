/**
 * The network machine in random histories. A failing one replays: STORM_SEED=4711 npx vitest run test/domain/simulation
 */
import { assert, describe, it } from "@effect/vitest"
import type { NetworkInput, NetworkOutput } from "../../../src/domain/simulation/NetworkEvents.ts"
import { step } from "../../../src/domain/simulation/NetworkMachine.ts"
import type { NetworkState } from "../../../src/domain/simulation/NetworkState.ts"
import { type Machine, storm } from "./Storm.ts"

const length = 120
const given = process.env["STORM_SEED"]
const seeds = given === undefined ? Array.from({ length: 1_500 }, (_, seed) => seed) : [Number(given)]

/** Machines with a bug each; the checks must find it. */
const broken: ReadonlyArray<readonly [name: string, machine: Machine]> = [
  ["forgets to ask to be woken", (state, input) => without(step(state, input), "Wake")],
  ["forgets to hang up", (state, input) => without(step(state, input), "HungUp")],
  [
    "lets through what is cut",
    (state, input) => input._tag === "Cut" ? { state, outputs: [] } : leak(state, input)
  ],
  ["wakes up what is frozen", (state, input) => {
    if (input._tag !== "Answered") return step(state, input)
    const result = step({ ...state, frozen: new Set() }, input)
    return { ...result, state: { ...result.state, frozen: state.frozen } }
  }],
  ["lets things overtake", (state, input) => step({ ...state, latest: new Map() }, input)],
  [
    "turns the order around",
    (state, input) => step({ ...state, exchanges: new Map([...state.exchanges].reverse()) }, input)
  ],
  ["returns twice", (state, input) => {
    const result = step(state, input)
    const again = result.outputs.filter(({ _tag }) => _tag === "Returned")
    return { ...result, outputs: [...result.outputs, ...again] }
  }],
  ["forgets capacity", (state, input) => {
    const places = new Map(
      [...state.places].map(([url, place]) =>
        [url, { ...place, behaviour: { ...place.behaviour, capacity: Infinity } }] as const
      )
    )
    if (input._tag !== "Sent" && input._tag !== "Tick") return step(state, input)
    const result = step({ ...state, places }, input)
    return { ...result, state: { ...result.state, places: state.places } }
  }]
]

const without = (
  result: ReturnType<Machine>,
  tag: NetworkOutput["_tag"]
): ReturnType<Machine> => ({ ...result, outputs: result.outputs.filter(({ _tag }) => _tag !== tag) })

/** Mends all cuts behind everybody's back, but says that they are there. */
const leak = (state: NetworkState, input: NetworkInput): ReturnType<Machine> => {
  const result = step({ ...state, cuts: new Set() }, input)
  return { ...result, state: { ...result.state, cuts: new Set(["ann\nbob"]) } }
}

describe("the network machine in random histories", () => {
  it("keeps its promises", () => {
    for (const seed of seeds) {
      const { lines, violation } = storm(seed, length, step)
      if (violation !== undefined) {
        assert.fail(
          `${violation}\nreplay: STORM_SEED=${seed} npx vitest run test/domain/simulation\n${
            lines.slice(-40).join("\n")
          }`
        )
      }
    }
  })

  it("tells the same history twice for the same seed, and another for another", () => {
    assert.deepStrictEqual(storm(3, 500, step).lines, storm(3, 500, step).lines)
    assert.notDeepEqual(storm(4, 500, step).lines, storm(3, 500, step).lines)
  })

  it("meets all outputs and all ends", () => {
    const seen = new Set(
      Array.from({ length: 60 }, (_, seed) => storm(seed, length, step).lines).flat()
        .flatMap((line) => /^ {2}(\w+)(?: \d+: (.*))?/u.exec(line)?.slice(1).filter(Boolean).join(": ") ?? [])
    )
    assert.sameMembers([...seen], [
      "Arrived",
      "Broken: before it arrived",
      "Broken: it was half open",
      "Broken: the endpoint closed",
      "Broken: the process died",
      "Broken: within the answer",
      "HungUp",
      "Refused",
      "Returned",
      "Wake",
      "Written"
    ])
  })

  it.each(broken)("finds a machine that %s", (_, machine) => {
    assert.isDefined(
      Array.from({ length: 300 }, (_, seed) => storm(seed, length, machine)).find(({ violation }) =>
        violation !== undefined
      )
    )
  })
})
