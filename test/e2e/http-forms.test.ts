/** HTTP as peers of all ages write it: every form is served, and connections are kept or closed as the client wants. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Hub, pause, until, World } from "./harness.ts"
import { chunked, Connection, firstAnswer, isPingAnswer, pingBody, request } from "./support/Raw.ts"
import { writeCall } from "./support/Wire.ts"

const maxBody = 65_536

describe.concurrent("forms of HTTP", () => {
  const world = new World()
  let hub: Hub
  let host: string

  beforeAll(async () => {
    hub = await world.hub(["--max-body", String(maxBody)])
    host = `Host: ${new URL(hub.url).host}`
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const open = (): Connection => {
    const connection = new Connection(hub.url)
    world.atEnd(() => connection.destroy())
    return connection
  }
  const first = (text: string) => firstAnswer(open(), text)

  const accepted: ReadonlyArray<readonly [string, (host: string) => string]> = [
    ["HTTP/1.1 with Host", (host) => request({ headers: [host] })],
    ["HTTP/1.1 without Host", () => request()],
    ["HTTP/1.0 without Host", () => request({ version: "1.0" })],
    ["bare LF as line ends", () => request({ version: "1.0" }).replaceAll("\r\n", "\n")],
    ["the Host localhost", (host) => request({ headers: [host.replace("127.0.0.1", "localhost")] })],
    ["the path of Python for URLs without one", (host) => request({ headers: [host], target: "/RPC2" })],
    ["an absolute request target", (host) => request({ headers: [host], target: hub.url })],
    ["a query", (host) => request({ headers: [host], target: "/xmlrpc?a=b" })],
    [
      "a chunked body",
      (host) => request({ headers: [host, "Transfer-Encoding: chunked"], body: chunked(pingBody, 7) })
    ],
    ["Content-Encoding identity", (host) => request({ headers: [host, "Content-Encoding: identity"] })],
    [
      "a body just as large as allowed",
      (host) => request({ headers: [host], body: pingBody + " ".repeat(maxBody - pingBody.length) })
    ],
    [
      "odd header cases",
      () => request({ headers: ["cOnTeNt-TyPe: text/plain", "content-length: " + pingBody.length] })
    ]
  ]
  for (const [name, make] of accepted) {
    it(`WIRE-20..24, WIRE-36, WIRE-38, WIRE-39: ${name} is served`, async () => {
      isPingAnswer(await first(make(host)))
    })
  }

  it("WIRE-157: GET and HEAD show a person what this is", async () => {
    const got = await first(request({ method: "GET", body: "", headers: [host] }))
    assert.strictEqual(got.status, 200)
    assert.include(got.body, hub.url)
    assert.notInclude(got.body, hub.secret)
    const connection = open()
    connection.send(request({ method: "GET", body: "", headers: [host, "Connection: close"] }))
    await until("the end", () => connection.closed)
  })

  it("WIRE-13, WIRE-97: a connection is kept for further requests, pipelined ones too, and answers come in their order", async () => {
    const connection = open()
    const methods = Array.from({ length: 20 }, (_, i) => `no.such.method${i}`)
    connection.send(
      methods.map((method) => request({ headers: [host], body: writeCall(method, []) })).join("")
    )
    await until("all answers", () => connection.answers.length === 20)
    for (const [i, { body }] of connection.answers.entries()) assert.include(body, `no.such.method${i}'`)
    await pause(100)
    assert.isFalse(connection.closed)
    connection.send(request({ headers: [host] }))
    await until("one more", () => connection.answers.length === 21)
    isPingAnswer(connection.answers[20])
  })

  it("WIRE-13: a connection is closed after the answer for HTTP/1.0, and when the client wants it", async () => {
    for (const text of [request({ version: "1.0" }), request({ headers: [host, "Connection: close"] })]) {
      const { connection, ...answer } = await first(text)
      isPingAnswer(answer)
      await until("the end", () => connection.closed)
    }
    const kept = await first(request({ version: "1.0", headers: ["Connection: keep-alive"] }))
    assert.strictEqual(kept.headers.get("connection")?.toLowerCase(), "keep-alive")
    kept.connection.send(request({ version: "1.0" }))
    await until("the second", () => kept.connection.answers.length === 2)
  })

  it("WIRE-23: surplus line ends after a body do no harm", async () => {
    const connection = open()
    connection.send(`${request({ headers: [host] })}\r\n\r\n`)
    connection.send(request({ headers: [host] }))
    await until("two answers", () => connection.answers.length === 2)
    for (const answer of connection.answers) isPingAnswer(answer)
  })

  it("WIRE-14: Expect: 100-continue is answered before the body comes", async () => {
    const connection = open()
    const text = request({ headers: [host, "Expect: 100-continue"] })
    connection.send(text.slice(0, -pingBody.length))
    await until("the go-ahead", () => connection.answers[0]?.status === 100)
    connection.send(pingBody)
    await until("the answer", () => connection.answers.length === 2)
    isPingAnswer(connection.answers[1])
  })

  it("WIRE-156: a body that trickles in is taken", async () => {
    const connection = open()
    const text = request({ headers: [host] })
    for (let at = 0; at < text.length; at += 8) {
      connection.send(text.slice(at, at + 8))
      await pause(5)
    }
    await until("the answer", () => connection.answers.length === 1)
    isPingAnswer(connection.answers[0])
  })
})
