/** Writing a recording: its header, and a line for each step of the machine. */
import * as Result from "effect/Result"
import type { Fault } from "../Fault.ts"
import type { Callback, HubInput, Operation } from "../HubInput.ts"
import type { Delivery, HubOutput } from "../HubOutput.ts"
import type { HubConfig } from "../HubState.ts"
import { ClientId, type PrivateKey } from "../Identifiers.ts"
import { isMap, type SampMap, type SampValue, stringAt } from "../SampValue.ts"
import { product, version } from "../Version.ts"
import type { WebIdentity } from "../web/WebClient.ts"
import { Aliases } from "./Aliases.ts"
import { formatVersion, type Kind, leftOut } from "./Recording.ts"
import { same, write, type Written } from "./Values.ts"

/** How things are named where they are written. */
export interface Names {
  readonly text: (text: string) => string
  readonly key: (key: PrivateKey) => string
  readonly fresh: (key: PrivateKey) => string
  readonly callback: (key: PrivateKey, url: string) => string
  /** A fault's text, which is left out where it would tell too much. */
  readonly fault: (text: string) => string
}

type Plain = { readonly [name: string]: unknown }

/** Everything by its own name. */
const asIs: Names = {
  text: (text) => text,
  key: (key) => key,
  fresh: (key) => key,
  callback: (_, url) => url,
  fault: (text) => text
}

/** An unlimited wait, for which JSON has no number. */
const seconds = (number: number): number | string => Number.isFinite(number) ? number : String(number)

const writeCallback = (key: PrivateKey, callback: Callback, names: Names): Plain =>
  callback._tag === "Pull" ? { _tag: "Pull" } : { _tag: "Post", url: names.callback(key, callback.url) }

const writeWeb = (web: WebIdentity | undefined, names: Names): Plain =>
  web === undefined
    ? {}
    : {
      web: {
        ...web,
        origin: names.text(web.origin),
        name: names.text(web.name),
        token: names.fresh(web.token)
      }
    }

const writeOperation = (operation: Operation, names: Names): Plain => {
  const { key, text } = names
  const { _tag } = operation
  const value = (map: SampMap): Written => write(map, text)
  switch (operation._tag) {
    case "Ping":
      return operation.key === undefined ? { _tag } : { _tag, key: key(operation.key) }
    case "Register":
      return { _tag, freshKey: names.fresh(operation.freshKey), ...writeWeb(operation.web, names) }
    case "AllowReverseCallbacks":
      return { _tag, key: key(operation.key), allow: operation.allow }
    case "PullCallbacks":
      return {
        _tag,
        key: key(operation.key),
        timeoutSeconds: seconds(operation.timeoutSeconds),
        ...operation.serial === undefined ? {} : { serial: operation.serial }
      }
    case "Unregister":
    case "GetRegisteredClients":
      return { _tag, key: key(operation.key) }
    case "SetCallback":
      return {
        _tag,
        key: key(operation.key),
        callback: writeCallback(operation.key, operation.callback, names)
      }
    case "DeclareMetadata":
      return { _tag, key: key(operation.key), metadata: value(operation.metadata) }
    case "DeclareSubscriptions":
      return { _tag, key: key(operation.key), subscriptions: value(operation.subscriptions) }
    case "GetMetadata":
    case "GetSubscriptions":
      return { _tag, key: key(operation.key), id: text(operation.id) }
    case "GetSubscribedClients":
      return { _tag, key: key(operation.key), mtype: text(operation.mtype) }
    case "Notify":
      return {
        _tag,
        key: key(operation.key),
        recipient: text(operation.recipient),
        message: value(operation.message)
      }
    case "NotifyAll":
      return { _tag, key: key(operation.key), message: value(operation.message) }
    case "Call":
      return {
        _tag,
        key: key(operation.key),
        recipient: text(operation.recipient),
        tag: text(operation.tag),
        message: value(operation.message)
      }
    case "CallAll":
      return { _tag, key: key(operation.key), tag: text(operation.tag), message: value(operation.message) }
    case "CallAndWait":
      return {
        _tag,
        key: key(operation.key),
        recipient: text(operation.recipient),
        message: value(operation.message),
        timeoutSeconds: seconds(operation.timeoutSeconds)
      }
    case "Reply":
      return {
        _tag,
        key: key(operation.key),
        msgId: text(operation.msgId),
        response: value(operation.response)
      }
  }
}

