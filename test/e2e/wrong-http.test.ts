/** Requests that are no good HTTP, or come in unusual ways: each gets the right status, and nobody else notices. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { gzipSync } from "node:zlib"
import { checkPrompt } from "../support/promptness.ts"
import { type Hub, pause, until, World } from "./harness.ts"
import { message, okResponse, post } from "./support/Client.ts"
import { Pulse } from "./support/Pulse.ts"
import { chunked, Connection, firstAnswer, isPingAnswer, pingBody, request } from "./support/Raw.ts"
import { writeCall } from "./support/Wire.ts"

const maxBody = 65_536
/** Milliseconds in which a healthy client is served whatever others do; a stall takes longer. */
const promptMs = 2_000

const large = writeCall("samp.hub.ping", ["x".repeat(2 * maxBody)])

describe.concurrent("HTTP", () => {
  const world = new World()
  let hub: Hub
  let pulse: Pulse
  let host: string

  beforeAll(async () => {
    hub = await world.hub(["--max-body", String(maxBody)])
    host = `Host: ${new URL(hub.url).host}`
    pulse = new Pulse(await world.sender(hub))
  })
  afterAll(async () => {
    try {
      await pulse.end()
      assert.isAbove(pulse.beats, 5)
      await checkPrompt("a healthy client is served meanwhile", pulse.slowest, promptMs)
      assert.strictEqual(hub.program.stderr, "", "nothing of it is worth an alarm")
    } finally {
      await world[Symbol.asyncDispose]()
    }
  })

  const open = (): Connection => {
    const connection = new Connection(hub.url)
    world.atEnd(() => connection.destroy())
    return connection
  }

  const first = (text: string) => firstAnswer(open(), text)

  /** Name, request, status, and what the text must say. */
  const refused: ReadonlyArray<readonly [string, (host: string) => string, number, RegExp]> = [
    ["another path", (host) => request({ headers: [host], target: "/other" }), 404, /\/xmlrpc/u],
    ["a path with dots", (host) => request({ headers: [host], target: "/../xmlrpc/.." }), 404, /\/xmlrpc/u],
    ["PUT", (host) => request({ headers: [host], method: "PUT" }), 405, /POST/u],
    ["DELETE", (host) => request({ headers: [host], method: "DELETE", body: "" }), 405, /POST/u],
    ["OPTIONS", (host) => request({ headers: [host], method: "OPTIONS", body: "" }), 405, /POST/u],
    ["a foreign Host", () => request({ headers: ["Host: evil.example:80"] }), 403, /Host/u],
    [
      "a Host that begins like ours",
      () => request({ headers: ["Host: 127.0.0.1.evil.example"] }),
      403,
      /Host/u
    ],
    ["an empty Host", () => request({ headers: ["Host:"] }), 403, /Host/u],
    [
      "an Origin",
      (host) => request({ headers: [host, "Origin: http://evil.example"] }),
      403,
      /Web Profile|[Ww]eb/u
    ],
    ["the Origin null", (host) => request({ headers: [host, "Origin: null"] }), 403, /[Ww]eb/u],
    [
      "a gzipped body",
      (host) =>
        request({ headers: [host, "Content-Encoding: gzip"], body: gzipSync(pingBody).toString("latin1") }),
      415,
      /gzip/u
    ],
    ["a body larger than allowed", (host) => request({ headers: [host], body: large }), 413, /65536/u],
    [
      "a body announced larger than allowed",
      (host) => request({ headers: [host, "Content-Length: 99999999999"], body: "<" }),
      413,
      /65536/u
    ],
    [
      "a chunked body larger than allowed",
      (host) => request({ headers: [host, "Transfer-Encoding: chunked"], body: chunked(large, 5_000) }),
      413,
      /65536/u
    ],
    ["a bad request line", () => "HELLO\r\n\r\n", 400, /HTTP/u],
    [
      "a TLS greeting",
      () => "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
      400,
      /HTTP/u
    ],
    [
      "a negative length",
      (host) => request({ headers: [host, "Content-Length: -1"], body: "" }),
      400,
      /HTTP/u
    ],
    [
      "a length that is no number",
      (host) => request({ headers: [host, "Content-Length: x"], body: "" }),
      400,
      /HTTP/u
    ],
    [
      "two lengths",
      (host) => request({ headers: [host, "Content-Length: 1", "Content-Length: 2"] }),
      400,
      /HTTP/u
    ],
    [
      "a chunk size that is no number",
      (host) => request({ headers: [host, "Transfer-Encoding: chunked"], body: "zz\r\n" }),
      400,
      /HTTP/u
    ],
    [
      "a header that is too large",
      (host) => request({ headers: [host, `X: ${"x".repeat(20_000)}`] }),
      431,
      /header/u
    ],
    [
      "headers that are too many bytes",
      (host) =>
        request({ headers: [host, ...Array.from({ length: 1_000 }, (_, i) => `X-${i}: ${"x".repeat(20)}`)] }),
      431,
      /header/u
    ],
    ["a request line that is too long", () => `POST /${"x".repeat(20_000)} HTTP/1.1\r\n\r\n`, 431, /header/u],
    ["an unknown expectation", (host) => request({ headers: [host, "Expect: miracles"] }), 417, /./u]
  ]
  for (const [name, make, status, says] of refused) {
    it(`WIRE-112, WIRE-154, WIRE-157, WIRE-158, ERR-06: ${name} gets status ${status}`, async () => {
      const answer = await first(make(host))
      assert.strictEqual(answer.status, status, answer.body)
      assert.match(answer.body, says)
      await until("the end of the connection", () => answer.connection.closed)
      assert.lengthOf(answer.connection.answers, 1)
    })
  }

  it("WIRE-154: who sends all of a far too large body before reading still gets its 413", async () => {
    const body = "x".repeat(8_000_000)
    for (let i = 0; i < 3; i++) {
      const refusal: unknown = await post(hub.url, body).catch((error: unknown) => error)
      assert.include(String(refusal), "HTTP status 413: the request is larger than 65536 bytes")
      const headers = [host, "Transfer-Encoding: chunked"]
      const answer = await first(request({ headers, body: chunked(body, 50_000) }))
      assert.strictEqual(answer.status, 413)
    }
  })

  it("a client that has ended its own direction still gets its answer, to every request", async () => {
    const connection = open()
    connection.send(request({ headers: [host] }))
    connection.send(request({ headers: [host], body: writeCall("samp.hub.register", [hub.secret]) }))
    connection.half()
    await until("the answers", () => connection.answers.length === 2)
    isPingAnswer(connection.answers[0])
    await until("the end", () => connection.closed)
  })

  it("DLV-23: a client that ends its own direction while it waits in a callAndWait gets no wrong answer", async () => {
    const callee = await world.client(hub, "e2e.half")
    const sender = await world.sender(hub)
    const connection = open()
    const body = writeCall("samp.hub.callAndWait", [sender.key, callee.id, message("e2e.half"), "0"])
    connection.send(request({ headers: [host], body }))
    connection.half()
    await until("the call", () => callee.got("e2e.half").length === 1)
    await pause(100)
    // Whether it has hung up for good nobody can tell; either the answer comes or the callee learns that nobody waits.
    const replied = await callee.ask("reply", callee.got("e2e.half")[0]?.label ?? "", okResponse()).then(
      () => true,
      () => false
    )
    await until("the end", () => connection.closed)
    assert.strictEqual(connection.answers.length === 1, replied)
  })

  it("ERR-06: a body that breaks off does nothing, and leaves nothing behind", async () => {
    const callee = await world.client(hub, "e2e.broken")
    const body = writeCall("samp.hub.notifyAll", [callee.key, message("e2e.broken")])
    const whole = request({ headers: [host], body })
    const pieces = Array.from({ length: 50 }, () => open())
    for (const [i, connection] of pieces.entries()) {
      connection.send(whole.slice(0, whole.length - 1 - i * 5))
      if (i % 2 === 0) connection.half()
      else setTimeout(() => connection.destroy(), 50)
    }
    await until("their end", () => pieces.every(({ closed }) => closed))
    for (const { answers } of pieces) for (const { status } of answers) assert.strictEqual(status, 400)
    const chunks = open()
    chunks.send(
      request({ headers: [host, "Transfer-Encoding: chunked"], body: chunked(body, 50).slice(0, -3) })
    )
    chunks.half()
    await until("its end", () => chunks.closed)
    assert.lengthOf(callee.received, 0, "a part of a message is no message")
  })
})
