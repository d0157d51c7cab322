/** Port: a page in the user's browser on which he answers questions of consent. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { PageAction, PageView } from "../domain/consent/PageView.ts"
import type { ListenError } from "./CallServer.ts"

/** What is behind the page. */
export interface PageHandler {
  readonly view: Effect.Effect<PageView>
  /** @returns what came of it, in one sentence */
  readonly act: (action: PageAction) => Effect.Effect<string>
  /** Calls back after each change of the view, until the scope ends. */
  readonly watch: (changed: () => void) => Effect.Effect<void, never, Scope.Scope>
}

/** A page that is being served. */
export interface ServedPage {
  /** It is a secret: whoever has it can answer. */
  readonly url: string
  /** How often it was loaded. */
  readonly views: Effect.Effect<number>
}

/** Serves such pages on the loopback address, each on a port of its own, and so as an origin of its own. */
export class ConsentPages extends Context.Service<ConsentPages, {
  /** Serves a page until the scope ends. */
  readonly serve: (handler: PageHandler) => Effect.Effect<ServedPage, ListenError, Scope.Scope>
}>()("samp/ports/ConsentPages") {}
