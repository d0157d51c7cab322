/** The network in memory, as its two ports and whoever steers it see it. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { layer, Network, network as bare } from "../../src/adapters/memory/Network.ts"
import { fault } from "../../src/domain/Fault.ts"
import type { SampValue } from "../../src/domain/SampValue.ts"
import type { Behaviour } from "../../src/domain/simulation/Behaviour.ts"
import { CallSender } from "../../src/ports/CallSender.ts"
import { type CallHandler, CallServer } from "../../src/ports/CallServer.ts"
import { onComputer } from "../support/virtual.ts"

const at = { address: "127.0.0.1", port: 0, title: "test" }

const portsOf = (process: string) => Effect.map(Network, (network) => network.ports(process))

const listen = (process: string, handler: CallHandler, port = 0) =>
  Effect.flatMap(portsOf(process), (ports) => Context.get(ports, CallServer).listen({ ...at, port }, handler))

const call = (process: string, url: string, timeoutMs = 0, params: ReadonlyArray<SampValue> = ["x"]) =>
  Effect.flatMap(
    portsOf(process),
    (ports) => Context.get(ports, CallSender).call(url, { method: "echo", params }, { timeoutMs })
  )

const echo: CallHandler = ({ params }) => Effect.succeed(params[0] ?? "")

const reasonOf = (process: string, url: string, timeoutMs = 0) =>
  Effect.map(Effect.flip(call(process, url, timeoutMs)), ({ reason }) => reason)

/** Starts it now. */
const fork = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.forkChild(effect, { startImmediately: true })

const disturb = (url: string, behaviour: Partial<Behaviour>) =>
  Effect.flatMap(Network, (network) => network.disturb(url, behaviour))

