/** The checks of the Web Profile: at our hub, in memory and on sockets, and at hubs that are wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Consents from "../../../src/adapters/memory/Consents.ts"
import { VirtualTime } from "../../../src/adapters/memory/VirtualTime.ts"
import { examine, type Report } from "../../../src/apps/conformance/Conformance.ts"
import { concernsHubs, webProfile } from "../../../src/apps/conformance/Requirements.ts"
import { unseen } from "../../../src/apps/conformance/Unseen.ts"
import { count } from "../../../src/apps/conformance/Verdict.ts"
import * as Hub from "../../../src/apps/Hub.ts"
import * as WebPlatform from "../../../src/apps/NodeWebPlatform.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"
import { WebHub } from "../../../src/apps/WebHub.ts"
import { isList, isMap, map, type SampValue } from "../../../src/domain/SampValue.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { CallError, CallSender } from "../../../src/ports/CallSender.ts"
import { NoAnswer, type RawAnswer, RawHttp } from "../../../src/ports/RawHttp.ts"
import { sockets } from "./world.ts"

/** What a wrong hub makes of a call over the Web Profile; `ask` is the right one. */
type Bend = (
  method: string,
  params: ReadonlyArray<SampValue>,
  ask: (method: string, params: ReadonlyArray<SampValue>) => ReturnType<CallSender["Service"]["call"]>
) => ReturnType<CallSender["Service"]["call"]>

/** Checks our hub in memory, with what the kit hears over the Web Profile bent. */
const inMemory = (
  bend: Bend | undefined,
  only: ReadonlyArray<string>,
  consent = Consents.allow()
): Report => {
  const exit = new VirtualTime().run(
    Effect.gen(function*() {
      const sender = yield* CallSender
      const call: CallSender["Service"]["call"] = (url, { method, params }, options) => {
        const ask = (name: string, args: ReadonlyArray<SampValue>) =>
          sender.call(url, { method: `samp.webhub.${name}`, params: args }, options)
        const isWeb = url === webUrl && method.startsWith("samp.webhub.")
        return bend === undefined || !isWeb
          ? sender.call(url, { method, params }, options)
          : bend(method.replace("samp.webhub.", ""), params, ask)
      }
      return yield* Effect.provideService(examine({ only, web: webUrl }), CallSender, { ...sender, call })
    }).pipe(Effect.scoped, Effect.provide(SimHub.layer({ web: true, consent })))
  )
  return Exit.isSuccess(exit) ? exit.value : assert.fail(String(exit.cause))
}

const wrongs = ({ verdicts }: Report): ReadonlyArray<string> =>
  verdicts.filter(({ status }) => status === "fail" || status === "warn").map(({ detail, id }) =>
    `${id} ${detail}`
  )

/** Changes the callbacks that are pulled. */
const callbacks =
  (change: (callback: ReadonlyMap<string, SampValue>) => SampValue): Bend => (method, params, ask) =>
    method === "pullCallbacks"
      ? Effect.map(
        ask(method, params),
        (list) => isList(list) ? list.map((callback) => isMap(callback) ? change(callback) : callback) : list
      )
      : ask(method, params)

/** Answers a method with nothing, whatever it is asked. */
const content = (...methods: ReadonlyArray<string>): Bend => (method, params, ask) =>
  methods.includes(method) ? Effect.orElseSucceed(ask(method, params), () => "") : ask(method, params)

