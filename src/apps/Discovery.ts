/**
 * Finding hubs (section 4.3): which lockfile counts, what it says, and whether the hub behind it lives.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { filePath } from "../domain/FileUrl.ts"
import { statusMethod } from "../domain/HubStatus.ts"
import {
  fileName,
  type HubRecord,
  isOurs,
  type LockfilePlace,
  multiDirectory,
  multiPrefix,
  parse,
  readRecord,
  readSampHub
} from "../domain/Lockfile.ts"
import { illegality } from "../domain/SampValue.ts"
import { readWebPlace, type WebPlace } from "../domain/web/WebPlace.ts"
import { CallSender } from "../ports/CallSender.ts"
import { Host } from "../ports/Host.ts"
import { LockfileStore } from "../ports/LockfileStore.ts"

/** No hub can be reached. */
export class NoHub extends Data.TaggedError("NoHub")<{
  readonly looked: string
  readonly detail: string
  /** Whether there may well be a hub, though its lockfile is of no use. */
  readonly hidden?: boolean
  /** Other hubs of the user that run, as `--hub` names them. */
  readonly others?: ReadonlyArray<string>
}> {
  override get message(): string {
    const { detail, hidden = false, looked, others = [] } = this
    if (others.length > 0) {
      return `No hub was found (looked at ${looked}): ${detail}. Running is ${
        others.join(", ")
      }: choose it with --hub, or see all with: samp hubs`
    }
    return hidden
      ? `No hub can be found (looked at ${looked}): ${detail}. See what is wrong with: samp doctor`
      : `No hub is running (looked at ${looked}): ${detail}. Start one with: samp hub`
  }
}

/** `SAMP_HUB`, or what the user named, cannot be followed. */
export class BadPlace extends Data.TaggedError("BadPlace")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

/** A hub and the place where its lockfile was found. */
export interface FoundHub extends HubRecord {
  /** Path or URL of the lockfile. */
  readonly lockfile: string
}

type Untold = { readonly [K in Exclude<keyof FoundHub, "url">]?: undefined }

/** A hub that is known by its Web Profile only, which tells nothing of it. */
export interface FoundWebHub extends Untold {
  /** XML-RPC endpoint of the Web Profile. */
  readonly url: string
  /** How to register with it; see `HubAddress`. */
  readonly web: { readonly name: string | undefined; readonly origin: string | undefined }
}

/** A hub, whichever profile it is talked to over. */
export type AnyHub = FoundHub | FoundWebHub

/** The method by which a hub says that it is there (STD-13, WEB-20). */
export const pingMethod = ({ secret }: AnyHub): string =>
  secret === undefined ? "samp.webhub.ping" : "samp.hub.ping"

/** How a hub was found, for people. */
export const placeOf = ({ lockfile }: AnyHub): string =>
  lockfile === undefined ? "over the Web Profile" : `lockfile ${lockfile}`

/**
 * How a hub is. `Dead`: nothing of it is left but the file. `Unresponsive`: something is there that does not answer;
 * its file is not to be touched.
 */
export type Health = "Alive" | "Dead" | "Unresponsive"

/** Milliseconds for a ping: a hub that lives answers in one. */
const pingMs = 3_000
/** Milliseconds between two looks at a hub that refuses connections (STD-43). */
const graceMs = 500

const ping = (record: HubRecord): Effect.Effect<Health, never, CallSender> =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call = { method: "samp.hub.ping", params: [] }
    const answered = yield* Effect.result(sender.call(record.url, call, { timeoutMs: pingMs }))
    if (Result.isSuccess(answered)) return "Alive"
    switch (answered.failure.reason) {
      case "RemoteFault":
        return "Alive"
      case "Refused":
        return "Dead"
      // Another program has got the port, since no hub answers a ping so.
      case "BadAnswer":
        return "Dead"
      case "Lost":
      case "Timeout":
        return "Unresponsive"
    }
  })

/** Whether whoever answers at the port of a hub of ours is that hub: only it knows its secret. */
const isItself = (record: HubRecord): Effect.Effect<boolean, never, CallSender> =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call = { method: statusMethod, params: [record.secret] }
    const answered = yield* Effect.result(sender.call(record.url, call, { timeoutMs: pingMs }))
    return Result.isSuccess(answered) || answered.failure.reason !== "RemoteFault"
  })

/**
 * Whether a hub lives. It is dead only if nothing answers at its port, twice, and its process, if known, is not about
 * to: a hub listens before its lockfile appears (STD-42, STD-43). It is dead, too, if its process is gone and another hub
 * has got its port: a process may be out of sight where a hub is in another container, so the secret decides.
 */
