/** The lines of a recording as they are written, one step each. */
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import type { ClientId, MessageId, PrivateKey } from "../Identifiers.ts"
import { formatVersion } from "./Recording.ts"
import { MapValue, Value } from "./Values.ts"

const isString = (value: unknown): value is string => typeof value === "string"
const Id = Schema.declare((value): value is ClientId => isString(value), { expected: "a client id" })
const MsgId = Schema.declare((value): value is MessageId => isString(value), { expected: "a msg-id" })
const Key = Schema.declare((value): value is PrivateKey => isString(value), {
  expected: "the alias of a private key"
})
const Time = Schema.Finite

/** Seconds, of which there may be infinitely many. */
const Seconds = Schema.Union([Schema.Finite, Schema.Literals(["Infinity", "-Infinity", "NaN"])]).pipe(
  Schema.decodeTo(Schema.Number, {
    decode: SchemaGetter.transform(Number),
    encode: SchemaGetter.transform((number) => number)
  })
)

const Callback = Schema.TaggedUnion({ Post: { url: Schema.String }, Pull: {} })

const Patterns = Schema.Array(Schema.String)

const Web = Schema.Struct({
  origin: Schema.String,
  name: Schema.String,
  token: Key,
  translator: Schema.String,
  publisher: Schema.String,
  counts: Schema.Boolean,
  send: Schema.optionalKey(Patterns),
  receive: Schema.optionalKey(Patterns)
})

const Operation = Schema.TaggedUnion({
  Ping: { key: Schema.optionalKey(Key) },
  Register: { freshKey: Key, web: Schema.optionalKey(Web) },
  Unregister: { key: Key },
  SetCallback: { key: Key, callback: Callback },
  AllowReverseCallbacks: { key: Key, allow: Schema.Boolean },
  PullCallbacks: { key: Key, timeoutSeconds: Seconds, serial: Schema.optionalKey(Schema.Finite) },
  DeclareMetadata: { key: Key, metadata: MapValue },
  GetMetadata: { key: Key, id: Id },
  DeclareSubscriptions: { key: Key, subscriptions: MapValue },
  GetSubscriptions: { key: Key, id: Id },
  GetRegisteredClients: { key: Key },
  GetSubscribedClients: { key: Key, mtype: Schema.String },
  Notify: { key: Key, recipient: Id, message: MapValue },
  NotifyAll: { key: Key, message: MapValue },
  Call: { key: Key, recipient: Id, tag: Schema.String, message: MapValue },
  CallAll: { key: Key, tag: Schema.String, message: MapValue },
  CallAndWait: { key: Key, recipient: Id, message: MapValue, timeoutSeconds: Seconds },
  Reply: { key: Key, msgId: MsgId, response: MapValue }
})

const Input = Schema.TaggedUnion({
  Asked: {
    request: Schema.Int,
    operation: Operation,
    page: Schema.optionalKey(Schema.Struct({ origin: Schema.String }))
  },
  Abandoned: { request: Schema.Int },
  Unread: { request: Schema.Int },
  CallUndelivered: {
    recipient: Id,
    msgId: MsgId,
    why: Schema.Literals(["refused", "unresponsive", "overloaded"]),
    detail: Schema.String
  },
  ClientDead: { id: Id, detail: Schema.String },
  Eject: { id: Id, reason: Schema.String },
  CloseWeb: {},
  Tick: {},
  Stop: {}
})

/** What is null is what the input handed on. */
const Content = Schema.NullOr(MapValue)

const Delivery = Schema.TaggedUnion({
  Notification: { sender: Id, message: Content },
  Call: { sender: Id, msgId: MsgId, message: Content },
  Response: { responder: Id, tag: Schema.String, response: Content }
})

const Fault = Schema.Struct({
  reason: Schema.Literals([
    "Malformed",
    "UnknownMethod",
    "BadSecret",
    "UnknownKey",
    "UnknownClient",
    "NotCallable",
    "NotSubscribed",
    "NotPermitted",
    "NotAllowed",
    "BadMessage",
    "BadResponse",
    "UnknownMessage",
    "Timeout",
    "Limit",
    "Stopping"
  ]),
  text: Schema.String
})

const Output = Schema.TaggedUnion({
  Answer: {
    request: Schema.Int,
    value: Schema.optionalKey(Schema.NullOr(Value)),
    fault: Schema.optionalKey(Fault)
  },
  Deliver: { to: Schema.Array(Id), delivery: Delivery },
  Callable: { id: Id, key: Key, callback: Callback },
  Left: { id: Id, departure: Schema.Literals(["unregistered", "ejected", "dead"]), reason: Schema.String },
  Unheard: { sender: Id, responder: Id, tag: Schema.String },
  Overfull: { id: Id, what: Schema.Literals(["Notification", "Call", "Response"]), waiting: Schema.Int },
  Misused: { id: Id, origin: Schema.optionalKey(Schema.String) },
  Wake: { at: Time },
  Idle: {}
})

/** The first line. What a later version adds to it is passed over. */
export const HeaderLine = Schema.Struct({
  recording: Schema.Literal(formatVersion),
  kind: Schema.Literals(["hub", "client"]),
  product: Schema.String,
  version: Schema.String,
  started: Schema.String,
  at: Time,
  hub: Schema.Struct({
    hubId: Id,
    run: Schema.String,
    metadata: MapValue,
    hubTimeoutMs: Time,
    clientTimeoutMs: Time,
    webMTypes: Schema.optionalKey(Patterns),
    limits: Schema.Struct({
      clients: Time,
      openCallsPerSender: Time,
      webClients: Schema.optionalKey(Time),
      webClientsPerOrigin: Schema.optionalKey(Time),
      openCallsPerWebClient: Schema.optionalKey(Time),
      openCallsOfWebClients: Schema.optionalKey(Time),
      webDeclaredBytes: Schema.optionalKey(Time),
      webDeclaredBytesInAll: Schema.optionalKey(Time),
      webTagLength: Schema.optionalKey(Time),
      pullMessages: Schema.optionalKey(Time),
      pullMessagesInAll: Schema.optionalKey(Time),
      pullBytes: Schema.optionalKey(Time),
      pullBytesInAll: Schema.optionalKey(Time),
      pullAnswerBytes: Schema.optionalKey(Time),
      pullGraceMs: Schema.optionalKey(Time),
      hungUpGraceMs: Schema.optionalKey(Time),
      webIdleMs: Schema.optionalKey(Time)
    })
  })
})

/** Any further line. */
export const StepLine = Schema.Struct({ at: Time, in: Input, out: Schema.Array(Output) })

/** A step as it is written. */
export type StepLine = typeof StepLine.Type
