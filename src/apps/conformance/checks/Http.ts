/** Checks: HTTP, faults and answers, down to the byte (sections 3.13, 4.1). */
import * as Effect from "effect/Effect"
import { emptyMap, illegalCharacter } from "../../../domain/SampValue.ts"
import type { RawAnswer } from "../../../ports/RawHttp.ts"
import { broken, type Check, check, demand } from "../Check.ts"
import { join, type Party } from "../Party.ts"
import type { World } from "../World.ts"
import { bodyOf, foreignType, inWords, isFaultAnswer, post, request, succeeded, taken } from "./Bytes.ts"
import { msg } from "./Common.ts"

const ping = bodyOf("ping")

/** Several faults, each with its answer. */
const faults = (world: World, alice: Party) =>
  Effect.forEach(
    [
      ["a wrong secret", bodyOf("register", "wrong")],
      ["an unknown private key", bodyOf("getRegisteredClients", "nobody")],
      ["an unknown client", bodyOf("getMetadata", alice.key, "nobody")],
      ["an unknown method", bodyOf("noSuchMethod", alice.key)],
      ["a message to an unknown client", bodyOf("notify", alice.key, "nobody", msg(world.mtype()))]
    ] as const,
    ([what, body]) => Effect.map(post(world, body), (answer) => ({ what, answer }))
  )

const faultText = ({ body }: RawAnswer): string | undefined =>
  /<name>faultString<\/name>\s*<value>\s*(?:<string>)?([^<]*)/u.exec(body)?.[1]

/** Chunks of a few bytes each. */
const chunked = (body: string): string =>
  `${
    Array.from({ length: Math.ceil(body.length / 40) }, (_, n) => body.slice(40 * n, 40 * n + 40))
      .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      .join("")
  }0\r\n\r\n`

/** What is no XML-RPC, to which the answer must say so. */
const notXmlRpc: ReadonlyArray<readonly [string, string]> = [
  ["an empty body", ""],
  ["a text", "hello"],
  ["XML that breaks off", "<?xml version=\"1.0\"?><methodCall><methodName>samp.hub.ping"],
  ["XML whose tags do not match", "<methodCall><methodName>samp.hub.ping</params></methodCall>"],
  ["another document", "<?xml version=\"1.0\"?><html></html>"],
  ["a call without a method", "<?xml version=\"1.0\"?><methodCall><params></params></methodCall>"]
]

