/** Checks: what browsers need of the Web Profile, down to the byte (section 5). */
import * as Effect from "effect/Effect"
import { map, type SampValue } from "../../../domain/SampValue.ts"
import { writeCall } from "../../../domain/XmlRpcWriter.ts"
import { type Check, check, type CheckFailure, demand } from "../Check.ts"
import { visit, webOf } from "../Page.ts"
import { show } from "../Transcript.ts"
import type { World } from "../World.ts"
import { inWords, isResult } from "./Bytes.ts"
import { asPage, readable } from "./WebCommon.ts"

/** Whether no way leads to an address. */
const isUnreachable = (error: CheckFailure): boolean =>
  error._tag === "NoAnswer" && error.reason === "Unreachable"

/** The body of a call of a page. */
const bodyOf = (operation: string, ...params: ReadonlyArray<SampValue>): string =>
  writeCall({ method: `samp.webhub.${operation}`, params })

const preflight = (world: World, ...more: ReadonlyArray<string>) =>
  asPage(world, {
    method: "OPTIONS",
    headers: ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type", ...more]
  })

/** These checks. */
export const webBytes: ReadonlyArray<Check> = [
  check(
    "WEB-04 WEB-06",
    "results and faults are text/xml, and the page may read them",
    Effect.fnUntraced(function*(world) {
      for (
        const [what, method] of [["a result", "ping"], [
          "a fault",
          "noSuchMethod"
        ]] as const
      ) {
        const answer = yield* asPage(world, { body: bodyOf(method) })
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
      const answer = yield* asPage(world, { host: "evil.example:21012", body: bodyOf("ping") })
      yield* demand(answer.status >= 400, `a request for evil.example is answered with ${inWords(answer)}`)
    })
  ),
  check(
    "WEB-03",
    "it answers at 127.0.0.1 and at ::1",
    Effect.fnUntraced(function*(world) {
      const { port } = new URL(webOf(world))
      for (const host of ["127.0.0.1", "[::1]"]) {
        const asking = asPage(world, { url: `http://${host}:${port}/`, body: bodyOf("ping") })
        // an address that this machine lacks nobody misses, and a page finds the hub at the other one
        const answer = yield* Effect.catchIf(asking, isUnreachable, () => Effect.succeed(undefined))
        const held = answer === undefined || isResult(answer)
        yield* demand(
          held,
          `a ping at ${host} is answered with ${answer === undefined ? "" : inWords(answer)}`
        )
      }
    })
  ),
  check(
    "WEB-18",
    "a page of the origin null may read no answer",
    Effect.fnUntraced(function*(world) {
      const answer = yield* asPage(world, { from: "null", body: bodyOf("ping") })
      const allowed = answer.headers.get("access-control-allow-origin")
      yield* demand(allowed === undefined, `Access-Control-Allow-Origin for the origin null is ${allowed}`)
    })
  ),
  check(
    "WEB-66",
    "a document type from a page is refused, or its entities are not resolved",
    Effect.fnUntraced(function*(world) {
      const page = yield* visit(world, "Page")
      const body = bodyOf("declareMetadata", page.key, map({ x: "THERE" })).replace("THERE", "&e;")
        .replace("?>\n", "?>\n<!DOCTYPE methodCall [<!ENTITY e \"resolved\">]>\n")
      const answer = yield* asPage(world, { body })
      const metadata = yield* page.ask("getMetadata", page.id)
      yield* demand(
        !isResult(answer) || !show(metadata).includes("resolved"),
        "an entity of a DTD was resolved"
      )
    })
  )
]
