/** Checks: the lockfile and the address of the hub (section 4.3); and at last, what holds over the whole run. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { fileName, parse } from "../../../domain/Lockfile.ts"
import { type Check, check, demand, NotTestable } from "../Check.ts"
import { answering, join } from "../Party.ts"
import type { World } from "../World.ts"
import { msg } from "./Common.ts"

const isUrl = (place: string): boolean => /^https?:/iu.test(place)

/** The lockfile's text, which only its user sees; checks tell no more of it than its keys. */
const lockfile = (world: World) =>
  Effect.gen(function*() {
    const { hub, ports } = world.run
    const reading = isUrl(hub.lockfile)
      ? ports.lockfiles.fetch(hub.lockfile)
      : ports.lockfiles.read(hub.lockfile)
    const text = yield* Effect.orElseSucceed(reading, () => undefined)
    if (text === undefined) return yield* new NotTestable({ reason: "the lockfile cannot be read" })
    const tokens = parse(text)
    yield* world.note("answered", "", `the lockfile has ${[...tokens.keys()].join(", ")}`)
    return tokens
  })

/** On Linux, an address at which only those answer that listen on more than 127.0.0.1. */
const otherLoopback = "127.0.0.2"

/** These checks, in the order in which they run. */
export const places: ReadonlyArray<Check> = [
  check(
    "STD-36",
    "the lockfile has samp.secret, samp.hub.xmlrpc.url and samp.profile.version",
    Effect.fnUntraced(function*(world) {
      const tokens = yield* lockfile(world)
      for (const key of ["samp.secret", "samp.hub.xmlrpc.url", "samp.profile.version"]) {
        yield* demand((tokens.get(key) ?? "") !== "", `the lockfile has no ${key}`)
      }
    })
  ),
  check(
    "STD-39",
    "only its user can read the lockfile",
    Effect.fnUntraced(function*(world) {
      const { hub, ports } = world.run
      if (isUrl(hub.lockfile)) return yield* new NotTestable({ reason: "the lockfile was read from the web" })
      const file = Option.isSome(ports.surroundings)
        ? yield* ports.surroundings.value.file(hub.lockfile)
        : undefined
      if (file?.mode === undefined) return yield* new NotTestable({ reason: "its mode is not known here" })
      const mode = (file.mode & 0o777).toString(8)
      yield* world.note("answered", "", `the lockfile has mode ${mode}`)
      yield* demand((file.mode & 0o077) === 0, `the lockfile has mode ${mode}`)
    })
  ),
  check(
    "STD-33",
    "the lockfile is .samp in the home directory",
    Effect.fnUntraced(function*(world) {
      const { byDefault, hub, ports } = world.run
      if (!byDefault || (ports.host.sampHub ?? "") !== "") {
        return yield* new NotTestable({ reason: "SAMP_HUB or --hub named another place" })
      }
      const expected = ports.host.join(ports.host.home, fileName)
      yield* demand(hub.lockfile === expected, `it is ${hub.lockfile}`)
    })
  ),
  check(
    "STD-48",
    "the hub's URL is an http URL with a port and a path",
    Effect.fnUntraced(function*(world) {
      const url = (yield* lockfile(world)).get("samp.hub.xmlrpc.url") ?? ""
      yield* world.note("answered", "", `samp.hub.xmlrpc.url=${url}`)
      yield* demand(/^http:\/\/(?:\[[^\]]+\]|[^/:]+):\d+\//u.test(url), `the URL is ${url}`)
    })
  ),
  check(
    "STD-49",
    "the hub listens on the loopback interface only",
    Effect.fnUntraced(function*(world) {
      const raw = yield* world.raw
      const { hostname, port } = new URL(world.run.hub.url)
      yield* demand(/^(?:localhost|127\.|\[::1\])/u.test(hostname), `its URL leads to ${hostname}`)
      if (hostname === "[::1]" || hostname === otherLoopback) return
      const url = `http://${otherLoopback}:${port}/`
      const found = yield* Effect.result(raw.exchange(url, "GET / HTTP/1.0\r\n\r\n", { timeoutMs: 2_000 }))
      if (Result.isFailure(found) && ["Timeout", "Unreachable"].includes(found.failure.reason)) {
        return yield* new NotTestable({ reason: `this machine has no address ${otherLoopback}` })
      }
      const refused = Result.isFailure(found) && found.failure.reason === "Refused"
      yield* world.note("answered", "", `${url} ${refused ? "refuses" : "takes"} connections`)
      yield* demand(
        refused,
        `it also answers at ${otherLoopback}, as one does that listens on all interfaces`
      )
    })
  )
]

/** Checks that look back at all others, and so come last. */
export const atLast: ReadonlyArray<Check> = [
  check(
    "REG-03",
    "public ids and private keys were never used twice in this run",
    Effect.fnUntraced(function*(world) {
      for (let n = 0; n < 10; n++) yield* (yield* join(world, `Client ${n}`, { callable: false })).unregister
      const { ids, owners } = world.run
      const keys = owners.map(({ key }) => key)
      yield* demand(new Set(keys).size === keys.length, "a private key was given twice")
      const twice = ids.find((id, at) => ids.indexOf(id) !== at)
      yield* demand(
        twice === undefined,
        `the public id ${twice} was given twice in ${ids.length} registrations`
      )
    })
  ),
  check(
    "REG-13",
    "no client saw the private key of another in this run",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { subscriptions: [mtype, "samp.hub.event.*"] })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], onReceive: answering() })
      // whatever of this fails, others tell; here only counts what comes back
      yield* Effect.ignore(alice.ask("call", bob.id, "tag", msg(mtype)))
      yield* Effect.ignore(alice.hears("tag"))
      for (const [asker, id] of [[alice, bob.id], [bob, alice.id], [alice, alice.hubId]] as const) {
        for (const operation of ["getMetadata", "getSubscriptions"]) {
          yield* Effect.ignore(asker.ask(operation, id))
        }
        yield* Effect.ignore(asker.ask("getSubscribedClients", mtype))
        yield* Effect.ignore(asker.ask("notify", id, msg(world.mtype())))
      }
      const [leak] = world.run.leaks
      yield* demand(leak === undefined, leak ?? "")
    })
  )
]
