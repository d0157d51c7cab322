/** Where the translator goes, and where it does not let itself be led: by redirects, and by names. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { hostname } from "node:os"
import { type Answer, foreign, gateway, read } from "../support/gateway.ts"
import { isRefusal, text } from "../support/gatewayReaders.ts"

const refused = (answer: Answer, says: RegExp): void => isRefusal(answer, 502, says)

/** A server that sends everybody on. */
const sending = (to: (self: string) => string, status = 302) =>
  Effect.gen(function*() {
    let self = ""
    const web = yield* foreign((request, response) => {
      if (request.url === "/end") return void response.end("there")
      response.writeHead(status, { Location: to(self) })
      response.end("moved")
    })
    self = web.url
    return web
  })

describe("being sent on", () => {
  it.live("WEB-55 is followed at the same host and port, with the same conditions", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      for (const status of [301, 302, 303, 307, 308]) {
        const web = yield* sending(() => "/end", status)
        const answer = yield* read(hub, `${web.url}/start`, { headers: { "If-None-Match": "\"v1\"" } })
        assert.deepStrictEqual([answer.status, text(answer), answer.headers.location], [
          200,
          "there",
          undefined
        ])
        assert.deepStrictEqual(web.asked.map(({ headers }) => headers["if-none-match"]), ["\"v1\"", "\"v1\""])
        assert.strictEqual(web.asked[0]?.method, "GET")
      }
      const absolute = yield* sending((self) => `${self}/end#x`)
      assert.strictEqual(text(yield* read(hub, `${absolute.url}/start`)), "there")
    }).pipe(Effect.scoped))

  it.live("WEB-54 WEB-55 is never followed to files, to this machine or to its network", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const secret = yield* foreign((_, response) => response.end("secret"))
      const v6 = yield* Effect.exit(foreign((_, response) => response.end("secret"), "::1"))
      const places: ReadonlyArray<readonly [string, RegExp]> = [
        ["file:///etc/passwd", /file: URL, which is not followed/u],
        ["data:text/plain,x", /data: URL/u],
        [`${secret.url}/`, /127\.0\.0\.1, which is no address of the internet/u],
        [`http://localhost:${secret.port}/`, /localhost is at 127\.0\.0\.1, which/u],
        [`http://127.1:${secret.port}/`, /no address of the internet/u],
        [`http://2130706433:${secret.port}/`, /no address of the internet/u],
        [`http://0.0.0.0:${secret.port}/`, /no address of the internet/u],
        [`http://[::ffff:127.0.0.1]:${secret.port}/`, /no address of the internet/u],
        [`http://[::1]:${v6._tag === "Success" ? v6.value.port : 1}/`, /no address of the internet/u],
        ["http://10.0.0.1/", /no address of the internet/u],
        ["http://169.254.169.254/latest/meta-data/", /no address of the internet/u],
        ["http://192.168.0.1/", /no address of the internet/u],
        ["http://[fd00::1]/", /no address of the internet/u],
        ["http://[fe80::1]/", /no address of the internet/u],
        [`http://${hostname()}:${secret.port}/`, /no address of the internet|there is no/u],
        ["http://", /nowhere/u]
      ]
      for (const [place, says] of places) {
        const web = yield* sending(() => place)
        refused(yield* read(hub, `${web.url}/start`), says)
        assert.strictEqual((yield* read(hub, `${web.url}/start`, { method: "HEAD" })).status, 502)
      }
      assert.deepStrictEqual(secret.asked, [])
    }).pipe(Effect.scoped))

  it.live("WEB-55 is followed to names of the internet, as far as these are there", () =>
    Effect.gen(function*() {
      const asked: Array<string> = []
      const hub = yield* gateway({
        resolve: async (host) => {
          asked.push(host)
          return []
        }
      })
      const web = yield* sending(() => "https://archive.example:8443/x")
      refused(yield* read(hub, `${web.url}/start`), /^there is no archive\.example\n$/u)
      assert.deepStrictEqual(asked, ["archive.example"])
    }).pipe(Effect.scoped))

  it.live("WEB-55 ends after five times", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const web = yield* foreign((request, response) => {
        const left = Number(request.url?.slice(1))
        if (left === 0) return void response.end("there")
        response.writeHead(302, { Location: `/${left - 1}` })
        response.end()
      })
      assert.strictEqual(text(yield* read(hub, `${web.url}/5`)), "there")
      refused(yield* read(hub, `${web.url}/6`), /more than 5 times/u)
      assert.strictEqual(web.asked.length, 12)
    }).pipe(Effect.scoped))
})

