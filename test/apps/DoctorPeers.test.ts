/** The examination of hubs that are not like ours, played by handlers in memory. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Fault } from "../../src/domain/Fault.ts"
import { fault } from "../../src/domain/Fault.ts"
import { render } from "../../src/domain/Lockfile.ts"
import { map, type SampValue } from "../../src/domain/SampValue.ts"
import { CallServer } from "../../src/ports/CallServer.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"
import { codes, desktop, examined, limitMs, path } from "../support/examined.ts"

const secret = "hush-hush"
const registration = map({ "samp.hub-id": "hub", "samp.self-id": "me", "samp.private-key": "k" })

type Answers = Readonly<Record<string, () => Effect.Effect<SampValue, Fault>>>

const is = (value: SampValue) => () => Effect.succeed(value)
const refuses = (text: string) => () => Effect.fail(fault("Malformed", text))

/** What a hub answers that has one client beside us, and never calls back. */
const usual: Answers = {
  "samp.hub.register": is(registration),
  "samp.hub.getRegisteredClients": is(["hub", "me", "c7"]),
  "samp.hub.getSubscribedClients": is(map({ c7: map({}) })),
  "samp.hub.getMetadata": is(map({ "samp.name": "Other" }))
}

/** Opens a hub, and publishes its lockfile unless told not to. */
const open = (answers: Answers, { listed = true, port = 0 } = {}) =>
  Effect.gen(function*() {
    const server = yield* CallServer
    const store = yield* LockfileStore
    const where = { address: "127.0.0.1", port, title: "peer" }
    const { url } = yield* server.listen(where, ({ method }) => (answers[method] ?? is(""))())
    if (listed) yield* store.publish(path, render({ secret, url, started: "then" }), undefined)
    return url
  })

describe("an examination of other hubs", () => {
  it.effect("a hub that repeats the secret in its fault is not quoted with it", () =>
    Effect.gen(function*() {
      yield* open({ "samp.hub.register": refuses(`no secret ${secret} here`) })
      const result = yield* examined()
      assert.strictEqual(result.findings[0].code, "secret-refused")
      assert.include(result.findings[0].evidence.join(), "no secret *** here")
      assert.notInclude(JSON.stringify(result), secret)
    }).pipe(Effect.scoped, Effect.provide(desktop())))

  it.effect("a hub that hangs at registration costs little more than one limit", () =>
    Effect.gen(function*() {
      yield* open({ "samp.hub.register": () => Effect.never })
      const result = yield* examined()
      assert.strictEqual(result.findings[0].code, "hub-misbehaves")
      assert.isAtMost(result.tookMs, limitMs + 1_000)
    }).pipe(Effect.scoped, Effect.provide(desktop())))

  it.effect("STD-10 a hub that registers nobody properly misbehaves", () =>
    Effect.gen(function*() {
      yield* open({ "samp.hub.register": is("welcome") })
      assert.strictEqual((yield* examined()).findings[0].code, "hub-misbehaves")
    }).pipe(Effect.scoped, Effect.provide(desktop())))

  it.effect("a hub that lists ourselves, too, and faults for a client that is gone: it is dead while it is listed", () =>
    Effect.gen(function*() {
      yield* open({ ...usual, "samp.hub.callAndWait": refuses("connection refused") })
      const result = yield* examined()
      assert.deepStrictEqual(codes(result), ["no-callback", "client-dead"])
      assert.include(result.findings[1]?.cause, "Other (c7)")
      assert.include(result.checks.find(({ name }) => name === "clients"), { status: "failed" })
    }).pipe(Effect.scoped, Effect.provide(desktop())))

  it.effect("a client that has left meanwhile is no fault", () =>
    Effect.gen(function*() {
      let asked = 0
      const clients = () => Effect.sync(() => ++asked === 1 ? ["hub", "me", "c7"] : ["hub", "me"])
      yield* open({
        ...usual,
        "samp.hub.getRegisteredClients": clients,
        "samp.hub.callAndWait": refuses("no client c7")
      })
      assert.deepStrictEqual(codes(yield* examined()), ["no-callback"])
    }).pipe(Effect.scoped, Effect.provide(desktop())))

  it.effect("a client that does not take pings is not asked, and ourselves are not counted", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      yield* open({
        ...usual,
        "samp.hub.getSubscribedClients": is(map({})),
        "samp.hub.callAndWait": () => Effect.sync(() => String(asked.push("asked")))
      })
      const { checks } = yield* examined()
      assert.deepInclude(checks.find(({ name }) => name === "clients"), {
        detail: "1 registered, 1 of which take no ping"
      })
      assert.deepStrictEqual(asked, [])
    }).pipe(Effect.scoped, Effect.provide(desktop())))

  const mine = { port: 901, pid: 5, mayBeHub: true, home: "/home/astronomer" }
  it.effect.each(
    [
      ["of this home", mine, ["unlisted-hub"]],
      ["of another home", { ...mine, home: "/home/other" }, ["no-hub"]],
      ["that does not look like one", { ...mine, mayBeHub: false }, ["no-hub"]],
      ["that is ourselves", { ...mine, pid: 1 }, ["no-hub"]]
    ] as const
  )("a hub that no lockfile names, in a process %s", ([, listener, expected]) =>
    Effect.gen(function*() {
      yield* open(usual, { listed: false, port: 901 })
      assert.deepStrictEqual(codes(yield* examined()), expected)
    }).pipe(Effect.scoped, Effect.provide(desktop({ listeners: [listener] }))))
})
