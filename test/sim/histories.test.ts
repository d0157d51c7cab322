import { assert, describe, it } from "@effect/vitest"
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import type { HubInput } from "../../src/domain/HubInput.ts"
import { step } from "../../src/domain/HubMachine.ts"
import type { HubOutput } from "../../src/domain/HubOutput.ts"
import type { Limits } from "../../src/domain/Limits.ts"
import type { SampValue } from "../../src/domain/SampValue.ts"
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
  it(
    "GEN-03, GEN-04, GEN-05, GEN-08, GEN-09, REG-03, SUB-01, DLV-03, DLV-04, DLV-05, DLV-14, DLV-15, DLV-16, DLV-17, DLV-19, EVT-01, EVT-03, EVT-10, HUB-24, HUB-25, SHUT-02, WEB-30..38, WEB-60..64, P10, P12 keeps the invariants in 10 000 of them",
    { timeout: 300_000 },
    () => {
      for (const seed of seeds) {
        const told = tell(seed, length)
        if (told.violation !== undefined) assert.fail(show(seed, told))
      }
    }
  )

  it("tells the same history twice for the same seed", () => {
    assert.deepStrictEqual(tell(17, length), tell(17, length))
    assert.notDeepEqual(tell(17, length).inputs, tell(18, length).inputs)
  })

  it("reaches every kind of operation, report and output", () => {
    const kinds = new Set<string>()
    const outputs = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const machine: Step = (state, input) => {
        kinds.add(input._tag === "Asked" ? input.operation._tag : input._tag)
        const result = step(state, input)
        for (const output of result.outputs) {
          outputs.add(output._tag === "Deliver" ? output.delivery._tag : output._tag)
        }
        return result
      }
      tell(seed, length, { machine })
    }
    assert.strictEqual(kinds.size, 18 + 8)
    const all = ["Answer", "Notification", "Call", "Response", "Callable", "Left", "Unheard", "Wake"]
    assert.includeMembers([...outputs], [...all, "Overfull", "Misused"])
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

/** A machine that is given another input than came. */
const misled = (change: (input: HubInput) => HubInput): Step => (state, input) => step(state, change(input))

/** A machine that finds other limits in its state. */
const limited = (limits: Partial<Limits>, only?: HubInput["_tag"]): Step => (state, input) => {
  if (only !== undefined && input._tag !== only) return step(state, input)
  const result = step({
    ...state,
    config: { ...state.config, limits: { ...state.config.limits, ...limits } }
  }, input)
  return { state: { ...result.state, config: state.config }, outputs: result.outputs }
}

/** A machine that changes the answers to pulls. */
const pulling = (change: (items: ReadonlyArray<SampValue>) => ReadonlyArray<SampValue>): Step =>
  mutant((outputs, input) => {
    const pulls = input._tag === "Asked" && input.operation._tag === "PullCallbacks"
    return outputs.map((output) =>
      pulls && output._tag === "Answer" && Result.isSuccess(output.result) &&
        Array.isArray(output.result.success)
        ? { ...output, result: Result.succeed(change(output.result.success)) }
        : output
    )
  })

const webMutants: { readonly [name: string]: Step } = {
  "loses the first callback of an answer": pulling((items) => items.slice(1)),
  "loses the last callback of an answer": pulling((items) => items.slice(0, -1)),
  "doubles a callback": pulling((items) => [...items, ...items.slice(-1)]),
  "turns callbacks round": pulling((items) => items.toReversed()),
  "loses what was in an answer that was not read": (state, input) =>
    input._tag === "Unread" ? { state, outputs: [] } : step(state, input),
  "does not hear what a client has got": misled((input) =>
    input._tag === "Asked" && input.operation._tag === "PullCallbacks"
      ? { ...input, operation: { ...input.operation, serial: 0 } }
      : input
  ),
  "forgets pulls at its end": mutant((outputs, input) =>
    input._tag === "Stop"
      ? outputs.filter((output) => output._tag !== "Answer" || Result.isFailure(output.result))
      : outputs
  ),
  "answers a pull of a connection that has gone": (state, input) =>
    input._tag === "Abandoned" ? { state, outputs: [] } : step(state, input),
  "lets a key be used from anywhere": (state, input) => {
    if (input._tag !== "Asked" || input.operation._tag === "Register") return step(state, input)
    const { key } = input.operation
    const owner = HashMap.toValues(state.clients).find((client) => client.key === key)
    const { page: _, ...asked } = input
    return step(state, owner?.web === undefined ? asked : { ...asked, page: { origin: owner.web.origin } })
  },
  "lets pages send what they like": (state, input) => {
    const result = step({ ...state, config: { ...state.config, webMTypes: ["*"] } }, input)
    return { state: { ...result.state, config: state.config }, outputs: result.outputs }
  },
  "keeps pages that are gone": limited({ pullGraceMs: 1e9, hungUpGraceMs: 1e9, webIdleMs: 1e9 }, "Tick"),
  "removes pages too soon": limited({ pullGraceMs: 1_000 }, "Tick"),
  "ends no pull in time": misled((input) =>
    input._tag === "Asked" && input.operation._tag === "PullCallbacks" && input.operation.timeoutSeconds > 0
      ? { ...input, operation: { ...input.operation, timeoutSeconds: -1 } }
      : input
  ),
  "lets a call to a full queue hang": mutant((outputs) =>
    outputs.some((output) => output._tag === "Overfull" && output.what === "Call")
      ? outputs.filter((output) => output._tag !== "Deliver" || output.delivery._tag !== "Response")
      : outputs
  ),
  "leaves a pull open when another comes": mutant((outputs, input) =>
    outputs.filter((output) =>
      output._tag !== "Answer" || input._tag !== "Asked" || output.request === input.request ||
      Result.isFailure(output.result) || !Array.isArray(output.result.success)
    )
  )
}

describe("the invariants", () => {
  const subtle = new Set(["turns deliveries round"])
  for (const [name, machine] of Object.entries({ ...mutants, ...webMutants })) {
    it(`catch a machine that ${name}`, () => {
      const caught = seeds.slice(0, subtle.has(name) ? 10_000 : 300).find((seed) =>
        tell(seed, length, { machine }).violation !== undefined
      )
      assert.isDefined(caught)
    })
  }
})
