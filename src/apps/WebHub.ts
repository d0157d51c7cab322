/**
 * The Web Profile of a hub: its endpoint for pages, beside the Standard Profile over the same engine (section 5).
 *
 * It can be switched on and off while the hub runs, and a port that is taken keeps nothing else from running. Consent is
 * asked before the engine hears of a page; from then on the engine judges who may do what.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { fault } from "../domain/Fault.ts"
import { clientByKey, clientByToken, isWeb, webClients } from "../domain/HubState.ts"
import type { WebState } from "../domain/HubStatus.ts"
import { ClientId, PrivateKey } from "../domain/Identifiers.ts"
import { isMap, type SampValue, stringAt } from "../domain/SampValue.ts"
import { readWebAsked, type WebAsked, webPort } from "../domain/WebProfile.ts"
import type { ListenError } from "../ports/CallServer.ts"
import { Consent, type ConsentRequest } from "../ports/Consent.ts"
import type { DataServer } from "../ports/DataServer.ts"
import { KeySource } from "../ports/KeySource.ts"
import {
  type Page,
  publisherPath,
  translatorPath,
  type WebAnswer,
  type WebHandler,
  WebServer
} from "../ports/WebServer.ts"
import { HubEngine } from "./HubEngine.ts"
import * as Publications from "./Publications.ts"

/** How the Web Profile is run. */
export interface WebHubOptions {
  /** Port on 127.0.0.1 and ::1; default 21012, the only one that pages know (WEB-01); 0 for any free one. */
  readonly port?: number | undefined
  /** Whether to be on from the start. Default true. */
  readonly on?: boolean | undefined
  /** Whether Flash and Silverlight find their policy files (WEB-09). Default false: both are dead. */
  readonly flash?: boolean | undefined
  readonly silverlight?: boolean | undefined
  /** Bytes that pages may have handed over at a time: each, and all together. */
  readonly publishBytes?: number | undefined
  readonly publishBytesInAll?: number | undefined
  /** Seconds for which others find what a page has handed over, unless the page goes before. Default 12 hours. */
  readonly publishSeconds?: number | undefined
}

/** The Web Profile of a running hub. */
export class WebHub extends Context.Service<WebHub, {
  readonly state: Effect.Effect<WebState>
  /** Opens the endpoint if it is closed; a failure is told and leaves it closed. */
  readonly switchOn: Effect.Effect<WebState>
  /** Closes it: its clients are told and disconnected. */
  readonly switchOff: Effect.Effect<WebState>
}>()("samp/apps/WebHub") {}

/** Milliseconds between two looks whether consent still stands. */
const consentLookMs = 2_000

const originOf = (page: Page): string => page.origin ?? ""

const requestOf = ({ name, origin }: { readonly name: string; readonly origin: string }): ConsentRequest => ({
  name,
  origin: origin === "" ? undefined : origin,
  referer: undefined
})

const shown = (origin: string | undefined): string => origin ?? "a program that names no origin"

const selfIdIn = (value: SampValue): ClientId | undefined => {
  const id = isMap(value) ? stringAt(value, "samp.self-id") : undefined
  return id === undefined ? undefined : ClientId(id)
}

/** @param base - URL of the endpoint while the profile is on */
const handler = (publications: Publications.Publications, base: () => string | undefined) =>
  Effect.gen(function*() {
    const engine = yield* HubEngine
    const keys = yield* KeySource
    const consent = yield* Consent
    const fork = Effect.runForkWith(yield* Effect.context<never>())

    const register = (
      page: Page,
      { counts, name }: Extract<WebAsked, { readonly _tag: "Register" }>
    ): Effect.Effect<WebAnswer, ReturnType<typeof fault>> =>
      Effect.gen(function*() {
        const origin = originOf(page)
        const verdict = yield* consent.ask({ name, origin: page.origin, referer: page.referer })
        if (verdict._tag === "Denied") return yield* Effect.fail(fault("NotAllowed", verdict.why))
        const { receive, send } = verdict
        const url = base()
        if (url === undefined) {
          return yield* Effect.fail(fault("Stopping", "the hub has switched its Web Profile off"))
        }
        const key = PrivateKey(yield* keys.next)
        const heard = yield* engine.askFor({ origin }, {
          _tag: "Register",
          freshKey: key,
          web: {
            origin,
            name,
            token: PrivateKey(yield* keys.next),
            translator: `${url}${translatorPath.slice(1)}`,
            publisher: `${url}${publisherPath.slice(1)}`,
            counts,
            ...send === undefined ? {} : { send },
            ...receive === undefined ? {} : { receive }
          }
        })
        yield* Effect.logDebug(`the page ${shown(page.origin)} is registered, allowed by ${verdict.by}`, {
          name,
          id: selfIdIn(heard.value)
        })
        // Nobody has read the key, so nobody could unregister.
        const forget = engine.askFor({ origin }, { _tag: "Unregister", key })
        return { value: heard.value, unread: () => fork(Effect.ignore(forget)) }
      })

    const call: WebHandler["call"] = (called, page) => {
      const asked = readWebAsked(called)
      if (Result.isFailure(asked)) return Effect.fail(asked.failure)
      return asked.success._tag === "Register"
        ? register(page, asked.success)
        : engine.askFor({ origin: originOf(page) }, asked.success.operation)
    }

    const holder = (token: string, origin: string | undefined) => {
      const client = clientByToken(engine.look(), token)
      return client === undefined || (origin !== undefined && origin !== client.web.origin)
        ? undefined
        : client
    }

    const served: WebHandler = {
      call,
      knows: (key, origin) => {
        const client = clientByKey(engine.look(), PrivateKey(key))
        return isWeb(client) && client.web.origin === (origin ?? "")
      },
      mayRead: (token, url, origin) => {
        const client = holder(token, origin)
        if (client === undefined) return "UnknownToken"
        // What a page has handed over is nothing of the user's, and has an address that nobody can guess.
        return HashSet.has(client.web.mayRead, url) || publications.has(url) ? "Allowed" : "Blocked"
      },
      room: (token, origin) => {
        const client = holder(token, origin)
        return client === undefined ? undefined : publications.room(client.id)
      },
      publish: (token, upload) =>
        Effect.suspend(() => {
          const client = holder(token, undefined)
          return client === undefined
            ? Effect.as(upload.discard, undefined)
            : publications.add(client.id, upload)
        })
    }
    return served
  })

