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
import { type LineInput, TerminalLines } from "../../ports/TerminalLines.ts"
import { ConsentDesk } from "./ConsentDesk.ts"

/** Who answers here, for logs and notes. */
const by = "the user at the terminal"

/** Milliseconds in which nobody can have read a question: what comes before was typed for something else. */
const readMs = 600

/** Milliseconds between two looks whether the hub is in the foreground again. */
const lookMs = 1_000

type Closed = Extract<ConsentOutput, { readonly _tag: "Closed" }>

type Event =
  | LineInput
  | { readonly _tag: "Changed"; readonly question: Question }
  | { readonly _tag: "Answered"; readonly closed: Closed }

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

/** Further names of one question that are shown: whoever asks again and again is not to fill the terminal. */
const mostNames = 4

/** What happens to a question while it stands, at the terminal and elsewhere. */
const listen = (question: Question) =>
  Effect.gen(function*() {
    const desk = yield* ConsentDesk
    const events = yield* Queue.unbounded<Event>()
    const tell = (event: Event): void => void Queue.offerUnsafe(events, event)
    yield* desk.watch((outputs, state) => {
      for (const output of outputs) {
        if (output._tag === "Closed" && output.question === question.id) {
          tell({ _tag: "Answered", closed: output })
        }
        const open = state.questions.get(question.id)
        if (output._tag === "Changed" && output.question === question.id && open !== undefined) {
          tell({ _tag: "Changed", question: open })
        }
      }
    })
    return { events, tell }
  })

/** Puts one question; done when it is closed. @returns false if nobody can type any more */
const put = (question: Question, page: string | undefined) =>
  Effect.scoped(Effect.gen(function*() {
    const desk = yield* ConsentDesk
    const { columns, read, write } = yield* TerminalLines
    const { events, tell } = yield* listen(question)
    const { questions } = yield* desk.state
    if (!questions.has(question.id)) return true
    const shown = yield* Clock.currentTimeMillis
    yield* write(
      Prompt.prompt(question, { columns: yield* columns, more: questions.size - 1, now: shown, page })
    )
    yield* read(tell)
    let known = question.names
    let names = 0
    for (;;) {
      const event = yield* Queue.take(events)
      const now = yield* Clock.currentTimeMillis
      const again = (text: string) => write(`${text}\n${Prompt.ask(question, now)}`)
      switch (event._tag) {
        case "Answered":
          yield* write(`\n${elsewhere(event.closed)}\n`)
          return true
        case "Closed":
          return false
        case "Back":
          yield* again(`\n${Prompt.whose(question)}`)
          continue
        case "Changed": {
          const isNew = event.question.names.some((name) => !known.includes(name))
          known = event.question.names
          if (isNew && names++ < mostNames) {
            yield* again(`\nIt asks again, and claims ${Texts.claims(event.question)}.`)
          }
          continue
        }
        case "Line":
      }
      if (now - shown < readMs) {
        yield* again("That was typed before the question was here.")
        continue
      }
      const answer = Prompt.readAnswer(event.line)
      if (answer === undefined) {
        yield* write(`Please type ${Prompt.choices}: `)
        continue
      }
      // If it was closed in this very moment, that is the next event.
      if (!(yield* desk.answer(question.id, answer, by))) continue
      yield* write(`${Prompt.done[answer]}\n`)
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
