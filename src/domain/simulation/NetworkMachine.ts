/**
 * A network as a machine without clock, randomness or I/O: the emulator under the simulator.
 *
 *     step(state, input) -> { state, outputs }
 *
 * Theory of operation. The network knows processes by name, endpoints by URL, and exchanges: a call and its answer, as HTTP
 * makes them. It never sees what is said. An exchange goes Out, waits in Line when the endpoint has its hands full, is In
 * while it is worked on, and comes Back; the seeded dice decide when it is sent how long its ways take and whether it meets
 * an accident. Faults of the place (slow, lossy, hung, dead, full), of the way (cut) and of the process (frozen, dead) act
 * on it where they meet it. Nothing is ever lost without a trace: an exchange ends once, by `Returned`, `Refused`, `Broken`
 * or `HungUp`, or stays `Mute` until its caller gives up or the faults are over.
 *
 * Two things on one way never overtake each other, as on loopback. A caller that gives up cannot call back what is on its
 * way: it arrives, and nobody waits for the answer.
 */
import { undisturbed } from "./Behaviour.ts"
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
  if ("now" in input) { for (const [way, due] of latest) if (due <= input.now) latest.delete(way) }
  return { state: { ...turn.state, places, exchanges, latest }, outputs }
}

const take = (turn: Turn, input: NetworkInput): void => {
  const { exchanges, places, state } = turn
  switch (input._tag) {
    case "Opened":
      return void places.set(input.url, { process: input.process, behaviour: undisturbed })
    case "Closed":
      places.delete(input.url)
      for (const [number, exchange] of exchanges) {
        const { phase, url } = exchange
        if (url === input.url && (phase === "Out" || phase === "Line")) {
          reset(turn, number, exchange, "the endpoint closed")
        }
      }
      return
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
      return exchange && abandon(turn, input.exchange, exchange)
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
  const sent: Exchange = {
    from,
    url,
    to: place.process,
    fate,
    attempt: 1,
    phase: "Out",
    due: now,
    abandoned: false
  }
  put(turn, exchange, sent, now, `>${from} ${url}`)
}

/** Puts an exchange on a way; it arrives after what is before it there. */
const put = (turn: Turn, number: number, exchange: Exchange, now: number, way: string): void => {
  const [least, most] = (turn.places.get(exchange.url)?.behaviour ?? undisturbed).delayMs
  const delay = most > least ? least + Math.floor(draw(turn) * (most - least + 1)) : least
  const due = Math.max(now + delay, turn.latest.get(way) ?? 0)
  if (due > now) turn.latest.set(way, due)
  line(turn, number, { ...exchange, due })
}

/** Puts an exchange behind all others. */
const line = (turn: Turn, number: number, exchange: Exchange): void => {
  turn.exchanges.delete(number)
  turn.exchanges.set(number, exchange)
}

const draw = (turn: Turn): number => {
  const [value, dice] = roll(turn.state.dice)
  turn.state = { ...turn.state, dice }
  return value
}

/** The end of an exchange that nobody waits for any more. */
const hangUp = (turn: Turn, number: number): void => {
  turn.exchanges.delete(number)
  turn.outputs.push({ _tag: "HungUp", exchange: number })
}

/** The caller is gone. What it has sent stays on its way. */
const abandon = (turn: Turn, number: number, exchange: Exchange): void => {
  if (exchange.phase !== "Out" && exchange.phase !== "Line") return hangUp(turn, number)
  turn.exchanges.set(number, { ...exchange, abandoned: true })
}

/** The end of an exchange that the caller hears of, if it still listens. */
const fail = (
  turn: Turn,
  number: number,
  { abandoned }: Exchange,
  output: Extract<NetworkOutput, { readonly _tag: "Broken" | "Refused" }>
): void => {
  if (abandoned) return hangUp(turn, number)
  turn.exchanges.delete(number)
  turn.outputs.push(output)
}

const drop = (turn: Turn, number: number, exchange: Exchange, why: Break): void =>
  fail(turn, number, exchange, { _tag: "Broken", exchange: number, why })

/** Neither end hears any more. */
const mute = (turn: Turn, number: number, exchange: Exchange): void => {
  if (exchange.abandoned) return hangUp(turn, number)
  turn.exchanges.set(number, { ...exchange, phase: "Mute" })
}

/** The other kernel says that nobody is there; if that can pass. */
const reset = (turn: Turn, number: number, exchange: Exchange, why: Break): void =>
  turn.state.cuts.has(wayOf(exchange.from, exchange.to))
    ? mute(turn, number, exchange)
    : drop(turn, number, exchange, why)

/** The kernel resets what the process had open; what was on its way from it still arrives. */
const die = (turn: Turn, process: string): void => {
  const { exchanges, places, state } = turn
  for (const [url, place] of places) if (place.process === process) places.delete(url)
  for (const [number, exchange] of exchanges) {
    if (exchange.to === process && exchange.phase !== "Back") {
      reset(turn, number, exchange, "the process died")
    } else if (exchange.from === process) abandon(turn, number, exchange)
  }
  turn.state = { ...state, frozen: new Set([...state.frozen].filter((name) => name !== process)) }
}

const quiet = (turn: Turn): void => {
  const { exchanges, places } = turn
  for (const [url, place] of places) places.set(url, { ...place, behaviour: undisturbed })
  turn.state = { ...turn.state, cuts: new Set() }
  for (const [number, exchange] of exchanges) {
    if (exchange.phase === "Mute") drop(turn, number, exchange, "it was half open")
    else exchanges.set(number, { ...exchange, fate: "well" }) // no accident is left for what is still on its way
  }
}

/** Whether an exchange that is on its way could arrive now if its time has come. */
const passes = ({ cuts, frozen }: NetworkState, { from, phase, to }: Exchange): boolean =>
  (phase === "Out" || phase === "Back") && !cuts.has(wayOf(from, to)) &&
  !frozen.has(phase === "Out" ? to : from)

/** Lets everything arrive whose time has come, in order of time, then of setting out; then asks to be woken for the next. */
const moveAll = (turn: Turn, now: number): void => {
  serveLines(turn)
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
}

const worked = (turn: Turn, url: string, phase: Exchange["phase"]): number => {
  let count = 0
  for (const exchange of turn.exchanges.values()) {
    if (exchange.url === url && exchange.phase === phase) count++
  }
  return count
}

/** An exchange arrives, and is worked on, waits in line, or meets a fault. */
const arrive = (turn: Turn, number: number, exchange: Exchange): void => {
  const place = turn.places.get(exchange.url)
  if (place === undefined) return drop(turn, number, exchange, "the endpoint closed")
  if (exchange.fate === "lost") return drop(turn, number, exchange, "before it arrived")
  const { capacity, health, line: longest } = place.behaviour
  if (health === "well" && capacity < Infinity && worked(turn, exchange.url, "In") >= capacity) {
    return worked(turn, exchange.url, "Line") < longest
      ? line(turn, number, { ...exchange, phase: "Line" })
      : fail(turn, number, exchange, { _tag: "Refused", exchange: number })
  }
  enter(turn, number, exchange, place)
}

const enter = (turn: Turn, number: number, exchange: Exchange, { behaviour }: Place): void => {
  if (behaviour.health === "dead") return reset(turn, number, exchange, "the endpoint closed")
  if (behaviour.health === "hung") return mute(turn, number, exchange)
  turn.exchanges.set(number, { ...exchange, phase: "In" })
  turn.outputs.push({ _tag: "Arrived", exchange: number, attempt: exchange.attempt, url: exchange.url })
  if (exchange.abandoned) hangUp(turn, number)
}

const comeBack = (turn: Turn, number: number, exchange: Exchange, now: number): void => {
  if (exchange.fate === "answerLost") return drop(turn, number, exchange, "within the answer")
  if (exchange.fate === "silent") return mute(turn, number, exchange)
  if (exchange.fate === "resent" && exchange.attempt === 1) {
    const to = turn.places.get(exchange.url)?.process ?? exchange.to
    const again: Exchange = { ...exchange, to, phase: "Out", attempt: 2 }
    return put(turn, number, again, now, `>${exchange.from} ${exchange.url}`)
  }
  turn.exchanges.delete(number)
  turn.outputs.push({ _tag: "Returned", exchange: number })
}

/** Whoever waits in line comes in as far as there is room. */
const serveLines = (turn: Turn): void => {
  for (const [number, exchange] of turn.exchanges) {
    if (exchange.phase !== "Line" || turn.state.frozen.has(exchange.to)) continue
    const place = turn.places.get(exchange.url)
    if (place === undefined || worked(turn, exchange.url, "In") >= place.behaviour.capacity) continue
    enter(turn, number, exchange, place)
  }
}
