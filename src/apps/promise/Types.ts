/** What goes in and comes out of the client behind promises: the client's own types, with plain objects for SAMP maps. */
import type { Reply as StreamedReply } from "../client/Calling.ts"
import type { Later } from "../client/Handling.ts"
import type { PlainMap } from "../client/Outgoing.ts"
import type * as Typing from "../client/Typing.ts"
import type { PlainObject } from "../facade/Plain.ts"
import type { Answer, Other, Outcome } from "../facade/Types.ts"

import type { PlainError } from "./Errors.ts"

export type * from "../facade/Types.ts"

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

/** What came of one of those who were called: an answer, or an error. */
export type Reply<R = PlainObject> = Outcome<
  R,
  PlainError<
    Extract<StreamedReply<unknown, Typing.IllFormed>["answer"], { readonly _tag: "Failure" }>["failure"]
  >
>

/** What came of one receiver of data. */
export interface SentData {
  readonly client: Other
  readonly mtype: string
  readonly url: string
  readonly answer: Answer<PlainObject> | undefined
  readonly error: Error | undefined
}

/** A table that others can fetch for now. */
export interface AccessibleTable extends AsyncDisposable {
  readonly url: string
  readonly close: () => Promise<void>
}
