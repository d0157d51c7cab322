/**
 * Black-box checks of a hub, whichever it is, over the Standard Profile and on demand over the Web Profile: small
 * conversations with clients of the kit's own, on ports only. The same checks run over the network in memory, over sockets,
 * and against the hubs of others.
 *
 * On a hub that others use, the kit keeps to its own clients and to MTypes that begin with `x-samp.conformance`; others
 * see clients come and go, and get its broadcasts only if they subscribe to everything.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { CallSender } from "../../ports/CallSender.ts"
import { CallServer } from "../../ports/CallServer.ts"
import { Host } from "../../ports/Host.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { LockfileStore } from "../../ports/LockfileStore.ts"
import { RawHttp } from "../../ports/RawHttp.ts"
import { Surroundings } from "../../ports/Surroundings.ts"
import { type BadPlace, findAnyHub, findHub, type FoundHub, type NoHub } from "../Discovery.ts"
import type { Check, CheckFailure } from "./Check.ts"
import { checks } from "./Checks.ts"
import { atLast } from "./checks/Places.ts"
import { web as webChecks } from "./checks/Web.ts"
import { requirements, webProfile } from "./Requirements.ts"
import { Secrets, Transcript } from "./Transcript.ts"
import { type CheckResult, type Verdict, verdicts } from "./Verdict.ts"
import { type Run, World } from "./World.ts"

/** What to check. */
export interface ConformanceOptions {
  /** The hub, as `--hub` names it; undefined for the default one. */
  readonly hub?: string | undefined
  /** URL of the Web Profile of the same hub, to look at that as well: its user is asked for consent, several times. */
  readonly web?: string | undefined
  /** Only requirements whose ids begin with one of these, in either case; all if there are none. */
  readonly only?: ReadonlyArray<string>
  /** How many checks run at a time. Default 1, which is kind to any hub. */
  readonly concurrency?: number
  /** Runs after each check; tells how many are done, of how many. */
  readonly onCheck?: (result: CheckResult, done: number, total: number) => Effect.Effect<void>
}

/** What was found. */
export interface Report {
  readonly hub: Pick<FoundHub, "url" | "lockfile" | "impl"> & {
    /** URL of the Web Profile, if it was looked at. */
    readonly web: string | undefined
  }
  /** A line for each requirement. */
  readonly verdicts: ReadonlyArray<Verdict>
  readonly results: ReadonlyArray<CheckResult>
  /** Whether the hub ended, or hung, before the checks were done. */
  readonly gone: boolean
  readonly ms: number
}

/** Milliseconds after which a check is given up. */
const checkMs = 20_000

const detailOf = (error: CheckFailure): Pick<CheckResult, "outcome" | "detail"> =>
  error._tag === "NotTestable"
    ? { outcome: "not testable", detail: error.reason }
    : { outcome: "fail", detail: error.message.replaceAll(/\s+/gu, " ") }

/** Runs one check. */
const runCheck = (run: Run, { ids, run: program, title }: Check): Effect.Effect<CheckResult> =>
  Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    const transcript = new Transcript(run.secrets)
    const world = new World(run, transcript, begun)
    const bounded = Effect.timeoutOption(Effect.scoped(program(world)), checkMs)
    const ended = yield* Effect.result(bounded)
    const ms = (yield* Clock.currentTimeMillis) - begun
    const rest = { ids, title, ms, exchanges: transcript.exchanges }
    if (Result.isFailure(ended)) {
      const { detail, outcome } = detailOf(ended.failure)
      return { ...rest, outcome, detail: run.secrets.mask(detail) }
    }
    const late = ended.success._tag === "None"
    return {
      ...rest,
      outcome: late ? "fail" : "pass",
      detail: late ? `it did not end within ${checkMs / 1000} s` : ""
    }
  })

/** What is known by a check of a hub that has gone. */
const unanswered = { outcome: "not testable", detail: "the hub does not answer any more" } as const

