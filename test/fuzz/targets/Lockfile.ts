/**
 * Lockfiles, values of SAMP_HUB and file URLs: tokens as an independent reading of the standard has them, a hub only where
 * there is one, and what we write of it is read back.
 */
import * as Result from "effect/Result"
import { filePath, fileUrl } from "../../../src/domain/FileUrl.ts"
import {
  type HubRecord,
  isLockfileValue,
  parse,
  readRecord,
  readSampHub,
  render
} from "../../../src/domain/Lockfile.ts"
import { lockfilePieces, oracle } from "../../support/lockfileOracle.ts"
import { below, pick, type Random } from "../../support/seeded.ts"
import { type Outcome, shape, type Target, type Wrong } from "../engine/Target.ts"

const names = [
  "samp.secret",
  "samp.hub.xmlrpc.url",
  "samp.profile.version",
  "hub.id",
  "hub.impl",
  "hub.pid",
  "hub.label",

  "samp.hub.label",
  "hub.owner.name",
  "samp.hub.owner",
  "hub.owner.group",
  "samp.hub.owner_group",
  "x-a_b-C.9"
] as const
const values = [
  "abc",
  "http://127.0.0.1:42195/xmlrpc",
  "http\\://localhost\\:1/",
  "1.3",
  "12",
  "-1",
  "0",
  "1e3",
  "",
  " a b ",
  "a=b",

  "HTTP://[::1]:1/",
  "https://a/",
  "http://",
  "http:///x",
  "http://a b/",
  "\u00e9",
  "#",
  "\\",
  "99999999999999999999"
] as const
const lines = [
  "# a comment",
  " # no comment=x",
  "",
  "   ",
  "no token",
  "=",
  "=x",
  "a b=c",
  "a=",
  " spaced = x ",
  "#samp.secret=y",
  "\u0000=x",
  "\u00e9=x",
  "a\u00a0=x",
  "\tb\t=\tc\t",
  "samp.secret=",
  "A.b=c=d"
] as const
const ends = ["\n", "\n", "\r\n", "\r", "\n\n", "\u0085", "\u000b", ""] as const
const places = [
  "std-lockurl:file:///home/me/.samp",
  "std-lockurl:file://localhost/a%20b",
  "std-lockurl:http://h/l",
  "file:///a/b",

  "std-lockurl:/home/x",
  "std-lockurl:C:\\x",
  "file:/a",
  "file:///C:/a",
  "file://host/a",
  "file:///%",
  "file:///%00",
  "std-lockurl:",
  "x",
  "file:///a?b#c",
  "file:////a//b",
  "file:///%e9",
  "file:///%c3%a9"
] as const

const generate = (next: Random): string => {
  if (next() < 0.15) return pick(next, places)
  let text = ""
  for (let count = below(next, 9); count > 0; count--) {
    text += (next() < 0.3 ? pick(next, lines) : `${pick(next, names)}=${pick(next, values)}`) +
      pick(next, ends)
  }
  return text
}

const tokensDiffer = (text: string): Wrong | undefined => {
  const [ours, second] = [[...parse(text)].sort(), [...oracle(text)].sort()]
  const [one, two] = [JSON.stringify(ours), JSON.stringify(second)]
  return one === two ? undefined : { kind: "tokens differ", detail: `ours ${one}, by the standard ${two}` }
}

const recordIsOdd = (record: HubRecord, tokens: ReadonlyMap<string, string>): Wrong | undefined => {
  const { pid, secret, url } = record
  if (secret === "" || secret !== tokens.get("samp.secret")) return { kind: "odd secret", detail: secret }
  if (!/^http:/iu.test(url) || !URL.canParse(url) || new URL(url).hostname === "") {
    return { kind: "odd URL", detail: url }
  }
  if (pid !== undefined && !(Number.isSafeInteger(pid) && pid > 0)) {
    return { kind: "odd pid", detail: String(pid) }
  }
  const legal = [
    secret,
    url,
    ...[record.id, record.impl, record.label, record.owner, record.group].filter((one) => one !== undefined)
  ]
  if (!legal.every(isLockfileValue)) return undefined
  const again = readRecord(parse(render({ ...record, started: "now" })))
  const [one, two] = [JSON.stringify(record), JSON.stringify(Result.getOrElse(again, () => "nothing"))]
  return one === two
    ? undefined
    : { kind: "a record that is read otherwise", detail: `${one} comes back as ${two}` }
}

const placeIsOdd = (text: string): Wrong | undefined => {
  const place = readSampHub(text)
  if (Result.isFailure(place)) {
    return place.failure.length < 300 ? undefined : { kind: "a long refusal", detail: place.failure }
  }
  if (place.success?._tag === "File" && place.success.path === "") {
    return { kind: "an empty path", detail: text }
  }
  const path = filePath(text)
  if (path === undefined) return undefined
  if (!/^(?:\/|[A-Za-z]:\/)/u.test(path)) return { kind: "a path that is not absolute", detail: path }
  const back = filePath(fileUrl(path))
  return back === path
    ? undefined
    : { kind: "a path that comes back otherwise", detail: `${path} as ${back}` }
}

const check = (input: string): Outcome => {
  const tokens = parse(input)
  const record = readRecord(tokens)
  const place = readSampHub(input)
  const seen = [
    `${Math.min(tokens.size, 6)} tokens`,
    Result.isSuccess(record)
      ? `hub of ${Object.values(record.success).filter((one) => one !== undefined).length}`
      : "no hub",
    Result.isSuccess(place) ? place.success?._tag ?? "unset" : shape(place.failure)
  ]
  const wrong = tokensDiffer(input) ??
    (Result.isSuccess(record) ? recordIsOdd(record.success, tokens) : undefined) ??
    placeIsOdd(input)
  return { seen, wrong }
}

/** What finds a hub. */
export const lockfile: Target = {
  name: "lockfile",
  sources: /\/src\/domain\/(?:Lockfile|FileUrl)/u,
  seeds: places,
  pieces: lockfilePieces,
  generate,
  check,
  read: (input) => {
    readRecord(parse(input))
    readSampHub(input)
    filePath(input)
  }
}
