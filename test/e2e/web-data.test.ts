/** Data through a running hub: a page reads what a program has mentioned to it, and programs read what it publishes. */
import { assert, describe, it } from "@effect/vitest"
import * as Fs from "node:fs"
import { type IncomingMessage, request } from "node:http"
import { peakBytes } from "../bench/ProcessStats.ts"
import { pause, record, until, World } from "./harness.ts"
import { message } from "./support/Client.ts"
import { call } from "./support/WebPage.ts"
import { isStruct, type Value } from "./support/Wire.ts"

const origin = "https://archive.example"
const evil = "https://evil.example"

interface Asking {
  readonly method?: string
  readonly headers?: { readonly [name: string]: string }
  readonly origin?: string
  readonly body?: string
}

interface Got {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly size: number
  /** Its first bytes. */
  readonly text: string
}

/** Fetches as a browser does for a page. */
const get = (
  url: string,
  { body, headers = {}, method = "GET", origin: from = origin }: Asking = {}
): Promise<Got> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...headers, origin: from }, agent: false }, (response) => {
      let size = 0
      let text = ""
      response.on("data", (piece: Buffer) => {
        size += piece.length
        if (text.length < 1_000) text += piece.toString("latin1")
      })
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, size, text }))
      response.once("error", reject)
    })
    sent.once("error", reject)
    sent.end(body)
  })

/** A hub with pages' temporary files at home, and a page that is registered and hears of images. */
const withPage = async (world: World) => {
  const temporary = world.path("tmp")
  Fs.mkdirSync(temporary, { recursive: true })
  const start = async () => {
    const hub = await world.hub(["--web-port", "0", "--web-consent", "allow"], { env: { TMPDIR: temporary } })
    return { ...hub, web: String(record(hub.ready["web"])["url"]) }
  }
  const hub = await start()
  const ask = (method: string, ...params: ReadonlyArray<Value>) =>
    call(hub.web, method, params, { origin }).answer
  const answer = await ask("register", { "samp.name": "Archive" })
  const told = (key: string): string => isStruct(answer) ? String(answer[key]) : ""
  const key = told("samp.private-key")
  await ask("allowReverseCallbacks", key, "1")
  await ask("declareSubscriptions", key, { "image.load.fits": {} })
  return {
    hub,
    start,
    ask,
    key,
    id: told("samp.self-id"),
    translator: told("samp.url-translator"),
    publisher: told("x-samp.url-publisher"),
    kept: () => Fs.readdirSync(temporary, { recursive: true, encoding: "utf8" })
  }
}

