/** HTTP requests as a grammar makes them: the ways of framing that peers have, one after the other, with slips. */
import type { SampValue } from "../../../src/domain/SampValue.ts"
import type { MethodCall } from "../../../src/domain/XmlRpc.ts"
import { writeCall } from "../../../src/domain/XmlRpcWriter.ts"
import { below, pick, type Random } from "../../support/seeded.ts"
import { value } from "./ValueGrammar.ts"
import { plainDocument } from "./XmlGrammar.ts"
import { requests } from "./Zoo.ts"

/** The secret of the hub. */
export const secret = "fuzz"

/** Stands for the private key of a client of the hub, and is as long as one. */
export const keyPlace = "K".repeat(43)

const mapped = (next: Random): SampValue => new Map([["samp.name", "x"], ["k", value(next, 2)]])
const message = (next: Random): SampValue =>
  new Map<string, SampValue>([
    ["samp.mtype", pick(next, ["samp.app.ping", "a.b", "samp.hub.event.x", "a.*", "", "a b"])],
    ["samp.params", next() < 0.9 ? new Map([["v", value(next, 2)]]) : value(next, 2)],
    ...next() < 0.2 ? [["x", value(next, 2)] as const] : []
  ])
const id = (next: Random): string => pick(next, ["hub", "c1", "c2", "nobody", ""])

/** What a registered client asks. It has no callback, and gets none: nothing shall be sent to where a mutation points. */
const asked: readonly [(next: Random) => MethodCall, ...ReadonlyArray<(next: Random) => MethodCall>] = [
  (next) => ({ method: "samp.hub.declareMetadata", params: [keyPlace, mapped(next)] }),
  (next) => ({ method: "samp.hub.getMetadata", params: [keyPlace, id(next)] }),
  (next) => ({
    method: "samp.hub.declareSubscriptions",
    params: [keyPlace, new Map([[pick(next, ["*", "a.*", "a.b", "a*", "", "samp.app.ping"]), mapped(next)]])]
  }),
  (next) => ({ method: "samp.hub.getSubscriptions", params: [keyPlace, id(next)] }),
  () => ({ method: "samp.hub.getRegisteredClients", params: [keyPlace] }),
  (next) => ({
    method: "samp.hub.getSubscribedClients",
    params: [keyPlace, pick(next, ["a.b", "samp.app.ping", "*"])]
  }),
  (next) => ({ method: "samp.hub.notify", params: [keyPlace, id(next), message(next)] }),
  (next) => ({ method: "samp.hub.notifyAll", params: [keyPlace, message(next)] }),
  (next) => ({ method: "samp.hub.call", params: [keyPlace, id(next), "tag", message(next)] }),
  (next) => ({ method: "samp.hub.callAll", params: [keyPlace, "tag", message(next)] }),
  (next) => ({
    method: "samp.hub.callAndWait",
    params: [keyPlace, id(next), message(next), pick(next, ["1", "0", "x", "-1"])]
  }),
  (next) => ({ method: "samp.hub.reply", params: [keyPlace, pick(next, ["m", ""]), mapped(next)] }),
  () => ({ method: "samp.hub.ping", params: [keyPlace] })
]

const bodies = [
  writeCall({ method: "samp.hub.ping", params: [] }),
  writeCall({ method: "samp.hub.register", params: [secret] }),
  writeCall({ method: "samp.hub.register", params: ["wrong"] }),
  writeCall({ method: "samp.hub.getRegisteredClients", params: ["k"] }),
  writeCall({ method: "samp.hub.callAndWait", params: ["k", "c1", new Map([["samp.mtype", "a"]]), "1"] }),
  "x".repeat(200)
] as const

const heads = [
  "POST / HTTP/1.1",
  "POST /xmlrpc HTTP/1.1",
  "POST /RPC2 HTTP/1.0",
  "POST /xmlrpc HTTP/1.0",
  "GET / HTTP/1.1",
  "GET /xmlrpc HTTP/1.0",
  "OPTIONS * HTTP/1.1",
  "PUT /xmlrpc HTTP/1.1",
  "POST http://127.0.0.1/xmlrpc HTTP/1.1",
  "POST /elsewhere HTTP/1.1",
  "CONNECT a:1 HTTP/1.1",
  "PRI * HTTP/2.0",
  "POST /xmlrpc",
  "post /xmlrpc HTTP/1.1"
] as const