const writeInput = (input: HubInput, names: Names): Plain => {
  const { _tag } = input
  const { text } = names
  switch (input._tag) {
    case "Asked":
      return {
        _tag,
        request: input.request,
        operation: writeOperation(input.operation, names),
        ...input.page === undefined ? {} : { page: { origin: text(input.page.origin) } }
      }
    case "Abandoned":
    case "Unread":
      return { _tag, request: input.request }
    case "CallUndelivered":
      return {
        _tag,
        recipient: text(input.recipient),
        msgId: text(input.msgId),
        why: input.why,
        detail: text(input.detail)
      }
    case "ClientDead":
      return { _tag, id: text(input.id), detail: text(input.detail) }
    case "Eject":
      return { _tag, id: text(input.id), reason: text(input.reason) }
    case "CloseWeb":
    case "Tick":
    case "Stop":
      return { _tag }
  }
}

/** What an input hands on: it is not written once more for each who gets it. */
export const contentOf = (input: HubInput): SampMap | undefined => {
  if (input._tag !== "Asked") return undefined
  switch (input.operation._tag) {
    case "Notify":
    case "NotifyAll":
    case "Call":
    case "CallAll":
    case "CallAndWait":
      return input.operation.message
    case "Reply":
      return input.operation.response
    default:
      return undefined
  }
}

const writeDelivery = (delivery: Delivery, names: Names, content: SampMap | undefined): Plain => {
  const { _tag } = delivery
  const { text } = names
  const value = (map: SampMap): Written =>
    content !== undefined && same(map, content) ? null : write(map, text)
  switch (delivery._tag) {
    case "Notification":
      return { _tag, sender: text(delivery.sender), message: value(delivery.message) }
    case "Call":
      return {
        _tag,
        sender: text(delivery.sender),
        msgId: text(delivery.msgId),
        message: value(delivery.message)
      }
    case "Response":
      return {
        _tag,
        responder: text(delivery.responder),
        tag: text(delivery.tag),
        response: value(delivery.response)
      }
  }
}

const writeAnswer = (
  result: Result.Result<SampValue, Fault>,
  names: Names,
  content: SampMap | undefined
): Plain => {
  if (Result.isSuccess(result)) {
    const { success } = result
    return { value: content !== undefined && same(success, content) ? null : write(success, names.text) }
  }
  const { reason, text } = result.failure
  return { fault: { reason, text: names.fault(text) } }
}

const writeOther = (
  output: Exclude<HubOutput, { readonly _tag: "Deliver" }>,
  names: Names,
  content: SampMap | undefined
): Plain => {
  const { _tag } = output
  const { key, text } = names
  switch (output._tag) {
    case "Answer":
      return { _tag, request: output.request, ...writeAnswer(output.result, names, content) }
    case "Callable":
      return {
        _tag,
        id: text(output.id),
        key: key(output.key),
        callback: writeCallback(output.key, output.callback, names)
      }
    case "Left":
      return { _tag, id: text(output.id), departure: output.departure, reason: text(output.reason) }
    case "Unheard":
      return { _tag, sender: text(output.sender), responder: text(output.responder), tag: text(output.tag) }
    case "Overfull":
      return { _tag, id: text(output.id), what: output.what, waiting: output.waiting }
    case "Misused":
      return {
        _tag,
        id: text(output.id),
        ...output.origin === undefined ? {} : { origin: text(output.origin) }
      }
    case "Wake":
      return { _tag, at: output.at }
    case "Idle":
      return { _tag }
  }
}

