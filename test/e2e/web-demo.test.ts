/** `samp web-demo`: the example pages, and who gets them. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { webPort } from "../../src/domain/WebProfile.ts"
import { pages as folder } from "../../tools/bundlePages.mjs"
import { type Program, until, World } from "./harness.ts"
import { refused } from "./support/Ends.ts"

const pages = ["index", "send-table", "receive", "point", "connection"]

/** A plain request, with headers that `fetch` does not let one set. */
const ask = (
  url: string,
  { body, headers = {}, method = "GET", path }: {
    readonly method?: string
    readonly path?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  } = {}
): Promise<
  { readonly status: number; readonly text: string; readonly headers: Readonly<Record<string, unknown>> }
> =>
  new Promise((resolve, reject) => {
    const { hostname, pathname, port } = new URL(url)
    const sent = request({ hostname, port, path: path ?? pathname, method, headers }, (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => (text += chunk.toString()))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    sent.on("error", reject)
    sent.end(body)
  })

describe.concurrent("samp web-demo", () => {
  const world = new World()
  let program: Program
  let url: string

  /** Starts it, and waits for its URL. */
  const demo = async (...args: ReadonlyArray<string>) => {
    const program = world.start(["web-demo", "--port", "0", "--json", ...args])
    await until("its URL", () => program.json.length > 0 || program.failIfEnded("web-demo"))
    return { program, url: String(program.json[0]?.["url"]) }
  }

  beforeAll(async () => {
    ;({ program, url } = await demo())
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it("serves all pages and what they load, on the loopback address", async () => {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/u)
    const index = await ask(url)
    assert.deepStrictEqual(index, { ...await ask(`${url}index.html`), headers: index.headers })
    const seen = new Set<string>()
    const visit = async (name: string): Promise<void> => {
      if (seen.has(name)) return
      seen.add(name)
      const { headers, status, text } = await ask(url + name)
      assert.strictEqual(status, 200, name)
      assert.include(
        { html: "text/html", css: "text/css", js: "text/javascript", svg: "image/svg+xml" },
        { [name.split(".").at(-1) ?? ""]: String(headers["content-type"]).split(";")[0] }
      )
      const links = name.endsWith(".html")
        ? [...text.matchAll(/(?:href|src)="([^"#]+)"/gu)]
        : [...text.matchAll(/\bfrom\s*"\.\/([^"]+)"/gu)]
      for (const [, link = ""] of links) await visit(link)
    }
    for (const page of pages) await visit(`${page}.html`)
    assert.includeMembers([...seen], ["effect-samp.js", "hub.js", "votable.js", "icon.svg", "style.css"])
  })

  it("lets pages load nothing but their own, and reach nothing but hub and public servers", async () => {
    for (const name of ["", "receive.html", "effect-samp.js", "nothing", "tables"]) {
      const { headers } = await ask(url + name)
      const policy = String(headers["content-security-policy"])
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; /u)
      assert.include(
        policy,
        `connect-src 'self' https: data: http://127.0.0.1:${webPort} http://localhost:${webPort};`
      )
      assert.include(policy, "frame-ancestors 'none'")
      assert.notInclude(policy, "unsafe")
      assert.include(headers, {
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer"
      })
      assert.notProperty(headers, "access-control-allow-origin")
    }
  })

  it("WEB-65 refuses names that were bent to its address", async () => {
    const { port } = new URL(url)
    for (
      const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", "127.0.0.1:1", `[::1]:${port}`]
    ) {
      const { status, text } = await ask(url, { headers: { Host: host } })
      assert.deepStrictEqual([status, text.includes("Host")], [403, true], host)
    }
    assert.strictEqual((await ask(url, { headers: { Host: `localhost:${port}` } })).status, 200)
  })

  it("has nothing beside its pages: no directories, no files of the disk", async () => {
    const others = [
      "/no.html",
      "/web-demo/",
      "/../samp.mjs",
      "/%2e%2e/samp.mjs",
      "/..%2fsamp.mjs",
      "/THIRD-PARTY-LICENCES.txt",
      "/index.html/",
      "/index.html%00",
      "/INDEX.HTML",
      "*"
    ]
    for (const path of others) {
      const { status, text } = await ask(url, { path })
      assert.strictEqual(status, 404, path)
      assert.notInclude(text, "samp.mjs")
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { headers, status } = await ask(url, { method })
      assert.deepStrictEqual([status, headers["allow"]], [405, "GET, HEAD"], method)
    }
    const head = await ask(`${url}index.html`, { method: "HEAD" })
    assert.deepStrictEqual([head.status, head.text, Number(head.headers["content-length"]) > 500], [
      200,
      "",
      true
    ])
  })

  describe("tables", () => {
    const type = "application/x-votable+xml"
    const post = (headers: Readonly<Record<string, string>>, body = "<VOTABLE/>") =>
      ask(url, {
        path: "/tables?name=my%20table.vot",
        method: "POST",
        body,
        headers: { "Content-Type": type, ...headers }
      })
    const own = () => ({ Origin: url.slice(0, -1) })

    it("P4 takes tables of its own pages, and has them fetched under an address that nobody can guess", async () => {
      const { status, text } = await post({ ...own(), "Sec-Fetch-Site": "same-origin" })
      assert.strictEqual(status, 201)
      assert.match(text, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/my.*table\.vot$/u)
      const found = await ask(text)
      assert.deepStrictEqual([found.status, found.text, found.headers["content-type"]], [
        200,
        "<VOTABLE/>",
        type
      ])
    })

    it.each([
      ["another page", { Origin: "https://evil.example" }, 403],
      ["another port", { Origin: "http://127.0.0.1:1" }, 403],
      ["a sandbox", { Origin: "null" }, 403],
      ["nobody who says so", {}, 403],
      ["another site, as the browser says", { "Sec-Fetch-Site": "cross-site" }, 403],
      ["a form", { "Content-Type": "text/plain" }, 415]
    ])("takes none of %s", async (_, headers, status) => {
      const isOwn = status === 415 || "Sec-Fetch-Site" in headers
      assert.strictEqual((await post({ ...isOwn ? own() : {}, ...headers })).status, status)
    })

    it("keeps as many as anybody needs, and none that are large", async () => {
      const large = await post(own(), "x".repeat(8 * 1024 * 1024 + 1)).catch(() => ({ status: 413 }))
      assert.strictEqual(large.status, 413)
      const first = await post(own())
      const all = await Promise.all(Array.from({ length: 20 }, () => post(own())))
      assert.strictEqual((await ask(first.text)).status, 404)
      assert.strictEqual((await ask(all.at(-1)?.text ?? "")).status, 200)
    })

    it("are only taken where they are", async () => {
      const { headers, status } = await ask(`${url}tables`)
      assert.deepStrictEqual([status, headers["allow"]], [405, "POST"])
    })
  })

  it("tells the pages where the hub is, if it is elsewhere", async () => {
    assert.strictEqual((await ask(`${url}hub.js`)).text, "export const hub = {}\n")
    const other = await demo("--web-port", "4711")
    assert.strictEqual(
      (await ask(`${other.url}hub.js`)).text,
      "export const hub = {\"url\":\"http://127.0.0.1:4711/\"}\n"
    )
    const { headers } = await ask(other.url)
    assert.include(
      String(headers["content-security-policy"]),
      " http://127.0.0.1:4711 http://localhost:4711;"
    )
    assert.notInclude(String(headers["content-security-policy"]), String(webPort))
    // exit 0: to be ended is how it ends
    other.program.signal("SIGINT")
    const { code, stderr, stdout } = await other.program.ended
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.include(stdout, "{\"event\":\"ended\",\"reason\":\"SIGINT\"}")
  })

  it("exit 9: the port is taken; exit 2: it is none", async () => {
    const { port } = new URL(url)
    refused(await world.samp("web-demo", "--port", port), 9, `port ${port}`, "--port")
    refused(await world.samp("web-demo", "--port", "70000"), 2, "--port")
    assert.strictEqual(program.exit, undefined)
  })

  it("says in a sentence where to look and how to end it", async () => {
    const plain = world.start(["web-demo", "--port", "0"])
    await until("its line", () => plain.stdout.includes("\n") || plain.failIfEnded("web-demo"))
    assert.match(plain.stdout, /^Open http:\/\/127\.0\.0\.1:\d+\/ .*samp hub.*Ctrl-C\.\n$/u)
  })
})

describe("the example pages", () => {
  const read = (name: string): string => readFileSync(join(folder, name), "utf8")

  it.each(pages)(
    "%s needs no inline code, nothing of other sites, and has what its script asks for",
    (page) => {
      const html = read(`${page}.html`)
      assert.notMatch(html, /\son\w+=|<style|style="|javascript:|<script(?![^>]* src=)/u)
      assert.notMatch(html, /(?:href|src)="(?:https?:)?\/\//u)
      assert.match(html, /<html lang="en">/u)
      assert.match(html, /<meta name="viewport"/u)
      const [, script = ""] = /<script type="module" src="([^"]+)"/u.exec(html) ?? []
      const code = read(script)
      const ids = new Set([...html.matchAll(/\bid="([^"]+)"/gu)].map(([, id]) => id))
      const asked = [...code.matchAll(/getElementById\("([^"]+)"\)/gu)].map(([, id]) => id)
      const [, list = ""] = /= \[((?:\s*"[\w-]+",?)+\s*)\]\.map\(\(id\)/u.exec(code) ?? []
      const drawn = [...code.matchAll(/id: "([^"]+)"/gu)].map(([, id]) => id)
      for (const id of [...asked, ...[...list.matchAll(/"([\w-]+)"/gu)].map(([, id]) => id)]) {
        assert.include([...ids, ...drawn], id)
      }
      for (const [, label] of html.matchAll(/<label for="([^"]+)"/gu)) assert.include([...ids], label)
      for (const [, , by] of html.matchAll(/aria-(labelledby|describedby)="([^"]+)"/gu)) {
        assert.include([
          ...ids
        ], by)
      }
      assert.strictEqual([...html.matchAll(/<h1[ >]/gu)].length, 1)
    }
  )
})
