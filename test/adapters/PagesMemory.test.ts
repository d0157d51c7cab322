/** Pages in memory read what was mentioned to them, and publish, through a hub in memory, by the rules of the real gateway. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { Downloads } from "../../src/adapters/memory/Downloads.ts"
import { Files } from "../../src/adapters/memory/Files.ts"
import { type Asking, type PageAnswer, Pages } from "../../src/adapters/memory/Pages.ts"
import { Web } from "../../src/adapters/memory/Web.ts"
import { findAnyHub } from "../../src/apps/Discovery.ts"
import { addressOf } from "../../src/apps/HubAddress.ts"
import { register } from "../../src/apps/HubConnection.ts"
import { SimHub } from "../../src/apps/testing/SimHub.ts"
import * as Simulation from "../../src/apps/testing/Simulation.ts"
import { message } from "../../src/domain/Message.ts"
import { map } from "../../src/domain/SampValue.ts"
import { webUrl } from "../../src/domain/web/WebPlace.ts"
import { pattern } from "../support/dataServer.ts"

const origin = "https://archive.example"

const run = (
  test: Effect.Effect<unknown, unknown, Simulation.World | Scope.Scope>,
  options: Simulation.SimulationOptions = {}
): void => void Simulation.run(test, { web: true, ...options })

const text = ({ bytes }: PageAnswer): string => new TextDecoder().decode(bytes)

/** A page, and a desktop program that mentions URLs to it. */
const pair = Effect.gen(function*() {
  const pages = yield* Pages
  const desktop = yield* Effect.flatMap(findAnyHub(undefined), (hub) => register(addressOf(hub, "desktop")))
  const page = yield* register({ url: webUrl, web: { name: "page", origin } })
  yield* page.listen(() => Effect.void)
  yield* page.declareSubscriptions(map({ "table.load.votable": new Map() }))
  const { publisher = "", translator = "" } = page.web ?? {}
  const mention = (url: string) =>
    desktop.notify(page.selfId, new Map(message("table.load.votable", map({ url }))))
  const read = (url: string, asking: Asking = {}) =>
    pages.read(`${translator}${encodeURIComponent(url)}`, { origin, ...asking })
  const mentioned = (url: string, asking: Asking = {}) => Effect.andThen(mention(url), read(url, asking))
  const publish = (name: string, bytes: Uint8Array, asking: Asking = {}, mediaType = "application/fits") =>
    pages.publish(`${publisher}?name=${encodeURIComponent(name)}`, { bytes, mediaType }, {
      origin,
      ...asking
    })
  return { desktop, mention, mentioned, page, pages, publish, read, translator }
})

const refused = (answer: PageAnswer, status: number, says: RegExp): void => {
  assert.strictEqual(answer.status, status, text(answer))
  assert.match(text(answer), says)
}

