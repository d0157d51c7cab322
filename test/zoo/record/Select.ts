/** From a tape to fixtures: bytes made neutral, meanings found, one entry of each kind kept. */
import os from "node:os"
import type { Entry, Json, Reply } from "../Fixture.ts"
import { beside, output, python } from "./Peers.ts"
import { editBody, type Exchange } from "./Tap.ts"

/** A message as recorded, before its meaning is known. */
export interface Piece {
  readonly peer: string
  readonly direction: Entry["direction"]
  readonly role: Entry["role"]
  readonly closes: boolean
  readonly bytes: string
  /** The method that was called, for the name of an answer. */
  readonly about: string
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

/**
 * The second JSAMP client of a process listens at `/xmlrpc-1`, the next at `/xmlrpc-2`. The path is the
 * client's choice, not the hub's, so what the hub asks goes to the first one's in our fixtures.
 */
const onePath = (bytes: string): string => bytes.replace(/^(POST \/xmlrpc)-\d+ /, "$1 ")

/** Takes this machine out of a message: its name, its user, the home of the stage; mends Content-Length. */
export const scrub = (home: string, bytes: Buffer): Buffer =>
  editBody(bytes, (body) =>
    body
      .replaceAll(home, "/home/astronomer")
      .replace(new RegExp(`${escape(os.tmpdir())}/(?=[^/<]+<)`, "g"), "/home/astronomer/")
      .replace(new RegExp(`//${escape(os.hostname())}(?=[:/])`, "g"), "//desktop")
      .replace(new RegExp(`(<value>(?:<string>)?)${escape(os.hostname())}(?=<)`, "g"), "$1desktop")
      .replace(
        new RegExp(`(<value>(?:<string>)?)${escape(os.userInfo().username)}(?=<)`, "g"),
        "$1astronomer"
      )
      // Python's keys are version 1 UUIDs, which end with a hardware address.
      .replace(/\b([0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-)[0-9a-f]{12}\b/g, "$1001122334455"))

const methodOf = (bytes: Buffer): string =>
  /<methodName>\s*([^<\s]+)/.exec(bytes.toString("latin1"))?.[1]
    ?? (/^\S+ \S+/.exec(bytes.toString("latin1"))?.[0] ?? "nothing")

const mtypeOf = (bytes: Buffer): string =>
  /<name>samp\.mtype<\/name>\s*<value>\s*(?:<string>)?([^<]+)/.exec(bytes.toString("latin1"))?.[1]?.trim() ??
    ""

/** Both messages of each exchange. */
export const pieces = (tape: ReadonlyArray<Exchange>, home: string): ReadonlyArray<Piece> =>
  tape.flatMap((exchange) => {
    const fromClient = exchange.asks === "client"
    const about = `${methodOf(exchange.request)} ${mtypeOf(exchange.request)}`.trim()
    const piece = (direction: Entry["direction"], asked: boolean, bytes: Buffer): Piece => ({
      peer: exchange.peer,
      direction,
      role: asked === fromClient ? "client to hub" : "hub to client",
      closes: exchange.closes,
      bytes: onePath(scrub(home, bytes).toString("latin1")),
      about
    })
    return [piece("request", true, exchange.request), piece("response", false, exchange.response)]
  })

const shape = (value: Json): string => {
  if (typeof value === "string") return value === "" ? "-" : "s"
  return Array.isArray(value)
    ? `[${[...new Set(value.map(shape))].join()}]`
    : `{${
      Object.entries(value).map(([key, item]) => `${key.replace(/\d+/g, "#")}:${shape(item)}`).toSorted()
        .join()
    }}`
}

const outcome = (reply: Reply): string => {
  if ("value" in reply) return shape(reply.value).slice(0, 60)
  return Object.entries(reply).map(([key, found]) =>
    `${key} ${typeof found === "object" ? "" : found}`.trim()
  ).join()
}

/** Of these, a few stand for all. */
const enough: { readonly [about: string]: number } = {
  "samp.hub.declareMetadata": 2,
  "samp.hub.declareSubscriptions": 2,
  "samp.hub.reply": 4
}

const headOf = (bytes: string): string => bytes.replace(/\d+/g, "#").slice(0, bytes.search(/\r?\n\r?\n/))

/**
 * The fixtures of one peer.
 *
 * @param wanted - which pieces are this peer's own words
 * @param most - how many to keep, the rarest kinds first in the order of the tape
 */
export const select = (
  all: ReadonlyArray<Piece>,
  wanted: (piece: Piece) => boolean,
  most = 25
): ReadonlyArray<Entry> => {
  const mine = all.filter(wanted)
  const asked = JSON.stringify(mine.map((piece) => [piece.direction, piece.bytes]))
  const meanings: ReadonlyArray<Entry["expect"]> = JSON.parse(output(python, [beside("expect.py")], asked))
  const kept = new Map<string, Entry>()
  for (const [index, piece] of mine.entries()) {
    const expect = meanings[index]
    if (expect === undefined || kept.size >= most) continue
    const common = { role: piece.role, closes: piece.closes, bytes: piece.bytes }
    if (piece.direction === "request") {
      if (!("method" in expect || "broken" in expect)) continue
      const types = [...new Set(piece.bytes.match(/<(?:nil|int|i4|double|boolean)\b/g))].join()
      const letters = /[^\x00-\x7f]/.test(piece.bytes) ? "non-ASCII" : ""
      const meaning = "method" in expect ? `${expect.method} ${shape(expect.params)}` : expect.broken
      const kind = `request ${meaning} ${types} ${letters}`
      const alike = [...kept.values()].filter((entry) => entry.name === piece.about).length
      if (kept.has(kind) || alike >= (enough[piece.about] ?? 9)) continue
      const { closes: _, ...rest } = common
      kept.set(kind, { name: piece.about, direction: "request", ...rest, expect })
    } else if (!("method" in expect) && (piece.bytes !== "" || piece.closes)) {
      const said = "fault" in expect ? `fault ${expect.fault.string.slice(0, 30)}` : outcome(expect)
      const kind = `response ${headOf(piece.bytes)} ${
        "fault" in expect || "status" in expect ? "" : piece.role
      } ${said}`
      if (kept.has(kind)) continue
      const name = `${piece.about}: ${
        "fault" in expect ? "a fault" : "value" in expect ? "a value" : outcome(expect)
      }`
      kept.set(kind, { name, direction: "response", ...common, expect })
    }
  }
  const names = new Map<string, number>()
  return [...kept.values()].map((entry) => {
    const count = (names.get(entry.name) ?? 0) + 1
    names.set(entry.name, count)
    return count === 1 ? entry : { ...entry, name: `${entry.name} (${count})` }
  })
}
