/** Reading a recording. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { fault } from "../Fault.ts"
import type { HubInput } from "../HubInput.ts"
import type { Delivery, HubOutput } from "../HubOutput.ts"
import { defaults } from "../Limits.ts"
import { emptyMap, type SampMap } from "../SampValue.ts"
import { harmless } from "../web/Restriction.ts"
import { formatVersion, type Header, type Recording, type Step } from "./Recording.ts"
import { contentOf } from "./RecordingWriter.ts"
import { HeaderLine, StepLine } from "./Schemas.ts"

/** Why a file is no recording. */
export interface BadRecording {
  readonly _tag: "BadRecording"
  /** The line that cannot be read, from 1. */
  readonly line: number
  /** What is wrong with it, in one line. */
  readonly text: string
}

const bad = (line: number, text: string) => Result.fail<BadRecording>({ _tag: "BadRecording", line, text })

const decodeHeader = Schema.decodeUnknownResult(HeaderLine)
const decodeStep = Schema.decodeUnknownResult(StepLine)

const oneLine = (text: string): string => text.replace(/\s+/gu, " ").slice(0, 300)

/** Parsed JSON; undefined if it is none. */
const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether something claims to be a recording, of whatever version. */
const versionOf = (json: unknown): unknown =>
  typeof json === "object" && json !== null && "recording" in json ? json.recording : undefined

const readHeader = (text: string): Result.Result<Header, BadRecording> => {
  const json = parse(text)
  const version = versionOf(json)
  if (version === undefined) {
    return bad(1, "this is no recording of samp hub --record or samp record, whose first line says so")
  }
  if (version !== formatVersion) {
    return bad(
      1,
      `the format is ${oneLine(JSON.stringify(version))}, and this version reads ${formatVersion} only`
    )
  }
  const header = decodeHeader(json)
  if (Result.isFailure(header)) return bad(1, oneLine(header.failure.message))
  const { at, hub, kind, product, started, version: written } = header.success
  const limits = { ...defaults, ...hub.limits }
  const config = { webMTypes: harmless, ...hub, limits }
  return Result.succeed({ kind, product, version: written, started, at, config })
}

const inputOf = ({ at, in: input }: StepLine): HubInput => {
  switch (input._tag) {
    case "Asked":
    case "Abandoned":
    case "Unread":
    case "ClientDead":
    case "Eject":
    case "CloseWeb":
    case "Tick":
      return { ...input, now: at }
    default:
      return input
  }
}

const deliveryOf = (
  delivery: Extract<StepLine["out"][number], { readonly _tag: "Deliver" }>["delivery"],
  content: SampMap
): Delivery =>
  delivery._tag === "Response"
    ? { ...delivery, response: delivery.response ?? content }
    : { ...delivery, message: delivery.message ?? content }

const outputsOf = (output: StepLine["out"][number], content: SampMap): ReadonlyArray<HubOutput> => {
  switch (output._tag) {
    case "Deliver": {
      const delivery = deliveryOf(output.delivery, content)
      return output.to.map((to) => ({ _tag: "Deliver", to, delivery }))
    }
    case "Answer": {
      const { _tag, request, value } = output
      const result = output.fault === undefined
        ? Result.succeed(value ?? content)
        : Result.fail(fault(output.fault.reason, output.fault.text))
      return [{ _tag, request, result }]
    }
    case "Misused":
      return [{ _tag: "Misused", id: output.id, origin: output.origin }]
    default:
      return [output]
  }
}

const readStep = (text: string, number: number): Result.Result<Step, BadRecording> => {
  const json = parse(text)
  if (json === undefined) return bad(number, "this is no JSON")
  const read = decodeStep(json)
  if (Result.isFailure(read)) return bad(number, oneLine(read.failure.message))
  const input = inputOf(read.success)
  const content = contentOf(input) ?? emptyMap
  return Result.succeed({
    line: number,
    at: read.success.at,
    input,
    outputs: read.success.out.flatMap((output) => outputsOf(output, content))
  })
}

/**
 * Reads a recording. One that ends within a line, since its hub was killed, is read up to there.
 *
 * @param text - the whole of it
 */
export const readRecording = (text: string): Result.Result<Recording, BadRecording> => {
  const [first = "", ...lines] = text.split("\n")
  const header = readHeader(first)
  if (Result.isFailure(header)) return Result.fail(header.failure)
  const last = lines.pop() ?? ""
  const steps: Array<Step> = []
  for (const [index, line] of lines.entries()) {
    const step = readStep(line, index + 2)
    if (Result.isFailure(step)) return Result.fail(step.failure)
    steps.push(step.success)
  }
  if (last === "") return Result.succeed({ header: header.success, steps, cutOff: false })
  const step = readStep(last, lines.length + 2)
  if (Result.isSuccess(step)) steps.push(step.success)
  return Result.succeed({ header: header.success, steps, cutOff: Result.isFailure(step) })
}
