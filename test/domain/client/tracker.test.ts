/**
 * The list of clients against a registry that changes: events, the list and answers about clients arrive late, each kind
 * in its own time, as from a real hub; only events keep their order. A failing seed replays:
 * TRACKER_SEED=4711 npx vitest run test/domain/client
 */
import { assert, describe, it } from "@effect/vitest"
import { step } from "../../../src/domain/client/ClientMachine.ts"
import { type ClientState, initial } from "../../../src/domain/client/ClientState.ts"
import * as Tracker from "../../../src/domain/client/Tracker.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { message } from "../../../src/domain/Message.ts"
import { emptyMap, map, type SampMap, toJson } from "../../../src/domain/SampValue.ts"
import { dice } from "../../../src/domain/simulation/Dice.ts"

const self = ClientId("me")
const hub = ClientId("hub")

interface Entry {
  metadata: SampMap
  subscriptions: SampMap
}

type Machine = typeof step

const plain = (clients: Iterable<readonly [string, Entry]>) =>
  [...clients].map(([id, { metadata, subscriptions }]) => [id, toJson(metadata), toJson(subscriptions)])
    .sort((a, b) => String(a[0]) < String(b[0]) ? -1 : 1)

/** One history; gives what the client believes at its end, what is so, and whether the client thinks it knows all. */
const run = (seed: number, machine: Machine) => {
  const { below, chance, pick } = dice(seed)
  const registry = new Map<ClientId, Entry>([[hub, {
    metadata: map({ "samp.name": "Hub" }),
    subscriptions: emptyMap
  }]])
  const events: Array<SampMap> = []
  const questions: Array<() => () => void> = []
  const answers: Array<() => void> = []
  let state: ClientState = initial
  let next = 0

  const feed = (input: Parameters<Machine>[1]): void => {
    const result = machine(state, input)
    state = result.state
    for (const output of result.outputs) if (output._tag === "AskAbout") questions.push(about(output.id))
  }
  /** The hub answers a question when it gets it; the answer arrives whenever it does. */
  const about = (id: ClientId) => () => {
    const { metadata, subscriptions } = registry.get(id) ?? { metadata: emptyMap, subscriptions: emptyMap }
    return () => feed({ _tag: "Described", id, description: { metadata, subscriptions } })
  }
  const list = () => {
    const ids = [...registry.keys()]
    return () => {
      feed({ _tag: "Listed", ids, missing: [] })
      for (const id of ids) questions.push(about(id))
    }
  }
  const tell = (name: string, id: ClientId, more: SampMap = emptyMap): void => {
    events.push(message(`samp.hub.event.${name}`, new Map([["id", id], ...more])))
  }
  const change = (): void => {
    const others = [...registry.keys()].filter((id) => id !== self && id !== hub)
    if (others.length === 0 || chance(25)) {
      const id = ClientId(`c${++next}`)
      registry.set(id, { metadata: emptyMap, subscriptions: emptyMap })
      return tell("register", id)
    }
    const id = pick(others)
    if (chance(20)) {
      registry.delete(id)
      return tell("unregister", id)
    }
    const entry = registry.get(id)
    const declared = map(chance(20) ? {} : { n: String(next++) })
    const key = pick(["metadata", "subscriptions"] as const)
    if (entry !== undefined) entry[key] = declared
    tell(key, id, map({ [key]: declared }))
  }
  const hear = (): void => {
    const event = events.shift()
    if (event === undefined) return
    feed({ _tag: "Delivered", delivery: { _tag: "Notification", sender: hub, message: event } })
  }
  const take = <A>(from: Array<A>): A | undefined => from.splice(below(Math.max(1, from.length)), 1)[0]
  const ask = (): void => {
    const answer = take(questions)?.()
    if (answer !== undefined) answers.push(answer)
  }

  for (let i = below(6); i > 0; i--) change()
  events.length = 0 // what happened before we subscribed
  registry.set(self, { metadata: emptyMap, subscriptions: emptyMap })
  feed({ _tag: "Registered", selfId: self, hubId: hub })
  questions.push(list)
  for (let i = 20 + below(60); i > 0; i--) pick([change, hear, hear, ask, () => take(answers)?.()])()
  for (;;) {
    if (events.length + questions.length + answers.length === 0) break
    pick([hear, ask, () => take(answers)?.()])()
  }
  registry.delete(self)
  const tracker = state.registered?.tracker ?? Tracker.nobody
  return {
    believed: plain(Tracker.view(tracker)),
    actual: plain(registry),
    complete: Tracker.isComplete(tracker)
  }
}

