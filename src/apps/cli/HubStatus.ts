/** `samp hub status`: how a hub is, who is there, and what is stuck. */
import * as Command from "effect/cli/Command"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type HubStatus, naturally } from "../../domain/HubStatus.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { LockfileStore } from "../../ports/LockfileStore.ts"
import * as Clients from "../client/Finding.ts"
import { type AnyHub, findAnyHub, pingMethod, placeOf } from "../Discovery.ts"
import { hubStatus } from "../HubQuery.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import { asJson, sentence } from "./HubWeb.ts"
import * as Print from "./Print.ts"
import { connectTo, timed } from "./Session.ts"

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const place = (hub: AnyHub): string => {
  const { group, label, owner } = hub
  return [
    capital(placeOf(hub)),
    ...label === undefined ? [] : [`label ${label}`],
    ...owner === undefined ? [] : [`owner ${owner}`],
    ...group === undefined ? [] : [`group ${group}`]
  ].join(", ")
}

/** The page about a hub that tells how it is. */
const ownPage = (hub: AnyHub, status: HubStatus): string => {
  const { clients, openCalls, pid, product, routed, started, uptime, url, version } = status
  const hasPages = clients.some(({ origin }) => origin !== undefined)
  const rows = clients.map((
    { age, callable, callsFrom, callsTo, id, idle, name, origin, trouble, waiting }
  ) => [
    id,
    name === "" ? "-" : name,
    ...hasPages ? [Print.origin(origin)] : [],
    Print.duration(age),
    Print.duration(idle),
    callable ? "yes" : "no",
    String(callsTo),
    String(callsFrom),
    String(waiting),
    trouble === undefined ? "-" : `${trouble.at.slice(0, 19)}Z ${trouble.text}`
  ])
  const heads = [
    "ID",
    "NAME",
    ...hasPages ? ["ORIGIN"] : [],
    "AGE",
    "IDLE",
    "CALLABLE",
    "OWES",
    "AWAITS",
    "WAITING",
    "LAST TROUBLE"
  ]
  return [
    `SAMP hub at ${url}: ${product} ${version}, process ${pid ?? "unknown"}`,
    `Up ${Print.duration(uptime)}, since ${started}`,
    place(hub),
    ...status.web === undefined ? [] : [sentence(status.web)],
    `Messages so far: ${count(routed.notifications, "notification")}, ${count(routed.calls, "call")}, ${
      count(routed.replies, "response")
    }; ${routed.failed === 1 ? "1 delivery" : `${routed.failed} deliveries`} failed`,
    `${count(clients.length, "client")}, ${count(openCalls, "open call")}`,
    ...rows.length === 0 ? [] : ["", Print.table([heads, ...rows])]
  ].join("\n")
}

/** What can be known of a hub that does not tell how it is: it answers, and who is registered. */
const foreign = (hub: AnyHub) =>
  Effect.scoped(Effect.gen(function*() {
    const sender = yield* CallSender
    const store = yield* LockfileStore
    const ping = sender.call(hub.url, { method: pingMethod(hub), params: [] }, { timeoutMs: 5_000 })
    const [ms] = yield* timed(ping)
    const { lockfile } = hub
    const isFile = lockfile !== undefined && !/^https?:/iu.test(lockfile)
    const written = isFile ? yield* store.written(lockfile) : undefined
    const now = yield* Clock.currentTimeMillis
    const lockfileAge = written === undefined ? undefined : Math.max(0, Math.floor((now - written) / 1000))
    const connection = yield* connectTo(hub, "hub status")
    const clients = [...yield* Clients.all(connection)].filter(({ id }) => id !== connection.hubId)
    return { ms, lockfileAge, clients: clients.sort((a, b) => naturally(a.id, b.id)) }
  }))

const foreignPage = (hub: AnyHub, facts: Effect.Success<ReturnType<typeof foreign>>): string => {
  const { clients, lockfileAge, ms } = facts
  const rows = clients.map(({ id, name }) => [id, name === "" ? "-" : name])
  return [
    `SAMP hub at ${hub.url}: ${hub.impl ?? "unknown product"}, process ${hub.pid ?? "unknown"}`,
    `It answers in ${ms.toFixed(1)} ms`,
    `${place(hub)}${lockfileAge === undefined ? "" : `, written ${Print.duration(lockfileAge)} ago`}`,
    `${count(clients.length, "client")}; more is told by hubs of ours only`,
    ...rows.length === 0 ? [] : ["", Print.table([["ID", "NAME"], ...rows])]
  ].join("\n")
}

/** `samp hub status`. */
export const command = Command.make(
  "status",
  { hub: Flags.hub, json: Flags.json },
  Effect.fnUntraced(function*({ hub: choice, json }) {
    const hub = yield* findAnyHub(Option.getOrUndefined(choice))
    const { group, id, impl, label, lockfile, owner, pid, url } = hub
    const known = { url, lockfile, label, owner, group, id, impl, pid }
    const status = yield* hubStatus(hub)
    if (status !== undefined) {
      return yield* json
        ? Print.json({ ...known, full: true, ...status, web: status.web && asJson(status.web), url })
        : Print.line(ownPage(hub, status))
    }
    const facts = yield* foreign(hub)
    yield* json
      ? Print.json({
        ...known,
        full: false,
        ms: facts.ms,
        lockfileAge: facts.lockfileAge,
        clients: facts.clients.map(({ id, name }) => ({ id, name }))
      })
      : Print.line(foreignPage(hub, facts))
  })
).pipe(
  Command.withDescription(
    "Tell how a hub is: its clients, their ages, open calls and failed deliveries. Nothing is disturbed"
  ),
  Command.withExamples([
    { command: "samp hub status", description: "the hub that all tools of this user find" },
    { command: "samp hub status --hub red1 --json", description: "another hub, for a script" }
  ]),
  withExits("noHub", "timeout")
)
