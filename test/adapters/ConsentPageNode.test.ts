/** The page of consent over HTTP: who gets at it, and who does not. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { createHash } from "node:crypto"
import { type IncomingHttpHeaders, request } from "node:http"
import { escape, page } from "../../src/adapters/http/consent/Html.ts"
import { layer } from "../../src/adapters/http/ConsentPageNode.ts"
import * as KeySourceNode from "../../src/adapters/node/KeySourceNode.ts"
import type { PageAction, PageView } from "../../src/domain/consent/PageView.ts"
import { ConsentPages } from "../../src/ports/ConsentPages.ts"

const evil = "<script>alert(1)</script>\"'&"

const view: PageView = {
  mode: "ask",
  file: "/home/a&b/consent.json",
  broken: undefined,
  questions: [{
    id: 7,
    subject: "https://a.example",
    who: "https://a.example",
    names: [evil, "\u202egnp.exe"],
    warnings: [`odd ${evil}`],
    waiting: 2,
    left: 90_000
  }],
  rules: [{
    verdict: "allow",
    origin: "https://*.b.example",
    name: evil,
    limits: "send table.*; receive nothing",
    expires: "2027-01-01",
    expired: true,
    note: evil
  }],
  once: ["https://c.example"],
  clients: [{ id: "c1", name: evil, origin: undefined }]
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const ask = (url: string, { body, headers = {}, method = "GET" }: Asked = {}) =>
  Effect.promise(() =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(url, { method, headers: { connection: "close", ...headers } }, (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (chunk: string) => text += chunk)
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      })
      sent.on("error", reject)
      sent.end(body)
    })
  )

const form = { "content-type": "application/x-www-form-urlencoded" }

/** A page being served, and what was done there. */
const served = Effect.gen(function*() {
  const pages = yield* ConsentPages
  const done: Array<PageAction> = []
  const listeners = new Set<() => void>()
  const { url, views } = yield* pages.serve({
    view: Effect.succeed(view),
    act: (action) =>
      Effect.sync(() => {
        done.push(action)
        return `Done <that>: ${action._tag}`
      }),
    watch: (changed) => Effect.sync(() => void listeners.add(changed))
  })
  const { host, origin } = new URL(url)
  return { url, views, done, host, origin, change: () => listeners.forEach((changed) => changed()) }
})

const live = (title: string, test: Effect.Effect<void, unknown, ConsentPages | Scope.Scope>) =>
  it.live(title, () =>
    test.pipe(
      Effect.scoped,
      Effect.provide(layer.pipe(Layer.provide(KeySourceNode.layer)), { local: true })
    ))

const act = "do=answer&question=7&answer=once"

