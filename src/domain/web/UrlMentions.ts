/**
 * Which URLs a web client may read through the hub: those that a trusted client, one of the Standard Profile, has mentioned
 * in something that was delivered or answered to that very client (WEB-54). Who mentions a URL first decides for the life of
 * the hub: what a web client has brought up itself is never opened to any, lest one have it echoed by a desktop program, or
 * by another page.
 */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import { isList, type SampValue } from "../SampValue.ts"
import { placeOf } from "./Translation.ts"

/** Who mentioned a URL first: a client of the Standard Profile, or a page, of which the origin is known. */
export type FirstMention = "trusted" | "web"

/** How many URLs, and how long they are together. */
interface Load {
  readonly urls: number
  readonly characters: number
}

/** First mentions by URL, and what they take up: those of trusted clients, and those of each origin. */
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

const collect = (value: SampValue, found: Set<string>): void => {
  if (typeof value === "string") {
    if (value.length <= longest && syntax.test(value)) found.add(placeOf(value))
  } else if (isList(value)) { for (const item of value) collect(item, found) }
  else for (const [, item] of value) collect(item, found)
}

/** All URLs that stand in a value, wherever, each in the one spelling in which it is remembered. */
export const urlsIn = (value: SampValue): ReadonlySet<string> => {
  const found = new Set<string>()
  collect(value, found)
  return found
}

const plus = ({ characters, urls }: Load, url: string): Load => ({
  urls: urls + 1,
  characters: characters + url.length
})

const within = (load: Load, bound: Load): boolean =>
  load.urls <= bound.urls && load.characters <= bound.characters

/** Notes what a trusted client has mentioned. */
export const noteTrusted = (mentions: Mentions, urls: Iterable<string>): Mentions => {
  let { first, trusted } = mentions
  for (const url of urls) {
    const load = plus(trusted, url)
    if (HashMap.has(first, url) || !within(load, trustedBound)) continue
    first = HashMap.set(first, url, "trusted")
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
export const noteWeb = (mentions: Mentions, urls: Iterable<string>, origin: string): Mentions | undefined => {
  let load = Option.getOrElse(HashMap.get(mentions.web, origin), (): Load => ({ urls: 0, characters: 0 }))
  let first = mentions.first
  for (const url of urls) {
    if (HashMap.has(first, url)) continue
    load = plus(load, url)
    if (!within(load, originBound)) return undefined
    first = HashMap.set(first, url, "web")
  }
  if (first === mentions.first) return mentions
  const web = HashMap.set(mentions.web, origin, load)
  return HashMap.size(web) > origins ? undefined : { ...mentions, first, web }
}

/** The URLs of these that are open: first mentioned by a trusted client. */
export const open = (mentions: Mentions, urls: Iterable<string>): ReadonlyArray<string> =>
  [...urls].filter((url) => Option.getOrUndefined(HashMap.get(mentions.first, url)) === "trusted")

/** Adds to what is known, but for what stands against it, up to the bound. */
export const grant = (
  known: HashSet.HashSet<string>,
  urls: Iterable<string>,
  except: HashSet.HashSet<string>
): HashSet.HashSet<string> => {
  let next = known
  for (const url of urls) {
    if (HashSet.size(next) >= readable) return next
    if (!HashSet.has(except, url)) next = HashSet.add(next, url)
  }
  return next
}
