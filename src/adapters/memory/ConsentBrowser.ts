/** Pages of consent in memory, and the user's browser in which they are open. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PageAction, PageView } from "../../domain/consent/PageView.ts"
import { ConsentPages, type PageHandler } from "../../ports/ConsentPages.ts"

interface Tab {
  readonly handler: PageHandler
  views: number
  changes: number
}

/** The browser. */
export class ConsentBrowser extends Context.Service<ConsentBrowser, {
  /** The pages that are being served. */
  readonly urls: Effect.Effect<ReadonlyArray<string>>
  /** Loads a page; undefined if there is none. */
  readonly load: (url: string) => Effect.Effect<PageView | undefined>
  /** Presses a button. @returns what the page then says */
  readonly press: (url: string, action: PageAction) => Effect.Effect<string | undefined>
  /** How often a page was told that it has changed. */
  readonly changes: (url: string) => Effect.Effect<number>
}>()("samp/adapters/memory/ConsentBrowser") {}

const make = () => {
  const tabs = new Map<string, Tab>()
  let count = 0
  const pages = ConsentPages.of({
    serve: (handler) =>
      Effect.gen(function*() {
        const url = `http://127.0.0.1:${40_000 + ++count}/secret-${count}/`
        const tab: Tab = { handler, views: 0, changes: 0 }
        yield* Effect.acquireRelease(
          Effect.sync(() => tabs.set(url, tab)),
          () => Effect.sync(() => tabs.delete(url))
        )
        yield* handler.watch(() => {
          tab.changes++
        })
        return { url, views: Effect.sync(() => tab.views) }
      })
  })
  const browser = ConsentBrowser.of({
    urls: Effect.sync(() => [...tabs.keys()]),
    load: (url) =>
      Effect.suspend(() => {
        const tab = tabs.get(url)
        if (tab === undefined) return Effect.succeed(undefined)
        tab.views++
        return tab.handler.view
      }),
    press: (url, action) =>
      Effect.suspend(() => tabs.get(url)?.handler.act(action) ?? Effect.succeed(undefined)),
    changes: (url) => Effect.sync(() => tabs.get(url)?.changes ?? 0)
  })
  return Context.make(ConsentPages, pages).pipe(Context.add(ConsentBrowser, browser))
}

/** A browser of its own: the port, and the person in front of it. */
export const layer: Layer.Layer<ConsentPages | ConsentBrowser> = Layer.effectContext(Effect.sync(make))
