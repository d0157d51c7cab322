/** The shim's requests, and what comes of them, beside a hub that a test scripts. */
import { assert, describe, it, vi } from "@effect/vitest"
import { samp } from "../../../src/sampjs.ts"
import { eventually } from "../../support/eventually.ts"
import { askedOf, begin, called, placeHub, placePage, registered, sampMap } from "./world.ts"

const ping = new samp.XmlRpcRequest("samp.webhub.ping")

describe("XmlRpcRequest", () => {
  it("WEB-04, WIRE-121 writes strings, lists and maps, inherited members too, and nothing else", () => {
    const child: {} = Object.assign(Object.create({ base: "b" }), { own: ["x", { "": "" }] })
    const request = new samp.XmlRpcRequest("samp.webhub.notifyAll").addParam("key").addParams([child])
    assert.strictEqual(
      request.toXml(),
      "<?xml version=\"1.0\"?>\n<methodCall><methodName>samp.webhub.notifyAll</methodName><params>" +
        "<param><value><string>key</string></value></param><param><value><struct>" +
        "<member><name>own</name><value><array><data><value><string>x</string></value><value><struct>" +
        "<member><name></name><value><string></string></value></member></struct></value></data></array></value></member>" +
        "<member><name>base</name><value><string>b</string></value></member>" +
        "</struct></value></param></params></methodCall>\n"
    )
    for (const bad of [1, true, null, undefined, () => {}]) {
      const bare = new samp.XmlRpcRequest("x", [{ row: [bad as never] }])
      assert.throws(() => bare.toXml(), /row: .*(?:number|boolean|null|undefined|function)/u)
    }
    assert.throws(() => new samp.XmlRpcRequest("x", [{ ra: 1.5 as never }]).toXml(), /String\(1\.5\)/u)
    assert.strictEqual(String(new samp.XmlRpcRequest("m", ["a", ["b"]])), "m([\"a\",[\"b\"]])")
  })

  it("checks types in order", () => {
    const request = new samp.XmlRpcRequest("m", ["a", {}, []])
    request.checkParams([samp.TYPE_STRING, samp.TYPE_MAP, samp.TYPE_LIST])
    const others = [[], [samp.TYPE_STRING], [samp.TYPE_MAP, samp.TYPE_STRING, samp.TYPE_LIST]] as const
    for (const types of others) assert.throws(() => request.checkParams(types), /\[string, map, list\]/u)
  })
})

describe("XmlRpcClient", () => {
  it("WEB-01 looks for the hub where pages do, or at a URL", async () => {
    assert.strictEqual(new samp.XmlRpcClient().endpoint, "http://localhost:21012/")
    const { hub } = await begin()
    placeHub(undefined)
    const client = new samp.XmlRpcClient(hub.url)
    hub.scripts.set("ping", () => ({ value: sampMap({ a: { toString: ["1"] }, b: "" }) }))
    const result = await called((ok, no) => client.execute(ping, ok, no))
    assert.deepStrictEqual(result, { a: { toString: ["1"] }, b: "" })
    assert.strictEqual(Object.getPrototypeOf(result), Object.prototype)
  })

  it("gives faults, with the code as text, and calls no handler that is not there", async () => {
    const { hub } = await begin()
    hub.scripts.set("ping", () => ({ fault: "not now" }))
    const client = new samp.XmlRpcClient()
    const error = await new Promise<unknown>((resolve) => client.execute(ping, null, resolve))
    assert.deepInclude(error, { faultString: "not now", faultCode: "3" })
    assert.include(String(error), "not now")
    client.execute(ping)
    await eventually(() => hub.calls("ping").length === 2)
  })

  it.each(
    [
      [{ body: "<html>", status: 200 }, /XML/u],
      [{ body: "", status: 403 }, /403/u],
      ["hang up", /^error: No hub\? No SAMP hub .*samp hub/u]
    ] as const
  )("P1, WIRE-112 tells of an answer that is none: %j", async (scripted, text) => {
    const { hub } = await begin()
    hub.scripts.set("ping", () => scripted)
    const client = new samp.XmlRpcClient()
    assert.match(String(await called((ok, no) => client.execute(ping, ok, no))), text)
  })

  it.each(
    [
      ["granted", true, "https://archive.example", undefined, /no hub .*is running|No SAMP hub/iu],
      ["denied", true, "https://archive.example", undefined, /browser does not let this page/u],
      ["denied", false, "http://archive.example", undefined, /https/u],
      ["granted", true, "https://archive.example", "http://localhost:21012", /Content-Security-Policy/u]
    ] as const
  )(
    "P1 says why nothing answers: %s, secure %s, %s, forbidden %s",
    async (state, secure, origin, blocked, text) => {
      placePage({ state, secure, origin, blocked })
      const error = await new Promise<unknown>((resolve) =>
        new samp.XmlRpcClient().execute(ping, null, resolve)
      )
      assert.match(String(error), /^No hub\? /u)
      assert.match(String(error), text)
      assert.instanceOf(error, Error)
    }
  )

  it("calls nothing back once it is given up", async () => {
    const { hub } = await begin()
    let answer = (): void => {}
    hub.scripts.set("ping", () => new Promise((resolve) => answer = () => resolve(undefined)))
    const seen: Array<unknown> = []
    const see = (what: unknown): void => void seen.push(what)
    const running = new samp.XmlRpcClient().execute(ping, see, see)
    await eventually(() => hub.calls("ping").length === 1)
    running.abort()
    hub.scripts.clear()
    answer()
    assert.strictEqual(await called((ok) => samp.ping(ok)), true)
    assert.deepStrictEqual(seen, [])
  })

  it("throws, asks nothing and calls nothing back for what SAMP has not", async () => {
    const { fetched } = await begin()
    const request = new samp.XmlRpcRequest("x", [{ row: 1 as never }])
    const fail = (): void => assert.fail("it was called back")
    assert.throws(() => new samp.XmlRpcClient().execute(request, fail, fail), /row/u)
    assert.deepStrictEqual(fetched, [])
  })
})