/** These checks, in the order in which they run. */
export const http: ReadonlyArray<Check> = [
  check(
    "ERR-02",
    "a fault has two members, faultCode, an int, and faultString, a string",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      for (const { answer, what } of yield* faults(world, alice)) {
        if (!isFaultAnswer(answer)) return yield* broken(`${what} was answered with ${inWords(answer)}`)
        const names = [...answer.body.matchAll(/<name>([^<]*)<\/name>/gu)].map(([, name]) => name).sort()
        yield* demand(
          names.join() === "faultCode,faultString",
          `the fault has the members ${names.join(", ")}`
        )
        const code = /<name>faultCode<\/name>\s*<value>\s*<(?:int|i4)>\s*[+-]?\d+\s*<\/(?:int|i4)>/u
        yield* demand(code.test(answer.body), `its faultCode is no int: ${answer.body}`)
        yield* demand(faultText(answer) !== undefined, `its faultString is no string: ${answer.body}`)
      }
    })
  ),
  check(
    "ERR-03",
    "a fault is an HTTP 200 response",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      for (const { answer, what } of yield* faults(world, alice)) {
        yield* demand(answer.status === 200, `${what} was answered with ${inWords(answer)}`)
      }
    })
  ),
  check(
    "ERR-05",
    "a fault's text is a line of legal characters, without the private key",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      for (const { answer, what } of yield* faults(world, alice)) {
        const text = faultText(answer) ?? ""
        yield* demand(text.trim() !== "", `the fault for ${what} has no text`)
        yield* demand(!/[\r\n]/u.test(text), `the fault for ${what} has several lines`)
        yield* demand(illegalCharacter(text) === undefined, `the fault for ${what} has illegal characters`)
        yield* demand(!text.includes(alice.key), `the fault for ${what} tells the private key`)
      }
      yield* alice.unregister
      const dead = yield* post(world, bodyOf("getRegisteredClients", alice.key))
      yield* demand(!dead.body.includes(alice.key), "the fault for a dead private key tells it")
    })
  ),
  check(
    "ERR-06",
    "what is no XML-RPC is answered with a fault or an HTTP status of 400 to 499",
    Effect.fnUntraced(function*(world) {
      for (const [what, body] of notXmlRpc) {
        const answer = yield* post(world, body)
        const ok = (answer.status === 200 && isFaultAnswer(answer)) ||
          (answer.status >= 400 && answer.status < 500)
        yield* demand(ok, `${what} was answered with ${inWords(answer)}`)
      }
      yield* world.ask("ping")
    })
  ),
  check(
    "ERR-06",
    "what is no HTTP harms nobody",
    Effect.fnUntraced(function*(world) {
      const { host, pathname } = new URL(world.run.hub.url)
      for (
        const bytes of [
          "hello\r\n\r\n",
          "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
          `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n${ping}`, // no Content-Length
          `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1000\r\n\r\n${ping}`,
          `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: x\r\n\r\n${ping}`
        ]
      ) {
        yield* Effect.catchTag(
          world.exchange(bytes, { timeoutMs: 1_000, half: true }),
          "NoAnswer",
          () => Effect.void
        )
        yield* world.ask("ping")
      }
    })
  ),
  check(
    "STD-01",
    "of two calls on one connection both are answered, or the hub closes it after the first",
    Effect.fnUntraced(function*(world) {
      const { host } = new URL(world.run.hub.url)
      const headers = [`Host: ${host}`, "Content-Type: text/xml", `Content-Length: ${ping.length}`]
      const once = request(world, ping, { headers })
      const answers = yield* world.exchange(once + once, { answers: 2 })
      for (const answer of answers) yield* succeeded("ping", answer)
      const [first] = answers
      const closes = first !== undefined &&
        (first.head.startsWith("HTTP/1.0") || /close/iu.test(first.headers.get("connection") ?? ""))
      yield* demand(
        answers.length === 2 || closes,
        "the second call got no answer, and the first did not say so"
      )
    })
  ),
  check(
    "STD-02 DT-01",
    "answers hold strings, lists and maps only",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      for (
        const body of [
          bodyOf("getRegisteredClients", alice.key),
          bodyOf("getMetadata", alice.key, alice.hubId),
          bodyOf("getSubscriptions", alice.key, alice.hubId),
          bodyOf("getSubscribedClients", alice.key, "samp.app.ping"),
          bodyOf("notifyAll", alice.key, msg(world.mtype())),
          bodyOf("callAll", alice.key, "tag", msg(world.mtype()))
        ]
      ) {
        const answer = yield* post(world, body)
        yield* succeeded("the call", answer)
        const [, type] = foreignType.exec(answer.body) ?? []
        yield* demand(type === undefined, `an answer holds <${type}>: ${answer.body}`)
      }
    })
  ),
  check(
    "HUB-21 WIRE-10",
    "operations without a result return one legal value",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      for (
        const body of [
          ping,
          bodyOf("declareMetadata", alice.key, emptyMap),
          bodyOf("notify", alice.key, bob.id, msg(mtype)),
          bodyOf("unregister", alice.key)
        ]
      ) {
        const answer = yield* post(world, body)
        yield* succeeded("the call", answer)
        const count = answer.body.split("<param>").length - 1
        yield* demand(count === 1, `the answer has ${count} values: ${answer.body}`)
        yield* demand(!foreignType.test(answer.body), `the answer is no SAMP value: ${answer.body}`)
      }
    })
  ),
  check(
    "WIRE-01",
    "answers tell their exact length, and are not chunked",
    Effect.fnUntraced(function*(world) {
      const answer = yield* post(world, ping)
      yield* demand(answer.headers.has("content-length"), `the answer tells no length: ${answer.head}`)
      yield* demand(!answer.headers.has("transfer-encoding"), `the answer is chunked: ${answer.head}`)
      yield* succeeded("ping", answer)
    })
  ),
  check(
    "WIRE-09",
    "answers are text/xml",
    Effect.fnUntraced(function*(world) {
      const { headers } = yield* post(world, ping)
      const type = headers.get("content-type") ?? "nothing"
      yield* demand(/^text\/xml\b/u.test(type), `the Content-Type is ${type}`)
    })
  ),
  check("WIRE-20", "HTTP/1.0 without Host is taken", (world) =>
    taken(world, "ping", ping, {
      version: "1.0",
      headers: ["Content-Type: text/xml", `Content-length: ${ping.length}`]
    })),
  check("WIRE-21", "a bare line feed ends a header line", (world) =>
    taken(world, "ping", ping, {
      version: "1.0",
      lineEnd: "\n",
      headers: ["Content-Type: text/xml", `Content-length: ${ping.length}`]
    })),
  check(
    "WIRE-23",
    "blank lines after the body are ignored",
    Effect.fnUntraced(function*(world) {
      const [answer] = yield* world.exchange(`${request(world, ping)}\r\n\r\n`)
      if (answer === undefined) return yield* broken("there was no answer")
      yield* succeeded("ping", answer)
    })
  ),
  check(
    "WIRE-38",
    "an absolute URL in the request line is taken",
    (world) => taken(world, "ping", ping, { target: world.run.hub.url })
  ),
  check(
    "WIRE-39",
    "chunked requests are taken",
    Effect.fnUntraced(function*(world) {
      const { host } = new URL(world.run.hub.url)
      const headers = [
        `Host: ${host}`,
        "Content-Type: text/xml",
        "Transfer-Encoding: chunked",
        "Connection: close"
      ]
      yield* taken(world, "ping", chunked(ping), { headers })
    })
  ),
  check(
    "WIRE-157",
    "GET and HEAD are answered with 200",
    Effect.fnUntraced(function*(world) {
      const { host } = new URL(world.run.hub.url)
      for (const method of ["GET", "HEAD"]) {
        const form = { method, headers: [`Host: ${host}`, "Connection: close"] }
        const answer = yield* post(world, "", form, { headOnly: method === "HEAD" })
        yield* demand(answer.status === 200, `${method} was answered with ${inWords(answer)}`)
      }
    })
  )
]
