/** What goes in and comes out of the browser client: as in the client behind promises, with MTypes by name only. */
import type { ErrorTexts } from "../../domain/client/Responses.ts"
import type { PlainMap } from "../../domain/client/Values.ts"
import type { ParamsOf, ResultOf, Shape } from "../../domain/mtypes/Definition.ts"
import type * as Vocabulary from "../../domain/mtypes/Vocabulary.ts"
import type { ClientStatus as AnyStatus } from "../client/ClientStatus.ts"
import type { PlainObject, PlainValue } from "../facade/Plain.ts"
import type { Outcome } from "../facade/Types.ts"
import type { BadHub, CallError, Disconnected, ErrorResponse, NoResponse } from "./Errors.ts"
import type { Later } from "./Handling.ts"
export type * from "../facade/Types.ts"
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

/** What came of one of those who were called: an answer, or an error. */
export type Reply<R = PlainObject> = Outcome<
  R,
  ErrorResponse | NoResponse | Disconnected | CallError | BadHub
>

/** The states of a client; of the hub, pages know the place only. */
export type ClientStatus = AnyStatus<{ readonly url: string }>
