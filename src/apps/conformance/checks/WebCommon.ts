/** What many checks of the Web Profile say and do. */
import * as Effect from "effect/Effect"
import { map, type SampMap } from "../../../domain/SampValue.ts"
import type { RawAnswer } from "../../../ports/RawHttp.ts"
import { broken, demand } from "../Check.ts"
import { origin, type Pulled, visit, webOf } from "../Page.ts"
import { answering, join } from "../Party.ts"
import type { World } from "../World.ts"
import { inWords } from "./Bytes.ts"

/** What pages may send, however much a hub limits them: harmless, and marked so by the recipient. */
export const welcome = (mtype: string): SampMap =>
  map({ [mtype]: map({ "x-samp.mostly-harmless": "1", "samp.mostly-harmless": "1" }) })

/** The callback of an MType among what was pulled. */
export const only = (pulled: ReadonlyArray<Pulled>, what: string) =>
  Effect.gen(function*() {
    const found = pulled.filter(({ mtype, params }) => mtype === what || params[1] === what)
    const [one] = found
    return one !== undefined && found.length === 1
      ? one
      : yield* broken(`${what} came ${found.length} times, not once`)
  })

/** A page that subscribes to something, and somebody of the desktop. */
export const meeting = (world: World) =>
  Effect.gen(function*() {
    const mtype = world.mtype()
    const page = yield* visit(world, "Page")
    yield* page.ask("declareSubscriptions", welcome(mtype))
    const desk = yield* join(world, "Desk", { subscriptions: welcome(mtype), onReceive: answering() })
    return { mtype, page, desk }
  })

/** A request to the Web Profile, as a browser makes it for a page. */
export const asPage = (
  world: World,
  { body = "", from = origin, headers = [], host, method = "POST", target = "/", url = webOf(world) }: {
    /** Another address of the hub. */
    readonly url?: string
    /** The origin of the page. */
    readonly from?: string
    readonly method?: string
    readonly target?: string
    readonly host?: string
    readonly headers?: ReadonlyArray<string>
    readonly body?: string
  }
) =>
  Effect.gen(function*() {
    const lines = [
      `${method} ${target} HTTP/1.1`,
      `Host: ${host ?? new URL(url).host}`,
      `Origin: ${from}`,
      ...headers,
      ...body === "" ? [] : ["Content-Type: text/xml", `Content-Length: ${body.length}`],
      "Connection: close"
    ]
    const bytes = `${lines.join("\r\n")}\r\n\r\n${body}`
    const [answer] = yield* world.exchange(bytes, { headOnly: method === "HEAD" }, url)
    return answer ?? (yield* broken("there was no answer"))
  })

/** Demands that the page may read an answer. */
export const readable = (what: string, answer: RawAnswer) => {
  const allowed = answer.headers.get("access-control-allow-origin")
  return demand(
    allowed === origin || allowed === "*",
    `Access-Control-Allow-Origin of ${what} is ${allowed ?? "not there"}: ${inWords(answer)}`
  )
}