describe("the page of consent", () => {
  live(
    "WEB-13: is one page under an address that nobody can guess, on a port of its own",
    Effect.gen(function*() {
      const { origin, url, views } = yield* served
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/u)
      const { body, headers, status } = yield* ask(url)
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-type"], "text/html; charset=utf-8")
      assert.include(body, "https://a.example")
      assert.strictEqual(yield* views, 1)
      const other = yield* served
      assert.notStrictEqual(other.origin, origin)
      const wrong = [
        `${origin}/`,
        `${origin}/${"x".repeat(43)}/`,
        `${url.slice(0, -2)}/`,
        url.slice(0, -1),
        `${url}x`,
        `${url}/`,
        `${url}?x`,
        `${origin}/favicon.ico`
      ]
      for (const place of wrong) {
        const refused = yield* ask(place)
        assert.strictEqual(refused.status, 404, place)
        assert.notInclude(refused.body, "a.example")
      }
      assert.strictEqual(yield* views, 1)
    })
  )

  live(
    "WEB-65: is not there under another Host, so no name can be bent to it",
    Effect.gen(function*() {
      const { host, url } = yield* served
      const port = host.split(":")[1]
      for (const name of ["evil.example", `evil.example:${port}`, `localhost:${port}`, "127.0.0.1", "x"]) {
        assert.strictEqual((yield* ask(url, { headers: { host: name } })).status, 403, name)
      }
    })
  )

  live(
    "WEB-13: is in no frame, leaks no address, takes nothing from elsewhere, and is read by no other origin",
    Effect.gen(function*() {
      const { origin, url } = yield* served
      const { body, headers } = yield* ask(url, { headers: { origin: "https://evil.example" } })
      const policy = String(headers["content-security-policy"])
      const hash = (tag: string) => {
        const text = new RegExp(`<${tag}>([^]*)</${tag}>`, "u").exec(body)?.[1] ?? ""
        return `'sha256-${createHash("sha256").update(text).digest("base64")}'`
      }
      assert.deepStrictEqual(policy.split("; ").sort(), [
        "base-uri 'none'",
        "connect-src 'self'",
        "default-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        `script-src ${hash("script")}`,
        `style-src ${hash("style")}`
      ])
      assert.strictEqual(headers["x-frame-options"], "DENY")
      assert.strictEqual(headers["referrer-policy"], "no-referrer")
      assert.strictEqual(headers["x-content-type-options"], "nosniff")
      assert.strictEqual(headers["cross-origin-resource-policy"], "same-origin")
      assert.strictEqual(headers["cache-control"], "no-store")
      const paths = ["", "x", "act", "events/x"]
      for (const path of paths) {
        const preflight = yield* ask(`${url}${path}`, {
          method: "OPTIONS",
          headers: { origin: "https://evil.example", "access-control-request-method": "POST" }
        })
        assert.isAtLeast(preflight.status, 400)
        for (const name of Object.keys(preflight.headers)) assert.notMatch(name, /^access-control/u)
      }
      const refused = yield* ask(`${origin}/nothing`)
      assert.include(refused.headers["content-security-policy"], "default-src 'none'")
    })
  )

  live(
    "WEB-13: does what its own forms say, and nothing that comes from another page",
    Effect.gen(function*() {
      const { done, origin, url } = yield* served
      const post = (headers: Readonly<Record<string, string>>, body = act) =>
        Effect.map(
          ask(`${url}act`, { method: "POST", headers: { ...form, ...headers }, body }),
          ({ status }) => status
        )
      const foreign: ReadonlyArray<Readonly<Record<string, string>>> = [
        {},
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: "http://127.0.0.1:21012" },
        { origin, "sec-fetch-site": "cross-site" },
        { origin, "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "none" }
      ]
      for (const headers of foreign) assert.strictEqual(yield* post(headers), 403, JSON.stringify(headers))
      assert.lengthOf(done, 0)
      assert.strictEqual(yield* post({ origin }), 200)
      assert.strictEqual(yield* post({ origin: "null", "sec-fetch-site": "same-origin" }), 200)
      yield* post({ origin }, "do=revoke&origin=https%3A%2F%2Fa.example&name=N%26M")
      yield* post({ origin }, "do=revoke&origin=https%3A%2F%2F*.a.example")
      yield* post({ origin }, "do=deny&origin=local")
      assert.deepStrictEqual(
        done.map((action) =>
          action._tag === "Answer"
            ? `${action.question} ${action.answer}`
            : `${action._tag} ${action.origin.text}${action._tag === "Revoke" ? ` ${action.name}` : ""}`
        ),
        [
          "7 once",
          "7 once",
          "Revoke https://a.example N&M",
          "Revoke https://*.a.example undefined",
          "Deny local"
        ]
      )
    })
  )

  live(
    "refuses what is no form of its own, or too large, or done in another way",
    Effect.gen(function*() {
      const { done, origin, url } = yield* served
      const post = (body: string, headers: Readonly<Record<string, string>> = form) =>
        Effect.map(
          ask(`${url}act`, { method: "POST", headers: { origin, ...headers }, body }),
          ({ status }) => status
        )
      const bodies = [
        "",
        "do=answer",
        "do=answer&question=7&answer=yes",
        "do=answer&question=x&answer=once",
        "do=revoke&origin=a.example",
        "do=all",
        `${act}&x=${"y".repeat(9_000)}`
      ]
      for (const body of bodies) assert.strictEqual(yield* post(body), 400, body.slice(0, 60))
      assert.strictEqual(yield* post(act, { "content-type": "text/plain" }), 400)
      assert.strictEqual(yield* post(act, { "content-type": "application/json" }), 400)
      assert.lengthOf(done, 0)
      assert.strictEqual((yield* ask(`${url}act?${act}`)).status, 404)
      assert.strictEqual((yield* ask(`${url}act`)).status, 405)
      assert.strictEqual((yield* ask(url, { method: "POST", headers: form, body: act })).status, 405)
      assert.strictEqual((yield* ask(url, { method: "DELETE" })).status, 405)
    })
  )

  live(
    "says on the page what came of it",
    Effect.gen(function*() {
      const { origin, url } = yield* served
      const { body, headers } = yield* ask(`${url}act`, {
        method: "POST",
        headers: { ...form, origin },
        body: act
      })
      assert.include(headers["content-type"], "text/html")
      assert.include(body, "<p id=\"status\" role=\"status\">Done &lt;that&gt;: Answer</p>")
    })
  )

  live(
    "tells open pages of changes, a bounded number of them, and ends with the hub",
    Effect.gen(function*() {
      const ends: Array<Promise<string>> = []
      const heard: Array<string> = []
      yield* Effect.scoped(Effect.gen(function*() {
        const { change, url } = yield* served
        const stream = () =>
          Effect.promise(() =>
            new Promise<number>((resolve, reject) => {
              const sent = request(`${url}events`, { headers: { connection: "close" } }, (response) => {
                resolve(response.statusCode ?? 0)
                assert.match(String(response.headers["content-type"]), /^text\//u)
                response.on("data", (chunk: Buffer) => {
                  if (chunk.toString().includes("data: changed")) heard.push("changed")
                })
                ends.push(
                  new Promise((ended) =>
                    response.on("close", () => ended(response.complete ? "ended" : "cut"))
                  )
                )
              })
              sent.on("error", reject)
              sent.end()
            })
          )
        const statuses: Array<number> = []
        for (let i = 0; i < 18; i++) statuses.push(yield* stream())
        assert.deepStrictEqual(statuses, [...Array.from({ length: 16 }, () => 200), 503, 503])
        change()
        for (let i = 0; heard.length < 16; i++) {
          if (i > 3_000) assert.fail(`${heard.length} pages heard of it`)
          yield* Effect.sleep(10)
        }
      }))
      assert.deepStrictEqual(new Set(yield* Effect.promise(() => Promise.all(ends))), new Set(["ended"]))
    })
  )
})