/** Whether one of a hub's profiles does not even answer a ping. */
const isGone = ({ hub, ports, web }: Run): Effect.Effect<boolean> =>
  Effect.gen(function*() {
    const places = [[hub.url, "samp.hub.ping"], ...web === undefined ? [] : [[web, "samp.webhub.ping"]]]
    for (const [url = "", method = ""] of places) {
      const answer = yield* Effect.result(
        ports.sender.call(url, { method, params: [] }, { timeoutMs: 5_000 })
      )
      if (Result.isSuccess(answer)) continue
      if (answer.failure.reason !== "RemoteFault" && answer.failure.reason !== "BadAnswer") return true
    }
    return false
  })

const start = (options: ConformanceOptions) =>
  Effect.gen(function*() {
    const hub = yield* findHub(options.hub)
    const web = options.web === undefined ? undefined : yield* findAnyHub(`web-url:${options.web}`)
    const secrets = new Secrets()
    secrets.add(hub.secret, "secret")
    const run: Run = {
      hub,
      secrets,
      ports: {
        sender: yield* CallSender,
        server: yield* CallServer,
        lockfiles: yield* LockfileStore,
        host: yield* Host,
        raw: yield* Effect.serviceOption(RawHttp),
        surroundings: yield* Effect.serviceOption(Surroundings)
      },
      web: web?.url,
      byDefault: options.hub === undefined,
      nonce: (yield* (yield* KeySource).next).replaceAll(/[^A-Za-z0-9]/gu, "").slice(0, 8),
      owners: [],
      ids: [],
      leaks: [],
      noConsent: undefined,
      count: 0
    }
    return run
  })

/** Whether an id is one of those that were asked for. */
export const isChosen = ({ only = [] }: Pick<ConformanceOptions, "only">) => (id: string): boolean =>
  only.length === 0 || only.some((prefix) => id.startsWith(prefix.toUpperCase()))

/**
 * Checks a hub. It takes a minute at most on a machine that is not busy; each check is bounded in time.
 *
 * With `RawHttp` and `Surroundings` in the context it also looks at bytes and at the mode of the lockfile.
 */
export const examine = (
  options: ConformanceOptions = {}
): Effect.Effect<Report, NoHub | BadPlace, CallSender | CallServer | Host | LockfileStore | KeySource> =>
  Effect.gen(function*() {
    const begun = yield* Clock.currentTimeMillis
    const run = yield* start(options)
    const chosen = isChosen(options)
    const isWeb = run.web !== undefined
    const asked = [isWeb ? [...checks, ...webChecks] : checks, atLast].map((each) =>
      each.filter(({ ids }) => ids.some(chosen))
    )
    const total = asked.flat().length
    let done = 0
    let gone = false
    const look = (check: Check): Effect.Effect<CheckResult> =>
      Effect.gen(function*() {
        if (gone) {
          const { ids, title } = check
          return { ids, title, ...unanswered, ms: 0, exchanges: [] }
        }
        const ended = yield* runCheck(run, check)
        // whatever a check missed, a hub that went meanwhile may have been about to do it
        if (ended.outcome === "fail" && !gone && (yield* isGone(run))) gone = true
        const result = ended.outcome === "fail" && gone ? { ...ended, ...unanswered } : ended
        done++
        if (options.onCheck !== undefined) yield* options.onCheck(result, done, total)
        return result
      })
    const { concurrency = 1 } = options
    const [first = [], last = []] = asked
    const results = [
      ...yield* Effect.forEach(first, look, { concurrency }),
      ...yield* Effect.forEach(last, look)
    ]
    const { impl, lockfile, url } = run.hub
    const ms = (yield* Clock.currentTimeMillis) - begun
    const which = isWeb ? [...requirements, ...webProfile] : requirements
    const hub = { impl, lockfile, url, web: run.web }
    return { hub, verdicts: verdicts(results, chosen, which), results, gone, ms }
  })
