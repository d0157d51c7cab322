/**
 * A network as a machine without clock, randomness or I/O: the emulator under the simulator.
 *
 *     step(state, input) -> { state, outputs }
 *
 * Theory of operation. The network knows processes by name, endpoints by URL, and exchanges: a call and its answer, as HTTP
 * makes them. It never sees what is said. An exchange goes Out, waits in Line when the endpoint has its hands full, is In
 * while it is worked on, and comes Back; the seeded dice decide when it is sent how long its ways take and whether it meets
 * an accident. Faults of the place (slow, lossy, hung, dead, full), of the way (cut) and of the process (frozen, dead) act
 * on it where they meet it. Nothing is ever lost without a trace: an exchange ends by `Returned`, `Refused` or `Broken`, or
 * stays `Mute` until its caller gives up or the faults are over.
 *
 * Two things on one way never overtake each other, as on loopback.
 */
import { type Behaviour, undisturbed } from "./Behaviour.ts"
import { roll } from "./Dice.ts"
import type { Break, NetworkInput, NetworkOutput } from "./NetworkEvents.ts"
import { type Exchange, type Fate, type NetworkState, type Place, wayOf } from "./NetworkState.ts"

/** A state in the making: its tables may be written to until the turn is over. */
interface Turn {
  state: NetworkState
  readonly places: Map<string, Place>
  readonly exchanges: Map<number, Exchange>
  readonly latest: Map<string, number>
  readonly outputs: Array<NetworkOutput>
}

/** Feeds one input to the network. */
export const step = (
  state: NetworkState,
  input: NetworkInput
): { readonly state: NetworkState; readonly outputs: ReadonlyArray<NetworkOutput> } => {
  const turn: Turn = {
    state,
    places: new Map(state.places),
    exchanges: new Map(state.exchanges),
    latest: new Map(state.latest),
    outputs: []
  }
  take(turn, input)
  if ("now" in input) moveAll(turn, input.now)
  const { exchanges, latest, outputs, places } = turn
  return { state: { ...turn.state, places, exchanges, latest }, outputs }
}

const take = (turn: Turn, input: NetworkInput): void => {
  const { exchanges, outputs, places, state } = turn
  switch (input._tag) {
    case "Opened":
      return void places.set(input.url, { process: input.process, behaviour: undisturbed })
    case "Closed":
      places.delete(input.url)
      return breakWhere(
        turn,
        ({ phase, url }) => url === input.url && (phase === "Out" || phase === "Line"),
        "the endpoint closed"
      )
    case "Sent":
      return send(turn, input)
    case "Answered": {
      const exchange = exchanges.get(input.exchange)
      if (exchange?.phase !== "In" || exchange.attempt !== input.attempt) return
      return put(
        turn,
        input.exchange,
        { ...exchange, phase: "Back" },
        input.now,
        `<${exchange.from} ${exchange.url}`
      )
    }
    case "Cancelled": {
      const exchange = exchanges.get(input.exchange)
      exchanges.delete(input.exchange)
      if (exchange?.phase === "In") outputs.push({ _tag: "HungUp", exchange: input.exchange })
      return
    }
    case "Disturbed": {
      const place = places.get(input.url)
      if (place === undefined) return
      return void places.set(input.url, { ...place, behaviour: { ...place.behaviour, ...input.behaviour } })
    }
    case "Cut":
      turn.state = { ...state, cuts: new Set(state.cuts).add(wayOf(input.one, input.other)) }
      return
    case "Mended": {
      const mended = wayOf(input.one, input.other)
      turn.state = { ...state, cuts: new Set([...state.cuts].filter((way) => way !== mended)) }
      return
    }
    case "Frozen":
      turn.state = { ...state, frozen: new Set(state.frozen).add(input.process) }
      return
    case "Thawed":
      turn.state = { ...state, frozen: new Set([...state.frozen].filter((name) => name !== input.process)) }
      return
    case "Died":
      return die(turn, input.process)
    case "Quieted":
      return quiet(turn)
    case "Tick":
      turn.state = { ...state, wakeAt: Infinity }
  }
}

const send = (
  turn: Turn,
  { exchange, from, now, url }: Extract<NetworkInput, { readonly _tag: "Sent" }>
): void => {
  const place = turn.places.get(url)
  if (place === undefined || place.behaviour.health === "dead") {
    return void turn.outputs.push({ _tag: "Refused", exchange })
  }
  const { answerLost, lost, resent, silent } = place.behaviour
  let fate: Fate = "well"
  if (lost + answerLost + silent + resent > 0) {
    let drawn = draw(turn)
    const shares: ReadonlyArray<readonly [Fate, number]> = [
      ["lost", lost],
      ["answerLost", answerLost],
      ["silent", silent],
      ["resent", resent]
    ]
    fate = shares.find(([, share]) => (drawn -= share) < 0)?.[0] ?? "well"
  }
  turn.outputs.push({ _tag: "Written", exchange })
  const sent: Exchange = { from, url, to: place.process, fate, attempt: 1, phase: "Out", due: now }
  put(turn, exchange, sent, now, `>${from} ${url}`)
}

/** Puts an exchange on a way; it arrives after what is before it there. */
const put = (turn: Turn, number: number, exchange: Exchange, now: number, way: string): void => {
  const [least, most] = (turn.places.get(exchange.url)?.behaviour ?? undisturbed).delayMs
  const delay = most > least ? least + Math.floor(draw(turn) * (most - least + 1)) : least
  const due = Math.max(now + delay, turn.latest.get(way) ?? 0)
  if (due > now) turn.latest.set(way, due)
  turn.exchanges.set(number, { ...exchange, due })
}

