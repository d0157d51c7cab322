/**
 * The user is asked at the hub's terminal: one question at a time, the oldest first, until it is answered there or
 * elsewhere. Nothing but this fiber waits for him.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type { ConsentOutput } from "../../domain/consent/ConsentEvents.ts"
import { pending, type Question } from "../../domain/consent/ConsentState.ts"
import * as Prompt from "../../domain/consent/Prompt.ts"
import * as Texts from "../../domain/consent/Texts.ts"
import { TerminalLines } from "../../ports/TerminalLines.ts"
import { ConsentDesk } from "./ConsentDesk.ts"

/** Who answers here, for logs and notes. */
export const by = "the user at the terminal"

/** Milliseconds in which nobody can have read a question: what comes before was typed for something else. */
const readMs = 600

/** Milliseconds between two looks whether the hub is in the foreground again. */
const lookMs = 1_000

type Closed = Extract<ConsentOutput, { readonly _tag: "Closed" }>

type Event =
  | { readonly _tag: "Line"; readonly line: string | undefined }
  | { readonly _tag: "Changed"; readonly question: Question }
  | Closed

/** What is said of a question that was closed elsewhere. */
const elsewhere = ({ by, ending }: Closed): string => {
  switch (ending) {
    case "allowed":
      return `It is let in by ${by}.`
    case "denied":
      return `It is not let in: ${by} said so.`
    case "unanswered":
      return "Nobody answered; it is not let in."
    case "gone":
      return "It has gone, and does not ask any more."
    case "dropped":
      return `It is not let in: ${by}.`
  }
}

/** Puts one question; done when it is closed. @returns false if nobody can type any more */
const put = (question: Question, page: string | undefined) =>
  Effect.scoped(Effect.gen(function*() {
    const desk = yield* ConsentDesk
    const terminal = yield* TerminalLines
    const events = yield* Queue.unbounded<Event>()
    yield* desk.watch((outputs, state) => {
      for (const output of outputs) {
        if (output._tag === "Closed" && output.question === question.id) Queue.offerUnsafe(events, output)
        const open = state.questions.get(question.id)
        if (output._tag === "Changed" && output.question === question.id && open !== undefined) {
          Queue.offerUnsafe(events, { _tag: "Changed", question: open })
        }
      }
    })
    const { questions } = yield* desk.state
    if (!questions.has(question.id)) return true
    const more = questions.size - 1
    const shown = yield* Clock.currentTimeMillis
    yield* terminal.write(
      Prompt.prompt(question, { columns: yield* terminal.columns, more, now: shown, page })
    )
    yield* terminal.read((line) => void Queue.offerUnsafe(events, { _tag: "Line", line }))
    let names = question.names
    for (;;) {
      const event = yield* Queue.take(events)
      if (event._tag === "Closed") {
        yield* terminal.write(`\n${elsewhere(event)}\n`)
        return true
      }
      const now = yield* Clock.currentTimeMillis
      if (event._tag === "Changed") {
        if (event.question.names.length === names.length) continue
        names = event.question.names
        yield* terminal.write(
          `\nIt asks again, and claims ${Texts.claims(event.question)}.\n${Prompt.ask(question, now)}`
        )
        continue
      }
      if (event.line === undefined) return false
      if (now - shown < readMs) {
        yield* terminal.write(`That was typed before the question was here.\n${Prompt.ask(question, now)}`)
        continue
      }
      const answer = Prompt.readAnswer(event.line)
      if (answer === undefined) {
        yield* terminal.write(`Please type ${Prompt.choices}: `)
        continue
      }
      // If it was closed in this very moment, that is the next event.
      if (!(yield* desk.answer(question.id, answer, by))) continue
      yield* terminal.write(`${Prompt.done[answer]}\n`)
      return true
    }
  }))

const run = (page: Effect.Effect<string | undefined>) =>
  Effect.gen(function*() {
    const desk = yield* ConsentDesk
    const terminal = yield* TerminalLines
    const changed = yield* Latch.make(true)
    yield* desk.watch(() => void changed.openUnsafe())
    const gone = yield* Deferred.make<void>()
    let announced = 0
    let told = false
    const turn = Effect.gen(function*() {
      yield* changed.await
      yield* changed.close
      const open = pending(yield* desk.state)
      const [oldest] = open
      if (oldest === undefined) return
      yield* changed.open // there may be more to do after this
      const url = yield* page
      if (yield* terminal.foreground) {
        if (!(yield* put(oldest, told ? undefined : url))) yield* Deferred.succeed(gone, undefined)
        told = true
        return
      }
      for (const question of open) {
        if (question.id > announced) {
          yield* terminal.write(`\nSAMP: ${Texts.asking(question, url !== undefined)}\n`)
        }
        announced = Math.max(announced, question.id)
      }
      yield* Effect.sleep(lookMs)
    })
    yield* desk.staff
    yield* Effect.raceFirst(Effect.forever(turn), Deferred.await(gone))
  })

/**
 * Asks at the terminal, if there is one, as long as somebody can type there.
 *
 * @param page - URL of the page where the same can be answered, if there is one
 */
export const layer = (
  page: Effect.Effect<string | undefined>
): Layer.Layer<never, never, ConsentDesk | TerminalLines> =>
  Layer.effectDiscard(Effect.gen(function*() {
    const { interactive } = yield* TerminalLines
    if (interactive) yield* Effect.forkScoped(Effect.scoped(run(page)), { startImmediately: true })
  }))
