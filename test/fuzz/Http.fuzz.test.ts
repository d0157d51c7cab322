/** Broken HTTP: the server and the sender take every stream of bytes to an end, and go on. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { writeAnswer, writeCall } from "../../src/domain/XmlRpcWriter.ts"
import { seed } from "../support/arbitraries.ts"
import { outcome, withSender } from "../support/callSender.ts"
import { answer, ask, serving, withServer } from "../support/echoServer.ts"
import { open, post } from "../support/rawHttp.ts"
import { mutate, pick, random } from "../support/seeded.ts"
import { ok, peer } from "../support/xmlRpcPeer.ts"

const body = writeCall({ method: "m", params: ["x"] })

const requests = [
  post(body),
  `POST / HTTP/1.0\nContent-Type: text/xml\nContent-length: ${body.length}\n\n${body}`,
  `POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${
    body.length.toString(16)
  }\r\n${body}\r\n0\r\n\r\n`,
  "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
  post(body) + post(body)
] as const

const responses = [
  ok(writeAnswer("x")),
  `HTTP/1.0 200 OK\nContent-length: ${writeAnswer("x").length}\n\n${writeAnswer("x")}`,
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`
] as const

const pieces = [
  "\r",
  "\n",
  "\r\n",
  "\r\n\r\n",
  " ",
  "\t",
  ":",
  "\u0000",
  "\u00ff",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/9.9",
  "POST",
  "GET",
  "CONNECT",
  "Content-Length: 5\r\n",
  "Content-Length: -1\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Connection: close\r\n",
  "Connection: Upgrade\r\nUpgrade: x\r\n",
  "Expect: 100-continue\r\n",
  "Expect: x\r\n",
  "Host: x\r\n",
  "0\r\n\r\n",
  "ffffffffffffffff\r\n",
  "<",
  "&"
] as const

const within = (what: Promise<unknown>, text: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(text)), 5_000)
    what.then(resolve, reject).finally(() => clearTimeout(limit))
  })

describe("broken HTTP", () => {
  it.live("ERR-06 every broken request is brought to an end, and the server lives on", () =>
    Effect.gen(function*() {
      const port = yield* serving
      const next = random(seed)
      const broken = Array.from({ length: 500 }, () => mutate(pick(next, requests), next, pieces))
      yield* Effect.forEach(broken, (bytes, n) =>
        Effect.promise(async () => {
          const connection = open(port)
          connection.socket.end(bytes, "latin1")
          await within(connection.closed, `seed ${seed}, request ${n} stays open: ${JSON.stringify(bytes)}`)
          connection.destroy()
        }), { concurrency: 20 })
      assert.strictEqual((yield* ask(port, post(body))).body, answer("m", "x"))
    }).pipe(withServer()))

  it.live("WIRE-34 every broken answer is a value or a failure of a known kind, in time", () =>
    Effect.gen(function*() {
      const next = random(seed)
      const broken = Array.from({ length: 400 }, () => mutate(pick(next, responses), next, pieces))
      const { url } = yield* peer(({ number }, socket) => void socket.end(broken[number - 1] ?? "", "latin1"))
      const kinds = new Set<string>()
      for (const n of broken.keys()) {
        const came = yield* outcome(url, [], { timeoutMs: 3_000 })
        const kind = came.startsWith("\"") ? "value" : came
        kinds.add(kind)
        assert.include(["value", "Lost", "BadAnswer"], kind, `seed ${seed}, answer ${n}`)
      }
      assert.strictEqual(kinds.size, 3)
    }).pipe(withSender()))
})
