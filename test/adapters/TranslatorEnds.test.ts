/** How reading through the translator ends: readers and servers that are slow, stop, hang up or never end. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { fileUrl } from "../../src/domain/FileUrl.ts"
import {
  type Answer,
  ask,
  eventually,
  foreign,
  type Gateway,
  gateway,
  type GatewayOptions,
  openFiles,
  read,
  saying,
  token
} from "../support/gateway.ts"
import { file, isRefusal, large, much, stopped, text } from "../support/gatewayReaders.ts"

const linux = process.platform === "linux"

const refused = (answer: Answer, says: RegExp): void => isRefusal(answer, 502, says)

/** A reader that has stopped in the middle of a large file, which is mentioned. */
const stoppedInFile = (options?: GatewayOptions) =>
  Effect.gen(function*() {
    const hub = yield* gateway(options)
    const path = yield* large
    hub.mentioned.add(fileUrl(path))
    return { hub, path, connection: yield* stopped(hub, fileUrl(path)) }
  })

describe("reading a file through the translator ends", () => {
  it.live("WEB-67 when the reader hangs up, and the file is closed", () =>
    Effect.gen(function*() {
      const { connection, hub, path } = yield* stoppedInFile()
      assert.isTrue(!linux || openFiles().includes(path))
      connection.destroy()
      yield* eventually("told", () => hub.outcomes.length === 1)
      assert.match(hub.outcomes[0]?.problem ?? "", /reader has gone/u)
      if (linux) assert.notInclude(openFiles(), path)
    }).pipe(Effect.scoped))

  it.live("WEB-67 when the reader takes nothing for too long", () =>
    Effect.gen(function*() {
      const { connection, hub, path } = yield* stoppedInFile({ idleMs: 200 })
      yield* eventually("told", () => hub.outcomes.length === 1)
      if (linux) assert.notInclude(openFiles(), path)
      connection.socket.resume()
      assert.isBelow((yield* Effect.promise(() => connection.closed)).length, much)
      connection.destroy()
    }).pipe(Effect.scoped))

  it.live("WEB-53 when the page leaves the hub meanwhile", () =>
    Effect.gen(function*() {
      const { connection, hub } = yield* stoppedInFile()
      yield* Effect.sleep("1100 millis")
      hub.tokens.clear()
      connection.socket.resume()
      yield* eventually("told", () => hub.outcomes.length === 1)
      assert.match(hub.outcomes[0]?.problem ?? "", /left the hub/u)
      assert.isBelow((yield* Effect.promise(() => connection.closed)).length, much)
      connection.destroy()
    }).pipe(Effect.scoped))

  it.live("WEB-53 but not when another mention is forgotten", () =>
    Effect.gen(function*() {
      const { connection, hub } = yield* stoppedInFile()
      yield* Effect.sleep("1100 millis")
      hub.mentioned.clear()
      connection.socket.resume()
      yield* eventually("told", () => hub.outcomes.length === 1)
      assert.isUndefined(hub.outcomes[0]?.problem)
      connection.destroy()
    }).pipe(Effect.scoped))

  it.live("WEB-67 at the cap, but parts can be read", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ answerBytes: 1_000 })
      const path = yield* large
      const whole = yield* read(hub, fileUrl(path))
      isRefusal(whole, 502, /^it has 40000000 bytes, and this hub passes on 1000 at once; .* Range\n$/u)
      assert.strictEqual(
        (yield* read(hub, fileUrl(path), { method: "HEAD" })).headers["content-length"],
        String(much)
      )
      const part = yield* read(hub, fileUrl(path), { headers: { Range: "bytes=5-1004" } })
      assert.deepStrictEqual([part.status, part.body.length, part.isBroken], [206, 1_000, false])
      const more = yield* read(hub, fileUrl(path), { headers: { Range: "bytes=5-2004" } })
      assert.deepStrictEqual([more.status, more.isBroken], [206, true])
    }).pipe(Effect.scoped))
})

