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

/** Who mentioned a URL first. */
export type FirstMention = "trusted" | "web"

/** First mentions by URL. */
export type Mentions = HashMap.HashMap<string, FirstMention>

/** No URL was ever mentioned. */
export const nothing: Mentions = HashMap.empty()

/** Characters of the longest URL that counts. */
const longest = 8_192
/** URLs that a hub remembers; beyond these, unknown ones stay closed. */
const remembered = 200_000
/** URLs that one client may read. */
export const readable = 20_000

/** What looks like an absolute URL with a path, as JSAMP's translator has it. */
const syntax = /^[a-z][a-z0-9+.-]*:\/./iu

const collect = (value: SampValue, found: Set<string>): void => {
  if (typeof value === "string") {
    if (value.length <= longest && syntax.test(value)) found.add(value)
  } else if (isList(value)) { for (const item of value) collect(item, found) }
  else for (const [, item] of value) collect(item, found)
}

/** All URLs that stand in a value, wherever. */
export const urlsIn = (value: SampValue): ReadonlySet<string> => {
  const found = new Set<string>()
  collect(value, found)
  return found
}

/** Notes first mentions. */
export const note = (mentions: Mentions, urls: Iterable<string>, by: FirstMention): Mentions => {
  let next = mentions
  for (const url of urls) {
    if (HashMap.has(next, url)) continue
    if (HashMap.size(next) >= remembered) return next
    next = HashMap.set(next, url, by)
  }
  return next
}

/** The URLs of these that are open: first mentioned by a trusted client. */
export const open = (mentions: Mentions, urls: Iterable<string>): ReadonlyArray<string> =>
  [...urls].filter((url) => Option.getOrUndefined(HashMap.get(mentions, url)) === "trusted")

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
