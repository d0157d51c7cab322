/** Scripted peers: what they answer, load, and say of themselves. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { Files } from "../../../src/adapters/memory/Files.ts"
import { Web } from "../../../src/adapters/memory/Web.ts"
import * as Finding from "../../../src/apps/client/Finding.ts"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import * as Sending from "../../../src/apps/data/Sending.ts"
import { plain } from "../../../src/apps/facade/Plain.ts"
import * as Peer from "../../../src/apps/testing/Peer.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"
import * as Simulation from "../../../src/apps/testing/Simulation.ts"
import { pattern } from "../../support/dataServer.ts"

const load = "table.load.votable"
const client = SampClient.make({ name: "mine" })

/** What a call comes to: `ok`, the text of a warning or error, or how it ended otherwise. */
const asked = (mtype: string, params = {}, peer = "p") =>
  Effect.gen(function*() {
    const mine = yield* client
    const id = yield* Effect.flatMap(Peer.get(peer), (found) => found.id)
    return yield* mine.call(id, mtype, params, { timeoutSeconds: 100 }).pipe(
      Effect.map(({ warning }) => warning === undefined ? "ok" : `warning: ${warning}`),
      Effect.catch((failure) => Effect.succeed(`${failure._tag}: ${failure.message}`))
    )
  })

const one = (answers: Peer.Answers, more: ReadonlyArray<Peer.Script> = []) => ({
  peers: [{ name: "p", answers }, ...more]
})