const make = (options: WebHubOptions) =>
  Effect.gen(function*() {
    const engine = yield* HubEngine
    const server = yield* WebServer
    const consent = yield* Consent
    const port = options.port ?? webPort
    const scope = yield* Effect.scope
    const publications = yield* Publications.make({
      perClient: options.publishBytes ?? 4 * 1024 ** 3,
      inAll: options.publishBytesInAll ?? 16 * 1024 ** 3,
      seconds: options.publishSeconds ?? 12 * 3600
    })
    const one = yield* Semaphore.make(1)
    let open: { readonly url: string; readonly scope: Scope.Closeable } | undefined
    let why = "it was not switched on"
    /** Pages look for the profile where they have seen it before, whatever port was free then. */
    let lastPort = port
    const handle = yield* handler(publications, () => open?.url)

    const state = Effect.sync((): WebState =>
      open === undefined ? { _tag: "Off", why } : { _tag: "On", url: open.url }
    )

    const listenAt = (port: number) =>
      Effect.gen(function*() {
        const own = yield* Scope.fork(scope)
        const opening = server.listen({
          port,
          title: "SAMP hub, Web Profile",
          flash: options.flash ?? false,
          silverlight: options.silverlight ?? false
        }, handle)
        const endpoint = yield* Effect.onError(
          Scope.provide(opening, own),
          (cause) => Scope.close(own, Exit.failCause(cause))
        )
        open = { url: endpoint.url, scope: own }
        lastPort = Number(new URL(endpoint.url).port)
      })
    const listen = Effect.suspend(() =>
      lastPort === port
        ? listenAt(port)
        : Effect.catchTag(listenAt(lastPort), "ListenError", () => listenAt(port))
    )

    const refused = (error: ListenError) =>
      Effect.suspend(() => {
        why = error.reason === "PortTaken"
          ? `port ${error.port} is taken, most probably by another hub, which web pages will find instead`
          : `port ${error.port} cannot be opened: ${error.detail}`
        return Effect.logWarning(`the Web Profile is off: ${why}`)
      })

    // Whoever has asked for it may go away: what has begun is brought to its end.
    const switchOn = one.withPermit(Effect.uninterruptible(Effect.andThen(
      Effect.suspend(() =>
        open === undefined ? Effect.catchTag(listen, "ListenError", refused) : Effect.void
      ),
      state
    )))

    const switchOff = one.withPermit(Effect.uninterruptible(Effect.gen(function*() {
      const was = open
      if (was === undefined) return yield* state
      open = undefined
      why = "it was switched off"
      yield* engine.closeWeb // the last answers go out while the endpoint closes
      yield* Scope.close(was.scope, Exit.void)
      yield* engine.closeWeb // who was let in meanwhile
      return yield* state
    })))

    /** Revoked, expired, or denied by now: out (P2). */
    const review = Effect.gen(function*() {
      for (const { id, web } of webClients(yield* engine.state)) {
        if (yield* consent.withdrawn(requestOf(web))) {
          yield* Effect.logWarning(
            `the page ${shown(requestOf(web).origin)} is disconnected: it is not allowed any more`
          )
          yield* engine.eject(id, "the user does not allow it any more")
        }
      }
    })
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(consentLookMs), review)))
    yield* Effect.forkScoped(Effect.forever(Effect.andThen(
      Effect.sleep(consentLookMs),
      Effect.flatMap(engine.state, (now) => publications.keep(new Set(webClients(now).map(({ id }) => id))))
    )))
    if (options.on ?? true) yield* switchOn
    return WebHub.of({ state, switchOn, switchOff })
  })

/** The Web Profile over a running engine; it closes with the layer. */
export const layer = (
  options: WebHubOptions = {}
): Layer.Layer<WebHub, never, HubEngine | KeySource | WebServer | Consent | DataServer> =>
  Layer.effect(WebHub, make(options))
