/** What is asked of answers of the translator, and readers that stop, for its tests. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import { join } from "node:path"
import { directory, pattern } from "./dataServer.ts"
import { type Answer, type Gateway, token } from "./gateway.ts"
import { open } from "./rawHttp.ts"

/** The body, one character for each byte. */
export const text = ({ body }: Answer): string => body.toString("latin1")

/** All answers are harmless at the hub's address, the refusals included. */
export const isHarmless = ({ headers }: Answer): void => {
  assert.strictEqual(headers["x-content-type-options"], "nosniff")
  assert.strictEqual(headers["content-security-policy"], "sandbox; default-src 'none'")
  assert.strictEqual(headers["cache-control"], "no-store")
  assert.strictEqual(headers["cross-origin-resource-policy"], "cross-origin")
  assert.strictEqual(headers["referrer-policy"], "no-referrer")
  assert.strictEqual(headers["access-control-allow-origin"], "https://page.example")
  assert.isUndefined(headers.location)
  assert.isUndefined(headers["set-cookie"])
}

/** It is refused in a sentence. */
export const isRefusal = (answer: Answer, status: number, says: RegExp): void => {
  assert.strictEqual(answer.status, status, text(answer))
  isHarmless(answer)
  assert.strictEqual(answer.headers["content-type"], "text/plain")
  assert.match(text(answer), says)
  assert.match(text(answer), /^[\x20-\x7e]{20,250}\n$/u)
}

/** A file of a test's own. */
export const file = (name: string, bytes: Uint8Array = pattern(1000)) =>
  Effect.map(directory, (folder) => {
    const path = join(folder, name)
    Fs.writeFileSync(path, bytes)
    return path
  })

/** More than the buffers of a connection hold. */
export const much = 40_000_000

/** A file of that size. */
export const large = Effect.map(file("large.bin", new Uint8Array()), (path) => {
  Fs.truncateSync(path, much)
  return path
})

/** A reader that stops after the first bytes of the answer. */
export const stopped = ({ port }: Gateway, url: string, who = token) =>
  Effect.promise(async () => {
    const connection = open(port)
    connection.send(`GET /proxied/${who}?${encodeURIComponent(url)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
    await new Promise((resolve) => connection.socket.once("data", resolve))
    connection.socket.pause()
    return connection
  })