const given = process.env["TRACKER_SEED"]
const seeds = given === undefined ? Array.from({ length: 3_000 }, (_, seed) => seed) : [Number(given)]

const holds = (seed: number, machine: Machine = step): boolean => {
  const { actual, believed, complete } = run(seed, machine)
  return complete && JSON.stringify(believed) === JSON.stringify(actual)
}

const c1 = ClientId("c1")
const one = map({ n: "1" })
const two = map({ n: "2" })

describe("the list of clients", () => {
  it("CLI-19, EVT-12, REG-07 is the hub's registry in the end, whatever came first", () => {
    for (const seed of seeds) {
      const { actual, believed, complete } = run(seed, step)
      const replay = `TRACKER_SEED=${seed} npx vitest run test/domain/client`
      assert.deepStrictEqual(believed, actual, replay)
      assert.isTrue(complete, replay)
    }
  })

  it("is not so for a machine that lets answers overrule events, or the departed come back", () => {
    const overrules: Machine = (state, input) => {
      if (input._tag !== "Described" || state.registered === undefined) return step(state, input)
      const { registered } = state
      if (!registered.tracker.clients.has(input.id)) return step(state, input)
      const tracker = Tracker.declared(registered.tracker, input.id, input.description)
      return { state: { ...state, registered: { ...registered, tracker } }, outputs: [] }
    }
    const revives: Machine = (state, input) => {
      const { registered } = state
      if (registered === undefined) return step(state, input)
      const tracker = { ...registered.tracker, gone: new Set<never>() }
      return step({ ...state, registered: { ...registered, tracker } }, input)
    }
    for (const machine of [overrules, revives]) {
      assert.isDefined(seeds.slice(0, 500).find((seed) => !holds(seed, machine)))
    }
  })

  it("EVT-12 takes what an event tells for the whole, and against an answer that comes after it", () => {
    const known = Tracker.declared(Tracker.arrived(Tracker.nobody, c1), c1, { metadata: one })
    const told = Tracker.answered(known, c1, { metadata: two, subscriptions: two })
    assert.deepStrictEqual(told.clients.get(c1), { metadata: one, subscriptions: two })
    const cleared = Tracker.declared(told, c1, { metadata: emptyMap })
    assert.deepStrictEqual(Tracker.view(cleared).get(c1), { id: c1, metadata: emptyMap, subscriptions: two })
  })

  it("REG-07 has empty maps for what is not known, and says that it is not complete", () => {
    const listed = Tracker.listed(Tracker.nobody, [c1])
    assert.deepStrictEqual(Tracker.view(listed).get(c1), {
      id: c1,
      metadata: emptyMap,
      subscriptions: emptyMap
    })
    assert.isFalse(Tracker.isComplete(listed))
    const half = Tracker.answered(listed, c1, { metadata: one })
    assert.isFalse(Tracker.isComplete(half))
    assert.isTrue(Tracker.isComplete(Tracker.answered(half, c1, { subscriptions: one })))
    assert.isFalse(Tracker.isComplete(Tracker.nobody))
    assert.isTrue(Tracker.isComplete(Tracker.listed(Tracker.nobody, [])))
  })

  it("CLI-19 keeps away who has left, and does not know who was never there", () => {
    const gone = Tracker.left(Tracker.nobody, c1)
    assert.strictEqual(Tracker.listed(gone, [c1]).clients.size, 0)
    assert.strictEqual(Tracker.declared(gone, c1, { metadata: one }).clients.size, 0)
    assert.strictEqual(Tracker.arrived(gone, c1).clients.size, 0)
    assert.strictEqual(Tracker.answered(Tracker.nobody, c1, { metadata: one }).clients.size, 0)
    assert.strictEqual(Tracker.declared(Tracker.nobody, c1, { metadata: one }).clients.size, 1)
  })
})
