/**
 * A user in a simulation who answers the questions of consent, at the very desk where the terminal and the page bring their
 * answers.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Answer } from "../../domain/consent/ConsentEvents.ts"
import type { Question } from "../../domain/consent/ConsentState.ts"
import { ConsentDesk } from "../consent/ConsentDesk.ts"

/** What the user says to a question, and after how many milliseconds of thinking; undefined if never. */
export type Mind = (question: Question) => { readonly afterMs?: number; readonly answer: Answer } | undefined

/** Says the same to all. */
export const always = (answer: Answer, afterMs = 0): Mind => () => ({ afterMs, answer })

/** Is not there: all questions stand until their time is up. */
export const absent: Mind = () => undefined

/** The user, who sits there as long as the layer lives. */
export const layer = (mind: Mind): Layer.Layer<never, never, ConsentDesk> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const desk = yield* ConsentDesk
    const scope = yield* Effect.scope
    const context = yield* Effect.context<never>()
    yield* desk.watch((outputs, state) => {
      for (const output of outputs) {
        const question = output._tag === "Opened" ? state.questions.get(output.question) : undefined
        const said = question === undefined ? undefined : mind(question)
        if (question === undefined || said === undefined) continue
        const answering = Effect.andThen(
          Effect.sleep(said.afterMs ?? 0),
          desk.answer(question.id, said.answer, "the user of the simulation")
        )
        Effect.runForkWith(context)(Effect.forkIn(answering, scope))
      }
    })
    yield* desk.staff
  }))