describe("createXHR", () => {
  const read = (url: string, after: (xhr: samp.Xhr) => void = () => {}): Promise<string> =>
    new Promise((resolve) => {
      const xhr = samp.XmlRpcClient.createXHR()
      xhr.open("GET", url)
      xhr.onload = () => resolve(`${xhr.responseText} ${String(xhr.responseXML)}`)
      xhr.onerror = (error) => resolve(`error: ${String(error)}`)
      xhr.send(null)
      after(xhr)
      if (after.length > 0) setTimeout(resolve, 200, "silence")
    })

  it("P4 reads a URL without a browser's XMLHttpRequest", async () => {
    const { hub } = await begin()
    hub.other = (request, response) => {
      response.writeHead(request.url === "/there" ? 200 : 404).end(`${request.method} ${request.url}`)
    }
    assert.strictEqual(await read(`${hub.url}there`), "GET /there null")
    assert.strictEqual(await read(`${hub.url}elsewhere`), "error: HTTP status 404")
    assert.strictEqual(await read("http://127.0.0.1:1/"), "error: No hub?")
    assert.strictEqual(await read(`${hub.url}there`, (xhr) => xhr.abort()), "silence")
  })

  it.each([200, 404])("WIRE-112 stands on XMLHttpRequest where there is one; status %i", (status) => {
    const log: Array<string> = []
    vi.stubGlobal(
      "XMLHttpRequest",
      class {
        status = 0
        responseText = ""
        responseXML: unknown = null
        onload = (): void => {}
        open = (...args: ReadonlyArray<string>): void => void log.push(`open ${args.join(" ")}`)
        setRequestHeader = (...args: ReadonlyArray<string>): void => void log.push(args.join(": "))
        abort = (): void => void log.push("abort")
        send(body: string): void {
          log.push(`send ${body}`)
          this.status = status
          this.responseText = "<VOTABLE/>"
          this.responseXML = { documentElement: "VOTABLE" }
          this.onload()
        }
      }
    )
    const xhr = samp.XmlRpcClient.createXHR()
    xhr.open("POST", "http://x/")
    xhr.setContentType("text/xml")
    xhr.onload = () => log.push(`load ${xhr.responseText} ${JSON.stringify(xhr.responseXML)}`)
    xhr.onerror = (error) => log.push(`error ${String(error)}`)
    xhr.send("body")
    xhr.abort()
    assert.deepStrictEqual(log, [
      "open POST http://x/",
      "Content-Type: text/xml",
      "send body",
      status === 200 ? "load <VOTABLE/> {\"documentElement\":\"VOTABLE\"}" : "error HTTP status 404",
      "abort"
    ])
  })
})

describe("register and ping", () => {
  it("WEB-10, WEB-11, WIRE-114 registers with the name in a map, and keeps what the hub says", async () => {
    const { hub } = await begin()
    const connection = await registered("My page")
    assert.deepStrictEqual(askedOf(hub), [
      "register({\"samp.name\":\"My page\",\"x-samp.acknowledges\":\"1\"})"
    ])
    assert.deepInclude(connection.regInfo, { "samp.self-id": "c1", "samp.hub-id": "hub" })
    assert.strictEqual(connection.privateKey, connection.regInfo?.["samp.private-key"])
    assert.strictEqual(connection.closed, false)
  })

  it("tells of a refusal, and of an answer without a key", async () => {
    const { hub } = await begin()
    hub.scripts.set("register", () => ({ fault: "the user said no" }))
    assert.match(String(await called((ok, no) => samp.register("p", ok, no))), /error: .*the user said no/u)
    hub.scripts.set("register", () => ({ value: sampMap({ "samp.self-id": "c1" }) }))
    assert.match(String(await called((ok, no) => samp.register("p", ok, no))), /error: .*samp\.private-key/u)
  })

  it("WEB-20, WIRE-110 pings without a key", async () => {
    const { hub } = await begin()
    assert.strictEqual(await called((ok) => samp.ping(ok)), true)
    assert.deepStrictEqual(askedOf(hub), ["ping()"])
    placeHub(undefined)
    assert.strictEqual(await called((ok) => samp.ping(ok)), false)
  })
})

describe("isSubscribed", () => {
  it.each([
    ["table.load.votable", "table.load.votable", true],
    ["table.load.*", "table.load.votable", true],
    ["table.*", "table.load.votable", true],
    ["*", "table.load.votable", true],
    ["table.load.*", "table.load", false],
    ["table.load.*", "table.loaded", false],
    ["table.load", "table.load.votable", false],
    ["tab*", "table", false]
  ])("WIRE-119, SUB-05 %s and %s: %s", (pattern, mtype, matches) => {
    assert.strictEqual(samp.isSubscribed({ "x.y": {}, [pattern]: {} }, mtype), matches)
  })

  it("is for nothing without subscriptions", () => {
    assert.strictEqual(samp.isSubscribed(undefined, "a"), false)
    assert.strictEqual(samp.isSubscribed({}, "toString"), false)
  })
})
