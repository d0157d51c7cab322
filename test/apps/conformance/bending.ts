/** How hubs are made wrong: ours, with what it hears or says bent. */
import * as Effect from "effect/Effect"
import { emptyMap, isMap, type SampMap, type SampValue } from "../../../src/domain/SampValue.ts"
import type { MethodCall } from "../../../src/domain/XmlRpc.ts"
import type { CallHandler } from "../../../src/ports/CallServer.ts"
import type { Wrong } from "./world.ts"

/** A wrong hub, and the requirements of which at least the first must be found broken. */
export interface WrongHub {
  readonly does: string
  readonly id: string
  readonly make: () => Wrong
}

export type Bend = (right: CallHandler, call: MethodCall) => ReturnType<CallHandler>

/** A hub that handles one method in its own way. */
export const on = (operation: string, bend: Bend): Wrong => ({
  handler: (right) => (call) => call.method === `samp.hub.${operation}` ? bend(right, call) : right(call)
})

/** A hub that answers one method in its own way. */
export const answers = (
  operation: string,
  change: (value: SampValue, call: MethodCall) => SampValue
): Wrong => on(operation, (right, call) => Effect.map(right(call), (value) => change(value, call)))

/** A hub that is content where it should refuse. */
export const content = (...operations: ReadonlyArray<string>): Wrong => ({
  handler: (right) => (call) =>
    operations.includes(call.method.replace("samp.hub.", ""))
      ? Effect.orElseSucceed(right(call), () => "")
      : right(call)
})

/** A hub that hears other arguments than it was given. */
export const hears = (operation: string, change: (call: MethodCall) => ReadonlyArray<SampValue>): Wrong =>
  on(operation, (right, call) => right({ ...call, params: change(call) }))

export const asMap = (value: SampValue | undefined): SampMap => isMap(value) ? value : emptyMap
export const asText = (value: SampValue | undefined): string => typeof value === "string" ? value : ""

/** A value with its strings changed. */
export const everywhere = (value: SampValue, change: (text: string) => string): SampValue => {
  if (typeof value === "string") return change(value)
  return isMap(value)
    ? new Map([...value].map(([key, item]) => [key, everywhere(item, change)]))
    : value.map((item) => everywhere(item, change))
}

/** A hub that changes the strings of messages that it passes on. */
export const garbles = (change: (text: string) => string): Wrong => ({
  deliver: ({ method, params }) => [{
    method,
    params: params.map((param) => isMap(param) ? everywhere(param, change) : param)
  }]
})

export const only = (value: SampMap, ...keys: ReadonlyArray<string>): SampMap =>
  new Map([...value].filter(([key]) => keys.includes(key)))

export const withLast = ({ method, params }: MethodCall, change: (map: SampMap) => SampMap): MethodCall => ({
  method,
  params: params.map((param, at) => at === params.length - 1 && isMap(param) ? change(param) : param)
})

export const isEvent = (call: MethodCall, name: string): boolean =>
  asText(asMap(call.params.at(-1)).get("samp.mtype")) === `samp.hub.event.${name}`

export const silentAbout = (name: string): Wrong => ({ deliver: (call) => isEvent(call, name) ? [] : [call] })
