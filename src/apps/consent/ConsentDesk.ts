/**
 * The machine of consent at work: the only owner of its state. Whoever wants to register asks here, and whoever can ask the
 * user - at the terminal, on the page - watches what is open, and brings the answers here; the first one counts.
 *
 *     ask, answer, file, time -> inbox -> step -> verdicts, rules to write, timer, watchers
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import type { Answer, ConsentInput, ConsentOutput, Verdict } from "../../domain/consent/ConsentEvents.ts"
import { step } from "../../domain/consent/ConsentMachine.ts"
import {
  type ConsentLimits,
  type ConsentState,
  defaults,
  isWithdrawn,
  type Mode,
  type PolicyView,
  start
} from "../../domain/consent/ConsentState.ts"
import { type Applicant, type Edit, empty, type Rule } from "../../domain/consent/Policy.ts"
import * as Texts from "../../domain/consent/Texts.ts"
import { ConsentStore } from "../../ports/ConsentStore.ts"
import { BadPolicy, edit, load, type PolicyError } from "./PolicyFile.ts"

/** How consent is run. */
export interface DeskOptions {
  readonly mode: Mode
  /** Path of the policy; the user's own if it is undefined. */
  readonly file?: string | undefined
  readonly limits?: Partial<ConsentLimits> | undefined
  /** Patterns of the MTypes that the word `harmless` stands for in rules. */
  readonly harmless: ReadonlyArray<string>
}

/** Sees what came out of each step that changed anything, and the state after it. It must neither wait nor throw. */
export type Watch = (outputs: ReadonlyArray<ConsentOutput>, state: ConsentState) => void

/** Where consent is asked for, and given. */
export class ConsentDesk extends Context.Service<ConsentDesk, {
  /** Path of the policy. */
  readonly file: string
  /** Asks for consent; to interrupt it is to go away. */
  readonly ask: (applicant: Applicant) => Effect.Effect<Verdict>
  /** Whether a consent that was given no longer stands. */
  readonly withdrawn: (applicant: Applicant) => Effect.Effect<boolean>
  readonly state: Effect.Effect<ConsentState>
  /**
   * Answers a question.
   *
   * @param by - who says so, and where
   * @returns whether it counted, since the question may have been closed before; what is to be remembered is written then
   */
  readonly answer: (question: number, answer: Answer, by: string) => Effect.Effect<boolean>
  /** Changes the policy, which counts at once. @returns the rules that were taken away */
  readonly change: (edit: Edit) => Effect.Effect<ReadonlyArray<Rule>, PolicyError>
  /** Takes back what the user has said of an origin without a rule. */
  readonly forget: (subject: string) => Effect.Effect<void>
  /** Watches until the scope ends. */
  readonly watch: (watch: Watch) => Effect.Effect<void, never, Scope.Scope>
  /** There is somebody to ask until the scope ends. */
  readonly staff: Effect.Effect<void, never, Scope.Scope>
  /** There is somebody to ask until the end. */
  readonly appoint: Effect.Effect<void>
}>()("samp/apps/ConsentDesk") {}

/** Milliseconds between two looks at the file while a question is open. */
const lookMs = 250

/** Milliseconds after which a file that is broken is read again before that is believed: an editor may be writing it. */
const doubtMs = 100

/** The longest that a timer can be set for. */
const longestSleepMs = 2 ** 31 - 1

/** Owns the state: takes one input after the other, and carries out what comes of it. */
const run = (initial: ConsentState, carryOut: (output: ConsentOutput) => void, watchers: Set<Watch>) => {
  let state = initial
  let busy = false
  const inbox: Array<ConsentInput> = []
  return {
    state: () => state,
    feed: (input: ConsentInput): void => {
      inbox.push(input)
      if (busy) return
      busy = true
      try {
        for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
          const before = state
          const { outputs, state: after } = step(before, next)
          state = after
          for (const output of outputs) carryOut(output)
          if (after !== before) { for (const watch of watchers) watch(outputs, after) }
        }
      } finally {
        busy = false
      }
    }
  }
}

/** What is said in the log. */
const logged = (output: ConsentOutput): Effect.Effect<void> => {
  switch (output._tag) {
    case "Refused": {
      const { applicant, first, meant, why } = output
      const who = Texts.plain(applicant.origin ?? "a program without an origin")
      const text = `${who}, which calls itself '${Texts.plain(applicant.name, 60)}', was not let in: ${why}`
      return first && !meant ? Effect.logWarning(text) : first ? Effect.logInfo(text) : Effect.logDebug(text)
    }
    case "Closed":
      return Effect.logInfo(
        `the question about ${output.subject} was closed by ${output.by}: ${output.ending}`
      )
    default:
      return Effect.void
  }
}

