/** Replaying: what was recorded goes through the machine again, and what comes out must be the same. */
import * as Result from "effect/Result"
import { step as machine } from "../HubMachine.ts"
import type { HubOutput } from "../HubOutput.ts"
import { start } from "../HubState.ts"
import { leftOut, type Recording, type Step } from "./Recording.ts"
import { plainOutput } from "./RecordingWriter.ts"

/** Where a machine does something else than was recorded. */
export interface Difference {
  readonly step: Step
  /** Which of the outputs of the step differs, from 0. */
  readonly output: number
  /** What was recorded and what comes now; undefined where there is nothing. */
  readonly recorded: HubOutput | undefined
  readonly now: HubOutput | undefined
  /** Where in the output they differ first, such as `delivery.message.samp.params.url`; empty if in all of it. */
  readonly path: string
  /** What stands there, as JSON, or `nothing`. */
  readonly values: { readonly recorded: string; readonly now: string }
}

/** What a recording holds. */
export interface Summary {
  readonly inputs: number
  /** Registrations. */
  readonly clients: number
  /** Notifications and calls that were sent, those to several counted once. */
  readonly messages: number
  /** Messages and responses that were handed to somebody, each recipient counted. */
  readonly deliveries: number
  /** Milliseconds from the beginning to the last input. */
  readonly span: number
}

/** What a replay came to. */
export interface Replayed {
  readonly summary: Summary
  /** The first difference, if there is one. Nothing is replayed after it, since all that follows could differ. */
  readonly difference: Difference | undefined
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const show = (value: unknown): string => {
  const text = value === undefined ? "nothing" : JSON.stringify(value)
  return text.length > 400 ? `${text.slice(0, 400)}...` : text
}

/** The first place where two JSON values differ; the order of members means nothing. */
const differ = (
  recorded: unknown,
  now: unknown,
  path: string
): { readonly path: string; readonly values: Difference["values"] } | undefined => {
  const at = (key: string | number): string => path === "" ? String(key) : `${path}.${key}`
  if (Array.isArray(recorded) && Array.isArray(now)) {
    for (let i = 0; i < Math.max(recorded.length, now.length); i++) {
      const found = differ(recorded[i], now[i], at(i))
      if (found !== undefined) return found
    }
    return undefined
  }
  if (isRecord(recorded) && isRecord(now)) {
    for (const key of new Set([...Object.keys(recorded), ...Object.keys(now)])) {
      const found = differ(recorded[key], now[key], at(key))
      if (found !== undefined) return found
    }
    return undefined
  }
  return recorded === now ? undefined : { path, values: { recorded: show(recorded), now: show(now) } }
}

/** An output as it was recorded; a text that was left out there is taken from what comes now. */
const completed = (recorded: HubOutput | undefined, now: HubOutput | undefined): HubOutput | undefined =>
  recorded?._tag === "Answer" && now?._tag === "Answer" && Result.isFailure(recorded.result) &&
    Result.isFailure(now.result) && recorded.result.failure.text === leftOut
    ? { ...recorded, result: Result.fail({ ...recorded.result.failure, text: now.result.failure.text }) }
    : recorded

/** The first output of a step that is not as it was recorded. */
const compare = (step: Step, outputs: ReadonlyArray<HubOutput>): Difference | undefined => {
  for (let i = 0; i < Math.max(step.outputs.length, outputs.length); i++) {
    const now = outputs[i]
    const recorded = completed(step.outputs[i], now)
    const found = differ(recorded && plainOutput(recorded), now && plainOutput(now), "")
    if (found !== undefined) return { step, output: i, recorded, now, ...found }
  }
  return undefined
}

const sends = new Set(["Notify", "NotifyAll", "Call", "CallAll", "CallAndWait"])

/** What a recording holds, by what was recorded. */
export const summarise = ({ header, steps }: Recording): Summary => {
  let clients = 0
  let messages = 0
  let deliveries = 0
  for (const { input, outputs } of steps) {
    deliveries += outputs.filter(({ _tag }) => _tag === "Deliver").length
    if (input._tag !== "Asked") continue
    const isRefused = outputs.some((output) =>
      output._tag === "Answer" && output.request === input.request && Result.isFailure(output.result)
    )
    if (isRefused) continue
    if (input.operation._tag === "Register") clients++
    if (sends.has(input.operation._tag)) messages++
  }
  return {
    inputs: steps.length,
    clients,
    messages,
    deliveries,
    span: (steps.at(-1)?.at ?? header.at) - header.at
  }
}

/**
 * Replays a recording.
 *
 * @param step - the machine, or one to be compared with it
 */
export const replay = (recording: Recording, step: typeof machine = machine): Replayed => {
  const summary = summarise(recording)
  let state = start(recording.header.config, recording.header.at)
  for (const recorded of recording.steps) {
    const turn = step(state, recorded.input)
    state = turn.state
    const difference = compare(recorded, turn.outputs)
    if (difference !== undefined) return { summary, difference }
  }
  return { summary, difference: undefined }
}