export const health = (record: HubRecord): Effect.Effect<Health, never, CallSender | Host> =>
  Effect.gen(function*() {
    const host = yield* Host
    const first = yield* ping(record)
    const processGone = record.pid !== undefined && !(yield* host.isAlive(record.pid))
    if (first === "Alive") {
      const isAnother = processGone && isOurs(record) && !(yield* isItself(record))
      return isAnother ? "Dead" : "Alive"
    }
    if (first === "Dead" && processGone) return first
    if (first === "Unresponsive") return processGone ? "Dead" : first
    yield* Effect.sleep(graceMs)
    return yield* ping(record)
  })

/** The lockfile that counts when the user names none (STD-30, STD-33). */
export const defaultPlace: Effect.Effect<LockfilePlace, BadPlace, Host> = Effect.gen(function*() {
  const host = yield* Host
  const place = readSampHub(host.sampHub)
  if (Result.isFailure(place)) return yield* new BadPlace({ detail: place.failure })
  return place.success ?? { _tag: "File", path: host.join(host.home, fileName) }
})

/** Path or URL of a place. */
export const nameOf = (place: LockfilePlace): string => place._tag === "File" ? place.path : place.url

/** The hub whose lockfile is there, alive or not, or why there is none. */
const lookAt = (place: LockfilePlace): Effect.Effect<FoundHub, NoHub, LockfileStore> =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    const looked = nameOf(place)
    const text = yield* Effect.result(place._tag === "File" ? store.read(place.path) : store.fetch(place.url))
    if (Result.isFailure(text)) {
      const what = place._tag === "File" ? "the lockfile cannot be read" : "it could not be fetched"
      return yield* new NoHub({ looked, detail: `${what}: ${text.failure.detail}`, hidden: true })
    }
    if (text.success === undefined) return yield* new NoHub({ looked, detail: "there is no lockfile" })
    const record = readRecord(parse(text.success))
    if (Result.isSuccess(record)) return { ...record.success, lockfile: looked }
    return yield* new NoHub({ looked, detail: `it is no lockfile of a hub: ${record.failure}`, hidden: true })
  })

/** The hub whose lockfile is there, alive or not; undefined when there is no usable lockfile. */
export const readPlace = (place: LockfilePlace): Effect.Effect<FoundHub | undefined, never, LockfileStore> =>
  Effect.orElseSucceed(lookAt(place), () => undefined)

/** Places of all lockfiles of the user: the default one and those of the multi-hub directory (STD-53). */
export const allPlaces: Effect.Effect<ReadonlyArray<LockfilePlace>, BadPlace, Host | LockfileStore> = Effect
  .gen(
    function*() {
      const host = yield* Host
      const store = yield* LockfileStore
      const first = readWebPlace(host.sampHub ?? "") === undefined ? [yield* defaultPlace] : []
      const more = yield* store.list(host.join(host.home, multiDirectory), multiPrefix)
      return [...first, ...more.map((path): LockfilePlace => ({ _tag: "File", path }))]
    }
  )

/** All hubs of the user that live. */
export const runningHubs: Effect.Effect<
  ReadonlyArray<FoundHub>,
  BadPlace,
  Host | LockfileStore | CallSender
> = Effect
  .gen(function*() {
    const found = yield* Effect.forEach(yield* allPlaces, readPlace, { concurrency: 8 })
    const checked = yield* Effect.forEach(
      found.filter((hub) => hub !== undefined),
      (hub) => Effect.map(ping(hub), (health) => ({ hub, health })),
      { concurrency: 8 }
    )
    return checked.filter(({ health }) => health === "Alive").map(({ hub }) => hub)
  })

/** Removes the lockfiles of dead hubs from the multi-hub directory, as the Python hubs do; tells their paths. */
export const removeDead: Effect.Effect<ReadonlyArray<string>, never, Host | LockfileStore | CallSender> =
  Effect.gen(
    function*() {
      const host = yield* Host
      const store = yield* LockfileStore
      const paths = yield* store.list(host.join(host.home, multiDirectory), multiPrefix)
      const removed = yield* Effect.forEach(paths, (path) =>
        Effect.gen(function*() {
          const text = yield* Effect.orElseSucceed(store.read(path), () => undefined)
          const record = text === undefined ? undefined : readRecord(parse(text))
          if (text === undefined || record === undefined || Result.isFailure(record)) return undefined
          if ((yield* health(record.success)) !== "Dead") return undefined
          yield* Effect.ignore(store.withdraw(path, text))
          return path
        }), { concurrency: 8 })
      return removed.filter((path) => path !== undefined)
    }
  )