const draw = (turn: Turn): number => {
  const [value, dice] = roll(turn.state.dice)
  turn.state = { ...turn.state, dice }
  return value
}

const drop = (turn: Turn, number: number, why: Break): void => {
  turn.exchanges.delete(number)
  turn.outputs.push({ _tag: "Broken", exchange: number, why })
}

const breakWhere = (turn: Turn, which: (exchange: Exchange) => boolean, why: Break): void => {
  for (const [number, exchange] of turn.exchanges) if (which(exchange)) drop(turn, number, why)
}

/** The kernel resets what the process had open; an answer that was on its way still arrives. */
const die = (turn: Turn, process: string): void => {
  const { exchanges, outputs, places, state } = turn
  for (const [url, place] of places) if (place.process === process) places.delete(url)
  for (const [number, exchange] of exchanges) {
    if (exchange.from === process) {
      exchanges.delete(number)
      if (exchange.phase === "In") outputs.push({ _tag: "HungUp", exchange: number })
    } else if (exchange.to === process && exchange.phase !== "Back") {
      if (state.cuts.has(wayOf(exchange.from, process))) exchanges.set(number, { ...exchange, phase: "Mute" })
      else drop(turn, number, "the process died")
    }
  }
  turn.state = { ...state, frozen: new Set([...state.frozen].filter((name) => name !== process)) }
}

const quiet = (turn: Turn): void => {
  const { places } = turn
  for (const [url, place] of places) places.set(url, { ...place, behaviour: undisturbed })
  turn.state = { ...turn.state, cuts: new Set() }
  breakWhere(turn, ({ phase }) => phase === "Mute", "within the answer")
}

/** Whether an exchange that is on its way could arrive now if its time has come. */
const passes = ({ cuts, frozen }: NetworkState, { from, phase, to }: Exchange): boolean =>
  (phase === "Out" || phase === "Back") && !cuts.has(wayOf(from, to)) &&
  !frozen.has(phase === "Out" ? to : from)

/** Lets everything arrive whose time has come, in order of time, then of sending; then asks to be woken for the next. */
const moveAll = (turn: Turn, now: number): void => {
  for (;;) {
    let next: readonly [number, Exchange] | undefined
    for (const entry of turn.exchanges) {
      const [, exchange] = entry
      if (!passes(turn.state, exchange) || exchange.due >= (next?.[1].due ?? Infinity)) continue
      next = entry
    }
    if (next === undefined) break
    const [number, exchange] = next
    if (exchange.due > now) {
      if (exchange.due < turn.state.wakeAt) {
        turn.state = { ...turn.state, wakeAt: exchange.due }
        turn.outputs.push({ _tag: "Wake", at: exchange.due })
      }
      break
    }
    if (exchange.phase === "Out") arrive(turn, number, exchange)
    else comeBack(turn, number, exchange, now)
  }
  serveLines(turn)
}

const worked = (turn: Turn, url: string, phase: Exchange["phase"]): number => {
  let count = 0
  for (const exchange of turn.exchanges.values()) {
    if (exchange.url === url && exchange.phase === phase) count++
  }
  return count
}

const arrive = (turn: Turn, number: number, exchange: Exchange): void => {
  const place = turn.places.get(exchange.url)
  if (place === undefined) return drop(turn, number, "the endpoint closed")
  if (exchange.fate === "lost") return drop(turn, number, "before it arrived")
  const { behaviour }: { readonly behaviour: Behaviour } = place
  if (behaviour.health === "dead") return drop(turn, number, "the endpoint closed")
  if (behaviour.health === "hung") return void turn.exchanges.set(number, { ...exchange, phase: "Mute" })
  if (behaviour.capacity < Infinity && worked(turn, exchange.url, "In") >= behaviour.capacity) {
    if (worked(turn, exchange.url, "Line") < behaviour.line) {
      return void turn.exchanges.set(number, { ...exchange, phase: "Line" })
    }
    turn.exchanges.delete(number)
    return void turn.outputs.push({ _tag: "Refused", exchange: number })
  }
  enter(turn, number, exchange)
}

const enter = (turn: Turn, number: number, exchange: Exchange): void => {
  turn.exchanges.set(number, { ...exchange, phase: "In" })
  turn.outputs.push({ _tag: "Arrived", exchange: number, attempt: exchange.attempt, url: exchange.url })
}

const comeBack = (turn: Turn, number: number, exchange: Exchange, now: number): void => {
  if (exchange.fate === "answerLost") return drop(turn, number, "within the answer")
  if (exchange.fate === "silent") return void turn.exchanges.set(number, { ...exchange, phase: "Mute" })
  if (exchange.fate === "resent" && exchange.attempt === 1) {
    const again: Exchange = { ...exchange, phase: "Out", attempt: 2 }
    return put(turn, number, again, now, `>${exchange.from} ${exchange.url}`)
  }
  turn.exchanges.delete(number)
  turn.outputs.push({ _tag: "Returned", exchange: number })
}

/** Whoever waits in line comes in as far as there is room. */
const serveLines = (turn: Turn): void => {
  for (const [number, exchange] of turn.exchanges) {
    if (exchange.phase !== "Line" || turn.state.frozen.has(exchange.to)) continue
    const capacity = turn.places.get(exchange.url)?.behaviour.capacity ?? 0
    if (worked(turn, exchange.url, "In") < capacity) enter(turn, number, exchange)
  }
}
