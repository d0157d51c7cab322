import { assert, describe, it } from "@effect/vitest"
import type { ClientInput } from "../../../src/domain/client/ClientInput.ts"
import { step } from "../../../src/domain/client/ClientMachine.ts"
import type { ClientOutput } from "../../../src/domain/client/ClientOutput.ts"
import { type Step, tell } from "./ClientHistory.ts"

const length = 80
const given = process.env["CLIENT_SEED"]
const seeds = given === undefined ? Array.from({ length: 3_000 }, (_, seed) => seed) : [Number(given)]

const show = (seed: number, { inputs, violation }: ReturnType<typeof tell>): string =>
  [
    violation,
    `replay: CLIENT_SEED=${seed} npx vitest run test/domain/client`,
    ...inputs.slice(-8).map((input) =>
      JSON.stringify(input, (_, value: unknown) => value instanceof Map ? Object.fromEntries(value) : value)
    )
  ].join("\n")

describe("the client machine in random histories", () => {
  it("CLI-14, DLV-01, DLV-15, DLV-20, RSP-09, EVT-12 does what the model says in 3000 of them", () => {
    for (const seed of seeds) {
      const told = tell(seed, length)
      if (told.violation !== undefined) assert.fail(show(seed, told))
    }
  })

  it("tells the same history twice for the same seed", () => {
    assert.deepStrictEqual(tell(17, length), tell(17, length))
    assert.notDeepEqual(tell(17, length).inputs, tell(18, length).inputs)
  })

  it("reaches every input and every output", () => {
    const inputs = new Set<string>()
    const outputs = new Set<string>()
    for (let seed = 0; seed < 100; seed++) {
      const told = tell(seed, length)
      for (const { _tag } of told.inputs) inputs.add(_tag)
      for (const { _tag } of told.outputs) outputs.add(_tag)
    }
    assert.strictEqual(inputs.size, 11)
    assert.strictEqual(outputs.size, 10)
  })
})

const mutant =
  (change: (outputs: ReadonlyArray<ClientOutput>, input: ClientInput) => ReadonlyArray<ClientOutput>): Step =>
  (state, input) => {
    const result = step(state, input)
    return { state: result.state, outputs: change(result.outputs, input) }
  }

const without = (...tags: ReadonlyArray<ClientOutput["_tag"]>): Step =>
  mutant((outputs) => outputs.filter(({ _tag }) => !tags.includes(_tag)))

const mutants: { readonly [name: string]: Step } = {
  "cuts nothing": without("Cut"),
  "never completes a call": without("Complete"),
  "does not reply to what nobody handles": without("Reply"),
  "does not ask about newcomers": without("AskAbout"),
  "forgets those who left with a call": without("Later"),
  "hears a stranger": mutant((outputs, input) =>
    input._tag === "Delivered" && input.delivery._tag === "Response" && outputs.length === 0
      ? [{ ...input.delivery, _tag: "Answered" }]
      : outputs
  ),
  "handles while it is not registered": (state, input) =>
    state.registered === undefined && input._tag === "Delivered" && input.delivery._tag === "Notification"
      ? {
        state,
        outputs: [{ _tag: "Handle", handlers: [1], mtype: "a.b", delivery: input.delivery }]
      }
      : step(state, input),
  "forgets who has gone": (state, input) => {
    const { registered } = state
    if (registered === undefined) return step(state, input)
    const tracker = { ...registered.tracker, gone: new Set<never>() }
    return step({ ...state, registered: { ...registered, tracker } }, input)
  },
  "keeps its bindings the other way round": (state, input) =>
    step(input._tag === "Delivered" ? { ...state, bindings: [...state.bindings].reverse() } : state, input)
}

describe("the model", () => {
  for (const [name, machine] of Object.entries(mutants)) {
    it(`catches a machine that ${name}`, () => {
      assert.isDefined(
        seeds.slice(0, 300).find((seed) => tell(seed, length, machine).violation !== undefined)
      )
    })
  }
})