/** The place that a path or URL names; undefined for a label. */
export const named = (given: string): LockfilePlace | undefined => {
  const name = given.replace(/^std-lockurl:/u, "") // what SAMP_HUB would hold
  if (/^https?:\/\//iu.test(name)) return { _tag: "Url", url: name }
  const path = filePath(name) ??
    (name.includes("/") || name.includes("\\") || name.startsWith(".") ? name : undefined)
  return path === undefined ? undefined : { _tag: "File", path }
}

const requireAlive = (place: LockfilePlace) =>
  Effect.gen(function*() {
    const looked = nameOf(place)
    const hub = yield* lookAt(place)
    const state = yield* ping(hub)
    if (state === "Alive") return hub
    const detail = state === "Dead"
      ? `its lockfile was left behind by a hub that is gone (${hub.url} does not answer)`
      : `the hub at ${hub.url} does not answer`
    return yield* new NoHub({ looked, detail })
  })

/** The hub's name for `--hub`. */
const choiceOf = ({ label, lockfile }: FoundHub): string => label ?? lockfile

const bySampHub = ({ looked }: NoHub): string => `${looked}, as SAMP_HUB says`

/** There is no usual hub; others may run, which are only for those who ask for them. */
const elsewhere = (missing: NoHub) =>
  Effect.gen(function*() {
    const { sampHub = "" } = yield* Host
    const others = (yield* runningHubs).map(choiceOf)
    const { detail, hidden = false } = missing
    return yield* new NoHub({
      detail,
      hidden,
      looked: sampHub === "" ? missing.looked : bySampHub(missing),
      others
    })
  })

/**
 * The hub to talk to.
 *
 * @param choice - label or id of a running hub, its XML-RPC URL, or the path or URL of its lockfile; undefined for the
 *   default one
 */
export const findHub = (
  choice: string | undefined
): Effect.Effect<FoundHub, NoHub | BadPlace, Host | LockfileStore | CallSender> =>
  Effect.gen(function*() {
    if (choice === undefined) {
      return yield* Effect.catchTag(requireAlive(yield* defaultPlace), "NoHub", elsewhere)
    }
    const place = named(choice)
    if (place?._tag === "File") {
      return yield* requireAlive(place)
    }
    const hubs = yield* runningHubs
    const served = hubs.find((hub) => hub.url === choice)
    if (served !== undefined) return served
    if (place !== undefined) return yield* requireAlive(place)
    const labelled = hubs.filter(({ id, label }) =>
      id === choice || label?.toLowerCase() === choice.toLowerCase()
    )
    const [hub, second] = labelled
    if (hub === undefined) {
      const others = hubs.map(choiceOf).sort()
      return yield* new NoHub({ looked: `label ${choice}`, detail: "no running hub has it", others })
    }
    if (second !== undefined) {
      return yield* new BadPlace({
        detail: `${labelled.length} hubs are labelled ${choice}; name one by its lockfile, see: samp hubs`
      })
    }
    return hub
  })

/** The hub at a place of the Web Profile. */
const requireWeb = ({ name, url }: WebPlace): Effect.Effect<FoundWebHub, NoHub | BadPlace, CallSender> =>
  Effect.gen(function*() {
    const bad = illegality(name ?? "")
    if (bad !== undefined) return yield* new BadPlace({ detail: `the name '${name}' ${bad}` })
    const sender = yield* CallSender
    const call = { method: "samp.webhub.ping", params: [] }
    const answered = yield* Effect.result(sender.call(url, call, { timeoutMs: pingMs }))
    if (Result.isSuccess(answered) || answered.failure.reason === "RemoteFault") {
      return { url, web: { name, origin: undefined } }
    }
    const detail = answered.failure.reason === "Refused"
      ? "nothing answers there, so no hub has its Web Profile on"
      : `what is there is no hub: ${answered.failure.detail}`
    return yield* new NoHub({ looked: url, detail })
  })

/**
 * The hub to talk to over whichever profile is named: as {@link findHub}, and the Web Profile for `web-appname:NAME` and
 * `web-url:URL`, in `SAMP_HUB` or as the choice (WIRE-50).
 */
export const findAnyHub = (
  choice: string | undefined
): Effect.Effect<AnyHub, NoHub | BadPlace, Host | LockfileStore | CallSender> =>
  Effect.gen(function*() {
    const { sampHub = "" } = yield* Host
    const place = readWebPlace(choice ?? sampHub)
    if (place === undefined) return yield* findHub(choice)
    const found = requireWeb(place)
    if (choice !== undefined) return yield* found
    return yield* Effect.catchTag(
      found,
      "NoHub",
      (missing) => Effect.fail(new NoHub({ looked: bySampHub(missing), detail: missing.detail }))
    )
  })
