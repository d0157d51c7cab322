/**
 * A registration with a hub, as sampjs has it: a method for each of the hub's, with the arguments in an array and two
 * callbacks. Where no error handler is given, an error closes the connection.
 */
import { acknowledgesKey } from "../../domain/web/WebCallbacks.ts"
import type { PlainObject, PlainValue } from "../facade/Plain.ts"
import { type Callable, pullAll } from "./Pulling.ts"
import { safely } from "./Safely.ts"
import {
  checkParams,
  type MessageMap,
  type ResponseMap,
  type SampType,
  TYPE_MAP,
  TYPE_STRING
} from "./Values.ts"
import { type ErrorHandler, type ResultHandler, type Running, XmlRpcClient, XmlRpcRequest } from "./XmlRpc.ts"

/** Begins the names of the hub's methods (WEB-05). */
export const prefix = "samp.webhub."

/** What a registration answers (WEB-10). */
export interface RegInfo {
  readonly "samp.private-key": string
  readonly "samp.self-id"?: string
  readonly "samp.hub-id"?: string
  readonly "samp.url-translator"?: string
  readonly [key: string]: PlainValue | undefined
}

/** Takes the result of a hub's method, if somebody wants it. */
type Ok<R = PlainValue> = ResultHandler<R> | null
/** Takes the error of a hub's method; without one, the connection is closed. */
type No = ErrorHandler | null

/** A registration. */
export class Connection {
  /** Part of sampjs, where nothing uses it. */
  static Action = class {
    actName: unknown
    actArgs: unknown
    resultKey: unknown

    constructor(actName: unknown, actArgs: unknown, resultKey: unknown) {
      this.actName = actName
      this.actArgs = actArgs
      this.resultKey = resultKey
    }
  }

  /** Undefined once the connection is closed. */
  regInfo: RegInfo | undefined
  /** Undefined once the connection is closed. */
  privateKey: string | undefined
  xClient: XmlRpcClient
  closed = false
  /** The pull that is under way, or the wait before the next. */
  callbackRequest: Running | undefined
  /** Runs once, when the connection is closed, by whomever. */
  onclose: (() => void) | null | undefined
  private readonly count = { serial: "0" }

  /** @param regInfo - what a registration has answered, now or earlier: a key that was kept is enough, while the hub knows it */
  constructor(regInfo: RegInfo) {
    const key: unknown = regInfo["samp.private-key"]
    if (typeof key !== "string") throw new Error("samp.private-key is missing in what the hub answered")
    this.regInfo = regInfo
    this.privateKey = key
    this.xClient = new XmlRpcClient()
  }

  /** Calls a method of the hub, with the private key ahead of the arguments. */
  private ask<R>(
    name: string,
    types: ReadonlyArray<SampType>,
    args: ReadonlyArray<unknown>,
    ok: Ok<R> | undefined,
    no: No | undefined
  ): Running {
    checkParams(args, types)
    const request = this.request(name, args as ReadonlyArray<PlainValue>) // they were checked
    // As in sampjs, nobody looks whether the hub answers with the type that the standard says.
    return this.xClient.execute(request, ok as Ok | undefined, no ?? (() => this.close()))
  }

  private request(name: string, args: ReadonlyArray<PlainValue>): XmlRpcRequest {
    if (this.privateKey === undefined) throw new Error(`${name}: this connection is closed`)
    return new XmlRpcRequest(prefix + name).addParam(this.privateKey).addParams(args)
  }

  /** The tag comes back with the response, to the callable client (OPS-07). */
  call(args: [recipientId: string, msgTag: string, message: MessageMap], ok?: Ok<string>, no?: No): Running {
    return this.ask("call", [TYPE_STRING, TYPE_STRING, TYPE_MAP], args, ok, no)
  }

  /** The result has the message ids by recipient. */
  callAll(
    args: [msgTag: string, message: MessageMap],
    ok?: Ok<{ readonly [clientId: string]: string }>,
    no?: No
  ): Running {
    return this.ask("callAll", [TYPE_STRING, TYPE_MAP], args, ok, no)
  }

