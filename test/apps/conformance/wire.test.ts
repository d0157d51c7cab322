import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { examine } from "../../../src/apps/conformance/Conformance.ts"
import { LockfileStore } from "../../../src/ports/LockfileStore.ts"
import { RawHttp } from "../../../src/ports/RawHttp.ts"
import { hub, sockets } from "./world.ts"
import { asBytes, type WrongWire, wrongWires } from "./wrongWire.ts"

const path = "/home/astronomer/.samp"

/** Puts a proxy between a hub and all who read its lockfile. */
const bend = ({ answer = () => ({}), ask = (request) => request, url: shown = (url) => url }: WrongWire) =>
  Effect.gen(function*() {
    const raw = yield* RawHttp
    const store = yield* LockfileStore
    const text = (yield* store.read(path)) ?? ""
    const [, url = ""] = /^samp\.hub\.xmlrpc\.url=(.*)$/mu.exec(text) ?? []
    const port = yield* raw.listen((request) =>
      Effect.gen(function*() {
        const asked = ask(request)
        if (asked === undefined || typeof asked === "string") return asked
        const { body } = asked
        const bytes = asBytes(200, body).replace(
          /^HTTP\/1\.1 200 Whatever/u,
          "POST /xmlrpc HTTP/1.1\r\nHost: 127.0.0.1"
        )
        const [found] = yield* Effect.orElseSucceed(raw.exchange(url, bytes, { timeoutMs: 10_000 }), () => [])
        if (found === undefined) return undefined
        const { body: bent = found.body, status = found.status, type } = answer(found)
        return asBytes(status, bent, type)
      })
    )
    yield* store.publish(path, text.replace(url, shown(`http://127.0.0.1:${port}/xmlrpc`)), text)
  })

const statusOf = (wrong: WrongWire) =>
  Effect.gen(function*() {
    yield* hub(wrong.hub)
    yield* bend(wrong)
    const { verdicts: [verdict] } = yield* examine({ only: [wrong.id] })
    return verdict
  }).pipe(Effect.scoped, Effect.provide(Layer.fresh(sockets)))

describe("the conformance kit on the wire", () => {
  for (const wrong of wrongWires) {
    it.live(`finds out by ${wrong.id} a hub that ${wrong.does}`, () =>
      Effect.gen(function*() {
        const right = yield* statusOf({ does: "nothing wrong", id: wrong.id })
        assert.strictEqual(right?.status, "pass", right?.detail)
        const bent = yield* statusOf(wrong)
        assert.strictEqual(bent?.status, bent?.level === "MUST" ? "fail" : "warn", bent?.detail)
      }))
  }
})