describe.concurrent("data for pages", { timeout: 240_000 }, () => {
  it("WEB-50..55, P4: a page reads the file that a program mentions to it, and the hub holds none of it", async () => {
    await using world = new World()
    const { hub, id, key, translator, ask } = await withPage(world)
    const desktop = await world.sender(hub)
    const size = 200_000_000
    const path = world.path("m31.fits")
    Fs.writeFileSync(path, "SIMPLE")
    Fs.truncateSync(path, size)
    const url = `file://${path}`
    const read = (asking?: Asking) => get(`${translator}${encodeURIComponent(url)}`, asking)
    assert.strictEqual((await read()).status, 403)
    await desktop.ask("notify", id, message("image.load.fits", { url }))
    await ask("pullCallbacks", key, "10")
    const part = await read({ headers: { Range: "bytes=0-5" } })
    assert.deepStrictEqual([part.status, part.text, part.headers["content-range"]], [
      206,
      "SIMPLE",
      `bytes 0-5/${size}`
    ])
    assert.strictEqual(part.headers["access-control-allow-origin"], origin)
    assert.include(part.headers["access-control-expose-headers"], "Content-Range")
    assert.strictEqual(part.headers["content-security-policy"], "sandbox; default-src 'none'")
    assert.strictEqual((await read({ method: "HEAD" })).headers["content-length"], String(size))
    assert.strictEqual((await get(`${translator}${url}`, { headers: { Range: "bytes=-1" } })).status, 206)
    assert.strictEqual((await read()).size, size)
    assert.strictEqual((await read({ origin: evil })).status, 403)
    const refused = await get(`${translator}file:///etc/passwd`)
    assert.deepStrictEqual([refused.status, refused.headers["access-control-allow-origin"]], [403, origin])
    await until("the log", () => hub.program.stderr.includes("file:///etc/passwd"))
    for (const secret of [key, translator.slice(-20, -1)]) assert.notInclude(hub.program.stderr, secret)
    const preflight = await get(translator, {
      method: "OPTIONS",
      headers: { "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range" }
    })
    assert.deepStrictEqual([preflight.status, preflight.headers["access-control-allow-headers"]], [
      200,
      "range"
    ])
    if (process.platform === "linux") assert.isBelow(peakBytes(hub.program.pid) ?? Infinity, 150_000_000)
    await ask("unregister", key)
    assert.strictEqual((await read()).status, 403)
  })

  it("WEB-54, P4: another page reads what a page publishes, if it knows where, and nothing else of it", async () => {
    await using world = new World()
    const { ask, hub, key, publisher } = await withPage(world)
    const other = await call(hub.web, "register", [{ "samp.name": "Viewer" }], { origin: evil }).answer
    const translator = isStruct(other) ? String(other["samp.url-translator"]) : ""
    const read = (url: string) => get(`${translator}${encodeURIComponent(url)}`, { origin: evil })
    const { text: url } = await get(`${publisher}?name=t.vot`, { method: "POST", body: "<VOTABLE/>" })
    // its own page has mentioned it, which opens nothing by itself
    const mention = message("table.load.votable", { url, next: "file:///etc/hostname" })
    await ask("notifyAll", key, mention)
    const found = await read(url)
    assert.deepStrictEqual([found.status, found.text], [200, "<VOTABLE/>"])
    const { origin: root, pathname } = new URL(url)
    const others = [
      "file:///etc/hostname",
      `${root}/`,
      `${url}x`,
      `${root}${pathname.replace(/[^/]+$/u, "other.vot")}`,
      `${root.replace("127.0.0.1", "localhost")}${pathname}`
    ]
    for (const other of others) assert.strictEqual((await read(other)).status, 403, other)
    await ask("unregister", key)
    const isGone = async (): Promise<boolean> => (await read(url)).status === 403
    for (let n = 0; n < 400 && !await isGone(); n++) await pause(25)
    assert.isTrue(await isGone())
  })

  it("P4: programs read what a page publishes; it goes with the page, and what a killed hub leaves with the next", async () => {
    await using world = new World()
    const { ask, hub, kept, key, publisher, start } = await withPage(world)
    const body = "SIMPLE".repeat(50_000)
    const headers = { "Content-Type": "application/fits" }
    const put = (asking: Asking = {}) =>
      get(`${publisher}?name=m%2031.fits`, { method: "POST", headers, body, ...asking })
    const answer = await put()
    assert.strictEqual(answer.status, 201)
    assert.match(answer.text, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{40,}\/m_31\.fits$/u)
    assert.deepStrictEqual(
      [answer.headers.location, answer.headers["access-control-allow-origin"]],
      [answer.text, origin]
    )
    const whole = await get(answer.text)
    assert.deepStrictEqual([whole.status, whole.size, whole.headers["content-type"]], [
      200,
      body.length,
      "application/fits"
    ])
    assert.strictEqual(whole.headers["content-security-policy"], "sandbox; default-src 'none'")
    assert.isUndefined(whole.headers["access-control-allow-origin"])
    const part = await get(answer.text, { headers: { Range: "bytes=6-11" } })
    assert.deepStrictEqual([part.status, part.text], [206, "SIMPLE"])
    assert.strictEqual((await put({ origin: evil })).status, 403)
    assert.strictEqual((await put({ origin: "null" })).status, 403)
    assert.strictEqual((await get(`${publisher}x`, { method: "POST", body })).status, 403)
    assert.lengthOf(kept(), 2)
    await ask("unregister", key)
    await until("it is gone", () => kept().length === 1)
    assert.strictEqual((await get(answer.text)).status, 404)
    assert.strictEqual((await put()).status, 403)

    const again = await ask("register", { "samp.name": "Archive" })
    const other = isStruct(again) ? String(again["x-samp.url-publisher"]) : ""
    assert.strictEqual((await get(other, { method: "PUT", body })).status, 201)
    await hub.program.kill()
    assert.lengthOf(kept(), 2)
    const next = await start()
    await until("it is cleaned up", () => kept().length === 0)
    next.program.signal("SIGTERM")
    await next.program.ended
    assert.deepStrictEqual(kept(), [])
  })
})
