/** What goes in and comes out of the clients behind promises, the one of Node and the one of pages alike. */
import type * as Options from "../../domain/client/Options.ts"
import type { PlainObject } from "./Plain.ts"

/** What every operation can be told. */
export interface Abortable {
  /** Gives up waiting; the promise is then rejected with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/** How a message is sent. */
export interface SendOptions extends Options.SendOptions, Abortable {}

/** How a call is made. */
export interface CallOptions extends Options.CallOptions, Abortable {}

export type { BindOptions } from "../../domain/client/Options.ts"

/** A message as a handler gets it. */
export interface Message<P> {
  readonly mtype: string
  /** The parameters. By name, they are as the sender wrote them: any may be missing. By definition, they have been read. */
  readonly params: P
  readonly sender: string
  /** The hub's name for the call; undefined for a notification. */
  readonly msgId: string | undefined
  /** The whole message. */
  readonly message: PlainObject
  /** Tells the caller how far the work is, in words and per cent; never rejected, whether or not the caller listens. */
  readonly progress: (text: string, percent?: number) => Promise<void>
  /** Aborted when the registration ends while the handler is at work. */
  readonly signal: AbortSignal
}

/** A handler that is bound; `await using`, or `unbind()`, takes it off. */
export interface Binding extends AsyncDisposable {
  readonly unbind: () => Promise<void>
}

/** A response that brought a result. */
export interface Answer<R> {
  readonly responder: string
  readonly result: R
  /** What a `samp.warning` says. */
  readonly warning: string | undefined
  readonly response: PlainObject
}

/** What came of one of those who were called: an answer, or an error. */
export interface Outcome<R, E> {
  readonly responder: string
  readonly answer: Answer<R> | undefined
  readonly error: E | undefined
}

/** A response to a msg-tag of one's own. */
export interface TaggedResponse {
  readonly responder: string
  readonly tag: string
  readonly response: PlainObject
}

/** Another client. */
export interface Other {
  readonly id: string
  readonly name: string
  readonly metadata: PlainObject
}

/** Another client, with its subscriptions. */
export interface TrackedOther extends Other {
  readonly subscriptions: PlainObject
}
