/** Checks: what browsers need of the Web Profile, down to the byte (section 5). */
import * as Effect from "effect/Effect"
import type { SampValue } from "../../../domain/SampValue.ts"
import { writeCall } from "../../../domain/XmlRpcWriter.ts"
import type { RawAnswer } from "../../../ports/RawHttp.ts"
import { aString, broken, type Check, check, demand } from "../Check.ts"
import { origin, type Page, visit, webOf } from "../Page.ts"
import type { World } from "../World.ts"
import { inWords } from "./Bytes.ts"

/** A request to the Web Profile, as a browser makes it for a page. */
const ask = (
  world: World,
  { body = "", headers = [], host, method = "POST", target = "/" }: {
    readonly method?: string
    readonly target?: string
    readonly host?: string
    readonly headers?: ReadonlyArray<string>
    readonly body?: string
  }
) =>
  Effect.gen(function*() {
    const url = webOf(world)
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${host ?? new URL(url).host}`,
      `Origin: ${origin}`,
      ...headers,
      ...body === "" ? [] : ["Content-Type: text/xml", `Content-Length: ${body.length}`],
      "Connection: close"
    ]
    const bytes = `${lines.join("\r\n")}\r\n\r\n${body}`
    const [answer] = yield* world.exchange(bytes, { headOnly: method === "HEAD" }, url)
    return answer ?? (yield* broken("there was no answer"))
  })

const bodyOf = (method: string, ...params: ReadonlyArray<SampValue>): string => writeCall({ method, params })

/** Demands that the page may read an answer. */
const readable = (what: string, answer: RawAnswer) => {
  const allowed = answer.headers.get("access-control-allow-origin")
  return demand(
    allowed === origin || allowed === "*",
    `Access-Control-Allow-Origin of ${what} is ${allowed ?? "not there"}: ${inWords(answer)}`
  )
}

const preflight = (world: World, ...more: ReadonlyArray<string>) =>
  ask(world, {
    method: "OPTIONS",
    headers: ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type", ...more]
  })

/** Path and query of what comes before URLs, with a URL behind. */
const target = (prefix: string, url: string): string => {
  const { pathname, search } = new URL(prefix)
  return `${pathname}${search === "" ? "?" : search}${encodeURIComponent(url)}`
}

/** A file that is on every machine, and nobody's secret. */
const someFile = "file:///etc/hostname"

/** What a page gets for a file, through the hub. */
const readFile = (world: World, { info }: Page) =>
  Effect.gen(function*() {
    const prefix = yield* aString("samp.url-translator", info.get("samp.url-translator"))
    return yield* ask(world, { method: "GET", target: target(prefix, someFile) })
  })

/** These checks. */
export const webBytes: ReadonlyArray<Check> = [
  check(
    "WEB-04 WEB-06",
    "results and faults are text/xml, and the page may read them",
    Effect.fnUntraced(function*(world) {
      for (
        const [what, method] of [["a result", "samp.webhub.ping"], [
          "a fault",
          "samp.webhub.noSuchMethod"
        ]] as const
      ) {
        const answer = yield* ask(world, { body: bodyOf(method) })
        yield* demand(answer.status === 200, `${what} is ${inWords(answer)}`)
        yield* readable(what, answer)
        const type = answer.headers.get("content-type") ?? "not there"
        yield* demand(/^text\/xml\b/iu.test(type), `the Content-Type of ${what} is ${type}`)
      }
    })
  ),
  check(
    "WEB-07",
    "a preflight is granted",
    Effect.fnUntraced(function*(world) {
      const answer = yield* preflight(world)
      yield* demand(
        answer.status === 200 || answer.status === 204,
        `a preflight is answered with ${inWords(answer)}`
      )
      yield* readable("a preflight", answer)
      for (const [header, wanted] of [["methods", "post"], ["headers", "content-type"]] as const) {
        const allowed = answer.headers.get(`access-control-allow-${header}`)?.toLowerCase() ?? ""
        yield* demand(
          allowed === "*" || allowed.split(/\s*,\s*/u).includes(wanted),
          `a preflight allows the ${header} '${allowed}', not ${wanted}`
        )
      }
    })
  ),
  check(
    "WEB-08",
    "a preflight for private networks is granted",
    Effect.fnUntraced(function*(world) {
      const answer = yield* preflight(world, "Access-Control-Request-Private-Network: true")
      const allowed = answer.headers.get("access-control-allow-private-network")
      yield* demand(allowed === "true", `Access-Control-Allow-Private-Network is ${allowed ?? "not there"}`)
    })
  ),
  check(
    "WEB-65",
    "a request under a foreign Host is refused",
    Effect.fnUntraced(function*(world) {
      const answer = yield* ask(world, { host: "evil.example:21012", body: bodyOf("samp.webhub.ping") })
      yield* demand(answer.status >= 400, `a request for evil.example is answered with ${inWords(answer)}`)
    })
  ),
  check(
    "WEB-54",
    "a page reads no file that nobody has told it of",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      const answer = yield* readFile(world, page)
      yield* demand(answer.status !== 200, `a page could read ${someFile}, which nobody had told it of`)
      yield* readable("a URL that may not be read", answer)
    })
  ),
  check(
    "WEB-53",
    "nothing is read for a page that has left",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      yield* page.ask("unregister")
      const answer = yield* readFile(world, page)
      yield* demand(answer.status >= 400, `a URL is read for a page that has left: ${inWords(answer)}`)
    })
  )
]