/** Outputs in their order; the same delivery to several in a row is written once. */
const writeOutputs = (
  outputs: ReadonlyArray<HubOutput>,
  names: Names,
  content: SampMap | undefined
): ReadonlyArray<Plain> => {
  const written: Array<Plain> = []
  let last: { readonly delivery: Delivery; readonly to: Array<string> } | undefined
  for (const output of outputs) {
    if (output._tag !== "Deliver") {
      last = undefined
      written.push(writeOther(output, names, content))
    } else if (last?.delivery === output.delivery) last.to.push(names.text(output.to))
    else {
      last = { delivery: output.delivery, to: [names.text(output.to)] }
      written.push({
        _tag: "Deliver",
        to: last.to,
        delivery: writeDelivery(output.delivery, names, content)
      })
    }
  }
  return written
}

/** An output in full, as JSON can show it. */
export const plainOutput = (output: HubOutput): Plain => writeOutputs([output], asIs, undefined)[0] ?? {}

/** An input in full, as JSON can show it. */
export const plainInput = (input: HubInput): Plain => writeInput(input, asIs)

/** The only limits that the machine itself keeps. */
const machineLimits = [
  "clients",
  "openCallsPerSender",
  "webClients",
  "webClientsPerOrigin",
  "openCallsPerWebClient",
  "openCallsOfWebClients",
  "webDeclaredBytes",
  "webDeclaredBytesInAll",
  "webTagLength",
  "pullMessages",
  "pullMessagesInAll",
  "pullBytes",
  "pullBytesInAll",
  "pullAnswerBytes",
  "pullGraceMs",
  "hungUpGraceMs",
  "webIdleMs"
] as const

/** Writes one recording, line by line; the names that it gives are stable within it. */
export class Writer {
  private readonly aliases: Aliases
  private readonly names: Names

  /** @param secrets - text that must not be in the recording, besides keys */
  constructor(secrets: ReadonlyArray<string> = []) {
    const aliases = new Aliases(secrets)
    this.aliases = aliases
    this.names = {
      text: aliases.text,
      key: (key) => aliases.key(key),
      fresh: (key) => aliases.fresh(key),
      callback: (key, url) => aliases.callback(key, url),
      // A text that the machine has cut may end within a key.
      fault: (text) => {
        const written = aliases.text(text)
        return aliases.changed && text.includes("...") ? leftOut : written
      }
    }
  }

  /**
   * The first line.
   *
   * @param started - time of day, ISO 8601
   * @param at - time of the machine when it began
   */
  header(kind: Kind, config: HubConfig, started: string, at: number): string {
    const { text } = this.names
    this.aliases.begin()
    this.aliases.keepIdsOf(config.run)
    return line({
      recording: formatVersion,
      kind,
      product,
      version,
      started,
      at,
      hub: {
        hubId: text(config.hubId),
        run: config.run,
        metadata: write(config.metadata, text),
        hubTimeoutMs: config.hubTimeoutMs,
        clientTimeoutMs: config.clientTimeoutMs,
        webMTypes: config.webMTypes.map(text),
        limits: Object.fromEntries(machineLimits.map((name) => [name, config.limits[name]]))
      }
    })
  }

  /**
   * The line of one step.
   *
   * @param at - the time of the machine, where the input does not tell it
   */
  step(at: number, input: HubInput, outputs: ReadonlyArray<HubOutput>): string {
    const { aliases, names } = this
    aliases.begin(input._tag === "ClientDead" || input._tag === "CallUndelivered" ? input.detail : undefined)
    const written = line({
      at: "now" in input ? input.now : at,
      in: writeInput(input, names),
      out: writeOutputs(outputs, names, contentOf(input))
    })
    this.follow(input, outputs)
    return written
  }

  /** Who has which key from now on. */
  private follow(input: HubInput, outputs: ReadonlyArray<HubOutput>): void {
    const asked = input._tag === "Asked" && input.operation._tag === "Register" ? input.operation : undefined
    for (const output of outputs) {
      if (output._tag === "Left") this.aliases.left(output.id)
      if (asked === undefined || output._tag !== "Answer" || Result.isFailure(output.result)) continue
      const answer = output.result.success
      const id = isMap(answer) ? stringAt(answer, "samp.self-id") : undefined
      const { freshKey, web } = asked
      if (id !== undefined) {
        this.aliases.joined(ClientId(id), web === undefined ? [freshKey] : [freshKey, web.token])
      }
    }
  }
}

const line = (value: Plain): string => `${JSON.stringify(value)}\n`
