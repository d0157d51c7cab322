/**
 * What is to happen in a simulated world: a list of actions, made of a seed alone. An action says what it wants by numbers,
 * not by names of what is there when its time comes, so that any action can be left out and the rest still makes sense:
 * that is how a failing plan is shrunk.
 */
import { type Dice, dice } from "../../../src/domain/simulation/Dice.ts"

/** The kinds of actions, each with how often it is thrown, in calm weather and in storms. */
const weights = {
  // hubs
  startHub: [4, 6],
  race: [1, 2],
  killHub: [0, 2],
  stopHub: [0, 2],
  freezeHub: [0, 2],
  eject: [0, 2],
  // who is there
  enterResident: [7, 6],
  enterGuest: [8, 7],
  leave: [3, 3],
  kill: [0, 3],
  freeze: [0, 3],
  // what clients do
  subscribe: [5, 4],
  metadata: [4, 3],
  notify: [10, 8],
  notifyAll: [10, 8],
  burst: [4, 4],
  call: [14, 12],
  callAll: [6, 6],
  callAndWait: [8, 8],
  giveUp: [2, 3],
  intrude: [3, 3],
  // the network and the disk
  slow: [3, 4],
  lossy: [0, 4],
  hang: [0, 2],
  refuse: [0, 3],
  blink: [0, 4],
  silence: [0, 2],
  stutter: [0, 2],
  narrow: [2, 2],
  calm: [1, 5],
  cut: [0, 3],
  fillDisk: [0, 1]
} as const

/** What there is besides in worlds with web pages. */
const webWeights = {
  enterPage: [9, 8],
  read: [5, 5],
  publish: [2, 2],
  pry: [3, 3],
  callable: [1, 2],
  revoke: [0, 2],
  switchWeb: [0, 2]
} as const

/** What an action does. */
export type Act = keyof typeof weights | keyof typeof webWeights

/** Acts that are faults of the world, not wishes of clients. */
export const faults: ReadonlySet<Act> = new Set<Act>([
  "killHub",
  "stopHub",
  "freezeHub",
  "eject",
  "kill",
  "freeze",
  "slow",
  "lossy",
  "hang",
  "refuse",
  "blink",
  "silence",
  "stutter",
  "narrow",
  "cut",
  "fillDisk",
  "revoke",
  "switchWeb"
])

/** One thing that is to happen. */
export interface Action {
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly act: Act
  /** Whom it concerns, and a second one: numbers that are taken modulo those who are there. */
  readonly who: number
  readonly other: number
  /** What all smaller choices are made of. */
  readonly pick: number
}

/** All that is to happen. */
export interface Plan {
  readonly seed: number
  /** Whether there are faults at all. */
  readonly stormy: boolean
  /** Whether the bounds of the hub are so tight that they are met. */
  readonly tight: boolean
  /** Whether the hubs have a Web Profile, and there are pages. */
  readonly web?: boolean
  readonly actions: ReadonlyArray<Action>
}

const draw = (dice: Dice, column: 0 | 1, web: boolean): Act => {
  const acts = Object.entries(web ? { ...weights, ...webWeights } : weights)
  let left = dice.below(acts.reduce((sum, [, weight]) => sum + weight[column], 0))
  for (const [act, weight] of acts) {
    left -= weight[column]
    if (left < 0) return act as Act // a key of the table itself
  }
  return "calm"
}

/** The pauses between actions, in milliseconds: most are short, so that things meet; some let timers run out. */
const pause = (dice: Dice): number => {
  const kind = dice.below(20)
  if (kind < 7) return 0
  if (kind < 13) return dice.below(30)
  if (kind < 18) return dice.below(400)
  return dice.below(kind === 18 ? 2_000 : 9_000)
}

/** The plan of a seed. Every third has no faults, three of five have pages; all have a hub and two clients to begin with. */
export const planOf = (seed: number): Plan => {
  const thrown = dice(seed)
  const stormy = seed % 3 !== 0
  const web = seed % 5 < 3
  const count = 10 + thrown.below(stormy ? 50 : 40)
  const actions: Array<Action> = []
  let at = 0
  const add = (act: Act): void => {
    actions.push({
      at,
      act,
      who: thrown.below(1_000),
      other: thrown.below(1_000),
      pick: thrown.below(2 ** 30)
    })
  }
  for (const act of ["startHub", "enterResident", web ? "enterPage" : "enterGuest"] as const) add(act)
  for (let i = 0; i < count; i++) {
    at += pause(thrown)
    add(draw(thrown, stormy ? 1 : 0, web))
  }
  return { seed, stormy, tight: seed % 3 === 1, web, actions }
}
