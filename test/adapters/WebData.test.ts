/** Reading what others mention, through the hub and past it, and handing data over. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, assert, describe, test, vi } from "vitest"
import { fetchUrl, type Gateway, NotOffered, publish, WebError } from "../../src/adapters/web/WebData.ts"

interface Asked {
  readonly method: string
  readonly url: string
  readonly type: string | undefined
  readonly range: string | undefined
  readonly body: string
}

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

/** A server, and what was asked of it. */
const server = async (answer: Answer) => {
  const asked: Array<Asked> = []
  const http = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += String(chunk)
    const { headers, method = "", url = "" } = request
    asked.push({ method, url, type: headers["content-type"], range: headers.range, body })
    answer(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
  ends.push(() => http.close())
  ends.push(() => http.closeAllConnections())
  return { asked, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` } // it listens on a port
}

const ends: Array<() => unknown> = []
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end()
  vi.unstubAllGlobals()
})

/** A hub that reads and takes whatever it is asked to. */
const gateway = async (answer: Answer = (_, response) => void response.end("bytes")) => {
  const hub = await server(answer)
  const offered: Gateway = {
    url: hub.url,
    translator: `${hub.url}proxied/t?`,
    publisher: `${hub.url}published/t`
  }
  return { ...hub, offered }
}

/** What `fetch` does to these URLs, beginning with; the others are really fetched. */
const pretend = (answers: { readonly [start: string]: () => Response }): Array<string> => {
  const fetched: Array<string> = []
  const original = fetch
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    fetched.push(url)
    for (const [start, answer] of Object.entries(answers)) if (url.startsWith(start)) return answer()
    return original(url, init)
  })
  return fetched
}

const blocked = (): Response => {
  throw new TypeError("Failed to fetch")
}

const failure = async (promise: Promise<unknown>): Promise<WebError> => {
  const error = await promise.then(() => undefined, (error: unknown) => error)
  assert.instanceOf(error, WebError)
  return error
}

describe("WEB-50 reading a URL that was mentioned", () => {
  test.each([
    "file:///data/a%20b.vot",
    "http://127.0.0.1:1/topcat/t.vot?x=1&y=#2",
    "http://archive.example/t.vot",
    "https://127.0.0.1/t.vot",
    "https://localhost:8443/t.vot",
    "ftp://archive.example/t.vot"
  ])("WEB-51 %s goes through the hub, percent-encoded as a whole", async (url) => {
    const { asked, offered } = await gateway()
    assert.strictEqual(await (await fetchUrl(() => offered, url)).text(), "bytes")
    assert.deepStrictEqual(asked.map(({ method, url }) => [method, url]), [
      ["GET", `/proxied/t?${encodeURIComponent(url)}`]
    ])
  })

  test("WEB-50 headers and methods go with it", async () => {
    const { asked, offered } = await gateway()
    await fetchUrl(() => offered, "file:///a.vot", { headers: { Range: "bytes=0-9" } })
    await fetchUrl(() => offered, "file:///a.vot", { method: "HEAD" })
    assert.deepStrictEqual(asked.map(({ method, range }) => [method, range]), [
      ["GET", "bytes=0-9"],
      ["HEAD", undefined]
    ])
  })

  test("P4 a public https URL is read by the page itself, if its server lets it", async () => {
    const { asked, offered } = await gateway()
    const fetched = pretend({ "https://open.example/": () => new Response("open") })
    assert.strictEqual(await (await fetchUrl(() => offered, "https://open.example/t.vot")).text(), "open")
    assert.deepStrictEqual(fetched, ["https://open.example/t.vot"])
    assert.deepStrictEqual(asked, [])
  })

  test("P4 and if not, by the hub; but not when its server has answered", async () => {
    const { asked, offered } = await gateway()
    pretend({
      "https://closed.example/": blocked,
      "https://gone.example/": () => new Response("", { status: 410 })
    })
    assert.strictEqual(await (await fetchUrl(() => offered, "https://closed.example/t.vot")).text(), "bytes")
    const gone = await failure(fetchUrl(() => offered, "https://gone.example/t.vot"))
    assert.deepStrictEqual([gone.url, gone.status], ["https://gone.example/t.vot", 410])
    assert.strictEqual(asked.length, 1)
  })

  test("P4 the page's own URLs, data: and blob: are nobody else's business, hub or no hub", async () => {
    vi.stubGlobal("location", {
      hostname: "page.example",
      protocol: "https:",
      origin: "https://page.example"
    })
    const none = (): Gateway => {
      throw new Error("there is no hub")
    }
    const fetched = pretend({ "https://page.example/": () => new Response("mine") })
    assert.strictEqual(await (await fetchUrl(none, "https://page.example/t.vot")).text(), "mine")
    assert.strictEqual(await (await fetchUrl(none, "data:,hello")).text(), "hello")
    const blob = URL.createObjectURL(new Blob(["blob"]))
    assert.strictEqual(await (await fetchUrl(none, blob)).text(), "blob")
    assert.strictEqual(fetched.length, 3)
    const other = await fetchUrl(none, "https://page.example.org/t.vot").catch((error: unknown) => error)
    assert.propertyVal(other, "message", "there is no hub") // another site whose name begins alike
  })

  test("WEB-54, WEB-55 tells what the hub says of one that it does not read", async () => {
    const { offered } = await gateway((_, response) => response.writeHead(403).end("blocked"))
    const error = await failure(fetchUrl(() => offered, "file:///etc/passwd"))
    assert.deepStrictEqual([error.url, error.status, error.message], [
      "file:///etc/passwd",
      403,
      "file:///etc/passwd: HTTP status 403"
    ])
    const gone = await failure(
      fetchUrl(() => ({ ...offered, translator: "http://127.0.0.1:1/?" }), "file:///a")
    )
    assert.match(gone.message, /^file:\/\/\/a: the hub could not be reached$/u)
  })

  test("WIRE-140 reads escaped URLs through a hub that undoes the encoding twice, as JSAMP's does", async () => {
    const url = "file:///data/two%20words.vot"
    const twice = (request: IncomingMessage) => decodeURIComponent(decodeURIComponent(request.url ?? ""))
    const { asked, offered } = await gateway((request, response) =>
      response.writeHead(twice(request) === `/proxied/t?${url}` ? 200 : 403).end("bytes")
    )
    assert.strictEqual(await (await fetchUrl(() => offered, url)).text(), "bytes")
    assert.strictEqual(asked.length, 2)
    assert.strictEqual((await failure(fetchUrl(() => offered, "file:///data/other%20words.vot"))).status, 403)
    assert.strictEqual((await failure(fetchUrl(() => offered, "file:///data/other.vot"))).status, 403)
    assert.strictEqual(asked.length, 5) // once only for one in which nothing is escaped
  })

  test("WIRE-106 with a hub that reads nothing for pages, tries what can be tried, and says so", async () => {
    const { offered, url } = await gateway()
    const poor: Gateway = { ...offered, translator: "" }
    assert.strictEqual(await (await fetchUrl(() => poor, `${url}t.vot`)).text(), "bytes")
    assert.match(
      (await failure(fetchUrl(() => poor, "file:///a.vot"))).message,
      /pages cannot read it, and the hub/u
    )
    pretend({ "https://closed.example/": blocked, "http://closed.example/": blocked })
    for (const closed of ["https://closed.example/t", "http://closed.example/t"]) {
      assert.match(
        (await failure(fetchUrl(() => poor, closed))).message,
        /the hub at .* does not do it for them$/u
      )
    }
  })

  test("a signal gives up, with its reason", async () => {
    const { offered } = await gateway(() => {})
    const controller = new AbortController()
    const reading = fetchUrl(() => offered, "file:///a", { signal: controller.signal })
    setTimeout(() => controller.abort(new Error("mine")), 20)
    assert.strictEqual(String(await reading.catch((error: unknown) => error)), "Error: mine")
  })
})

describe("P4 handing data over", () => {
  const taken = (_: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(201, { "content-type": "text/plain" }).end("http://127.0.0.1:7/k/t.vot\n")

  test.each<readonly [string, Parameters<typeof publish>[1], string | undefined, string]>([
    [
      "a blob with a type",
      new Blob(["<VOTABLE/>"], { type: "application/x-votable+xml" }),
      undefined,
      "application/x-votable+xml"
    ],
    ["a blob without", new Blob(["<VOTABLE/>"]), undefined, "application/octet-stream"],
    ["a string", "<VOTABLE/>", "text/xml", "text/xml"],
    ["bytes", new TextEncoder().encode("<VOTABLE/>"), "text/xml", "text/xml"]
  ])("P4 %s is posted with its type and name, and gets a URL", async (_, data, type, expected) => {
    const { asked, offered } = await gateway(taken)
    const url = await publish(offered, data, { name: "t & u/\u00e9.vot", type })
    assert.strictEqual(url, "http://127.0.0.1:7/k/t.vot")
    assert.deepStrictEqual(asked, [{
      method: "POST",
      url: "/published/t?name=t%20%26%20u%2F%C3%A9.vot",
      type: expected,
      range: undefined,
      body: "<VOTABLE/>"
    }])
  })

  test("P4 says what to do where the hub takes no data", async () => {
    const { offered } = await gateway()
    const error = await publish({ ...offered, publisher: "" }, "x", {}).catch((error: unknown) => error)
    assert.instanceOf(error, NotOffered)
    assert.match(error.message, /takes no data from pages; put them on a server/u)
  })

  test("P4 tells what the hub says when it does not want them, and when it cannot be reached", async () => {
    const { offered } = await gateway((_, response) => response.writeHead(413).end("more than 4 GiB\n"))
    const full = await failure(publish(offered, "x", {}))
    assert.deepStrictEqual([full.status, full.detail], [413, "more than 4 GiB"])
    const gone = await failure(publish({ ...offered, publisher: "http://127.0.0.1:1/p" }, "x", {}))
    assert.strictEqual(gone.detail, "the hub did not take the data")
    const signal = AbortSignal.abort(new Error("mine"))
    assert.strictEqual(
      String(await publish(offered, "x", { signal }).catch((error: unknown) => error)),
      "Error: mine"
    )
  })
})