describe("a network in memory", () => {
  it("carries calls, answers and faults", () =>
    onComputer(Effect.gen(function*() {
      const { url } = yield* listen("bob", echo)
      assert.strictEqual(yield* call("ann", url), "x")
      const angry = yield* listen("bob", () => Effect.fail(fault("UnknownMethod", "no such thing")))
      const error = yield* Effect.flip(call("ann", angry.url))
      assert.deepStrictEqual([error.reason, error.detail], ["RemoteFault", "no such thing"])
      assert.isNumber(error.code)
      const broken = yield* listen("bob", () => Effect.die("a bug"))
      assert.strictEqual((yield* Effect.flip(call("ann", broken.url))).detail, "internal error")
    })))

  it("refuses where nobody listens; a closed port is free again", () =>
    onComputer(Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { url } = yield* listen("bob", echo, 77).pipe(Scope.provide(scope))
      const taken = yield* Effect.flip(listen("eve", echo, 77))
      assert.deepStrictEqual([taken.reason, taken.port], ["PortTaken", 77])
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* reasonOf("ann", url), "Refused")
      assert.strictEqual((yield* listen("eve", echo, 77)).url, url)
    })))

  it("finds free ports beside those that were chosen", () =>
    onComputer(Effect.gen(function*() {
      const urls = [yield* listen("bob", echo, 1), yield* listen("bob", echo), yield* listen("bob", echo, 3)]
        .concat([yield* listen("bob", echo)])
        .map(({ url }) => url)
      assert.strictEqual(new Set(urls).size, 4)
      const network = yield* Network
      assert.deepStrictEqual(yield* network.endpoints, urls)
    })))

  it("interrupts a handler whose caller has hung up, once it has arrived", () =>
    onComputer(Effect.gen(function*() {
      const seen: Array<string> = []
      const slow: CallHandler = () =>
        Effect.andThen(
          Effect.sync(() => seen.push("begun")),
          Effect.onInterrupt(Effect.andThen(Effect.sleep(1_000), Effect.succeed("late")), () =>
            Effect.sync(() => seen.push("interrupted")))
        )
      const { url } = yield* listen("bob", slow)
      assert.strictEqual(yield* reasonOf("ann", url, 300), "Timeout")
      assert.deepStrictEqual(seen, ["begun", "interrupted"])
      yield* disturb(url, { delayMs: [500, 500] })
      assert.strictEqual(yield* reasonOf("ann", url, 300), "Timeout")
      assert.lengthOf(seen, 2)
      yield* Effect.sleep(500)
      assert.deepStrictEqual(seen.slice(2), ["begun", "interrupted"])
    })))

  it("tells when the request is written, also when the call is lost", () =>
    onComputer(Effect.gen(function*() {
      const { url } = yield* listen("bob", echo)
      const written: Array<string> = []
      const say = (to: string, what: string) =>
        Effect.flatMap(portsOf("ann"), (ports) =>
          Effect.ignore(
            Context.get(ports, CallSender).deliver(to, { method: "echo", params: [] }, {
              timeoutMs: 0,
              onWritten: () => written.push(what)
            })
          ))
      yield* say(url, "one")
      yield* disturb(url, { lost: 1 })
      yield* say(url, "two")
      yield* say("http://127.0.0.1:9/xmlrpc", "none")
      assert.deepStrictEqual(written, ["one", "two"])
    })))

  it("gives the calls of a handler that is interrupted back as lost", () =>
    onComputer(Effect.gen(function*() {
      const { url } = yield* listen("bob", () => Effect.interrupt)
      assert.strictEqual(yield* reasonOf("ann", url), "Lost")
    })))

  it("runs the handler twice for a call that is sent again", () =>
    onComputer(Effect.gen(function*() {
      let count = 0
      const { url } = yield* listen("bob", () =>
        Effect.andThen(Effect.sleep(5), Effect.sync(() => String(++count))))
      yield* disturb(url, { resent: 1 })
      assert.strictEqual(yield* call("ann", url), "2")
    })))

  it("probes: refused only when nobody listens, or the endpoint is dead", () =>
    onComputer(Effect.gen(function*() {
      const { probe } = Context.get(yield* portsOf("ann"), CallSender)
      const { url } = yield* listen("bob", echo)
      assert.isTrue(yield* probe(url))
      yield* disturb(url, { health: "hung" })
      assert.isTrue(yield* probe(url))
      yield* disturb(url, { health: "dead" })
      assert.isFalse(yield* probe(url))
      assert.isFalse(yield* probe("http://127.0.0.1:9/xmlrpc"))
    })))

  it("shows everything that happens to those who observe, with a word for what is said", () =>
    onComputer(Effect.gen(function*() {
      const network = yield* Network
      const seen: Array<string> = []
      network.observe((event, now) =>
        seen.push(`${now} ${event._tag}${event._tag === "Sent" ? ` ${event.what}` : ""}`)
      )
      const { url } = yield* listen("bob", echo)
      yield* disturb(url, { delayMs: [3, 3] })
      yield* call("ann", url, 0, ["key", new Map([["samp.mtype", "a.b"]])])
      assert.deepStrictEqual(seen, [
        "0 Opened",
        "0 Disturbed",
        "0 Sent echo a.b",
        "0 Written",
        "0 Wake",
        "3 Tick",
        "3 Arrived",
        "3 Answered",
        "3 Wake",
        "6 Tick",
        "6 Returned"
      ])
    })))

  it("breaks half-open connections when faults are over", () =>
    onComputer(Effect.gen(function*() {
      const network = yield* Network
      const { url } = yield* listen("bob", echo)
      yield* disturb(url, { silent: 1 })
      const asked = yield* fork(reasonOf("ann", url))
      yield* Effect.sleep(1_000_000)
      assert.strictEqual(yield* network.pending, 1)
      yield* network.quiet
      assert.strictEqual(yield* Fiber.join(asked), "Lost")
      assert.strictEqual(yield* call("ann", url), "x")
    })))

  it("holds back what goes between two processes, and nothing else", () =>
    onComputer(Effect.gen(function*() {
      const network = yield* Network
      const { url } = yield* listen("bob", echo)
      yield* network.cut("ann", "bob")
      const held = yield* fork(call("ann", url))
      assert.strictEqual(yield* call("eve", url), "x")
      yield* Effect.sleep(100)
      assert.isUndefined(held.pollUnsafe())
      yield* network.mend("bob", "ann")
      assert.strictEqual(yield* Fiber.join(held), "x")
    })))

  it("lets nothing through a cut, not even that a process was killed", () =>
    onComputer(Effect.gen(function*() {
      const network = yield* Network
      const { url } = yield* listen("bob", () => Effect.never)
      const asked = yield* fork(reasonOf("ann", url, 5_000))
      yield* network.cut("ann", "bob")
      yield* network.kill("bob")
      yield* Effect.sleep(1_000)
      assert.isUndefined(asked.pollUnsafe())
      assert.strictEqual(yield* Fiber.join(asked), "Timeout")
    })))

  it.effect("goes by the clock of the test", () =>
    Effect.gen(function*() {
      const server = yield* CallServer
      const sender = yield* CallSender
      const { url } = yield* server.listen(at, echo)
      yield* disturb(url, { delayMs: [40, 40] })
      const asked = yield* fork(sender.call(url, { method: "echo", params: ["y"] }, { timeoutMs: 0 }))
      yield* TestClock.adjust(79)
      assert.isUndefined(asked.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* Fiber.join(asked), "y")
    }).pipe(Effect.provide(layer)))

  it.live("goes by the real clock, too", () =>
    Effect.gen(function*() {
      const { url } = yield* listen("bob", echo)
      yield* disturb(url, { delayMs: [3, 6] })
      const answers = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, number) => String(number)),
        (text) => call("ann", url, 10_000, [text]),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(new Set(answers), 20)
      assert.strictEqual(yield* Effect.flatMap(Network, ({ pending }) => pending), 0)
    }).pipe(Effect.scoped, Effect.provide(bare())))
})