describe("a scripted peer", () => {
  it("RSP-02, RSP-03, RSP-04 answers as it is told to, when it is told to", () => {
    const world = one({
      "x.ok": Peer.ok({ a: 1 }),
      "x.warn": Peer.warning("careful", {}, { afterMs: 1_000 }),
      "x.error": Peer.error("no", { afterMs: 2_000 }),
      "x.silence": Peer.silence,
      "x.own": ({ params }) => Effect.succeed({ twice: Number(params.get("n")) * 2 }),
      "x.turns": Peer.inTurn(Peer.error("first"), Peer.ok())
    })
    Simulation.run(
      Effect.gen(function*() {
        assert.strictEqual(yield* asked("x.ok"), "ok")
        assert.strictEqual(yield* asked("x.warn"), "warning: careful")
        assert.match(yield* asked("x.error"), /^ErrorResponse: .*no/u)
        assert.match(yield* asked("x.silence"), /^NoResponse/u)
        assert.match(yield* asked("x.turns"), /first/u)
        assert.strictEqual(yield* asked("x.turns"), "ok")
        assert.strictEqual(yield* asked("x.turns"), "ok")
        const mine = yield* client
        const peer = yield* Peer.get("p")
        const { result } = yield* mine.call(yield* peer.id, "x.own", { n: 21 })
        assert.deepStrictEqual(plain(result), { twice: "42" })
        assert.lengthOf(yield* peer.received, 8)
      }),
      world
    )
  })

  it.effect("goes by a TestClock", () =>
    Effect.gen(function*() {
      const asking = yield* Effect.forkChild(asked("x.slow"), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust(1_999)
      assert.isUndefined(asking.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(asking), "ok")
    }).pipe(
      Effect.scoped,
      Effect.provide(Simulation.layer(one({ "x.slow": Peer.ok({}, { afterMs: 3_000 }) })))
    ))

  it("loads what a message points to - files, pages, data that are served - and fails it when nothing is there", () =>
    Simulation.run(
      Effect.gen(function*() {
        yield* Files.use((files) => files.write("/data/t.vot", pattern(9)))
        yield* Web.use((web) => web.put("http://example.org/t.vot", { bytes: pattern(8) }))
        assert.strictEqual(yield* asked(load, { url: "file:///data/t.vot", "table-id": "t" }), "ok")
        assert.strictEqual(yield* asked(load, { url: "http://example.org/t.vot" }), "ok")
        assert.match(
          yield* asked(load, { url: "file:///data/u.vot" }),
          /cannot read \/data\/u\.vot: there is no such file/u
        )
        assert.match(yield* asked(load, { url: "http://example.org/u.vot" }), /HTTP status 404/u)
        assert.match(yield* asked(load, {}), /needs a url/u)
        const { loaded } = yield* Peer.get("p")
        assert.deepStrictEqual(
          (yield* loaded).map(({ bytes, id, url }) => [url, id, bytes.length]),
          [["file:///data/t.vot", "t", 9], ["http://example.org/t.vot", undefined, 8]]
        )
        assert.strictEqual(yield* asked("table.highlight.row", { "table-id": "t", row: 1 }), "ok")
        assert.strictEqual(yield* asked("table.highlight.row", { url: "file:///data/t.vot", row: 1 }), "ok")
        assert.strictEqual(
          yield* asked("table.highlight.row", { "table-id": "http://example.org/t.vot", row: 1 }),
          "ok"
        )
        assert.match(
          yield* asked("table.highlight.row", { "table-id": "u", row: 1 }),
          /no table u is loaded/u
        )
        const mine = yield* client
        yield* Sending.sendTable(mine, [{ name: "M 31", ra: 10.68 }], { to: "p" })
        const sent = (yield* loaded).at(-1)
        assert.include(new TextDecoder().decode(sent?.bytes), "M 31")
      }),
      one({ [load]: Peer.loads(), "table.highlight.row": Peer.knowsTable() })
    ))

  it("can be waited for, is found by name, and sends on its own account", () =>
    Simulation.run(
      Effect.gen(function*() {
        const [ann, bob] = [yield* Peer.get("ann"), yield* Peer.get("bob")]
        const second = yield* Effect.forkChild(bob.got("x.note", 2), { startImmediately: true })
        yield* ann.client.notifyAll("x.note", { n: 1 })
        assert.strictEqual((yield* bob.got("x.note")).sender, yield* ann.id)
        yield* Effect.sleep(1_000)
        assert.isUndefined(second.pollUnsafe())
        yield* ann.client.notifyAll("x.note", { n: 2 })
        assert.strictEqual((yield* Fiber.join(second)).params.get("n"), "2")
        const { get } = yield* Peer.Peers
        assert.match(String(yield* Effect.exit(get("eve"))), /no peer is called eve; there is ann, bob/u)
      }),
      { peers: [{ name: "ann", answers: {} }, { name: "bob", answers: { "x.note": Peer.ok() } }] }
    ))

  it("is away when it is killed, hangs when it is frozen, and comes back", () =>
    Simulation.run(
      Effect.gen(function*() {
        const { process } = yield* Peer.get("p")
        yield* process.freeze
        const waiting = yield* Effect.forkChild(asked("x.a"), { startImmediately: true })
        yield* Effect.sleep(5_000)
        assert.isUndefined(waiting.pollUnsafe())
        yield* process.thaw
        assert.strictEqual(yield* Fiber.join(waiting), "ok")
        yield* process.kill
        assert.match(yield* asked("x.a"), /recipient-dead|gone|unregistered|no client/u)
        yield* Effect.sleep(5_000)
        const mine = yield* client
        assert.strictEqual((yield* Effect.flip(Finding.findClients(mine, "p")))._tag, "NoSuchClient")
        const again = yield* Peer.start({ name: "p", answers: { "x.a": Peer.ok() } })
        yield* mine.call(yield* again.id, "x.a")
      }),
      one({ "x.a": Peer.ok() })
    ))

  it("waits for a hub, and for the next one", () =>
    Simulation.run(
      Effect.gen(function*() {
        const hub = yield* SimHub.SimHub
        yield* hub.stop
        const late = yield* Peer.start({ name: "late", answers: { "x.b": Peer.ok() } })
        yield* Effect.sleep(5_000)
        yield* hub.restart
        yield* late.id
        yield* Effect.sleep(5_000)
        const mine = yield* client
        assert.lengthOf(yield* mine.notifyAll("x.b"), 1)
        yield* late.got("x.b")
        assert.lengthOf(yield* mine.notifyAll("x.a"), 1)
      }),
      one({ "x.a": Peer.ok() })
    ))
})

describe("scripts of programs", () => {
  const seen = (script: Peer.Script) =>
    Simulation.run(
      Effect.gen(function*() {
        const mine = yield* client
        const id = yield* Effect.flatMap(Peer.get(script.name), (peer) => peer.id)
        return {
          metadata: plain(yield* mine.getMetadata(id)),
          subscriptions: plain(yield* mine.getSubscriptions(id))
        }
      }),
      { peers: [script] }
    )

  it.each([
    [
      Peer.topcat(),
      ["table.load.votable", "table.load.pds4", "voresource.loadlist.tap", "coord.pointAt.sky"],
      ["image.load.fits"]
    ],
    [Peer.ds9(), ["image.load.fits", "ds9.restricted-set", "table.load.fits"], [
      "table.load.cdf",
      "script.aladin.send"
    ]],
    [Peer.aladin(), ["image.load.fits", "coverage.load.moc.fits", "snapshot.get.jpg"], ["ds9.set"]]
  ])("$name says who it is and what it takes, and answers pings", (script, takes, leaves) => {
    const { metadata, subscriptions } = seen(script)
    assert.strictEqual(metadata["samp.name"], script.name)
    assert.isString(metadata["samp.description.text"])
    assert.includeMembers(Object.keys(subscriptions), [...takes, "samp.app.ping", "samp.hub.event.shutdown"])
    for (const mtype of leaves) assert.notProperty(subscriptions, mtype)
  })

  it("keep their annotations", () => {
    const harmless = { "x-samp.mostly-harmless": "1" }
    assert.deepInclude(seen(Peer.aladin()).subscriptions, { "image.load.fits": harmless })
    const { subscriptions } = seen(Peer.ds9())
    assert.deepInclude(subscriptions, { "ds9.restricted-get": harmless, "ds9.get": {} })
  })

  it("are overridden where a test cares", () =>
    Simulation.run(
      Effect.gen(function*() {
        assert.match(yield* asked(load, { url: "file:///nothing.vot" }, "topcat 2"), /out of memory/u)
        const mine = yield* client
        assert.lengthOf(yield* mine.notifyAll("table.load.cdf", { url: "x" }), 0)
        assert.strictEqual(yield* asked("x.extra", {}, "topcat 2"), "ok")
        assert.match(yield* asked("coord.pointAt.sky", { ra: 1, dec: 2 }, "topcat 2"), /warning: no window/u)
      }),
      {
        peers: [
          Peer.topcat({
            name: "topcat 2",
            answers: {
              [load]: Peer.error("out of memory"),
              "table.load.cdf": undefined,
              "x.extra": Peer.ok()
            }
          })
        ]
      }
    ))

  it("DS9 leaves some calls without an answer; Aladin answers when it has loaded", () =>
    Simulation.run(
      Effect.gen(function*() {
        yield* Files.use((files) => files.write("/a.fits", pattern(10)))
        assert.match(yield* asked("client.env.get", { name: "X" }, "SAOImageDS9"), /NoResponse/u)
        const loading = yield* Effect.forkChild(asked("image.load.fits", { url: "file:///a.fits" }, "Aladin"))
        yield* Effect.sleep(400)
        assert.isUndefined(loading.pollUnsafe())
        assert.strictEqual(yield* Fiber.join(loading), "ok")
      }),
      { peers: [Peer.ds9(), Peer.aladin()] }
    ))
})