const headers = [
  "Host: localhost",
  "Host: 127.0.0.1:1",
  "Host: evil.example",
  "Host:",
  "Origin: http://a",
  "Connection: close",
  "Connection: keep-alive",
  "Connection: Upgrade\r\nUpgrade: websocket",
  "Expect: 100-continue",
  "Expect: x",
  "Content-Type: text/xml",
  "Content-Encoding: gzip",
  "Content-Encoding: identity",
  "Accept-Encoding: gzip",
  "User-Agent: a\tb",
  " folded: x",
  "No colon",
  ": no name",
  "X-\u00e9: \u00e9",
  "Trailer: x"
] as const

const lineEnd = (next: Random): string => pick(next, ["\r\n", "\r\n", "\r\n", "\n"])

const chunked = (next: Random, body: string): string => {
  const end = lineEnd(next)
  let made = ""
  for (let rest = body; rest !== "";) {
    const size = 1 + below(next, Math.max(1, rest.length))
    const extension = next() < 0.05 ? ";x=1" : ""
    const told = next() < 0.04 ? size + below(next, 3) - 1 : size
    made += `${told.toString(16)}${extension}${end}${rest.slice(0, size)}${end}`
    rest = rest.slice(size)
  }
  const trailer = next() < 0.1 ? `X: y${end}` : ""
  return next() < 0.05 ? made : `${made}0${end}${trailer}${end}`
}

const lengthOf = (next: Random, body: string): string =>
  next() < 0.85
    ? String(body.length)
    : pick(next, [
      String(body.length + 1),
      String(Math.max(0, body.length - 1)),
      "-1",
      "0",
      "x",
      "1e3",
      "32769",
      "99999999999999999999",
      "+5",
      "0x10",
      ""
    ])

const request = (next: Random): string => {
  const end = lineEnd(next)
  const body = next() < 0.3
    ? pick(next, bodies)
    : next() < 0.6
    ? writeCall(pick(next, asked)(next))
    : next() < 0.9
    ? plainDocument(next)
    : "<".repeat(below(next, 40_000))
  const some: Array<string> = Array.from({ length: below(next, 4) }, () => pick(next, headers))
  if (next() < 0.01) some.push(`X: ${"y".repeat(below(next, 20_000))}`)
  const isChunked = next() < 0.25
  const framing = isChunked
    ? pick(next, [
      "Transfer-Encoding: chunked",
      "transfer-encoding:chunked",
      "Transfer-Encoding: gzip, chunked",
      "Transfer-Encoding: identity"
    ])
    : `Content-${next() < 0.5 ? "l" : "L"}ength: ${lengthOf(next, body)}`
  some.splice(below(next, some.length + 1), 0, framing)
  if (next() < 0.04) some.push(`Content-Length: ${body.length}`)
  const head = next() < 0.7 ? heads[below(next, 4)] ?? heads[0] : pick(next, heads)
  return `${[head, ...some].join(end)}${end}${end}${isChunked ? chunked(next, body) : body}`
}

/** How it is sent: the first line of an input. */
const manner = (next: Random): string => {
  const sizes = next() < 0.5
    ? []
    : Array.from({ length: below(next, 9) }, () => below(next, next() < 0.5 ? 8 : 200))
  return `${[pick(next, ["end", "end", "end", "end", "stay", "reset"]), ...sizes].join(" ")}\n`
}

/** An input. */
export const generate = (next: Random): string => {
  let made = manner(next)
  for (let count = 1 + below(next, 3); count > 0; count--) made += request(next)
  return made
}

/** Recorded requests, as they are and in pieces. */
export const seeds: ReadonlyArray<string> = requests().flatMap((
  bytes
) => [`end\n${bytes}`, `end 1 5 40 3 100\n${bytes}`])

/** What mutation puts in. */
export const pieces = [
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
  "POST ",
  "GET / HTTP/1.1\r\n\r\n",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive\r\n",
  "Expect: 100-continue\r\n",
  "Host: x\r\n",
  "0\r\n\r\n",
  "5\r\nhello\r\n",
  "ffffffffffffffff\r\n",
  "<",
  "&",
  "end ",
  "stay ",
  "reset ",
  " 7"
] as const