const make = ({ file: given, harmless, limits, mode }: DeskOptions) =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    const store = yield* ConsentStore
    const fork = Effect.runForkWith(yield* Effect.context<ConsentStore>())
    const file = given ?? store.place
    const now = (): number => clock.currentTimeMillisUnsafe()
    const waiting = new Map<number, (verdict: Verdict) => void>()
    const watchers = new Set<Watch>()
    const fibers = new Set<Fiber.Fiber<unknown, unknown>>()
    /** Rules that are just being written. */
    const remembering = new Set<Fiber.Fiber<unknown>>()
    const background = <A, E>(effect: Effect.Effect<A, E, ConsentStore>): Fiber.Fiber<A, E> => {
      const fiber = fork(effect)
      if (fiber.pollUnsafe() !== undefined) return fiber
      fibers.add(fiber)
      fiber.addObserver(() => void fibers.delete(fiber))
      return fiber
    }
    let timer: Fiber.Fiber<unknown, unknown> | undefined
    let looking = false
    let requests = 0
    let staff = 0

    const carryOut = (output: ConsentOutput): void => {
      background(logged(output))
      switch (output._tag) {
        case "Settle": {
          const settle = waiting.get(output.request)
          waiting.delete(output.request)
          return settle?.(output.verdict)
        }
        case "Remember": {
          const writing = background(remember(output.rule))
          remembering.add(writing)
          return void writing.addObserver(() => void remembering.delete(writing))
        }
        case "Wake":
          timer?.interruptUnsafe()
          timer = background(Effect.map(
            Effect.sleep(Math.min(Math.max(0, output.at - now()), longestSleepMs)),
            () => feed({ _tag: "Tick", now: now() })
          ))
          return
        case "Opened":
          if (!looking) background(look)
          return
      }
    }

    const view: PolicyView = { policy: empty, broken: undefined }
    const machine = run(
      start({ mode, harmless, view, limits: { ...defaults, ...limits } }),
      carryOut,
      watchers
    )
    const { feed } = machine

    let version: string | undefined
    const reading = yield* Semaphore.make(1)
    /** Reads the file if it is another than before. */
    const refresh: Effect.Effect<void, never, ConsentStore> = reading.withPermit(Effect.gen(function*() {
      if (mode === "allow" || mode === "deny") return
      const next = yield* store.version(file)
      if (next === version) return
      let read = yield* Effect.result(load(file))
      if (Result.isFailure(read) && read.failure instanceof BadPolicy) {
        yield* Effect.sleep(doubtMs)
        read = yield* Effect.result(load(file))
      }
      version = next
      const { policy, broken: before } = machine.state().view
      const broken = Result.isFailure(read) ? read.failure.message : undefined
      if (broken !== undefined && broken !== before) {
        yield* Effect.logError(`${broken}. No web client is let in until that is mended`)
      } else if (broken === undefined && before !== undefined) {
        yield* Effect.logWarning(`the rules in ${file} can be read again`)
      }
      const view = { policy: Result.isSuccess(read) ? read.success : policy, broken }
      feed({ _tag: "PolicyRead", view, now: now() })
    }))

    /** Looks at the file as long as a question is open: a rule may answer it. */
    const look = Effect.gen(function*() {
      looking = true
      while (machine.state().questions.size > 0) {
        yield* Effect.sleep(lookMs)
        yield* refresh
      }
      looking = false
    })

    const change: ConsentDesk["Service"]["change"] = (wanted) =>
      Effect.gen(function*() {
        const { removed } = yield* edit(file, wanted)
        yield* refresh
        return removed
      }).pipe(Effect.provideService(ConsentStore, store))

    const remember = (rule: Rule): Effect.Effect<void> =>
      Effect.catch(
        Effect.asVoid(change({ _tag: "Set", rule })),
        ({ message }) =>
          Effect.logWarning(`what was said of ${rule.origin.text} holds while this hub runs, but: ${message}`)
      )

    const ask: ConsentDesk["Service"]["ask"] = (applicant) =>
      Effect.andThen(
        Effect.provideService(refresh, ConsentStore, store),
        Effect.callback<Verdict>((resume) => {
          const request = requests++
          waiting.set(request, (verdict) => resume(Effect.succeed(verdict)))
          feed({ _tag: "Asked", request, applicant, now: now() })
          return Effect.sync(() => {
            waiting.delete(request)
            feed({ _tag: "Abandoned", request, now: now() })
          })
        })
      )

    const appoint = Effect.sync(() => {
      if (staff++ === 0) feed({ _tag: "Askers", some: true, now: now() })
    })

    yield* Effect.addFinalizer(() =>
      Effect.suspend(() => {
        feed({ _tag: "Stop" })
        return Fiber.interruptAll(fibers)
      })
    )
    yield* refresh
    return ConsentDesk.of({
      file,
      ask,
      withdrawn: (applicant) =>
        Effect.map(
          Effect.provideService(refresh, ConsentStore, store),
          () => isWithdrawn(machine.state(), applicant, now())
        ),
      state: Effect.sync(() => machine.state()),
      answer: (question, answer, by) =>
        Effect.suspend(() => {
          const open = machine.state().questions.has(question)
          feed({ _tag: "Answered", question, answer, by, now: now() })
          return Effect.as(Fiber.awaitAll(remembering), open)
        }),
      change,
      forget: (subject) => Effect.sync(() => feed({ _tag: "Forgotten", subject })),
      watch: (watch) =>
        Effect.acquireRelease(
          Effect.sync(() => void watchers.add(watch)),
          () => Effect.sync(() => watchers.delete(watch))
        ),
      staff: Effect.acquireRelease(appoint, () =>
        Effect.sync(() => {
          if (--staff === 0) feed({ _tag: "Askers", some: false, now: now() })
        })),
      appoint
    })
  })

/** A desk, which is closed with its layer: whoever waits then is told that the hub ends. */
export const layer = (options: DeskOptions): Layer.Layer<ConsentDesk, never, ConsentStore> =>
  Layer.effect(ConsentDesk, make(options))
