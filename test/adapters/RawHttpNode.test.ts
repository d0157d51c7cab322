import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as RawHttpNode from "../../src/adapters/http/RawHttpNode.ts"
import { RawHttp, type RawRequest } from "../../src/ports/RawHttp.ts"

const answer = (body: string): string =>
  `HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const post = (body: string): string => `POST /a?b HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** A server that answers by these, one after the other. */
const serving = (...answers: ReadonlyArray<string | undefined>) =>
  Effect.gen(function*() {
    const raw = yield* RawHttp
    const requests: Array<RawRequest> = []
    const port = yield* raw.listen((request) => Effect.sync(() => answers[requests.push(request) - 1]))
    return { raw, requests, url: `http://127.0.0.1:${port}/xmlrpc` }
  })

const live = <E>(title: string, run: () => Effect.Effect<void, E, RawHttp>) =>
  it.live(title, () => run().pipe(Effect.provide(RawHttpNode.layer)))

describe("raw HTTP on sockets", () => {
  live(
    "sends bytes as they are, and takes requests and answers apart",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { raw, requests, url } = yield* serving(answer("h\u00e9llo"))
        const [found] = yield* raw.exchange(url, post("\u0000\u00ff"), { timeoutMs: 5_000 })
        assert.deepInclude(found, {
          status: 200,
          body: "h\u00e9llo",
          head: "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5"
        })
        assert.strictEqual(found?.headers.get("x-a"), "1")
        assert.deepStrictEqual(requests, [{
          head: "POST /a?b HTTP/1.1\r\nContent-Length: 2",
          target: "/a?b",
          body: "\u0000\u00ff"
        }])
      }))
  )

  live(
    "reads several answers of one connection, and those that say no length up to its end",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { raw, url } = yield* serving(
          answer("one") + answer("two"),
          "HTTP/1.0 404 No\nX: y\n\nall of it"
        )
        const both = yield* raw.exchange(url, post(""), { timeoutMs: 5_000, answers: 2 })
        assert.deepStrictEqual(both.map(({ body }) => body), ["one", "two"])
        const [open] = yield* raw.exchange(url, post(""), { timeoutMs: 5_000 })
        assert.deepInclude(open, { status: 404, body: "all of it" })
      }))
  )

  live(
    "returns fewer answers than were wanted when the peer closes",
    () =>
      Effect.scoped(Effect.gen(function*() {
        const { raw, url } = yield* serving(answer("one"))
        assert.lengthOf(yield* raw.exchange(url, post(""), { timeoutMs: 5_000, answers: 2 }), 1)
      }))
  )

  live("reads no body where none comes, as after HEAD", () =>
    Effect.scoped(Effect.gen(function*() {
      const { raw, url } = yield* serving("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
      const [head] = yield* raw.exchange(url, "HEAD / HTTP/1.1\r\n\r\n", { timeoutMs: 5_000, headOnly: true })
      assert.deepInclude(head, { status: 200, body: "" })
    })))

  live("tells a peer that hangs up from one that says nothing, and from none", () =>
    Effect.gen(function*() {
      const url = yield* Effect.scoped(Effect.gen(function*() {
        const { raw, url } = yield* serving(undefined)
        const closed = yield* Effect.flip(raw.exchange(url, post(""), { timeoutMs: 5_000 }))
        assert.strictEqual(closed.reason, "Closed")
        const silent = yield* Effect.flip(raw.exchange(url, "POST / HTTP/1.1\r\n", { timeoutMs: 50 }))
        assert.strictEqual(silent.reason, "Timeout")
        assert.include(silent.message, "gave no whole answer in time")
        return url
      }))
      const raw = yield* RawHttp
      const gone = yield* Effect.flip(raw.exchange(url, post(""), { timeoutMs: 5_000 }))
      assert.strictEqual(gone.reason, "Refused")
      assert.include(gone.message, "refused the connection")
    }))
})
