/**
 * URL translation (WEB-50..55): which URL a page means by what stands behind the translator's prefix, where that leads,
 * and where it may be sent on to. The rules are here, for the hub and for the simulated one; who may read what is decided
 * elsewhere (WEB-54). Pure.
 */
import * as Result from "effect/Result"
import { filePath } from "../FileUrl.ts"
import { bareHost, isLocalHost } from "./Addresses.ts"

const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]*:\//iu.test(text)

const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** What browsers encode by themselves in a query that was written raw; a blank is among it, but see {@link candidates}. */
const byBrowsers = /(?:%(?:2[27]|3[CE]|[89A-F][0-9A-F]))+/giu

/**
 * The foreign URLs that may be meant (WEB-52), the likeliest first. A page may have encoded the URL as it should, or not at
 * all, as sampjs does; then its browser has encoded a few characters by itself. What begins as a URL is taken as it is,
 * and decoded only as an alternative. `ref=` as in SAMPy's prefix may stand before it.
 *
 * @param query - all that follows the first `?`
 * @returns none if there is no URL in it in any reading
 */
export const candidates = (query: string): ReadonlyArray<string> => {
  const bare = query.replace(/^ref=/u, "")
  const undone = bare.replace(byBrowsers, (run) => decode(run) ?? run)
  const readings = isUrl(bare)
    ? [bare, undone, undone.replaceAll("%20", " "), decode(bare)]
    // Forms write a blank as a plus.
    : [decode(bare), decode(bare.replaceAll("+", " "))]
  return [...new Set(readings)].filter((reading): reading is string =>
    reading !== undefined && isUrl(reading) && !/[\x00-\x1f\x7f]/u.test(reading)
  )
}

/** Why a page does not get what it asks for: an HTTP status, and a sentence for its author. */
export interface Refused {
  readonly status: number
  readonly text: string
}

/** Who has no token, or one of a client that has left (WEB-53). */
export const stranger: Refused = {
  status: 403,
  text: "whoever was given this address is not registered, or not any more"
}

/**
 * The foreign URL that a request means and that may be read: the first that is allowed (WEB-52, WEB-55).
 *
 * @param query - all that follows the first `?`; undefined if there is none
 * @param mayRead - what the hub says of a URL to whoever holds the token
 */
export const choose = (
  method: string,
  query: string | undefined,
  mayRead: (url: string) => "Allowed" | "Blocked" | "UnknownToken"
): Result.Result<string, Refused> => {
  const refuse = (status: number, text: string) => Result.fail({ status, text })
  if (query === undefined) return refuse(404, "the foreign URL is missing: it stands after a question mark")
  const urls = candidates(query)
  const readings = urls.map(mayRead)
  // Whether somebody holds the token is known without a URL, too.
  if ([...readings, mayRead("")].includes("UnknownToken")) return Result.fail(stranger)
  if (method !== "GET" && method !== "HEAD") return refuse(405, "foreign URLs are read by GET and HEAD")
  if (urls.length === 0) return refuse(400, "there is no absolute URL after the question mark")
  const url = urls[readings.indexOf("Allowed")]
  return url === undefined
    ? refuse(403, "a page may read only what a program on this desktop has mentioned to it")
    : Result.succeed(url)
}

/** Where a foreign URL leads, or why the hub does not go there, for the page. */
export type Destination =
  | { readonly _tag: "File"; readonly path: string }
  | { readonly _tag: "Web"; readonly url: URL }
  | { readonly _tag: "Nowhere"; readonly why: string }

/** A URL of the web without its fragment, which is the reader's, and without a password, which is the user's. */
const webUrl = (url: string): URL | undefined => {
  if (!URL.canParse(url)) return undefined
  const parsed = new URL(url)
  parsed.hash = ""
  parsed.username = ""
  parsed.password = ""
  return parsed
}

/**
 * Where a foreign URL leads: to a file of this machine or to the web.
 *
 * @param own - names of this machine, which may stand in a `file:` URL
 */
export const destination = (url: string, own: ReadonlySet<string>): Destination => {
  const scheme = /^[^:]*/u.exec(url)?.[0].toLowerCase() ?? ""
  if (scheme === "http" || scheme === "https") {
    const parsed = webUrl(url)
    return parsed === undefined
      ? { _tag: "Nowhere", why: "this is no URL that can be read" }
      : { _tag: "Web", url: parsed }
  }
  if (scheme !== "file") {
    return { _tag: "Nowhere", why: `this hub reads file:, http: and https: URLs, and no ${scheme}: URLs` }
  }
  const host = /^file:\/\/([^/]+)(?=\/)/iu.exec(url)?.[1]?.toLowerCase()
  const path = filePath(host !== undefined && own.has(host) ? `file://${url.slice(7 + host.length)}` : url)
  return path === undefined || path.includes("\0")
    ? { _tag: "Nowhere", why: "this is no file: URL of a file of this machine" }
    : { _tag: "File", path }
}

/** How often the hub lets itself be sent on; browsers take 20, archives need two or three. */
export const maxRedirects = 5

/** Statuses that send a reader on. */
export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/**
 * Where a server sends the reader on to, or why that is not followed: from the web only into the web, and never to a file.
 *
 * @param hops - how often the reader was sent on before
 */
export const redirected = (
  from: URL,
  location: string | undefined,
  hops: number
): Result.Result<URL, string> => {
  if (hops >= maxRedirects) return Result.fail(`it sends on more than ${maxRedirects} times`)
  if (location === undefined || !URL.canParse(location, from.href)) {
    return Result.fail("it sends on to nowhere")
  }
  const { href, protocol } = new URL(location, from.href)
  const to = protocol === "http:" || protocol === "https:" ? webUrl(href) : undefined
  return to === undefined
    ? Result.fail(`it sends on to a ${protocol} URL, which is not followed`)
    : Result.succeed(to)
}

/**
 * Whether a place may be at an address that is not public: only when the program that mentioned the URL named this very
 * host and port, and by a name or address that is knowingly local.
 *
 * @param mentioned - the URL that was mentioned
 * @param place - where the reader goes: there, or to where it was sent on
 * @param own - names of this machine, and domains that are the user's own
 */
export const mayBeLocal = (mentioned: URL, place: URL, own: Iterable<string>): boolean =>
  place.host === mentioned.host && isLocalHost(place.hostname, own)

/** What is said of a place that may not be where it is. */
export const tooNear = (place: URL, address: string): string => {
  const host = bareHost(place.hostname)
  const where = host === address ? address : `${host} is at ${address}`
  return `${where}, which is no address of the internet and was not mentioned as such`
}
