/** The checks of the Web Profile: at our hub, in memory and on sockets, and at hubs that are wrong. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as CallSenderNode from "../../../src/adapters/http/CallSenderNode.ts"
import * as CallServerNode from "../../../src/adapters/http/CallServerNode.ts"
import * as RawHttpNode from "../../../src/adapters/http/RawHttpNode.ts"
import * as Consents from "../../../src/adapters/memory/Consents.ts"
import * as Desktop from "../../../src/adapters/memory/Desktop.ts"
import { VirtualTime } from "../../../src/adapters/memory/VirtualTime.ts"
import * as KeySourceNode from "../../../src/adapters/node/KeySourceNode.ts"
import * as XmlCodecFxp from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { examine, type Report } from "../../../src/apps/conformance/Conformance.ts"
import { webProfile } from "../../../src/apps/conformance/Requirements.ts"
import { count } from "../../../src/apps/conformance/Verdict.ts"
import * as Hub from "../../../src/apps/Hub.ts"
import * as WebPlatform from "../../../src/apps/NodeWebPlatform.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"
import { WebHub } from "../../../src/apps/WebHub.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import { isList, isMap, map, type SampValue } from "../../../src/domain/SampValue.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { CallSender } from "../../../src/ports/CallSender.ts"

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

const sockets = Layer.mergeAll(
  CallSenderNode.layer({ limits: defaults, userAgent: "test" }),
  CallServerNode.layer({ limits: defaults }),
  RawHttpNode.layer,
  KeySourceNode.layer,
  Desktop.host,
  Desktop.lockfiles
).pipe(Layer.provide(XmlCodecFxp.layer))

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
  ["WEB-64", "takes keys that nobody has", () => content("declareMetadata")]
]

describe("the checks of the Web Profile", () => {
  it("HUB-29 WEB-05..37 WEB-60..64 find nothing wrong with our hub, in memory", () => {
    const report = inMemory(undefined, ["WEB", "WIRE-113", "HUB-29"])
    assert.deepStrictEqual(wrongs(report), [])
    assert.isAbove(count(report.verdicts).pass, 20)
    assert.strictEqual(report.verdicts.find(({ id }) => id === "HUB-29")?.status, "pass")
  })

  it("say that nothing can be seen when the user lets no page in", () => {
    const report = inMemory(undefined, ["WEB-25"], Consents.deny())
    assert.deepInclude(report.verdicts[0], { id: "WEB-25", status: "not testable" })
    assert.include(report.verdicts[0]?.detail, "the user of the simulation does not want it")
  })

  it.each(wrongHubs)("find out by %s a hub that %s", (id, _, make) => {
    const right = inMemory(undefined, [id])
    assert.strictEqual(right.verdicts[0]?.status, "pass", right.verdicts[0]?.detail)
    const { verdicts: [verdict] } = inMemory(make(), [id])
    assert.strictEqual(verdict?.status, verdict?.level === "MUST" ? "fail" : "warn", verdict?.detail)
  })

  it.live("WEB-04..08, WEB-53, WEB-54, WEB-65 find nothing wrong on sockets either, and leave nothing unseen", () =>
    Effect.gen(function*() {
      const context = yield* Layer.build(
        Layer.fresh(Hub.withWeb({ web: { port: 0 } })).pipe(
          Layer.provide(Layer.merge(WebPlatform.layer(), Consents.layer()))
        )
      )
      const state = yield* Context.get(context, WebHub).state
      const web = state._tag === "On" ? state.url : assert.fail(state.why)
      const report = yield* examine({ only: ["WEB", "WIRE-113"], web, concurrency: 8 })
      assert.deepStrictEqual(wrongs(report), [])
      assert.lengthOf(report.verdicts, webProfile.length)
      assert.deepStrictEqual(
        report.verdicts.filter(({ status }) => status !== "pass").map(({ id }) => id),
        []
      )
      const shown = JSON.stringify(report.verdicts)
      assert.include(shown, "<key of Page>")
      assert.include(shown, "<token of Page>")
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.fresh(sockets)),
      Effect.provideService(References.MinimumLogLevel, "None")
    ))
})
