/** The part of an examination that looks for hubs besides the one that the lockfile names. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Listener, OtherHub, Outcome } from "../../domain/diagnosis/Evidence.ts"
import { authority } from "../../domain/diagnosis/Finding.ts"
import {
  fileName,
  type HubRecord,
  multiDirectory,
  multiPrefix,
  parse,
  readRecord
} from "../../domain/Lockfile.ts"
import type { CallSender } from "../../ports/CallSender.ts"
import type { CallServer } from "../../ports/CallServer.ts"
import { Host } from "../../ports/Host.ts"
import { LockfileStore } from "../../ports/LockfileStore.ts"
import { Surroundings } from "../../ports/Surroundings.ts"
import { countClients, ping } from "./DoctorTalk.ts"

/** A hub whose lockfile was read. */
export interface ListedHub extends HubRecord {
  readonly where: OtherHub["where"]
  readonly lockfile: string
}

/** The hub that a lockfile on disk names, if it can be read. */
const readHub = (lockfile: string, where: OtherHub["where"]) =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    const text = yield* Effect.orElseSucceed(store.read(lockfile), () => undefined)
    const record = text === undefined ? undefined : readRecord(parse(text))
    return record !== undefined && Result.isSuccess(record)
      ? { ...record.success, where, lockfile }
      : undefined
  })

/** All hubs that lockfiles of this user name, alive or not, those of the account's own home among them. */
export const listedHubs: Effect.Effect<
  ReadonlyArray<ListedHub>,
  never,
  Host | LockfileStore | Surroundings
> = Effect.gen(function*() {
  const host = yield* Host
  const store = yield* LockfileStore
  const { account } = yield* Surroundings
  const further = yield* store.list(host.join(host.home, multiDirectory), multiPrefix)
  const places: Array<readonly [string, OtherHub["where"]]> = [
    [host.join(host.home, fileName), "usual"],
    ...further.map((path) => [path, "further"] as const)
  ]
  if (account.home !== undefined && account.home !== host.home) {
    places.push([host.join(account.home, fileName), "account"])
  }
  const found = yield* Effect.forEach(places, ([path, where]) => readHub(path, where), { concurrency: 8 })
  return found.filter((hub) => hub !== undefined)
})

const stateOf = (outcome: Outcome): OtherHub["state"] => {
  if (outcome._tag === "Done") return "Alive"
  return outcome.reason === "Timeout" ? "Silent" : "Dead"
}

const look = (
  { impl, label, lockfile, pid, secret, url, where }: ListedHub,
  limitMs: number
): Effect.Effect<OtherHub, never, CallSender | CallServer> =>
  Effect.gen(function*() {
    const state = stateOf(yield* ping(url, limitMs))
    // With a hub of another home nobody here has any business.
    const clients = state === "Alive" && where !== "account"
      ? yield* countClients({ secret, url }, limitMs)
      : undefined
    return { where, lockfile, url, label, impl, pid, state, clients }
  })

/** The most processes that are asked whether they are hubs. */
const mostSuspects = 8

/** A hub of this home that no lockfile names: only a hub answers a hub's ping with anything but a fault. */
const unlisted = ({ pid, port }: Listener, limitMs: number) =>
  Effect.gen(function*() {
    for (const path of ["/xmlrpc", "/"]) {
      const url = `http://127.0.0.1:${port}${path}`
      const outcome = yield* ping(url, limitMs)
      if (outcome._tag === "Done") return { where: "unlisted", url, pid, state: "Alive" } as const
      if (outcome.reason === "Timeout") return undefined
    }
    return undefined
  })

/**
 * Hubs besides the one examined.
 *
 * @param examined - URL of that one, if its lockfile could be read
 */
export const otherHubs = (
  listed: ReadonlyArray<ListedHub>,
  listeners: ReadonlyArray<Listener>,
  examined: string | undefined,
  limitMs: number
): Effect.Effect<ReadonlyArray<OtherHub>, never, Host | CallSender | CallServer> =>
  Effect.gen(function*() {
    const host = yield* Host
    const others = listed.filter(({ url }) => url !== examined)
    const known = new Set(
      [...listed.map(({ url }) => url), examined ?? ""].map((url) => authority(url).port)
    )
    const suspects = listeners.filter(({ home, mayBeHub, pid, port }) =>
      mayBeHub === true && home === host.home && pid !== host.pid && !known.has(port)
    )
    const [found, more] = yield* Effect.all([
      Effect.forEach(others, (hub) => look(hub, limitMs), { concurrency: 8 }),
      Effect.forEach(suspects.slice(0, mostSuspects), (each) => unlisted(each, limitMs), { concurrency: 8 })
    ], { concurrency: 2 })
    return [...found, ...more.filter((hub) => hub !== undefined)]
  })
