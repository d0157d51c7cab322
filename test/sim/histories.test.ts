import { assert, describe, it } from "@effect/vitest"
import type { HubInput } from "../../src/domain/HubInput.ts"
import { step } from "../../src/domain/HubMachine.ts"
import type { HubOutput } from "../../src/domain/HubOutput.ts"
import { type Step, tell } from "./History.ts"

const length = 60
const given = process.env["HISTORY_SEED"]
const seeds = given === undefined ? Array.from({ length: 10_000 }, (_, seed) => seed) : [Number(given)]

/** The end of a failing history, to be read. */
const show = (seed: number, { inputs, violation }: ReturnType<typeof tell>): string => {
  const last = inputs.slice(-8).map((input) => JSON.stringify(input))
  return `${violation}\nreplay: HISTORY_SEED=${seed} npx vitest run test/sim\n${last.join("\n")}`
}

describe("the machine in random histories", () => {
  it("GEN-03, GEN-04, GEN-05, GEN-08, GEN-09, REG-03, SUB-01, DLV-03, DLV-04, DLV-05, DLV-14, DLV-15, DLV-16, DLV-17, DLV-19, EVT-01, EVT-03, EVT-10, HUB-24, HUB-25, SHUT-02 keeps the invariants in 10 000 of them", () => {
    for (const seed of seeds) {
      const told = tell(seed, length)
      if (told.violation !== undefined) assert.fail(show(seed, told))
    }
  })

  it("tells the same history twice for the same seed", () => {
    assert.deepStrictEqual(tell(17, length), tell(17, length))
    assert.notDeepEqual(tell(17, length).inputs, tell(18, length).inputs)
  })

  it("reaches every kind of operation, report and output", () => {
    const kinds = new Set<string>()
    const outputs = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      tell(seed, length, (state, input) => {
        kinds.add(input._tag === "Asked" ? input.operation._tag : input._tag)
        const result = step(state, input)
        for (const output of result.outputs) {
          outputs.add(output._tag === "Deliver" ? output.delivery._tag : output._tag)
        }
        return result
      })
    }
    assert.strictEqual(kinds.size, 16 + 6)
    assert.includeMembers(
      [...outputs],
      ["Answer", "Notification", "Call", "Response", "Callable", "Left", "Unheard", "Wake"]
    )
  })
})

/** A machine that goes wrong in what it puts out. */
const mutant =
  (change: (outputs: ReadonlyArray<HubOutput>, input: HubInput) => ReadonlyArray<HubOutput>): Step =>
  (state, input) => {
    const result = step(state, input)
    return { state: result.state, outputs: change(result.outputs, input) }
  }

const isEvent = (output: HubOutput, mtype: string): boolean =>
  output._tag === "Deliver" && output.delivery._tag === "Notification" &&
  output.delivery.message.get("samp.mtype") === mtype

const mutants: { readonly [name: string]: Step } = {
  "drops responses": mutant((outputs) =>
    outputs.filter((output) => output._tag !== "Deliver" || output.delivery._tag !== "Response")
  ),
  "answers twice": mutant((outputs) =>
    outputs.flatMap((output): ReadonlyArray<HubOutput> =>
      output._tag === "Answer" ? [output, output] : [output]
    )
  ),
  "responds twice": mutant((outputs) =>
    outputs.flatMap((output) =>
      output._tag === "Deliver" && output.delivery._tag === "Response" ? [output, output] : [output]
    )
  ),
  "forgets to tell of an unregistration": mutant((outputs) =>
    outputs.filter((output) => !isEvent(output, "samp.hub.event.unregister"))
  ),
  "forgets the unregistration itself": (state, input) =>
    input._tag === "Asked" && input.operation._tag === "Unregister"
      ? { state, outputs: step(state, input).outputs }
      : step(state, input),
  "forgets the calls of a client that died": (state, input) => {
    const result = step(state, input)
    return input._tag === "ClientDead"
      ? {
        state: result.state,
        outputs: result.outputs.filter((output) =>
          output._tag !== "Answer" && !(output._tag === "Deliver" && output.delivery._tag === "Response")
        )
      }
      : result
  },
  "sends a broadcast back to its sender": mutant((outputs, input) =>
    outputs.flatMap((output) => {
      const asked = input._tag === "Asked" && input.operation._tag === "NotifyAll" ? input : undefined
      return asked !== undefined && output._tag === "Deliver" && output.delivery._tag === "Notification" &&
          output.delivery.sender !== "hub"
        ? [output, { ...output, to: output.delivery.sender }]
        : [output]
    })
  ),
  "turns deliveries round": mutant((outputs) => {
    const deliveries = outputs.filter((output) => output._tag === "Deliver")
    return [...outputs.filter((output) => output._tag !== "Deliver"), ...deliveries.reverse()]
  }),
  "never wakes": (state, input) => {
    const result = step(state, input)
    return { state: { ...result.state, wakeAt: Infinity }, outputs: result.outputs }
  },
  "shows a private key": mutant((outputs) =>
    outputs.map((output) =>
      isEvent(output, "samp.hub.event.register") && output._tag === "Deliver" &&
        output.delivery._tag === "Notification"
        ? {
          ...output,
          delivery: { ...output.delivery, message: new Map(output.delivery.message).set("leak", "KEY-1") }
        }
        : output
    )
  )
}

describe("the invariants", () => {
  const subtle = new Set(["turns deliveries round"])
  for (const [name, machine] of Object.entries(mutants)) {
    it(`catch a machine that ${name}`, () => {
      const caught = seeds.slice(0, subtle.has(name) ? 10_000 : 300).find((seed) =>
        tell(seed, length, machine).violation !== undefined
      )
      assert.isDefined(caught)
    })
  }
})
