/**
 * `samp`, with the names of sampjs, on the client of this package: for pages that were written for `samp.js`
 * (docs/sampjs.md). New pages are better off with `effect-samp/browser`.
 */
import * as Callable from "./apps/sampjs/Callable.ts"
import * as Connection from "./apps/sampjs/Connection.ts"
import * as Connector from "./apps/sampjs/Connector.ts"
import type * as Pulling from "./apps/sampjs/Pulling.ts"
import * as Registering from "./apps/sampjs/Registering.ts"
import * as Values from "./apps/sampjs/Values.ts"
import type * as Xhr from "./apps/sampjs/Xhr.ts"
import * as XmlRpc from "./apps/sampjs/XmlRpc.ts"

/** What sampjs exports. */
export const samp = {
  XmlRpcRequest: XmlRpc.XmlRpcRequest,
  XmlRpcClient: XmlRpc.XmlRpcClient,
  Message: Registering.Message,
  TYPE_STRING: Values.TYPE_STRING,
  TYPE_LIST: Values.TYPE_LIST,
  TYPE_MAP: Values.TYPE_MAP,
  register: Registering.register,
  ping: Registering.ping,
  isSubscribed: Registering.isSubscribed,
  Connector: Connector.Connector,
  Connection: Connection.Connection,
  CallableClient: Callable.CallableClient,
  ClientTracker: Callable.ClientTracker
}

/** The same names, and some more, as types. */
export declare namespace samp {
  type XmlRpcRequest = XmlRpc.XmlRpcRequest
  type XmlRpcClient = XmlRpc.XmlRpcClient
  type Message = Registering.Message
  type Connector = Connector.Connector
  type Connection = Connection.Connection
  type CallableClient = Callable.CallableClient
  type ClientTracker = Callable.ClientTracker
  type Callable = Pulling.Callable
  type CallHandler = Callable.CallHandler
  type ReplyHandler = Callable.ReplyHandler
  type Change = Callable.Change
  type ErrorHandler = XmlRpc.ErrorHandler
  type Fault = XmlRpc.Fault
  type MessageMap = Values.MessageMap
  type RegInfo = Connection.RegInfo
  type ResponseMap = Values.ResponseMap
  type ResultHandler<R> = XmlRpc.ResultHandler<R>
  type Running = XmlRpc.Running
  type SampType = Values.SampType
  type Xhr = Xhr.Xhr
}
