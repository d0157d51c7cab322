/** What goes in and comes out of the browser client: as in the client behind promises, with MTypes by name only. */
import type { Kinds } from "../../domain/client/Bindings.ts"
import type { ErrorTexts } from "../../domain/client/Responses.ts"
import type { PlainMap } from "../../domain/client/Values.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import type { ParamsOf, ResultOf, Shape } from "../../domain/mtypes/Definition.ts"
import type * as Vocabulary from "../../domain/mtypes/Vocabulary.ts"
import type { PlainObject, PlainValue } from "../promise/Plain.ts"
import type { BadHub, CallError, Disconnected, ErrorResponse, NoResponse } from "./Errors.ts"
import type { Later } from "./Handling.ts"
export type { ErrorTexts }

type Exports = typeof Vocabulary
type Definitions = {
  [K in keyof Exports]: Exports[K] extends
    { readonly mtype: infer N extends string; readonly params: Shape<unknown> }
    ? string extends N ? never : Exports[K]
    : never
}[keyof Exports]

/** The MTypes whose parameters the compiler knows, by name; none of this is loaded with a page. */
export type KnownMTypes = { readonly [D in Definitions as D["mtype"]]: D }

/** An MType: one of those, or any other. */
export type MTypeName = keyof KnownMTypes | (string & {})

/** What is sent with an MType. */
export type Sent<M extends string> = M extends keyof KnownMTypes ? ParamsOf<KnownMTypes[M]> : PlainMap

/** What follows an MType when it is sent: its parameters, to be left out only if none is required, and how to send. */
export type Rest<M extends string, O> = {} extends Sent<M> ? [params?: Sent<M>, options?: O]
  : [params: Sent<M>, options?: O]

/** A value as it comes: what was a number or a boolean is a string. */
type Wire<A> = A extends string | number | bigint | boolean ? string
  : A extends ReadonlyMap<string, unknown> ? PlainObject
  : A extends ReadonlyArray<infer I> ? ReadonlyArray<Wire<I>>
  : A extends object ? { readonly [K in keyof A]: Wire<A[K]> }
  : PlainValue

/** A map as it comes: nobody has checked that all is there. */
type WireMap<A> = string extends keyof A ? PlainObject : { readonly [K in keyof A]?: Wire<A[K]> }

/** What a handler of an MType gets: strings, lists and objects, as the sender wrote them. */
export type Received<M extends string> = M extends keyof KnownMTypes ? WireMap<ParamsOf<KnownMTypes[M]>>
  : PlainObject

/** What a call of an MType brings, as the other client wrote it. */
export type Returned<M extends string> = M extends keyof KnownMTypes ? WireMap<ResultOf<KnownMTypes[M]>>
  : PlainObject

/** What a handler of an MType returns. */
export type Given<M extends string> =
  | Later
  | (M extends keyof KnownMTypes
    ? ResultOf<KnownMTypes[M]> | ({} extends ResultOf<KnownMTypes[M]> ? void : never)
    : PlainMap | void)

/** What every operation can be told. */
export interface Abortable {
  /** Gives up waiting; the promise is then rejected with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/** How a message is sent. */
export interface SendOptions extends Abortable {
  /** Keys of the message beside `samp.mtype` and `samp.params` (MSG-05). */
  readonly extra?: PlainMap | undefined
}

/** How a call is made. */
export interface CallOptions extends SendOptions {
  /** Seconds to wait for the response; 0 for ever. */
  readonly timeoutSeconds?: number | undefined
}

/** How a handler is bound. */
export interface BindOptions {
  /** Which messages it takes. Default "both". */
  readonly kinds?: Kinds | undefined
  /** Annotation of the subscription (SUB-11). */
  readonly annotation?: PlainMap | undefined
  /** Whether to declare the subscriptions at once; if not, `declareSubscriptions` does. Default true. */
  readonly declare?: boolean | undefined
  /** Whether messages are handled one after the other, in the order in which they came. Default false. */
  readonly sequential?: boolean | undefined
}

/** A message as a handler gets it. */
export interface Message<P> {
  readonly mtype: string
  /** The parameters. What peers send is not checked: any of them may be missing. */
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
export interface Reply<R = PlainObject> {
  readonly responder: string
  readonly answer: Answer<R> | undefined
  readonly error: ErrorResponse | NoResponse | Disconnected | CallError | BadHub | undefined
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

/**
 * The states of a client. `Searching` goes on by itself, `Disconnected` stays until `reconnect`: an ejected client does not
 * register again unasked (CLI-16).
 */
export type ClientStatus =
  | {
    readonly _tag: "Connected"
    readonly selfId: ClientId
    readonly hubId: ClientId
    readonly hub: { readonly url: string }
  }
  | { readonly _tag: "Searching"; readonly why: string }
  | { readonly _tag: "Disconnected"; readonly why: string }