  /** The result is the response; the timeout is in seconds, as a string, "0" for none. */
  callAndWait(
    args: [recipientId: string, message: MessageMap, timeout: string],
    ok?: Ok<ResponseMap>,
    no?: No
  ): Running {
    return this.ask("callAndWait", [TYPE_STRING, TYPE_MAP, TYPE_STRING], args, ok, no)
  }

  declareMetadata(args: [metadata: object], ok?: Ok, no?: No): Running {
    return this.ask("declareMetadata", [TYPE_MAP], args, ok, no)
  }

  declareSubscriptions(args: [subscriptions: object], ok?: Ok, no?: No): Running {
    return this.ask("declareSubscriptions", [TYPE_MAP], args, ok, no)
  }

  getMetadata(args: [clientId: string], ok?: Ok<PlainObject>, no?: No): Running {
    return this.ask("getMetadata", [TYPE_STRING], args, ok, no)
  }

  /** The result has the ids of all others. */
  getRegisteredClients(args: [], ok?: Ok<ReadonlyArray<string>>, no?: No): Running {
    return this.ask("getRegisteredClients", [], args, ok, no)
  }

  /** The result has annotations by client id. */
  getSubscribedClients(args: [mtype: string], ok?: Ok<PlainObject>, no?: No): Running {
    return this.ask("getSubscribedClients", [TYPE_STRING], args, ok, no)
  }

  getSubscriptions(args: [clientId: string], ok?: Ok<PlainObject>, no?: No): Running {
    return this.ask("getSubscriptions", [TYPE_STRING], args, ok, no)
  }

  notify(args: [recipientId: string, message: MessageMap], ok?: Ok, no?: No): Running {
    return this.ask("notify", [TYPE_STRING, TYPE_MAP], args, ok, no)
  }

  /** The result has the ids of those who get it. */
  notifyAll(args: [message: MessageMap], ok?: Ok<ReadonlyArray<string>>, no?: No): Running {
    return this.ask("notifyAll", [TYPE_MAP], args, ok, no)
  }

  ping(args: [], ok?: Ok, no?: No): Running {
    return this.ask("ping", [], args, ok, no)
  }

  reply(args: [msgId: string, response: ResponseMap], ok?: Ok, no?: No): Running {
    return this.ask("reply", [TYPE_STRING, TYPE_MAP], args, ok, no)
  }

  /** Unregisters, without waiting for the hub; the connection is then of no use, but `onclose` has not run. */
  unregister(_args?: ReadonlyArray<never>): void {
    this.callbackRequest?.abort()
    if (this.privateKey !== undefined) this.xClient.execute(this.request("unregister", []))
    this.regInfo = undefined
    this.privateKey = undefined
  }

  /** Unregisters if need be, and runs `onclose`; does so once. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.unregister()
    safely(this.onclose)
  }

  /**
   * Lets others call back; without a client, lets nobody any more (WEB-30).
   *
   * @param successHandler - runs when the hub has agreed: the time to declare subscriptions
   */
  setCallable(callable?: Callable | null, successHandler?: (() => void) | null): void {
    this.callbackRequest?.abort()
    this.callbackRequest = undefined
    const allows = callable !== undefined && callable !== null
    if (!allows && this.regInfo === undefined) return
    const agreed = (): void => {
      if (allows && this.regInfo !== undefined) this.callbackRequest = this.pullFor(callable)
      successHandler?.()
    }
    const asked = this.request("allowReverseCallbacks", [allows ? "1" : "0"])
    this.xClient.execute(asked, agreed, () => this.close())
  }

  private pullFor(callable: Callable): Running {
    return pullAll({
      pull: (args, ok, no) =>
        this.regInfo === undefined
          ? undefined
          : this.xClient.execute(this.request("pullCallbacks", args), ok, no),
      counts: this.regInfo?.[acknowledgesKey] === "1",
      count: this.count,
      close: () => this.close()
    }, callable)
  }

  /**
   * A URL under which the page can read what is at a URL that a message has named (WEB-50, WEB-51). It is encoded, which
   * sampjs forgets (WIRE-118).
   */
  translateUrl(url: string): string {
    const translator = this.regInfo?.["samp.url-translator"] ?? ""
    return translator === "" ? url : translator + encodeURIComponent(url)
  }
}
