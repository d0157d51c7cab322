/** The client behind promises: what it can do. */
import type { ConnectedHub } from "../client/ClientStatus.ts"
import type { Later } from "../client/Handling.ts"
import type { MTypeLike } from "../client/Typing.ts"
import type { SendOptions as SendDataOptions } from "../data/Sending.ts"
import type { Source } from "../data/Source.ts"
import type { TableLike, TableOptions } from "../data/Tables.ts"
import type { Facade } from "../facade/Facade.ts"
import type { PlainObject } from "../facade/Plain.ts"
import type {
  Abortable,
  AccessibleTable,
  Answer,
  Binding,
  BindOptions,
  CallOptions,
  Given,
  Message,
  Received,
  Reply,
  Rest,
  Returned,
  SendOptions,
  SentData
} from "./Types.ts"

/**
 * A SAMP client behind promises; made by `connect`. Every promise is rejected with one of the client's tagged errors. What is
 * waited for when the client is closed ends then: promises are rejected, iterables are done.
 */
export interface PromiseClient extends Facade<ConnectedHub, Later> {
  readonly bind: <M extends MTypeLike>(
    mtype: M,
    handle: (message: Message<Received<M>>) => Given<M> | Promise<Given<M>>,
    options?: BindOptions
  ) => Promise<Binding>
  readonly getSubscribedClients: (mtype: MTypeLike, options?: Abortable) => Promise<PlainObject>
  readonly notify: <M extends MTypeLike>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<void>
  readonly notifyAll: <M extends MTypeLike>(
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<ReadonlyArray<string>>
  readonly call: <M extends MTypeLike>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Promise<Answer<Returned<M>>>
  readonly callAndWait: <M extends MTypeLike>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Promise<Answer<Returned<M>>>
  readonly callAll: <M extends MTypeLike>(
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => AsyncIterable<Reply<Returned<M>>>
  readonly callTagged: <M extends MTypeLike>(
    recipient: string,
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<string>
  readonly callAllTagged: <M extends MTypeLike>(
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<PlainObject>

  /**
   * The bytes behind the URL of a message, be it a `file:` URL or an `http:` one; to be fetched before the handler returns,
   * since senders keep data no longer.
   */
  readonly fetchUrl: (url: string, options?: Abortable) => Promise<Uint8Array>
  /** Sends data of any kind to those who can load them, and waits for all answers. */
  readonly sendProduct: (
    source: Source,
    options?: SendDataOptions & Abortable
  ) => Promise<ReadonlyArray<SentData>>
  /** Sends a table: rows, columns, or data that are one already. */
  readonly sendTable: (
    table: TableLike | Source,
    options?: SendDataOptions & TableOptions & Abortable
  ) => Promise<ReadonlyArray<SentData>>
  /** Sends an image. */
  readonly sendImage: (
    source: Source,
    options?: SendDataOptions & Abortable
  ) => Promise<ReadonlyArray<SentData>>
  /** Sends a spectrum. */
  readonly sendSpectrum: (
    source: Source,
    options?: SendDataOptions & Abortable
  ) => Promise<ReadonlyArray<SentData>>
  /** A URL of a table, until it is closed by `close()` or `await using`. */
  readonly accessibleTable: (
    table: TableLike,
    options?: TableOptions & { readonly way?: "file" | "http" }
  ) => Promise<AccessibleTable>
}
