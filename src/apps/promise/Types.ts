/** What goes in and comes out of the client behind promises: the client's own types, with plain objects for SAMP maps. */
import type { Reply as StreamedReply } from "../client/Calling.ts"
import type { Later } from "../client/Handling.ts"
import type { PlainMap } from "../client/Outgoing.ts"
import type * as Typing from "../client/Typing.ts"
import type { PlainObject } from "./Plain.ts"

/** What is sent with an MType. */
export type Sent<M extends Typing.MTypeLike> = M extends string ? PlainMap : Typing.Sent<M>
/** What follows an MType when it is sent: its parameters, to be left out only if none is required, and how to send. */
export type Rest<M extends Typing.MTypeLike, O> = {} extends Sent<M> ? [params?: Sent<M>, options?: O]
  : [params: Sent<M>, options?: O]
/** What a handler of an MType gets. */
export type Received<M extends Typing.MTypeLike> = M extends string ? PlainObject : Typing.Received<M>
/** What a call of an MType brings. */
export type Returned<M extends Typing.MTypeLike> = M extends string ? PlainObject : Typing.Returned<M>
/** What a handler of an MType returns. */
export type Given<M extends Typing.MTypeLike> = M extends string ? PlainMap | void | Later
  : Typing.Given<M>

/** A message as a handler gets it. */
export interface Message<P> {
  readonly mtype: string
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

/** A response that brought a result. */
export interface Answer<R> {
  readonly responder: string
  readonly result: R
  /** What a `samp.warning` says. */
  readonly warning: string | undefined
  readonly response: PlainObject
}

/** What came of one of those who were called: an answer, or an error. */
export interface Reply<R = PlainObject> {
  readonly responder: string
  readonly answer: Answer<R> | undefined
  readonly error:
    | Extract<StreamedReply<unknown, Typing.IllFormed>["answer"], { readonly _tag: "Failure" }>["failure"]
    | undefined
}

/** What came of one receiver of data. */
export interface SentData {
  readonly client: Other
  readonly mtype: string
  readonly url: string
  readonly answer: Answer<PlainObject> | undefined
  readonly error: Error | undefined
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

/** A handler that is bound; `await using`, or `unbind()`, takes it off. */
export interface Binding extends AsyncDisposable {
  readonly unbind: () => Promise<void>
}

/** A response to a msg-tag of one's own. */
export interface TaggedResponse {
  readonly responder: string
  readonly tag: string
  readonly response: PlainObject
}

/** A table that others can fetch for now. */
export interface AccessibleTable extends AsyncDisposable {
  readonly url: string
  readonly close: () => Promise<void>
}
