/** What goes into the network machine, and what comes out. */
import type { Behaviour } from "./Behaviour.ts"

/** Something that happens to the network. Times are in milliseconds and never go back. */
export type NetworkInput =
  /** An endpoint listens. */
  | { readonly _tag: "Opened"; readonly url: string; readonly process: string }
  /** It does not listen any more; what is being worked on is still answered. */
  | { readonly _tag: "Closed"; readonly now: number; readonly url: string }
  /** A process calls. `what` is for those who read traces. */
  | {
    readonly _tag: "Sent"
    readonly now: number
    readonly exchange: number
    readonly from: string
    readonly url: string
    readonly what: string
  }
  /** The endpoint has its answer. */
  | { readonly _tag: "Answered"; readonly now: number; readonly exchange: number; readonly attempt: number }
  /** The caller has given up. What it has sent cannot be called back: it still arrives. */
  | { readonly _tag: "Cancelled"; readonly now: number; readonly exchange: number }
  /** An endpoint behaves differently from now on. */
  | {
    readonly _tag: "Disturbed"
    readonly now: number
    readonly url: string
    readonly behaviour: Partial<Behaviour>
  }
  /** Nothing passes between two processes any more. */
  | { readonly _tag: "Cut"; readonly one: string; readonly other: string }
  /** It passes again, what was held up on the way too. */
  | { readonly _tag: "Mended"; readonly now: number; readonly one: string; readonly other: string }
  /** A process was stopped; it goes on later. */
  | { readonly _tag: "Frozen"; readonly process: string }
  | { readonly _tag: "Thawed"; readonly now: number; readonly process: string }
  /** A process is gone without a word; its kernel closes what it had open. */
  | { readonly _tag: "Died"; readonly now: number; readonly process: string }
  /** The end of all faults: ways are mended, endpoints behave, and connections that were half open break. */
  | { readonly _tag: "Quieted"; readonly now: number }
  | { readonly _tag: "Tick"; readonly now: number }

/** Why a connection broke. */
export type Break =
  | "before it arrived"
  | "within the answer"
  | "the endpoint closed"
  | "the process died"
  /** It had been dead for long; neither end knew. */
  | "it was half open"

/** What the shell has to carry out. */
export type NetworkOutput =
  /** To the caller: nobody listens there, or the line is full; the call was not seen. */
  | { readonly _tag: "Refused"; readonly exchange: number }
  /** To the caller: the request is handed over. */
  | { readonly _tag: "Written"; readonly exchange: number }
  /** To the endpoint: work on it. */
  | {
    readonly _tag: "Arrived"
    readonly exchange: number
    readonly attempt: number
    readonly url: string
  }
  /** To the caller: here is the answer. */
  | { readonly _tag: "Returned"; readonly exchange: number }
  /** To the caller: the connection is gone. */
  | { readonly _tag: "Broken"; readonly exchange: number; readonly why: Break }
  /** To the endpoint, if the call has arrived: nobody waits for this answer any more. It is the end of the exchange. */
  | { readonly _tag: "HungUp"; readonly exchange: number }
  /** Come back with a `Tick` at this time. */
  | { readonly _tag: "Wake"; readonly at: number }
