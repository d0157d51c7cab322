/**
 * Hostile pages at a hub that is a process of its own: what they may not do is refused, and the log tells of it. What they may do,
 * but not so much of it, is in red-team-floods.test.ts and red-team-memory.test.ts, attacks on the translator in web-data.test.ts
 * and test/adapters/Translator*.test.ts, those on consent in consent-hub.test.ts.
 */
import { assert, describe, it } from "@effect/vitest"
import { request } from "node:http"
import { type Hub, record, until, World } from "./harness.ts"
import { attacked } from "./support/Beside.ts"
import { asks, call } from "./support/WebPage.ts"
import { isStruct, writeCall } from "./support/Wire.ts"

const origin = "https://archive.example"
const evil = "https://evil.example"

interface WebHub extends Hub {
  readonly web: string
}

const start = async (world: World, consent: string): Promise<WebHub> => {
  const hub = await world.hub(["--web-port", "0", "--web-consent", consent])
  return { ...hub, web: String(record(hub.ready["web"])["url"]) }
}

/** What the hub answers to a request with these headers: status and body. */
const post = (
  url: string,
  headers: { readonly [name: string]: string },
  body: string
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, agent: false }, (response) => {
      let text = ""
      response.setEncoding("latin1").on("data", (piece: string) => text += piece)
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.once("error", reject)
    sent.end(body)
  })

const xml = { "content-type": "text/xml" }

const register = async (hub: WebHub, from: string | undefined) => {
  const info = await call(hub.web, "register", [{ "samp.name": "Page" }], { origin: from }).answer
  assert.isTrue(isStruct(info))
  const told = (key: string): string => isStruct(info) ? String(info[key]) : ""
  return { id: told("samp.self-id"), key: told("samp.private-key") }
}

const failure = (asked: Promise<unknown>): Promise<string> =>
  asked.then(() => "it was taken", (error: unknown) => String(error))

describe("hostile pages", { timeout: 120_000 }, () => {
  it("WEB-65, WEB-18, WEB-07, P12: foreign hosts, origins that name nobody, types that need no preflight", async () => {
    const ping = writeCall("samp.webhub.ping", [])
    const log = await attacked("foreign requests", async ({ hub, web }) => {
      const { port } = new URL(web)
      for (const host of ["evil.example", `evil.example:${port}`, "localhost:1", "192.0.2.1"]) {
        assert.strictEqual((await post(web, { ...xml, origin, host }, ping)).status, 403, host)
      }
      assert.strictEqual((await post(web, { ...xml, origin: "null" }, ping)).status, 403)
      const browser = { ...xml, "sec-fetch-site": "cross-site" }
      assert.strictEqual((await post(web, browser, ping)).status, 403, "a browser without an Origin")
      for (
        const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
      ) {
        const { status } = await post(web, { origin: evil, "content-type": type }, ping)
        assert.strictEqual(status, 415, type)
      }
      assert.strictEqual((await post(web, { origin: evil }, ping)).status, 415, "no type at all")
      assert.strictEqual(
        (await post(hub.url, { ...xml, origin: evil }, writeCall("samp.hub.ping", []))).status,
        403
      )
      await until("the log", () => hub.program.stderr.includes("this Host is not ours"))
    })
    assert.include(log, "this Host is not ours")
    assert.include(log, "the origin null names nobody")
  })

  it("WEB-15, WEB-18: whoever names no origin is not let in unless the user says so", async () => {
    await using world = new World()
    const hub = await start(world, "policy")
    assert.match(await asks(hub.web, { origin: undefined }).said, /^out.*samp consent allow local/u)
    assert.match(await asks(hub.web, { origin: evil }).said, /^out.*samp consent allow/u)
  })

  it("P12, WEB-64: a key is worth nothing on pages of another origin, without one, and in the other profile", async () => {
    await using world = new World()
    const hub = await start(world, "allow")
    const page = await register(hub, origin)
    const sender = await world.sender(hub)
    for (const from of [evil, undefined, "https://archive.example:8443", "http://archive.example"]) {
      for (const method of ["getRegisteredClients", "unregister", "ping"]) {
        const said = await failure(call(hub.web, method, [page.key], { origin: from }).answer)
        assert.include(said, "no client has this private key", `${method} from ${from}`)
      }
    }
    const { text } = await post(hub.url, xml, writeCall("samp.hub.getRegisteredClients", [page.key]))
    assert.include(text, "no client has this private key")
    assert.isTrue([...await sender.others()].includes(page.id), "it is still there")
    await until("the log", () => hub.program.stderr.includes("was used from elsewhere"))
    assert.notInclude(hub.program.stderr, page.key)
  })
})