describe("many readers", () => {
  it.live("WEB-67 have so many answers at once, for each page and for all", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ perToken: 2, atOnce: 3 })
      hub.tokens.add("tok-2").add("tok-3")
      const path = yield* large
      const url = fileUrl(path)
      hub.mentioned.add(url)
      const as = (one: string) =>
        Effect.gen(function*() {
          const before = hub.outcomes.length
          const part = { headers: { Range: "bytes=0-1" } }
          const answer = yield* ask(hub.port, `/proxied/${one}?${encodeURIComponent(url)}`, part)
          // The reader may have it all before the hub has counted it out.
          yield* eventually("told", () => hub.outcomes.length > before)
          return answer
        })
      const [first, second] = [yield* stopped(hub, url), yield* stopped(hub, url)]
      isRefusal(yield* as(token), 429, /^2 answers to this page/u)
      assert.strictEqual((yield* as("tok-2")).status, 206)
      const third = yield* stopped(hub, url, "tok-2")
      isRefusal(yield* as("tok-3"), 503, /^3 answers to pages/u)
      first.destroy()
      yield* eventually("told", () => hub.outcomes.some(({ problem }) => problem?.includes("gone") === true))
      assert.strictEqual((yield* as(token)).status, 206)
      assert.strictEqual((yield* as("tok-3")).status, 206)
      second.destroy()
      third.destroy()
    }).pipe(Effect.scoped))

  it.live("WEB-67 leave no count behind, however their requests end", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ perToken: 1, atOnce: 1 })
      const url = fileUrl(yield* file("m31.bin"))
      for (let round = 0; round < 3; round++) {
        for (const [at, place] of [url, "file:///none/at/all", "ftp://a.example/"].entries()) {
          assert.strictEqual((yield* read(hub, place)).status, [200, 404, 400][at])
          yield* eventually("told", () => hub.outcomes.length === 3 * round + at + 1)
        }
      }
    }).pipe(Effect.scoped))
})

/** Everything is over: the answer was told of, and no connection is left. */
const isOver = (hub: Gateway, web: { readonly sockets: Set<unknown> }, says: RegExp) =>
  Effect.gen(function*() {
    yield* eventually("told", () => hub.outcomes.length === 1)
    assert.match(hub.outcomes[0]?.problem ?? "", says)
    yield* eventually("hung up", () => web.sockets.size === 0)
  })

