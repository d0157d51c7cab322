/**
 * Which URLs a web client may read through the hub: those that a trusted client, one of the Standard Profile, has mentioned
 * in something that was delivered or answered to that very client (WEB-54). Who mentions a URL first decides for the life of
 * the hub: what a web client has brought up itself is never opened to any, lest one have it echoed by a desktop program, or
 * by another page, in whatever spelling.
 */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import { isList, type SampValue } from "../SampValue.ts"
import { keyOf } from "./Spelling.ts"

/** Who mentioned a URL first: a client of the Standard Profile, or a page, of which the origin is known. */
export type FirstMention = "trusted" | "web"

/** How many URLs, and how long they are together. */
interface Load {
  readonly urls: number
  readonly characters: number
}

/** First mentions by the keys of URLs, and what they take up: those of trusted clients, and those of each origin. */
export interface Mentions {
  readonly first: HashMap.HashMap<string, FirstMention>
  readonly trusted: Load
  readonly web: HashMap.HashMap<string, Load>
}

/** No URL was ever mentioned. */
export const nothing: Mentions = {
  first: HashMap.empty(),
  trusted: { urls: 0, characters: 0 },
  web: HashMap.empty()
}

/** Characters of the longest URL that counts. */
const longest = 8_192

/** What a hub remembers for trusted clients; what they mention beyond that stays closed. */
const trustedBound: Load = { urls: 100_000, characters: 16 * 1024 * 1024 }
/** What it remembers for the pages of one origin, and for how many origins; what they bring up beyond that is refused. */
const originBound: Load = { urls: 5_000, characters: 512 * 1024 }
const origins = 64

/** URLs that one client may read. */
export const readable = 20_000

/** What looks like an absolute URL with a path, as JSAMP's translator has it. */
const syntax = /^[a-z][a-z0-9+.-]*:\/./iu

/** URLs, each with what its spellings have in common. */
export type Urls = ReadonlyMap<string, string>

const collect = (
  value: SampValue,
  isOne: (text: string) => boolean,
  most: number,
  found: Map<string, string>
): void => {
  if (found.size > most) return
  if (typeof value === "string") {
    if (isOne(value) && !found.has(value)) found.set(value, keyOf(value))
  } else if (isList(value)) { for (const item of value) collect(item, isOne, most, found) }
  else for (const [, item] of value) collect(item, isOne, most, found)
}

/** All URLs that stand in a value, wherever. */
export const urlsIn = (value: SampValue): Urls => {
  const found = new Map<string, string>()
  collect(value, (text) => text.length <= longest && syntax.test(text), trustedBound.urls, found)
  return found
}

/** What programs may take for a URL: also one with blanks around it, of any length, and the path of a file, of Windows too. */
const looseSyntax = /^\s*(?:[a-z][a-z0-9+.-]*:\s*[\\/]|[\\/])./isu

/** URLs that a web client may name in one message. */
export const nameable = originBound.urls

/** All that a program might understand as a URL that a web client has named; of more than {@link nameable} not all. */
export const namedIn = (value: SampValue): Urls => {
  const found = new Map<string, string>()
  collect(value, (text) => looseSyntax.test(text), nameable, found)
  return found
}

const plus = ({ characters, urls }: Load, key: string): Load => ({
  urls: urls + 1,
  characters: characters + key.length
})

const within = (load: Load, bound: Load): boolean =>
  load.urls <= bound.urls && load.characters <= bound.characters

/** Notes what a trusted client has mentioned. */
export const noteTrusted = (mentions: Mentions, urls: Urls): Mentions => {
  let { first, trusted } = mentions
  for (const [, key] of urls) {
    const load = plus(trusted, key)
    if (HashMap.has(first, key) || !within(load, trustedBound)) continue
    first = HashMap.set(first, key, "trusted")
    trusted = load
  }
  return first === mentions.first ? mentions : { ...mentions, first, trusted }
}

/**
 * Notes what a page has brought up.
 *
 * @returns undefined if pages of its origin have brought up more than the hub can remember: an echo of what it does not
 *   remember would open it, so nobody must hear of it
 */
export const noteWeb = (mentions: Mentions, urls: Urls, origin: string): Mentions | undefined => {
  let load = Option.getOrElse(HashMap.get(mentions.web, origin), (): Load => ({ urls: 0, characters: 0 }))
  let first = mentions.first
  for (const [, key] of urls) {
    if (HashMap.has(first, key)) continue
    load = plus(load, key)
    if (!within(load, originBound)) return undefined
    first = HashMap.set(first, key, "web")
  }
  if (first === mentions.first) return mentions
  const web = HashMap.set(mentions.web, origin, load)
  return HashMap.size(web) > origins ? undefined : { ...mentions, first, web }
}

/** The URLs of these that are open: first mentioned by a trusted client. */
export const open = (mentions: Mentions, urls: Urls): Urls =>
  new Map(
    [...urls].filter(([, key]) => Option.getOrUndefined(HashMap.get(mentions.first, key)) === "trusted")
  )

/**
 * Adds what is open to what a client may read, but for what it has brought up itself, up to the bound.
 *
 * @param brought - see {@link bring}
 */
export const grant = (
  mayRead: HashSet.HashSet<string>,
  urls: Urls,
  brought: HashSet.HashSet<string>
): HashSet.HashSet<string> => {
  let next = mayRead
  for (const [url, key] of urls) {
    if (HashSet.size(next) >= readable) return next
    if (!HashSet.has(brought, key)) next = HashSet.add(next, url)
  }
  return next
}

/** Adds to what a client has brought up itself, in whatever spelling, but for what it may read, up to the bound. */
export const bring = (
  brought: HashSet.HashSet<string>,
  urls: Urls,
  mayRead: HashSet.HashSet<string>
): HashSet.HashSet<string> => {
  let next = brought
  for (const [url, key] of urls) {
    if (HashSet.size(next) >= readable) return next
    if (!HashSet.has(mayRead, url)) next = HashSet.add(next, key)
  }
  return next
}
