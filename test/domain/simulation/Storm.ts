/** Random histories of the network machine, with what must hold in each step of them. */
import type { Behaviour } from "../../../src/domain/simulation/Behaviour.ts"
import { type Dice, dice } from "../../../src/domain/simulation/Dice.ts"
import type { NetworkInput, NetworkOutput } from "../../../src/domain/simulation/NetworkEvents.ts"
import {
  type Exchange,
  type NetworkState,
  start,
  wayOf
} from "../../../src/domain/simulation/NetworkState.ts"
import { show } from "./Wire.ts"

/** A machine like `step`. */
export type Machine = (
  state: NetworkState,
  input: NetworkInput
) => { readonly state: NetworkState; readonly outputs: ReadonlyArray<NetworkOutput> }

/** What became of a history: the first thing that does not hold, and all that came out. */
export interface Told {
  readonly violation: string | undefined
  readonly lines: ReadonlyArray<string>
}

const processes = ["ann", "bob", "carol"]
const urls = ["a", "b", "b2", "c"]
const ownerOf = (url: string): string => processes.find((name) => name.startsWith(url.slice(0, 1))) ?? ""

const behaviour = (by: Dice): Partial<Behaviour> => {
  const least = by.below(20)
  return by.pick<() => Partial<Behaviour>>([
    () => ({ delayMs: [least, least + by.below(20)] }),
    () => ({ lost: by.below(10) / 20, answerLost: by.below(5) / 20 }),
    () => ({ silent: by.below(5) / 20, resent: by.below(10) / 20 }),
    () => ({ health: by.pick(["well", "hung", "dead"]) }),
    () => ({ capacity: by.pick([1, 2, Infinity]), line: by.pick([0, 1, 3, Infinity]) })
  ])()
}

/** Whether it arrives as soon as its time has come. */
const passes = ({ cuts, frozen }: NetworkState, { from, phase, to }: Exchange): boolean =>
  (phase === "Out" || phase === "Back") && !cuts.has(wayOf(from, to)) &&
  !frozen.has(phase === "Out" ? to : from)

