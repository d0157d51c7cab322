/** The menu of faults: how an endpoint of a simulated network behaves towards those who call it. */

/** How one endpoint behaves. Shares are from 0 to 1, and together at most 1. */
export interface Behaviour {
  /** Milliseconds that each way takes, at least and at most; what goes the same way arrives in the order of sending. */
  readonly delayMs: readonly [least: number, most: number]
  /** Share of calls whose connection breaks before they arrive. */
  readonly lost: number
  /** Share of calls that are answered, but whose connection breaks within the answer. */
  readonly answerLost: number
  /** Share of calls whose connection stays half open: they arrive, and neither an answer nor an end is ever heard of. */
  readonly silent: number
  /** Share of calls that arrive twice, since their sender's HTTP took a connection for stale and sent again. */
  readonly resent: number
  /** `dead` refuses connections; `hung` takes calls and never answers. */
  readonly health: "well" | "hung" | "dead"
  /** Calls that are worked on at once; more wait in line. */
  readonly capacity: number
  /** Calls that wait in line at most; more are refused. */
  readonly line: number
}

/** The behaviour of an endpoint that nobody has disturbed. */
export const undisturbed: Behaviour = {
  delayMs: [0, 0],
  lost: 0,
  answerLost: 0,
  silent: 0,
  resent: 0,
  health: "well",
  capacity: Infinity,
  line: Infinity
}
