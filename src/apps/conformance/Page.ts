/** A web page of a check: a registration over the Web Profile, and what it pulls. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { isList, isMap, map, type SampMap, type SampValue, stringAt } from "../../domain/SampValue.ts"
import type { CallError } from "../../ports/CallSender.ts"
import { aMap, aString, type Broken, broken, type CheckFailure, NotTestable } from "./Check.ts"
import { brief } from "./Transcript.ts"
import { answerMs, type World } from "./World.ts"

/** Where the pages of checks come from. */
export const origin = "http://conformance.example"

/** One callback, as it came. */
export interface Pulled {
  /** The map. */
  readonly callback: SampMap
  readonly method: string
  readonly params: ReadonlyArray<SampValue>
  /** The message or the response. */
  readonly content: SampMap
  readonly mtype: string
}

/** One page. */
export interface Page {
  readonly name: string
  readonly id: string
  readonly key: string
  /** The registration, as it came. */
  readonly info: SampMap
  /** Asks the hub, with the private key in front. */
  readonly ask: (
    operation: string,
    ...params: ReadonlyArray<SampValue>
  ) => Effect.Effect<SampValue, CallError>
  /** Pulls once. */
  readonly pull: (
    seconds: number,
    limitMs?: number
  ) => Effect.Effect<ReadonlyArray<Pulled>, Broken | CallError>
  /** Pulls until something of an MType, or a response with a tag, is there; gives all that came until then. */
  readonly receives: (what: string) => Effect.Effect<ReadonlyArray<Pulled>, Broken | CallError>
}

/** The Web Profile that is looked at; its checks run only where there is one. */
export const webOf = ({ run }: World): string => run.web ?? ""

/** Asks the Web Profile something. */
export const askWeb = (world: World, method: string, ...params: ReadonlyArray<SampValue>) =>
  world.call("", "", { method, params }, answerMs, { url: webOf(world), origin })

/** Milliseconds that the user has for an answer. */
const consentMs = 15_000

const readCallback = (callback: SampValue): Effect.Effect<Pulled, Broken> =>
  Effect.gen(function*() {
    const found = yield* aMap("a callback", callback)
    const method = yield* aString("samp.methodName", found.get("samp.methodName"))
    const params = found.get("samp.params")
    if (params === undefined || !isList(params)) {
      return yield* broken(`samp.params of a callback is ${brief(params)}, not a list`)
    }
    const last = params.at(-1)
    const content = isMap(last) ? last : new Map()
    return { callback: found, method, params, content, mtype: stringAt(content, "samp.mtype") ?? "" }
  })

/** Registers a page; it unregisters with the scope of the check. */
export const visit = (
  world: World,
  name: string,
  { callable = true }: { readonly callable?: boolean } = {}
): Effect.Effect<Page, CheckFailure, Scope.Scope> =>
  Effect.gen(function*() {
    const { ids, noConsent, owners } = world.run
    if (noConsent !== undefined) return yield* new NotTestable({ reason: noConsent })
    const url = webOf(world)
    const identity = map({ "samp.name": `conformance ${name}` })
    const page = { url, origin }
    const registered = yield* Effect.result(
      world.call(name, "", { method: "samp.webhub.register", params: [identity] }, consentMs, page)
    )
    if (Result.isFailure(registered)) {
      const { detail, reason } = registered.failure
      if (reason !== "RemoteFault" && reason !== "Timeout") return yield* registered.failure
      const why = `the hub, or its user, lets no page of ${origin} in: ${detail}`
      world.run.noConsent = why
      return yield* new NotTestable({ reason: why })
    }
    const info = yield* aMap("the registration", registered.success)
    const key = yield* aString("samp.private-key", info.get("samp.private-key"))
    const id = yield* aString("samp.self-id", info.get("samp.self-id"))
    owners.push({ key, client: name })
    ids.push(id)
    const within = (ms: number, operation: string, ...params: ReadonlyArray<SampValue>) =>
      world.call(name, key, { method: `samp.webhub.${operation}`, params: [key, ...params] }, ms, page)
    yield* Effect.addFinalizer(() => Effect.ignore(within(2_000, "unregister")))
    const pull: Page["pull"] = (seconds, limitMs = answerMs) =>
      Effect.gen(function*() {
        const answer = yield* within(limitMs, "pullCallbacks", String(seconds))
        world.watch(name, key, "what it pulled", answer)
        if (!isList(answer)) return yield* broken(`pullCallbacks returned ${brief(answer)}, not a list`)
        return yield* Effect.forEach(answer, readCallback)
      })
    const self: Page = {
      name,
      id,
      key,
      info,
      ask: (operation, ...params) => within(answerMs, operation, ...params),
      pull,
      receives: (what) =>
        Effect.gen(function*() {
          const all: Array<Pulled> = []
          // some hubs answer at once, whether there is something or not
          for (let looks = 0; looks < 100; looks++) {
            all.push(...yield* pull(5))
            if (all.some(({ mtype, params }) => mtype === what || params[1] === what)) return all
            yield* Effect.sleep(50)
          }
          return yield* broken(`${what} did not come to ${name}`)
        })
    }
    if (callable) yield* self.ask("allowReverseCallbacks", "1")
    return self
  })
