/** Consent in a simulated world: a hub with the Web Profile, pages, programs, and a user who takes time to think. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as ConsentBrowser from "../../../src/adapters/memory/ConsentBrowser.ts"
import * as ConsentFiles from "../../../src/adapters/memory/ConsentFiles.ts"
import * as Teletype from "../../../src/adapters/memory/Teletype.ts"
import { VirtualTime } from "../../../src/adapters/memory/VirtualTime.ts"
import { ConsentDesk } from "../../../src/apps/consent/ConsentDesk.ts"
import * as WebConsent from "../../../src/apps/consent/WebConsent.ts"
import { findHub } from "../../../src/apps/Discovery.ts"
import { register } from "../../../src/apps/HubConnection.ts"
import * as ConsentUser from "../../../src/apps/testing/ConsentUser.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"
import { webClients } from "../../../src/domain/HubState.ts"
import { map } from "../../../src/domain/SampValue.ts"
import { harmless } from "../../../src/domain/web/Restriction.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { CallSender } from "../../../src/ports/CallSender.ts"
import type { Consent } from "../../../src/ports/Consent.ts"
import { allow, deny, file } from "./world.ts"

const a = "https://a.example"

type World = SimHub.Computer | Consent | ConsentDesk | ConsentFiles.ConsentFiles

/** Runs a test in which a user of this mind sits at the hub. */
const run = (mind: ConsentUser.Mind, test: Effect.Effect<void, unknown, World | Scope.Scope>): void => {
  const ports = Layer.mergeAll(ConsentFiles.layer(), ConsentBrowser.layer, Teletype.layer(false))
  const consent = ConsentUser.layer(mind).pipe(
    Layer.provideMerge(WebConsent.layer({ mode: "page", harmless })),
    Layer.provideMerge(ports)
  )
  const world = consent.pipe(Layer.provideMerge(SimHub.computer()))
  const exit = new VirtualTime().run(
    test.pipe(
      Effect.scoped,
      Effect.provide(world),
      Effect.provideService(References.MinimumLogLevel, "Error")
    ),
    { withinMs: 3_600_000 }
  )
  if (exit._tag === "Failure") {
    throw exit.cause.reasons.map((reason) => reason._tag === "Fail" ? reason.error : reason)[0]
  }
}

const page = (name: string, origin = a) => register({ url: webUrl, web: { name, origin } })

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const before = yield* Clock.currentTimeMillis
    const result = yield* Effect.result(effect)
    return [(yield* Clock.currentTimeMillis) - before, result] as const
  })

describe("consent in a simulated world", () => {
  it("WEB-13, P2: a page waits for the user, and programs do not; what is remembered lets the next one in at once", () => {
    run(
      ConsentUser.always("always", 30_000),
      Effect.gen(function*() {
        yield* SimHub.startWebHub()
        const standard = yield* Effect.flatMap(findHub(undefined), register)
        const waits = yield* Effect.forkChild(timed(page("One")))
        const pings = Effect.gen(function*() {
          for (let i = 0; i < 20; i++) {
            const [ms] = yield* timed(standard.ping)
            assert.isBelow(ms, 100)
            yield* Effect.sleep(1_000)
          }
        })
        yield* pings
        const [ms, one] = yield* Fiber.join(waits)
        assert.strictEqual(one._tag, "Success")
        assert.isAtLeast(ms, 30_000)
        const [soon, two] = yield* timed(page("Two"))
        assert.strictEqual(two._tag, "Success")
        assert.isBelow(soon, 1_000)
      })
    )
  })

  it("WEB-13, P2: a page that nobody answers is refused when its time is up, not before", () => {
    run(
      ConsentUser.absent,
      Effect.gen(function*() {
        yield* SimHub.startWebHub()
        const [ms, verdict] = yield* timed(page("One"))
        assert.strictEqual(verdict._tag, "Failure")
        assert.approximately(ms, 120_000, 1_000)
        assert.match(JSON.stringify(verdict), /nobody answered within 2 min/u)
      })
    )
  })

  it("WEB-68: whoever is denied later is put out within seconds, and nobody else", () => {
    run(
      ConsentUser.always("once"),
      Effect.gen(function*() {
        const { engine } = yield* SimHub.startWebHub()
        const files = yield* ConsentFiles.ConsentFiles
        const inside = Effect.map(
          engine.state,
          (state) => webClients(state).map(({ web }) => web.name).sort()
        )
        yield* page("One")
        yield* page("Other", "https://b.example")
        yield* Effect.sleep(10_000)
        assert.deepStrictEqual(yield* inside, ["One", "Other"])
        yield* files.write(file(deny(a)))
        yield* Effect.sleep(5_000)
        assert.deepStrictEqual(yield* inside, ["Other"])
        yield* files.write(file(allow("https://b.example", { expires: "1970-01-01T00:01:00Z" })))
        yield* Effect.sleep(20_000)
        assert.deepStrictEqual(yield* inside, ["Other"])
        yield* Effect.sleep(60_000)
        assert.deepStrictEqual(
          yield* inside,
          ["Other"],
          "the user's word stands beside the rule that has expired"
        )
        yield* ConsentDesk.use(({ forget }) => forget("https://b.example"))
        yield* Effect.sleep(5_000)
        assert.deepStrictEqual(yield* inside, [])
      })
    )
  })

  it("WEB-16: a page that hangs up takes its question with it", () => {
    run(
      ConsentUser.absent,
      Effect.gen(function*() {
        yield* SimHub.startWebHub()
        const open = ConsentDesk.use(({ state }) => Effect.map(state, ({ questions }) => questions.size))
        const { call } = yield* CallSender
        const asking = call(
          webUrl,
          { method: "samp.webhub.register", params: [map({ "samp.name": "One" })] },
          {
            timeoutMs: 600_000,
            origin: a
          }
        )
        const waits = yield* Effect.forkChild(asking)
        yield* Effect.sleep(5_000)
        assert.strictEqual(yield* open, 1)
        yield* Fiber.interrupt(waits)
        yield* Effect.sleep(5_000)
        assert.strictEqual(yield* open, 0)
      })
    )
  })
})
