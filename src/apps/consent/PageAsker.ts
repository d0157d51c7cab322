/**
 * The user is asked on a page in his browser. It is served from the first time that somebody wants its address, so a hub that
 * nobody asks anything has one port less open.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { type PageAction, viewOf, type WebClientView } from "../../domain/consent/PageView.ts"
import { plainRule } from "../../domain/consent/Policy.ts"
import { formatTime } from "../../domain/consent/PolicyText.ts"
import { ConsentPages, type PageHandler, type ServedPage } from "../../ports/ConsentPages.ts"
import { ConsentDesk } from "./ConsentDesk.ts"

/** Who answers here, for logs and notes. */
export const by = "the user on the consent page"

/** The page, if it can be had. */
export class ConsentPage extends Context.Service<ConsentPage, {
  /** Serves it if it is not yet served; undefined if it cannot be. */
  readonly served: Effect.Effect<ServedPage | undefined>
  /** Tells who is registered, for the page to show. */
  readonly introduce: (clients: Clients) => Effect.Effect<void>
}>()("samp/apps/ConsentPage") {}

/** Milliseconds between two looks at who is connected, while the page is served. */
const lookMs = 2_000

/** The clients of the Web Profile that are registered now, as far as somebody tells. */
export type Clients = Effect.Effect<ReadonlyArray<WebClientView>>

const act = (desk: ConsentDesk["Service"], action: PageAction): Effect.Effect<string> => {
  const failed = ({ message }: { readonly message: string }) => Effect.succeed(`That failed: ${message}.`)
  switch (action._tag) {
    case "Answer":
      return Effect.map(
        desk.answer(action.question, action.answer, by),
        (counted) =>
          counted ? "Answered." : "That question is not open any more: it was answered, or has gone."
      )
    case "Revoke": {
      const { name, origin } = action
      const revoked = desk.change({ _tag: "Revoke", origin, name }).pipe(
        Effect.andThen(desk.forget(origin.text)),
        Effect.as(`What was said of ${origin.text} is taken back.`)
      )
      return Effect.catch(revoked, failed)
    }
    case "Deny": {
      const { origin } = action
      const denied = Effect.gen(function*() {
        const note = `${by}, ${formatTime(yield* Clock.currentTimeMillis).slice(0, 10)}`
        yield* desk.change({ _tag: "Set", rule: { ...plainRule("deny", origin), note } })
        yield* desk.forget(origin.text)
        return `${origin.text} is denied from now on.`
      })
      return Effect.catch(denied, failed)
    }
  }
}

const make = Effect.gen(function*() {
  const desk = yield* ConsentDesk
  const pages = yield* ConsentPages
  const scope = yield* Effect.scope
  const opening = yield* Semaphore.make(1)
  let page: ServedPage | undefined
  let clients: Clients | undefined
  const known = Effect.suspend((): Effect.Effect<ReadonlyArray<WebClientView> | undefined> =>
    clients ?? Effect.succeed(undefined)
  )
  /** Who was connected when it was last shown. */
  let shown = ""
  const handler: PageHandler = {
    view: Effect.gen(function*() {
      const connected = yield* known
      shown = JSON.stringify(connected ?? [])
      return viewOf(yield* desk.state, desk.file, connected, yield* Clock.currentTimeMillis)
    }),
    act: (action) => act(desk, action),
    watch: (changed) =>
      Effect.gen(function*() {
        yield* desk.watch(changed)
        const look = Effect.map(known, (connected) => {
          const now = JSON.stringify(connected ?? [])
          if (now !== shown) changed()
          shown = now
        })
        yield* Effect.forkScoped(Effect.forever(Effect.andThen(look, Effect.sleep(lookMs))))
      })
  }
  yield* desk.appoint // who waits when the hub ends is to hear that, and not that there is nobody to ask
  return ConsentPage.of({
    introduce: (now) =>
      Effect.sync(() => {
        clients = now
      }),
    served: opening.withPermit(Effect.uninterruptible(Effect.gen(function*() {
      if (page === undefined) {
        page = yield* pages.serve(handler).pipe(
          Scope.provide(scope),
          Effect.catch(({ message }) =>
            Effect.as(Effect.logWarning(`the page of consent cannot be served: ${message}`), undefined)
          )
        )
      }
      return page
    })))
  })
})

/** The page. */
export const layer: Layer.Layer<ConsentPage, never, ConsentDesk | ConsentPages> = Layer.effect(
  ConsentPage,
  make
)
