/** The client of pages: what it can do. */
import type { PublishOptions } from "../../adapters/web/WebData.ts"
import type { Facade } from "../facade/Facade.ts"
import type { PlainObject } from "../facade/Plain.ts"
import type { Later } from "./Handling.ts"
import type {
  Abortable,
  Answer,
  Binding,
  BindOptions,
  CallOptions,
  Given,
  Message,
  MTypeName,
  Received,
  Reply,
  Rest,
  Returned,
  SendOptions
} from "./Types.ts"

/**
 * A SAMP client in a page; made by `connect`. It has the names and the behaviour of the client behind promises, but for
 * MTypes, which go by name only, and `fetchUrl`. Every promise is rejected with one of the client's tagged errors. What is
 * waited for when the client is closed ends then: promises are rejected, iterables are done.
 */
export interface BrowserClient extends Facade<{ readonly url: string }, Later> {
  readonly bind: <M extends MTypeName>(
    mtype: M,
    handle: (message: Message<Received<M>>) => Given<M> | Promise<Given<M>>,
    options?: BindOptions
  ) => Promise<Binding>
  readonly getSubscribedClients: (mtype: MTypeName, options?: Abortable) => Promise<PlainObject>
  readonly notify: <M extends MTypeName>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<void>
  readonly notifyAll: <M extends MTypeName>(
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<ReadonlyArray<string>>
  readonly call: <M extends MTypeName>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Promise<Answer<Returned<M>>>
  readonly callAndWait: <M extends MTypeName>(
    recipient: string,
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => Promise<Answer<Returned<M>>>
  readonly callAll: <M extends MTypeName>(
    mtype: M,
    ...rest: Rest<M, CallOptions>
  ) => AsyncIterable<Reply<Returned<M>>>
  readonly callTagged: <M extends MTypeName>(
    recipient: string,
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<string>
  readonly callAllTagged: <M extends MTypeName>(
    tag: string,
    mtype: M,
    ...rest: Rest<M, SendOptions>
  ) => Promise<PlainObject>

  /**
   * What is behind the URL of a message, by the hub if pages cannot read it themselves; to be fetched before the handler
   * returns, since senders keep data no longer. The response is one of `fetch`, and its status is good.
   */
  readonly fetchUrl: (url: string, init?: RequestInit) => Promise<Response>
  /**
   * Hands data that the page has made to the hub, which gives them to all who know the URL, until this client leaves.
   * Rejects with `NotOffered` where the hub is not ours.
   */
  readonly publish: (
    data: Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | string,
    options?: PublishOptions
  ) => Promise<string>
}