describe("the gateway in memory", () => {
  it("WEB-50 WEB-54 WEB-55 gives a page the files that were mentioned, whole and in part, and no others", () => {
    run(Effect.gen(function*() {
      const { mention, mentioned, pages, read, translator } = yield* pair
      const files = yield* Files
      yield* files.write("/data/m31.bin", pattern(1000))
      yield* files.write("/data/secret.bin", pattern(10))
      const url = "file:///data/m31.bin"
      refused(yield* read(url), 403, /mentioned/u)
      const whole = yield* mentioned(url)
      assert.deepStrictEqual(whole, {
        status: 200,
        mediaType: "application/octet-stream",
        bytes: pattern(1000),
        size: 1000
      })
      const part = yield* read(url, { range: "bytes=990-" })
      assert.deepStrictEqual([part.status, part.bytes, part.size], [206, pattern(1000).slice(990), 1000])
      refused(yield* read(url, { range: "bytes=1000-" }), 416, /1000 bytes/u)
      const head = yield* read(url, { method: "HEAD", range: "bytes=0-1" })
      assert.deepStrictEqual([head.status, head.bytes.length, head.size], [200, 0, 1000])
      refused(yield* read("file:///data/secret.bin"), 403, /mentioned/u)
      refused(yield* mentioned("file:///data"), 403, /no file/u)
      refused(yield* mentioned("file:///data/none"), 404, /no such file/u)
      refused(yield* mentioned("ftp://a.example/x"), 400, /ftp/u)
      refused(yield* read(url, { method: "POST" }), 405, /GET/u)
      refused(yield* read(url, { origin: "https://evil.example" }), 403, /not registered/u)
      refused(yield* pages.read(translator.slice(0, -1), { origin }), 404, /question mark/u)
      refused(yield* pages.read(`${translator}nonsense`, { origin }), 400, /no absolute URL/u)
      assert.strictEqual((yield* pages.read(`${translator}${url}`)).status, 200)
      yield* mention("file:///data/a b.bin")
      yield* files.write("/data/a b.bin", pattern(3))
      assert.strictEqual((yield* pages.read(`${translator}file:///data/a%20b.bin`)).status, 200)
    }))
  })

  it("WEB-54 WEB-55 goes where the web sends it on, but not to files, nor to this machine or its network", () => {
    run(Effect.gen(function*() {
      const { mentioned } = yield* pair
      const web = yield* Web
      yield* web.put("http://127.0.0.1:4000/a", { bytes: pattern(5), mediaType: "image/fits" })
      yield* web.put("http://127.0.0.1:631/", { bytes: pattern(6) })
      yield* web.put("https://b.example/b", { bytes: pattern(7), mediaType: "image/fits", sized: false })
      yield* web.redirect("https://a.example/a", "http://a.example/c")
      yield* web.redirect("http://a.example/c", "https://b.example/b")
      const local = yield* mentioned("http://127.0.0.1:4000/a")
      assert.deepStrictEqual([local.status, local.bytes, local.size], [200, pattern(5), 5])
      const far = yield* mentioned("https://a.example/a#part")
      assert.deepStrictEqual([far.status, far.bytes, far.mediaType, far.size], [
        200,
        pattern(7),
        "image/fits",
        undefined
      ])
      refused(yield* mentioned("https://a.example/none"), 404, /Not Found/u)
      const sent: ReadonlyArray<readonly [string, RegExp]> = [
        ["file:///etc/passwd", /file: URL/u],
        ["http://127.0.0.1:4000/a", /no address of the internet/u],
        ["http://localhost:4000/a", /localhost is at 127\.0\.0\.1/u],
        ["http://[::ffff:127.0.0.1]:4000/a", /no address of the internet/u],
        ["http://10.0.0.1/", /no address of the internet/u],
        ["http://evil.example:4000/a", /evil\.example is at 127\.0\.0\.1/u]
      ]
      yield* web.point("evil.example", "127.0.0.1")
      yield* web.put("http://evil.example:4000/a", { bytes: pattern(5) })
      yield* web.put("http://localhost:4000/a", { bytes: pattern(5) })
      for (const [at, [to, says]] of sent.entries()) {
        yield* web.redirect(`https://a.example/${at}`, to)
        refused(yield* mentioned(`https://a.example/${at}`), 502, says)
      }
      yield* web.redirect("http://127.0.0.1:4000/cups", "http://127.0.0.1:631/")
      refused(yield* mentioned("http://127.0.0.1:4000/cups"), 502, /no address of the internet/u)
      refused(yield* mentioned("http://evil.example:4000/a"), 502, /evil\.example is at/u)
      assert.strictEqual((yield* mentioned("http://localhost:4000/a")).status, 200)
      yield* web.redirect("https://a.example/loop", "/loop")
      refused(yield* mentioned("https://a.example/loop"), 502, /more than 5 times/u)
      const asked = (yield* web.asked).map(({ url }) => url)
      assert.notInclude(asked, "http://127.0.0.1:631/")
      assert.notInclude(asked, "http://evil.example:4000/a")
    }))
  })

  it("P4 what a page publishes is found by desktop programs, and is gone with the page", () => {
    run(
      Effect.gen(function*() {
        const { page, pages, publish, read } = yield* pair
        const downloads = yield* Downloads
        const files = yield* Files
        const answer = yield* publish("my table.vot", pattern(600), {}, "application/x-votable+xml")
        assert.strictEqual(answer.status, 201)
        assert.match(text(answer), /^http:\/\/127\.0\.0\.1:1\/[^/]+\/my_table\.vot$/u)
        assert.deepStrictEqual(yield* downloads.read(text(answer)), {
          bytes: pattern(600),
          mediaType: "application/x-votable+xml"
        })
        refused(yield* publish("b", pattern(401)), 413, /more than the 400 bytes/u)
        assert.strictEqual((yield* publish("b", pattern(400))).status, 201)
        refused(yield* publish("b", pattern(1), { method: "GET" }), 405, /POST or PUT/u)
        refused(yield* publish("b", pattern(0), {}, "fits"), 400, /media type/u)
        refused(yield* publish("b", pattern(0), { origin: "https://evil.example" }), 403, /not registered/u)
        assert.lengthOf(yield* files.paths, 2)
        yield* page.unregister
        yield* Effect.sleep("10 seconds")
        assert.isUndefined(yield* downloads.read(text(answer)))
        assert.deepStrictEqual(yield* files.paths, [])
        refused(yield* publish("b", pattern(1)), 403, /not registered/u)
        refused(yield* read("file:///data/a"), 403, /not registered/u)
        yield* Effect.flatMap(SimHub, ({ kill }) => kill)
        const gone = yield* Effect.flip(pages.read(`${webUrl}proxied/x?file:///a`))
        assert.match(gone.message, /no hub serves pages there/u)
      }),
      { web: { publishBytes: 1_000 } }
    )
  })

  it("WEB-50 readers of the web in memory are sent on, too", () => {
    run(Effect.gen(function*() {
      const web = yield* Web
      yield* web.put("http://b.example/x", { bytes: pattern(3) })
      yield* web.redirect("http://a.example", "http://b.example/y/../x")
      assert.deepStrictEqual((yield* web.read("http://a.example/")).bytes, pattern(3))
      yield* web.redirect("http://a.example", "http://a.example")
      assert.match((yield* Effect.flip(web.read("http://a.example"))).message, /sends on to nowhere/u)
      yield* web.put("http://a.example", { bytes: pattern(4) })
      assert.deepStrictEqual((yield* web.read("http://a.example")).bytes, pattern(4))
    }))
  })
})