describe("the page as HTML", () => {
  const html = page(view, "")

  it("WEB-14: shows what pages claim as text, and nothing of it as HTML", () => {
    assert.lengthOf(html.match(/<script/gu) ?? [], 1)
    assert.notInclude(html, "alert(1)</script>")
    assert.include(html, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;")
    assert.notInclude(html, "\u202e", "what turns the text round")
    assert.include(html, "\ufffdgnp.exe")
    assert.strictEqual(escape("a\u0000\u200b\ud800\u2028b"), "a\ufffd\ufffd\ufffd\ufffdb")
    assert.lengthOf(escape("&".repeat(5_000)).match(/&amp;/gu) ?? [], 200)
  })

  it("gives a rule's name back as it is, however it is shown", () => {
    const long = "&\u202e\"".repeat(100)
    const [rule] = view.rules
    const shown = page({ ...view, rules: rule === undefined ? [] : [{ ...rule, name: long }] }, "")
    const value = /name="name" value="([^"]*)"/u.exec(shown)?.[1] ?? ""
    assert.strictEqual(value.replaceAll("&quot;", "\"").replaceAll("&amp;", "&"), long)
  })

  it("is made for keyboards and readers: headings, labels, and a status that is announced", () => {
    assert.match(html, /<html lang="en">/u)
    assert.match(html, /<title>\(1\) SAMP consent<\/title>/u)
    assert.match(html, /<ol id="questions" aria-live="polite">/u)
    for (const text of ["Allow once", "Always allow", "Deny", "Always deny"]) {
      assert.include(html, `aria-label="${text}: https://a.example">${text}</button>`)
    }
    const ids = [...html.matchAll(/ id="([^"]*)"/gu)].map(([, id]) => id)
    assert.strictEqual(new Set(ids).size, ids.length)
    for (const [, id] of html.matchAll(/aria-labelledby="([^"]*)"/gu)) assert.include(ids, id)
    assert.notMatch(
      html,
      /https?:\/\/(?!a\.example|\*\.b\.example|c\.example)/u,
      "nothing is loaded from anywhere"
    )
    assert.notMatch(html, / (?:on\w+|style|src|href)=/u)
  })

  it("shows all states: nobody asks, no rules, broken rules, everybody let in", () => {
    const none = page({
      ...view,
      mode: "allow",
      questions: [],
      rules: [],
      once: [],
      clients: undefined,
      broken: "/p, line <3>"
    }, "")
    for (
      const text of [
        "Nobody asks now",
        "There are none",
        "line &lt;3&gt;",
        "That is unsafe",
        "<title>SAMP consent</title>"
      ]
    ) {
      assert.include(none, text)
    }
    assert.include(page({ ...view, clients: [], once: [] }, ""), "No web client is connected")
  })
})