/** Lives through a history of so many inputs, and then through a quiet end in which everything is to end. */
export const storm = (seed: number, length: number, machine: Machine): Told => {
  const by = dice(seed)
  const lines: Array<string> = []
  const ends = new Map<number, number>()
  /** Numbers of setting out, of attempts and answers, and the last that came in on each way. */
  const out = new Map<string, number>()
  const last = new Map<string, number>()
  const sender = new Map<number, { readonly from: string; readonly url: string; readonly to: string }>()
  const cancelled = new Set<number>()
  let state = start(seed)
  let now = 0
  let sent = 0
  let order = 0
  let timer = Infinity
  let violation: string | undefined

  const demand = (holds: boolean, text: string): void => {
    if (!holds) violation ??= `${text} (after ${lines.length} lines, at ${now} ms)`
  }

  const passed = (key: string, way: string, what: string): void => {
    const number = out.get(key) ?? ++order
    out.set(key, number)
    demand(number > (last.get(way) ?? 0), `${what} was overtaken on ${way}`)
    last.set(way, Math.max(number, last.get(way) ?? 0))
  }

  const look = (output: NetworkOutput, before: NetworkState): void => {
    if (output._tag === "Wake") {
      timer = output.at
      return demand(output.at > now, "a Wake is for later")
    }
    const { exchange } = output
    const { from, to, url } = sender.get(exchange) ?? { from: "", url: "", to: "" }
    const isCut = state.cuts.has(wayOf(from, to)) && before.cuts.has(wayOf(from, to))
    switch (output._tag) {
      case "Arrived":
        passed(`${exchange}.${output.attempt}`, `>${from} ${url}`, show(output))
        demand(!state.frozen.has(to), `${show(output)} at a frozen process`)
        return demand(
          !isCut || before.exchanges.get(exchange)?.phase === "Line",
          `${show(output)} over a cut`
        )
      case "Written":
        return
      case "Returned":
        passed(`answer ${exchange}`, `<${from} ${url}`, show(output))
        demand(!state.frozen.has(from), `${show(output)} at a frozen process`)
        demand(!isCut, `${show(output)} over a cut`)
        break
      case "Broken":
        demand(!isCut, `${show(output)} over a cut`)
    }
    demand(output._tag === "HungUp" || !cancelled.has(exchange), `${show(output)} after its caller gave up`)
    ends.set(exchange, (ends.get(exchange) ?? 0) + 1)
  }

  const working = (url: string): number =>
    [...state.exchanges.values()].filter((one) => one.phase === "In" && one.url === url).length

  const feed = (input: NetworkInput): void => {
    if (violation !== undefined) return
    const before = state
    if (input._tag === "Tick") timer = Infinity
    if (input._tag === "Sent") {
      sender.set(input.exchange, { from: input.from, url: input.url, to: ownerOf(input.url) })
      out.set(`${input.exchange}.1`, ++order)
    }
    if (input._tag === "Answered" && state.exchanges.get(input.exchange)?.phase === "In") {
      out.set(`answer ${input.exchange}`, ++order)
    }
    if (input._tag === "Cancelled" && input.exchange < sent) cancelled.add(input.exchange)
    const frozen = JSON.stringify([...before.exchanges])
    const result = machine(before, input)
    state = result.state
    demand(JSON.stringify([...before.exchanges]) === frozen, "the old state stays as it was")
    lines.push(`${now} ${JSON.stringify(input)}`, ...result.outputs.map((output) => `  ${show(output)}`))
    for (const output of result.outputs) look(output, before)
    for (const output of result.outputs) {
      if (output._tag !== "Arrived") continue
      const capacity = state.places.get(output.url)?.behaviour.capacity ?? Infinity
      demand(working(output.url) <= capacity, `${output.url} works on more than it can`)
    }
    // Attempts that have set out anew.
    for (const [number, { attempt, phase }] of state.exchanges) {
      const key = `${number}.${attempt}`
      if ((phase === "Out" || phase === "Line") && !out.has(key)) out.set(key, ++order)
    }
    for (const [number, count] of ends) {
      demand(count === 1, `${number} ends once`)
      demand(!state.exchanges.has(number), `${number} is gone when it has ended`)
    }
    for (let number = 0; number < sent; number++) {
      demand(ends.has(number) || state.exchanges.has(number), `${number} is not forgotten`)
    }
    const due = [...state.exchanges.values()].filter((one) => passes(state, one)).map((one) => one.due)
    const next = Math.min(Infinity, ...due)
    demand(next > now || !("now" in input), "what is due has arrived")
    demand(next <= now || timer <= next, "a Wake is out when something is due")
  }

  /** Lets the time pass; the timer goes off on its way. */
  const pass = (ms: number): void => {
    const until = now + ms
    for (let turns = 0; turns < 1_000; turns++) {
      if (timer > until) break
      now = Math.max(now, timer)
      feed({ _tag: "Tick", now })
    }
    now = until
  }

  const answer = (): void => {
    const open = [...state.exchanges].filter(([, { phase }]) => phase === "In")
    if (open.length === 0) return
    const [exchange, { attempt }] = by.pick(open)
    feed({ _tag: "Answered", now, exchange, attempt })
  }

  const happen = (): void => {
    const url = by.pick(urls)
    const process = by.pick(processes)
    const drawn = by.below(100)
    if (drawn < 30) {
      if (!state.frozen.has(process)) {
        feed({ _tag: "Sent", now, exchange: sent++, from: process, url, what: "ping" })
      }
    } else if (drawn < 50) answer()
    else if (drawn < 65) pass(by.below(30))
    else if (drawn < 70) feed({ _tag: "Cancelled", now, exchange: by.below(Math.max(1, sent)) })
    else if (drawn < 80) feed({ _tag: "Disturbed", now, url, behaviour: behaviour(by) })
    else if (drawn < 83) feed({ _tag: "Cut", one: process, other: by.pick(processes) })
    else if (drawn < 87) feed({ _tag: "Mended", now, one: process, other: by.pick(processes) })
    else if (drawn < 90) feed({ _tag: "Frozen", process })
    else if (drawn < 94) feed({ _tag: "Thawed", now, process })
    else if (drawn < 95) feed({ _tag: "Died", now, process })
    else if (drawn < 96) feed({ _tag: "Closed", now, url })
    else if (drawn < 97) feed({ _tag: "Tick", now })
    else if (drawn < 98) feed({ _tag: "Quieted", now })
    else if (!state.places.has(url)) feed({ _tag: "Opened", url, process: ownerOf(url) })
  }

  for (const url of urls) feed({ _tag: "Opened", url, process: ownerOf(url) })
  for (let number = 0; number < length; number++) happen()
  if (violation !== undefined) return { violation, lines }
  for (const process of processes) feed({ _tag: "Thawed", now, process })
  feed({ _tag: "Quieted", now })
  for (let turns = 0; state.exchanges.size > 0 && turns < 10_000; turns++) {
    pass(50)
    answer()
  }
  // Only answers that nobody ever heard of are left: to be given up by their callers.
  for (const [exchange, { phase }] of state.exchanges) {
    demand(phase === "Mute", `${exchange} comes to an end`)
    feed({ _tag: "Cancelled", now, exchange })
  }
  demand(state.exchanges.size === 0, "nothing is left")
  pass(100)
  feed({ _tag: "Tick", now })
  demand(state.latest.size === 0, "no way is remembered")
  demand(timer === Infinity, "nobody wants to be woken")
  return { violation, lines }
}
