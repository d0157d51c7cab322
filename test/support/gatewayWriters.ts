/** Writers to the publisher, and looks at what it keeps, for its tests. */
import { assert } from "@effect/vitest"
import * as Fs from "node:fs"
import { join } from "node:path"
import { type Answer, ask, type Asking, type Gateway, token } from "./gateway.ts"
import { text } from "./gatewayReaders.ts"
import { open } from "./rawHttp.ts"

/** Publishes something. */
export const post = (hub: Gateway, asking: Asking = {}, rest = "?name=m31.fits") =>
  ask(hub.port, `/published/${token}${rest}`, { method: "POST", ...asking })

/** It is refused in a sentence. */
export const refused = (answer: Answer, status: number, says: RegExp): void => {
  assert.strictEqual(answer.status, status, text(answer))
  assert.strictEqual(answer.headers["access-control-allow-origin"], "https://page.example")
  assert.match(text(answer), says)
  assert.match(text(answer), /^[\x20-\x7e]{15,200}\n$/u)
}

/** Where an upload lies. */
export const pathOf = (hub: Gateway, at = 0): string => {
  const content = hub.uploads[at]?.content
  return content?._tag === "File" ? content.path : ""
}

/** Files that the publisher keeps. */
export const kept = (hub: Gateway): ReadonlyArray<string> =>
  Fs.readdirSync(hub.parent).flatMap((name) => Fs.readdirSync(join(hub.parent, name)))

/** Begins an upload by hand. */
export const begin = (hub: Gateway, head: string, body = "") => {
  const connection = open(hub.port)
  connection.send(`POST /published/${token}?name=a HTTP/1.1\r\nHost: 127.0.0.1\r\n${head}\r\n${body}`)
  return connection
}
