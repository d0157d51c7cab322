/** The state of a simulated network: one immutable value. */
import type { Behaviour } from "./Behaviour.ts"
import type { DiceState } from "./Dice.ts"

/** An endpoint that listens. */
export interface Place {
  /** Name of the process that opened it. */
  readonly process: string
  readonly behaviour: Behaviour
}

/** What the dice said of an exchange when it was sent. */
export type Fate = "well" | "lost" | "answerLost" | "silent" | "resent"

/** A call on its way, with its answer. */
export interface Exchange {
  /** Name of the process that calls. */
  readonly from: string
  readonly url: string
  /** Name of the process that is called. */
  readonly to: string
  readonly fate: Fate
  /** How often it was sent: 2 when it was sent again. */
  readonly attempt: number
  /** `Out`, `Line`, `In`, `Back`: on its way, in line, being worked on, on its way back. `Mute`: neither end hears more. */
  readonly phase: "Out" | "Line" | "In" | "Back" | "Mute"
  /** When it arrives, in milliseconds, while it is on its way. */
  readonly due: number
  /** Whether its caller has given up; what is on its way arrives all the same. */
  readonly abandoned: boolean
}

/** The whole state. */
export interface NetworkState {
  readonly dice: DiceState
  readonly places: ReadonlyMap<string, Place>
  /** By number, in the order in which they set out on their present way or came into line. */
  readonly exchanges: ReadonlyMap<number, Exchange>
  /** When the latest arrives, by way: nothing overtakes on a way. */
  readonly latest: ReadonlyMap<string, number>
  /** Ways between processes that nothing passes, as `wayOf` names them. */
  readonly cuts: ReadonlySet<string>
  /** Processes that are frozen: their kernel takes and keeps everything. */
  readonly frozen: ReadonlySet<string>
  /** The time asked for by the last `Wake`; infinite when none is out. */
  readonly wakeAt: number
}

/** A network without endpoints. */
export const start = (seed: number): NetworkState => ({
  dice: seed >>> 0,
  places: new Map(),
  exchanges: new Map(),
  latest: new Map(),
  cuts: new Set(),
  frozen: new Set(),
  wakeAt: Infinity
})

/** The name of what lies between two processes, whichever is named first. */
export const wayOf = (one: string, other: string): string =>
  one < other ? `${one}\n${other}` : `${other}\n${one}`