describe("patience", () => {
  it.live("WEB-67 with a server that takes the connection and says nothing", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ answerMs: 100 })
      const web = yield* saying("", () => {})
      refused(yield* read(hub, `${web.url}/`), /gave no answer in 100 ms/u)
      yield* isOver(hub, web, /gave no answer/u)
    }).pipe(Effect.scoped))

  it.live("WEB-67 with an answer that takes its time once it has begun", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ answerMs: 300 })
      const web = yield* saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\none", (socket) => {
        setTimeout(() => socket.end("23"), 800)
      })
      const answer = yield* read(hub, `${web.url}/`)
      assert.deepStrictEqual([text(answer), answer.isBroken], ["one23", false])
    }).pipe(Effect.scoped))

  it.live("WEB-67 not with those who only send it on: it has left them before it goes there", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ answerMs: 300 })
      let whileWaiting = -1
      const web = yield* foreign((request, response) => {
        if (request.url === "/there") {
          setTimeout(() => {
            whileWaiting = web.sockets.size
            response.end("there")
          }, 100)
        } else {
          response.writeHead(302, { Location: "/there" })
          response.write("and more") // it never ends
        }
      })
      assert.strictEqual(text(yield* read(hub, `${web.url}/`)), "there")
      assert.strictEqual(whileWaiting, 1)
    }).pipe(Effect.scoped))

  it.live("WEB-67 with a name that is not found, and a TLS that does not begin", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ connectMs: 100, resolve: () => new Promise(() => {}) })
      refused(yield* read(hub, "http://slow.example/"), /was not found in 100 ms/u)
      const web = yield* saying("", () => {})
      refused(yield* read(hub, web.url.replace("http", "https")), /took no connection in 100 ms/u)
      yield* eventually("hung up", () => web.sockets.size === 0)
    }).pipe(Effect.scoped))

  it.live("WEB-67 with a server that stops in the middle", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ idleMs: 100 })
      const web = yield* saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive.", () => {})
      const answer = yield* read(hub, `${web.url}/`)
      assert.deepStrictEqual([answer.status, text(answer), answer.isBroken], [200, "five.", true])
      yield* isOver(hub, web, /nothing came for 100 ms/u)
    }).pipe(Effect.scoped))

  it.live("WEB-67 ends with the reader: while it waits, and in the middle", () =>
    Effect.gen(function*() {
      for (const bytes of ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive."]) {
        const hub = yield* gateway()
        const web = yield* saying(bytes, () => {})
        const path = `/proxied/${token}?${encodeURIComponent(`${web.url}/`)}`
        hub.mentioned.add(`${web.url}/`)
        const reading = yield* Effect.forkChild(Effect.promise(async (signal) => {
          const response = await fetch(`http://127.0.0.1:${hub.port}${path}`, { signal })
          await response.text()
        }))
        yield* eventually("connected", () => web.sockets.size === 1)
        yield* Effect.sleep("50 millis")
        reading.interruptUnsafe()
        yield* isOver(hub, web, /the reader has gone/u)
      }
    }).pipe(Effect.scoped))

  it.live("WEB-67 with a reader that takes nothing: the server is held up, and then left", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ idleMs: 300 })
      let sent = 0
      const piece = Buffer.alloc(65_536)
      const web = yield* foreign((_, response) => {
        const more = (): void => {
          while (response.write(piece)) sent += piece.length
          sent += piece.length
          response.once("drain", more)
        }
        more()
      })
      hub.mentioned.add(`${web.url}/`)
      const reader = yield* stopped(hub, `${web.url}/`)
      yield* isOver(hub, web, /reader has gone/u)
      assert.isBelow(sent, 60_000_000)
      reader.destroy()
    }).pipe(Effect.scoped))

  it.live("WEB-67 with what never ends: it is refused by its length, or cut", () =>
    Effect.gen(function*() {
      const hub = yield* gateway({ answerBytes: 1_000_000 })
      const web = yield* foreign((request, response) => {
        if (request.url === "/long") response.writeHead(200, { "Content-Length": "1000001" })
        if (request.url === "/fits") response.writeHead(200, { "Content-Length": "1000000" })
        response.write(Buffer.alloc(1_000_000))
        response.end(request.url === "/fits" ? "" : "x")
      })
      refused(
        yield* read(hub, `${web.url}/long`),
        /^it has 1000001 bytes, and this hub passes on 1000000 at once/u
      )
      assert.strictEqual(
        (yield* read(hub, `${web.url}/long`, { method: "HEAD" })).headers["content-length"],
        "1000001"
      )
      const fits = yield* read(hub, `${web.url}/fits`)
      assert.deepStrictEqual([fits.body.length, fits.isBroken], [1_000_000, false])
      const endless = yield* read(hub, `${web.url}/endless`)
      assert.deepStrictEqual([endless.status, endless.isBroken], [200, true])
      assert.isAtMost(endless.body.length, 1_000_000)
      yield* eventually("told", () => hub.outcomes.length === 4)
      assert.match(hub.outcomes[3]?.problem ?? "", /goes on after 1000000 bytes/u)
      yield* eventually("hung up", () => web.sockets.size === 0)
    }).pipe(Effect.scoped))

  it.live("WEB-55 a refused upstream leaves no connection: redirects, odd statuses, HEAD", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const web = yield* foreign((request, response) => {
        response.writeHead(request.url === "/odd" ? 300 : 302, {
          Location: "file:///x",
          "Content-Length": "9999999"
        })
        if (request.method === "HEAD") response.end()
        else response.write(Buffer.alloc(100_000))
      })
      yield* read(hub, `${web.url}/odd`)
      yield* read(hub, `${web.url}/moved`)
      yield* ask(hub.port, `/proxied/${token}?${web.url}/moved`, { method: "HEAD" })
      yield* eventually("hung up", () => web.sockets.size === 0)
      assert.isTrue(hub.outcomes.every(({ status }) => status === 502))
    }).pipe(Effect.scoped))
})
