/** What clients of ours send arrives as it was sent, through each of the three hubs. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { coordPointAtSky } from "../../src/domain/mtypes/Sky.ts"
import { tableLoadVotable } from "../../src/domain/mtypes/Tables.ts"
import { calcIntAdd } from "../../src/domain/mtypes/Testing.ts"
import type { SampMap, SampValue } from "../../src/domain/SampValue.ts"
import { eventually, kinds, listen, pairAt, run, withHub } from "./support/Clients.ts"

const nested = (depth: number): SampValue => {
  let value: SampValue = "core"
  for (let n = 0; n < depth; n++) value = n % 2 === 0 ? [value] : new Map([[`level ${n}`, value]])
  return value
}

const printable = Array.from({ length: 0x7f - 0x20 }, (_, n) => String.fromCharCode(0x20 + n)).join("")

const values = (withReturn: boolean): ReadonlyArray<readonly [string, SampValue]> => [
  ["empty string", ""],
  ["empty list", []],
  ["empty map", new Map()],
  ["empties within", [[], new Map(), "", [[]], new Map([["", new Map()]])]],
  ["blank", "   "],
  ["tab and line feed", "\ta\n\n b \t\n"],
  ...withReturn ? [["carriage return", "a\rb\r\nc\r"]] as const : [],
  ["all that is printable", printable],
  ["what XML must hide", "<![CDATA[ & ]]> &amp; &#65; <?x?> <!-- -->"],
  ["odd keys", new Map([["", "1"], ["__proto__", "2"], ["constructor", "3"], [" a b\t", "4"], ["<&>", "5"]])],
  ["numbers as text", ["007", "+1", "1e400", "NaN", "true", "9007199254740993"]],
  ["nested 100 deep", nested(100)],
  ["a list of 10000", Array.from({ length: 10_000 }, (_, n) => String(n))],
  ["a map of 2000", new Map(Array.from({ length: 2_000 }, (_, n) => [`key ${n}`, String(n)]))],
  ["a string of 1 MB", "0123456789abcdef".repeat(65_536)]
]

describe.each(kinds)("values between clients of ours, through the hub of %s", (kind) => {
  const home = withHub(kind)
  const pair = pairAt(home)

  // values.carriageReturn in Deviations.ts: the others read a return as a line end, as plain XML has it
  it.live(
    "DT-01, DT-02, DT-12 survive as parameters, results and annotations",
    () =>
      run(Effect.gen(function*() {
        const { ann, bob, to } = yield* pair
        yield* bob.bind("value.echo", ({ params }) => Effect.succeed(params))
        const heard = yield* listen(bob, "value.take")
        for (const [name, value] of values(kind === "ours")) {
          const params: SampMap = new Map([["value", value]])
          const { result } = yield* ann.call(to, "value.echo", params)
          assert.deepStrictEqual(result.get("value"), value, name)
          yield* ann.notify(to, "value.take", params)
          assert.deepStrictEqual((yield* heard.next).params.get("value"), value, name)
        }
      })),
    90_000
  )

  it.live("META-03 survive as metadata, and the client list shows them", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      const small = values(kind === "ours").filter(([name]) => !/^a |100/u.test(name))
      const metadata = new Map<string, SampValue>([["samp.name", "odd"], ...small])
      yield* bob.declareMetadata(metadata)
      assert.deepStrictEqual(yield* ann.getMetadata(to), metadata)
      const seen = yield* eventually(
        "the metadata",
        Effect.map(ann.clients, (clients) => {
          const found = clients.get(to)?.metadata
          return found?.get("samp.name") === "odd" ? found : undefined
        })
      )
      assert.deepStrictEqual(seen, metadata)
      yield* bob.declareMetadata({})
      assert.deepStrictEqual(yield* ann.getMetadata(to), new Map())
    })))

  it.live("DT-02 refuses what is no ASCII before the hub sees it", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      yield* bob.bind("value.bad", () => Effect.succeed({ name: "caf\u00e9" }))
      for (const text of ["caf\u00e9", "\u0000", "\u001b[0m", "\ud83d\ude00"]) {
        const plain = yield* Effect.flip(ann.notify(to, "value.bad", { text }))
        assert.strictEqual(plain._tag, "BadMessage", JSON.stringify(text))
      }
      const failed = yield* Effect.flip(ann.call(to, "value.bad"))
      assert.match(failed.message, /U\+00E9/u)
    })))

  it.live("MT-04, MT-05 typed MTypes carry typed parameters and results", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      yield* bob.bind(calcIntAdd, ({ params: { a, b } }) => Effect.succeed({ x: a + b }))
      const { result } = yield* ann.call(to, calcIntAdd, { a: 20, b: -42 })
      assert.deepStrictEqual(result, { x: -22 })
      const wrong = yield* Effect.flip(ann.call(to, "calc.int.add", { a: "x", b: "1" }))
      assert.isTrue(wrong._tag === "ErrorResponse" && wrong.code === "IllFormed", wrong.message)
      let pointed: unknown
      yield* bob.bind(coordPointAtSky, ({ params }) => Effect.sync(() => void (pointed = params)))
      yield* ann.notify(to, coordPointAtSky, { ra: 10.684_708, dec: -1e-7 })
      yield* eventually("the position", Effect.sync(() => pointed))
      assert.deepStrictEqual(pointed, { ra: 10.684_708, dec: -1e-7 })
      let loaded: unknown
      yield* bob.bind(tableLoadVotable, ({ params }) => Effect.sync(() => void (loaded = params)))
      yield* ann.notify(to, "table.load.votable", { url: "file:///t.vot", name: "mine", "x-new": "1" })
      yield* eventually("the table", Effect.sync(() => loaded))
      assert.deepInclude(loaded, { url: "file:///t.vot", name: "mine" })
      yield* bob.bind("calc.int.sub", () => Effect.succeed({ x: "many" }))
      const illFormed = yield* Effect.flip(
        ann.call(to, { ...calcIntAdd, mtype: "calc.int.sub" }, { a: 1, b: 2 })
      )
      assert.strictEqual(illFormed._tag, "IllFormed")
    })))

  it.live("HUB-28 a hundred calls at once, each with its own answer", () =>
    run(Effect.gen(function*() {
      const { ann, bob, to } = yield* pair
      yield* bob.bind(
        calcIntAdd,
        ({ params: { a, b } }) => Effect.as(Effect.sleep((a * 7) % 20), { x: a + b })
      )
      const numbers = Array.from({ length: 100 }, (_, n) => n)
      const sums = yield* Effect.forkScoped(Effect.forEach(
        numbers,
        (n) => Effect.map(ann.call(to, calcIntAdd, { a: n, b: 1_000 }), ({ result }) => result.x),
        { concurrency: "unbounded" }
      ))
      assert.deepStrictEqual(yield* Fiber.join(sums), numbers.map((n) => n + 1_000))
    })))
})
