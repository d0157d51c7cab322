/** What the recorded hub answered, by what it was asked. */
import * as Result from "effect/Result"
import type { Fault } from "../Fault.ts"
import type { HubOutput } from "../HubOutput.ts"
import { ClientId } from "../Identifiers.ts"
import { isMap, type SampMap, type SampValue, stringAt } from "../SampValue.ts"
import type { Recording } from "./Format.ts"

/** A recorded answer. */
export type Answer = Result.Result<SampValue, Fault>

/** The recorded answers by their requests. */
export const answersOf = ({ steps }: Recording): ReadonlyMap<number, Answer> =>
  new Map(
    steps.flatMap(({ outputs }) =>
      outputs.flatMap((output): ReadonlyArray<readonly [number, Answer]> =>
        output._tag === "Answer" ? [[output.request, output.result]] : []
      )
    )
  )

/** The id of a client that was registered by this answer. */
export const selfIdOf = (answer: Answer | undefined): ClientId | undefined => {
  const value = answer !== undefined && Result.isSuccess(answer) ? answer.success : undefined
  const id = isMap(value) ? stringAt(value, "samp.self-id") : undefined
  return id === undefined ? undefined : ClientId(id)
}

/** The response that the hub made up in an output. */
export const responseIn = (output: HubOutput): SampMap | undefined => {
  if (output._tag === "Deliver" && output.delivery._tag === "Response") return output.delivery.response
  const answer = output._tag === "Answer" && Result.isSuccess(output.result)
    ? output.result.success
    : undefined
  return isMap(answer) ? answer : undefined
}
