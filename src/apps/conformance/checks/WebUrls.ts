/** Checks: URLs that pages read through the hub (sections 5.1.4 and 5.2.6). */
import * as Effect from "effect/Effect"
import { map } from "../../../domain/SampValue.ts"
import { aString, type Check, check, demand } from "../Check.ts"
import { type Page, visit } from "../Page.ts"
import type { World } from "../World.ts"
import { inWords } from "./Bytes.ts"
import { msg } from "./Common.ts"
import { asPage, meeting, readable } from "./WebCommon.ts"

/** Path and query by which a page reads a URL, which is escaped already or not. */
const targetOf = ({ info }: Page, url: string) =>
  Effect.map(aString("samp.url-translator", info.get("samp.url-translator")), (prefix) => {
    const { pathname, search } = new URL(prefix)
    return `${pathname}${search === "" ? "?" : search}${url}`
  })

/** What a page gets for a URL, through the hub. */
const read = (world: World, page: Page, url: string, method = "GET") =>
  Effect.flatMap(targetOf(page, url), (target) => asPage(world, { method, target }))

/** A file that is on every machine, and nobody's secret. */
const someFile = encodeURIComponent("file:///etc/hostname")

/** A page that was told of a URL by the desktop, and what stands there. */
const told = (world: World) =>
  Effect.gen(function*() {
    const text = world.fresh("data")
    const { port, requests } = yield* world.tap(({ head, target }) => {
      const known = target === "/data?a=b&c=d"
      const body = known && !head.startsWith("HEAD ") ? text : ""
      return `HTTP/1.1 ${known ? "200 OK" : "404 Not Found"}\r\nContent-Type: text/plain\r\nContent-Length: ${
        known ? text.length : 0
      }\r\nConnection: close\r\n\r\n${body}`
    })
    const { desk, mtype, page } = yield* meeting(world)
    const url = `http://127.0.0.1:${port}/data?a=b&c=d`
    const gone = `http://127.0.0.1:${port}/gone`
    yield* desk.ask("notify", page.id, msg(mtype, map({ url, gone })))
    yield* page.receives(mtype)
    return { page, text, url, gone, requests }
  })

/** These checks. */
export const webUrls: ReadonlyArray<Check> = [
  check(
    "WEB-50",
    "a page reads the URL that a program has told it of",
    Effect.fnUntraced(function*(world) {
      const { page, text, url } = yield* told(world)
      const answer = yield* read(world, page, encodeURIComponent(url))
      yield* demand(answer.status === 200, `what was told of is answered with ${inWords(answer)}`)
      yield* demand(answer.body.includes(text), `in place of ${text} there came ${inWords(answer)}`)
      yield* readable("what was told of", answer)
    })
  ),
  check(
    "WEB-52",
    "a page reads such a URL when it is appended as it is",
    Effect.fnUntraced(function*(world) {
      const { page, text, url } = yield* told(world)
      const answer = yield* read(world, page, url)
      yield* demand(answer.body.includes(text), `in place of ${text} there came ${inWords(answer)}`)
    })
  ),
  check(
    "WEB-55",
    "HEAD gets the status of GET and no body, and what cannot be read gets one that says so",
    Effect.fnUntraced(function*(world) {
      const { gone, page, url } = yield* told(world)
      const head = yield* read(world, page, encodeURIComponent(url), "HEAD")
      yield* demand(head.status === 200, `HEAD is answered with ${inWords(head)}`)
      const missing = yield* read(world, page, encodeURIComponent(gone))
      yield* demand(missing.status >= 400, `what is not there is answered with ${inWords(missing)}`)
      const bad = yield* read(world, page, "no%20url")
      yield* demand(bad.status >= 400, `what is no URL is answered with ${inWords(bad)}`)
      const put = yield* read(world, page, encodeURIComponent(url), "PUT")
      yield* demand(put.status >= 400, `PUT is answered with ${inWords(put)}`)
    })
  ),
  check(
    "WEB-54",
    "a page reads no file that nobody has told it of",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      const answer = yield* read(world, page, someFile)
      yield* demand(
        answer.status !== 200,
        `a page could read ${decodeURIComponent(someFile)}, which nobody had told it of`
      )
      yield* readable("a URL that may not be read", answer)
    })
  ),
  check(
    "WEB-53",
    "nothing is read for a page that has left",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      yield* page.ask("unregister")
      const answer = yield* read(world, page, someFile)
      yield* demand(answer.status >= 400, `a URL is read for a page that has left: ${inWords(answer)}`)
    })
  )
]