const wrongHubs: ReadonlyArray<readonly [id: string, does: string, bend: () => Bend]> = [
  [
    "WEB-10",
    "gives no prefix for URLs",
    () => (method, params, ask) =>
      Effect.map(ask(method, params), (info) =>
        method === "register" && isMap(info)
          ? new Map([...info].filter(([key]) => !key.includes("translator")))
          : info)
  ],
  [
    "WEB-12",
    "takes pages without a name",
    () => (method, params, ask) =>
      method === "register" ? ask(method, [map({ "samp.name": "x" })]) : ask(method, params)
  ],
  [
    "WIRE-113",
    "does not answer a ping with a key",
    () => (method, params, ask) =>
      method === "ping" && params.length > 0 ? ask("noSuchMethod", []) : ask(method, params)
  ],
  ["WEB-22", "keeps pages that have left", () => content("unregister", "getRegisteredClients")],
  ["WEB-26", "takes a callback URL", () => content("setXmlrpcCallback")],
  [
    "WEB-30",
    "forgets what waits when a page is callable again",
    () => (method, params, ask) =>
      method === "allowReverseCallbacks" && params[1] === "1"
        ? Effect.andThen(ask(method, [params[0] ?? "", "0"]), ask(method, params))
        : ask(method, params)
  ],
  [
    "WEB-31",
    "lets pages pull that are not callable",
    () => (method, params, ask) =>
      method === "pullCallbacks" ? Effect.orElseSucceed(ask(method, params), () => []) : ask(method, params)
  ],
  [
    "WEB-32",
    "answers each pull at once",
    () => (method, params, ask) =>
      method === "pullCallbacks" ? ask(method, [params[0] ?? "", "0"]) : ask(method, params)
  ],
  [
    "WEB-34",
    "puts a prefix before names",
    () =>
      callbacks((callback) =>
        new Map(callback).set("samp.methodName", `samp.webclient.${String(callback.get("samp.methodName"))}`)
      )
  ],
  ["WEB-35", "puts something before the arguments", () =>
    callbacks((callback) => {
      const params = callback.get("samp.params")
      return new Map(callback).set(
        "samp.params",
        params !== undefined && isList(params) ? ["key", ...params] : ""
      )
    })],
  ["WEB-36", "loses a callback now and then", () => {
    let count = 0
    return (method, params, ask) =>
      method === "pullCallbacks"
        ? Effect.map(ask(method, params), (list) =>
          isList(list) && list.length > 0 && ++count % 5 === 0 ? [] : list)
        : ask(method, params)
  }],
  [
    "WEB-37",
    "lets pulls wait for those who have left",
    () => (method, params, ask) =>
      method === "pullCallbacks"
        ? Effect.delay(Effect.orElseSucceed(ask(method, params), () => []), "6 seconds")
        : ask(method, params)
  ],
  ["WEB-60", "takes whatever a page sends", () => content("notify")],
  ["WEB-63", "lets a page send another anything", () => content("notify")],
  ["WEB-64", "takes keys that nobody has", () => content("declareMetadata")]
]

/** Our hub on sockets, with its Web Profile. */
const onSockets = <E>(test: (web: string) => Effect.Effect<void, E, Layer.Success<typeof sockets>>) =>
  Effect.gen(function*() {
    const context = yield* Layer.build(
      Layer.fresh(Hub.withWeb({ web: { port: 0 } })).pipe(
        Layer.provide(Layer.merge(WebPlatform.layer(), Consents.layer()))
      )
    )
    const state = yield* Context.get(context, WebHub).state
    yield* test(state._tag === "On" ? state.url : assert.fail(state.why))
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.fresh(sockets)),
    Effect.provideService(References.MinimumLogLevel, "None")
  )

/** What a wrong hub makes of bytes; `ask` is the right one. */
type BendBytes = (
  url: string,
  bytes: string,
  ask: (bytes: string) => ReturnType<RawHttp["Service"]["exchange"]>
) => ReturnType<RawHttp["Service"]["exchange"]>

/** Changes answers. */
const answers = (change: (answer: RawAnswer) => Partial<RawAnswer>): BendBytes => (_url, bytes, ask) =>
  Effect.map(ask(bytes), (all) => all.map((answer) => ({ ...answer, ...change(answer) })))

/** Changes a header of answers. */
const header = (name: string, value: string | undefined): BendBytes =>
  answers(({ headers }) => {
    const others = [...headers].filter(([key]) => key !== name)
    return { headers: new Map(value === undefined ? others : [...others, [name, value]]) }
  })

/** Changes requests. */
const requests = (change: (bytes: string) => string): BendBytes => (_url, bytes, ask) => ask(change(bytes))

const allowOrigin = "access-control-allow-origin"

const wrongBytes: ReadonlyArray<readonly [id: string, does: string, bend: BendBytes]> = [
  [
    "WEB-03",
    "listens at 127.0.0.1 only",
    (url, bytes, ask) =>
      url.includes("[::1]") ? Effect.fail(new NoAnswer({ reason: "Refused", url, received: "" })) : ask(bytes)
  ],
  ["WEB-04", "answers with JSON", header("content-type", "application/json")],
  ["WEB-06", "lets no page read", header(allowOrigin, undefined)],
  ["WEB-07", "grants GET only", header("access-control-allow-methods", "GET")],
  ["WEB-08", "knows nothing of private networks", header("access-control-allow-private-network", undefined)],
  ["WEB-18", "echoes any origin", header(allowOrigin, "null")],
  ["WEB-50", "reads nothing", answers(() => ({ status: 403 }))],
  ["WEB-52", "reads what is escaped only", requests((bytes) => bytes.replace("&c=d", ""))],
  ["WEB-53", "reads for everybody", answers(() => ({ status: 200 }))],
  ["WEB-54", "reads everything", answers(() => ({ status: 200 }))],
  [
    "WEB-55",
    "does not know HEAD",
    (_url, bytes, ask) =>
      Effect.map(
        ask(bytes),
        (all) => bytes.startsWith("HEAD") ? all.map((answer) => ({ ...answer, status: 501 })) : all
      )
  ],
  ["WEB-65", "looks at no Host", requests((bytes) => bytes.replace("evil.example", "localhost"))],
  [
    "WEB-66",
    "resolves entities",
    requests((bytes) =>
      bytes.replace(/<!DOCTYPE.*\n/u, "").replace("&e;", "resolved").replace(
        /Content-Length: \d+/u,
        `Content-Length: ${
          bytes.replace(/<!DOCTYPE.*\n/u, "").replace("&e;", "resolved").split("\r\n\r\n")[1]?.length
        }`
      )
    )
  ]
]