describe("where a name leads", () => {
  const at = (address: string, hub: Partial<Record<string, string>> = {}) => async (host: string) => [
    { address: hub[host] ?? address, family: address.includes(":") ? 6 : 4 }
  ]

  it.live("WEB-54 WEB-65 a name of the internet that leads here is refused, whoever mentioned it", () =>
    Effect.gen(function*() {
      const secret = yield* foreign((_, response) => response.end("secret"))
      for (
        const address of [
          "127.0.0.1",
          "::1",
          "::ffff:127.0.0.1",
          "10.0.0.1",
          "169.254.169.254",
          "0.0.0.0",
          "fe80::1%eth0"
        ]
      ) {
        const hub = yield* gateway({ resolve: at(address) })
        refused(
          yield* read(hub, `http://evil.example:${secret.port}/`),
          new RegExp(`^evil\\.example is at ${address}, which is no address of the internet`, "u")
        )
        const web = yield* sending(() => `http://evil.example:${secret.port}/`)
        refused(yield* read(hub, `${web.url}/start`), /evil\.example is at/u)
      }
      const mixed = yield* gateway({
        resolve: async () => [{ address: "93.184.216.34", family: 4 }, { address: "127.0.0.1", family: 4 }]
      })
      refused(yield* read(mixed, `http://evil.example:${secret.port}/`), /evil\.example is at 127\.0\.0\.1/u)
      assert.deepStrictEqual(secret.asked, [])
    }).pipe(Effect.scoped))

  it.live("WEB-54 a name is asked for once: what was looked at is where it goes", () =>
    Effect.gen(function*() {
      const web = yield* foreign((_, response) => response.end("here"))
      let count = 0
      const hub = yield* gateway({
        resolve: async () => [{ address: `127.0.0.${++count}`, family: 4 }]
      })
      assert.strictEqual(text(yield* read(hub, `http://nas.local:${web.port}/`)), "here")
      assert.strictEqual(count, 1)
      // Now it is at 127.0.0.2, where nothing listens (and no Mac is).
      refused(yield* read(hub, `http://nas.local:${web.port}/`), /nothing listens|cannot be read/u)
      assert.strictEqual(count, 2)
      assert.strictEqual(web.asked.length, 1)
    }).pipe(Effect.scoped))

  it.live("WEB-54 local names, own domains, addresses and localhost are read when they are mentioned", () =>
    Effect.gen(function*() {
      const web = yield* foreign((request, response) => response.end(request.headers.host))
      const hub = yield* gateway({ resolve: at("127.0.0.1"), ownDomains: ["Obs.Example"] })
      for (
        const host of [
          "127.0.0.1",
          "localhost",
          "LOCALHOST",
          "nas",
          "nas.local",
          hostname(),
          "archive.obs.example",
          "0.0.0.0"
        ]
      ) {
        const answer = yield* read(hub, `http://${host}:${web.port}/`)
        assert.deepStrictEqual([answer.status, text(answer)], [200, `${host.toLowerCase()}:${web.port}`])
      }
      refused(yield* read(hub, `http://archive.obs.example.org:${web.port}/`), /no address of the internet/u)
    }).pipe(Effect.scoped))

  it.live("WEB-54 localhost is this machine, whatever is said of it", () =>
    Effect.gen(function*() {
      const web = yield* foreign((_, response) => response.end("here"))
      const hub = yield* gateway({ resolve: () => Promise.reject(new Error("not to be asked")) })
      assert.strictEqual(text(yield* read(hub, `http://localhost:${web.port}/`)), "here")
    }).pipe(Effect.scoped))

  it.live("WEB-03 IPv6 is read", () =>
    Effect.gen(function*() {
      const opened = yield* Effect.exit(foreign((_, response) => response.end("six"), "::1"))
      if (opened._tag === "Failure") return // a machine without it
      const hub = yield* gateway()
      assert.strictEqual(text(yield* read(hub, `${opened.value.url}/`)), "six")
      assert.strictEqual(text(yield* read(hub, `http://localhost:${opened.value.port}/`)), "six")
    }).pipe(Effect.scoped))

  it.live("WEB-55 says what is wrong: nobody there, no such name, no TLS", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({
        resolve: async (host) => {
          throw Object.assign(new Error("no"), { code: host === "busy.example" ? "EAI_AGAIN" : "ENOTFOUND" })
        }
      })
      const web = yield* foreign((_, response) => response.end())
      refused(yield* read(hub, "http://127.0.0.1:1/"), /^nothing listens at 127\.0\.0\.1:1\n$/u)
      refused(yield* read(hub, "http://none.example/"), /^there is no none\.example, .*\(ENOTFOUND\)\n$/u)
      refused(yield* read(hub, "http://busy.example/"), /\(EAI_AGAIN\)/u)
      refused(yield* read(hub, `https://127.0.0.1:${web.port}/`), /cannot be read \(\w+\)/u)
    }).pipe(Effect.scoped))
})
