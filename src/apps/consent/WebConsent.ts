/**
 * Consent to web clients as a hub has it: the policy first, then the user, at the terminal and on a page in his browser. The
 * first answer counts, and closes the question everywhere.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ConsentLimits } from "../../domain/consent/ConsentState.ts"
import { pending } from "../../domain/consent/ConsentState.ts"
import * as Texts from "../../domain/consent/Texts.ts"
import { Consent } from "../../ports/Consent.ts"
import type { ConsentPages } from "../../ports/ConsentPages.ts"
import type { ConsentStore } from "../../ports/ConsentStore.ts"
import { TerminalLines } from "../../ports/TerminalLines.ts"
import * as ConsentDesk from "./ConsentDesk.ts"
import * as PageAsker from "./PageAsker.ts"
import * as TerminalAsker from "./TerminalAsker.ts"

/** How a hub lets web clients in (WEB-13, WEB-15). */
export interface WebConsentOptions {
  /**
   * `ask`: at the terminal, if there is one, and on the page. `page`: on the page only. `policy`: nobody is asked, and who is
   * in no rule is refused. `allow`, `deny`: everybody is let in, or nobody, whatever the rules say.
   */
  readonly mode: "ask" | "page" | "policy" | "allow" | "deny"
  /** Path of the policy; the user's own if it is undefined. */
  readonly file?: string | undefined
  readonly limits?: Partial<ConsentLimits> | undefined
  /** Patterns of the MTypes that the word `harmless` stands for in rules. */
  readonly harmless: ReadonlyArray<string>
}

/** What the desk does, as the port has it. */
const port: Layer.Layer<Consent, never, ConsentDesk.ConsentDesk> = Layer.effect(
  Consent,
  Effect.map(ConsentDesk.ConsentDesk, ({ ask, withdrawn }) => ({ ask, withdrawn }))
)

/** Says in the log that somebody asks, where nobody can be asked at a terminal. */
const announcer: Layer.Layer<never, never, ConsentDesk.ConsentDesk> = Layer.effectDiscard(
  Effect.gen(function*() {
    const desk = yield* ConsentDesk.ConsentDesk
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    yield* desk.watch((outputs, state) => {
      for (const output of outputs) {
        const question = output._tag === "Opened"
          ? pending(state).find(({ id }) => id === output.question)
          : undefined
        if (question !== undefined) fork(Effect.logWarning(Texts.asking(question, true)))
      }
    })
  })
)

const asking = ({ mode }: WebConsentOptions) => {
  if (mode !== "ask" && mode !== "page") return PageAsker.layer
  const terminal = Layer.unwrap(Effect.gen(function*() {
    const { interactive } = yield* TerminalLines
    const { served } = yield* PageAsker.ConsentPage
    return mode === "ask" && interactive
      ? TerminalAsker.layer(Effect.map(served, (page) => page?.url))
      : announcer
  }))
  return Layer.provideMerge(terminal, PageAsker.layer)
}

/** Consent, and what shows and changes it. */
export const layer = (
  options: WebConsentOptions
): Layer.Layer<
  Consent | ConsentDesk.ConsentDesk | PageAsker.ConsentPage,
  never,
  ConsentStore | ConsentPages | TerminalLines
> => {
  const { file, harmless, limits } = options
  const mode = options.mode === "page" ? "ask" : options.mode
  const desk = ConsentDesk.layer({ mode, file, limits, harmless })
  return Layer.merge(port, asking(options)).pipe(Layer.provideMerge(desk))
}