describe("the checks of the Web Profile", () => {
  it("HUB-29 WEB-05, WEB-10, WEB-12, WEB-20..26, WEB-30..37 and WEB-60..64 find nothing wrong with our hub, in memory", () => {
    const report = inMemory(undefined, ["WEB", "WIRE-113", "HUB-29"])
    assert.deepStrictEqual(wrongs(report), [])
    assert.isAbove(count(report.verdicts).pass, 20)
    assert.strictEqual(report.verdicts.find(({ id }) => id === "HUB-29")?.status, "pass")
  })

  it("say that nothing can be seen when the user lets no page in", () => {
    const { results, verdicts } = inMemory(undefined, ["WEB"], Consents.deny())
    const verdict = verdicts.find(({ id }) => id === "WEB-25")
    assert.strictEqual(verdict?.status, "not testable")
    assert.include(verdict?.detail, "the user of the simulation does not want it")
    const asked = results.flatMap(({ exchanges }) => exchanges).filter(({ text }) =>
      text.startsWith("samp.webhub.register(")
    )
    assert.lengthOf(asked, 1, "who has said no is not asked again")
  })

  it("blame no requirement on a hub whose Web Profile ends while it is looked at", () => {
    let calls = 0
    const report = inMemory((method, params, ask) =>
      ++calls > 60
        ? Effect.fail(new CallError({ reason: "Refused", url: webUrl, detail: "it is off" }))
        : ask(method, params), ["WEB"])
    assert.isTrue(report.gone)
    assert.deepStrictEqual(report.results.filter(({ outcome }) => outcome === "fail"), [])
    assert.isAbove(count(report.verdicts).pass, 2)
  })

  it.each(wrongHubs)("find out by %s a hub that %s", (id, _, make) => {
    const right = inMemory(undefined, [id])
    assert.strictEqual(right.verdicts[0]?.status, "pass", right.verdicts[0]?.detail)
    const { verdicts: [verdict] } = inMemory(make(), [id])
    assert.strictEqual(verdict?.status, verdict?.level === "MUST" ? "fail" : "warn", verdict?.detail)
  })

  it.live("WEB-03..08, WEB-18, WEB-50, WEB-52..55, WEB-65, WEB-66 find nothing wrong on sockets either, and leave unseen what nobody sees", () =>
    onSockets((web) =>
      Effect.gen(function*() {
        const report = yield* examine({ only: ["WEB", "WIRE-113"], web, concurrency: 8 })
        assert.deepStrictEqual(wrongs(report), [])
        assert.lengthOf(report.verdicts, webProfile.length)
        const expected = webProfile.filter((each) => !concernsHubs(each) || unseen[each.id] !== undefined)
        assert.sameMembers(
          report.verdicts.filter(({ status }) => status !== "pass").map(({ id }) => id),
          expected.map(({ id }) => id)
        )
        const shown = JSON.stringify(report.verdicts)
        assert.include(shown, "<key of Page>")
        assert.include(shown, "<token of Page>")
      })
    ))

  it.live("find out on sockets by each id a hub that is wrong there", () =>
    onSockets((web) =>
      Effect.gen(function*() {
        const raw = yield* RawHttp
        for (const [id, does, bend] of wrongBytes) {
          const exchange: RawHttp["Service"]["exchange"] = (url, bytes, options) =>
            bend(url, bytes, (what) => raw.exchange(url, what, options))
          const { verdicts: [verdict] } = yield* Effect.provideService(
            examine({ only: [id], web }),
            RawHttp,
            { ...raw, exchange }
          )
          const expected = verdict?.level === "MUST" ? "fail" : "warn"
          assert.strictEqual(verdict?.status, expected, `${id}, a hub that ${does}: ${verdict?.detail}`)
        }
      })
    ))

  it.live("say at once that nobody is where the Web Profile is said to be, and blame no requirement", () =>
    onSockets(() =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(examine({ only: ["WEB"], web: "http://127.0.0.1:9/" }))
        assert.include(error.message, "looked at http://127.0.0.1:9/")
      })
    ))
})
