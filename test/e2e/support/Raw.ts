/** HTTP over bare sockets: whatever bytes a test wants to send, and whatever comes back. */
import { assert } from "@effect/vitest"
import * as Net from "node:net"
import { until } from "../harness.ts"
import { readAnswer, writeCall } from "./Wire.ts"

/** One answer out of what a connection brought. */
export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** A connection of which a test has the say over every byte. */
export class Connection {
  readonly #socket: Net.Socket
  #text = ""
  /** Whether the hub has closed it. */
  closed = false

  constructor(url: string) {
    this.#socket = Net.connect({ port: Number(new URL(url).port), host: "127.0.0.1", allowHalfOpen: true })
    this.#socket.on("data", (chunk: Buffer) => this.#text += chunk.toString("latin1"))
    this.#socket.on("end", () => this.closed = true)
    // What the hub has cut is seen as closed; a test that needs an answer misses it then.
    this.#socket.on("error", () => this.closed = true).on("close", () => this.closed = true)
  }

  send(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(text, "latin1")
  }

  /** Ends our direction; the hub may still answer. */
  half(): void {
    this.#socket.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** The complete answers so far. Each says its length, as all peers need it (WIRE-01). */
  get answers(): ReadonlyArray<Answer> {
    const answers: Array<Answer> = []
    let rest = this.#text
    for (;;) {
      const end = rest.indexOf("\r\n\r\n")
      if (end < 0) return answers
      const [first = "", ...lines] = rest.slice(0, end).split("\r\n")
      const headers = new Map(lines.map((line) => {
        const colon = line.indexOf(":")
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
      }))
      const status = Number(first.split(" ")[1])
      const length = status === 100 ? 0 : Number(headers.get("content-length"))
      if (Number.isNaN(length)) throw new Error(`an answer without Content-Length: ${rest.slice(0, end)}`)
      const from = end + 4
      if (rest.length < from + length) return answers
      answers.push({ status, headers, body: rest.slice(from, from + length) })
      rest = rest.slice(from + length)
    }
  }
}

/** Sends this, and waits for the first answer. */
export const firstAnswer = async (
  connection: Connection,
  text: string
): Promise<Answer & { readonly connection: Connection }> => {
  connection.send(text)
  await until("an answer", () => connection.answers.length > 0 || connection.closed)
  const [answer] = connection.answers
  if (answer === undefined) throw new Error("the hub hung up without an answer")
  return { ...answer, connection }
}

export const pingBody = writeCall("samp.hub.ping", [])

/** A request as HTTP/1.1; `Content-Length` only if there is a body and no other framing is asked for. */
export const request = (
  { body = pingBody, headers = [], target = "/xmlrpc", method = "POST", version = "1.1" }: {
    readonly body?: string
    readonly headers?: ReadonlyArray<string>
    readonly target?: string
    readonly method?: string
    readonly version?: string
  } = {}
): string => {
  const framed = headers.some((header) => /^(?:transfer-encoding|content-length):/iu.test(header))
  const all = [
    ...headers,
    ...framed || body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body, "latin1")}`]
  ]
  return `${method} ${target} HTTP/${version}\r\n${all.map((header) => `${header}\r\n`).join("")}\r\n${body}`
}

/** A body in chunks of the size given. */
export const chunked = (body: string, size: number): string => {
  let text = ""
  for (let at = 0; at < body.length; at += size) {
    const chunk = body.slice(at, at + size)
    text += `${chunk.length.toString(16)}\r\n${chunk}\r\n`
  }
  return `${text}0\r\n\r\n`
}

/** That an answer is what a hub says to a ping. */
export const isPingAnswer = (answer: Answer | undefined): void => {
  assert.strictEqual(answer?.status, 200, answer?.body)
  assert.strictEqual(answer?.headers.get("content-type"), "text/xml", "WIRE-09")
  assert.strictEqual(readAnswer(answer?.body ?? ""), "")
}
