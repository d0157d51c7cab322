/** A desk in memory, with a file, a terminal and a browser, in virtual time. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as ConsentBrowser from "../../../src/adapters/memory/ConsentBrowser.ts"
import * as ConsentFiles from "../../../src/adapters/memory/ConsentFiles.ts"
import * as Teletype from "../../../src/adapters/memory/Teletype.ts"
import { VirtualTime } from "../../../src/adapters/memory/VirtualTime.ts"
import type { ConsentDesk } from "../../../src/apps/consent/ConsentDesk.ts"
import type { ConsentPage } from "../../../src/apps/consent/PageAsker.ts"
import * as WebConsent from "../../../src/apps/consent/WebConsent.ts"
import { Consent, type Verdict } from "../../../src/ports/Consent.ts"
import type { ConsentPages } from "../../../src/ports/ConsentPages.ts"
import type { ConsentStore } from "../../../src/ports/ConsentStore.ts"
import type { TerminalLines } from "../../../src/ports/TerminalLines.ts"

export const harmless = ["table.*", "image.*"]

export type World =
  | Consent
  | ConsentDesk
  | ConsentPage
  | ConsentPages
  | ConsentStore
  | TerminalLines
  | ConsentFiles.ConsentFiles
  | ConsentBrowser.ConsentBrowser
  | Teletype.Teletype

export interface Given extends Partial<WebConsent.WebConsentOptions> {
  /** What is in the file at first. */
  readonly text?: string | undefined
  /** Whether there is a terminal. Default false. */
  readonly terminal?: boolean
}

/** The text of a file with these rules. */
export const file = (...rules: ReadonlyArray<object>): string => JSON.stringify({ version: 1, rules })

export const allow = (origin: string, rest: object = {}): object => ({ verdict: "allow", origin, ...rest })
export const deny = (origin: string): object => ({ verdict: "deny", origin })

/** Runs a test; `log` gets what is logged. */
export const run = <A>(
  program: Effect.Effect<A, unknown, World | Scope.Scope>,
  { terminal = false, text, ...options }: Given = {},
  log: Array<string> = []
): A => {
  const logger = Logger.make(({ logLevel, message }) => {
    log.push(`${logLevel}: ${Array.isArray(message) ? message.join(" ") : String(message)}`)
  })
  const ports = Layer.mergeAll(ConsentFiles.layer(text), ConsentBrowser.layer, Teletype.layer(terminal))
  const world = WebConsent.layer({ mode: "ask", harmless, ...options }).pipe(Layer.provideMerge(ports))
  const exit = new VirtualTime().run(program.pipe(
    Effect.scoped,
    Effect.provide(world),
    Effect.provide(Logger.layer([logger])),
    Effect.provideService(References.MinimumLogLevel, "Debug")
  ))
  if (Exit.isSuccess(exit)) return exit.value
  throw Cause.squash(exit.cause)
}

/** Asks, in a fiber of its own, and lets others go on. */
export const asks = (origin: string | undefined, name = "Page", referer?: string) =>
  Effect.gen(function*() {
    const { ask } = yield* Consent
    const fiber = yield* Effect.forkChild(ask({ origin, name, referer }))
    yield* Effect.sleep(1)
    return fiber
  })

/** The verdict in a word, or how long it has been waited for. */
export const said = (verdict: Verdict): string =>
  verdict._tag === "Allowed" ? `yes: ${verdict.by}` : `no: ${verdict.why}`

/** The answer, once there is one. */
export const answerOf = (fiber: Fiber.Fiber<Verdict>) => Effect.map(Fiber.join(fiber), said)

/** Asks, and waits for the answer. */
export const answer = (origin: string | undefined, name?: string) =>
  Effect.flatMap(asks(origin, name), answerOf)

export const withdrawn = (origin: string | undefined, name = "Page") =>
  Consent.use(({ withdrawn }) => withdrawn({ origin, name, referer: undefined }))
