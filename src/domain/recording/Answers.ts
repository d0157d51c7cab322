/** What the recorded hub answered, by what it was asked. */
import * as Result from "effect/Result"
import type { Fault } from "../Fault.ts"
import type { HubInput } from "../HubInput.ts"
import type { Delivery, HubOutput } from "../HubOutput.ts"
import { ClientId } from "../Identifiers.ts"
import { isMap, type SampMap, type SampValue, stringAt } from "../SampValue.ts"
import type { Recording, Step } from "./Recording.ts"

/** A recorded answer. */
export interface Answer {
  readonly result: Result.Result<SampValue, Fault>
  /** Whether it is in the hub's own words, though a client was asked: that did not answer. */
  readonly isHubs: boolean
}

/** Whether responses that come out of a step are in the words of a client. */
const isReply = (input: HubInput): boolean => input._tag === "Asked" && input.operation._tag === "Reply"

/** The recorded answers by their requests. */
export const answersOf = ({ steps }: Recording): ReadonlyMap<number, Answer> =>
  new Map(
    steps.flatMap(({ input, outputs }) =>
      outputs.flatMap((output): ReadonlyArray<readonly [number, Answer]> => {
        if (output._tag !== "Answer") return []
        const { request, result } = output
        const isHubs = !isReply(input) && (input._tag !== "Asked" || input.request !== request)
        return [[request, { result, isHubs }]]
      })
    )
  )

/** A delivery that clients other than the hub itself brought about; their words are to be the same everywhere. */
export interface RecordedDelivery {
  readonly to: ClientId
  readonly delivery: Delivery
  /** Whether it is a response in the hub's own words. */
  readonly isHubs: boolean
}

/** What a step delivered, but for what hubs tell of themselves, each in its own way. */
export const deliveriesOf = ({ input, outputs }: Step, hubId: ClientId): ReadonlyArray<RecordedDelivery> =>
  outputs.flatMap((output): ReadonlyArray<RecordedDelivery> => {
    if (output._tag !== "Deliver") return []
    const { delivery, to } = output
    if (delivery._tag !== "Response") {
      return delivery.sender === hubId ? [] : [{ to, delivery, isHubs: false }]
    }
    return [{ to, delivery, isHubs: delivery.responder === hubId || !isReply(input) }]
  })

/** The id of a client that was registered by this answer. */
export const selfIdOf = (answer: Answer | undefined): ClientId | undefined => {
  const value = answer !== undefined && Result.isSuccess(answer.result) ? answer.result.success : undefined
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
