/**
 * Origins, by which the hub knows web pages, and the patterns of origins that rules are about.
 *
 *     https://archive.example         that origin and no other; a default port is left out
 *     https://archive.example:8443    the same host on another port is another origin
 *     https://*.archive.example       all names below archive.example, at any depth, and not archive.example itself
 *     http://localhost:*              any port
 *     https://*                       any host
 *     null                            pages without an origin of their own: files, sandboxed frames (WEB-18)
 *     local                           programs that are no browser, and so name no origin (WEB-18)
 *
 * An origin is compared character by character with what browsers send, which is always in its canonical form: whatever
 * is not is no origin, and no rule is about it.
 */
import * as Result from "effect/Result"
import { quote } from "../Fault.ts"

/** The word for programs that name no origin. */
export const local = "local"

/** What pages send that have no origin of their own; it identifies nobody. */
export const opaque = "null"

/** An origin, or a pattern of some. */
export interface OriginPattern {
  /** Its canonical text. */
  readonly text: string
  /** Empty for the words `null` and `local`. */
  readonly scheme: string
  /** The host; what follows `*.` for names below it; empty for any. */
  readonly host: string
  readonly hosts: "one" | "below" | "any"
  /** Empty for the default one of the scheme, `*` for any. */
  readonly port: string
}

const word = (text: string): OriginPattern => ({ text, scheme: "", host: text, hosts: "one", port: "" })

const defaultPorts: { readonly [scheme: string]: string } = { http: "80", https: "443" }

const nameSyntax = /^(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/u
const addressSyntax = /^(?:\[[0-9a-f:.]+\]|\d+\.\d+\.\d+\.\d+)$/u

/** A host as browsers write it: in lower case, international names encoded, addresses in full. */
const canonicalHost = (host: string): string | undefined => {
  if (host === "" || /[\s%*\\/?#@]/u.test(host)) return undefined
  try {
    const { hostname } = new URL(`http://${host}`)
    return nameSyntax.test(hostname) || addressSyntax.test(hostname) ? hostname : undefined
  } catch {
    return undefined
  }
}

const bad = (text: string) => Result.fail(text)

const readPort = (scheme: string, port: string | undefined): string | undefined => {
  if (port === undefined || port === "*") return port ?? ""
  if (!/^\d{1,5}$/u.test(port) || Number(port) === 0 || Number(port) > 65_535) return undefined
  const plain = String(Number(port))
  return defaultPorts[scheme] === plain ? "" : plain
}

/**
 * Reads an origin or a pattern as people write it: upper case, a default port and a slash at the end are put right.
 *
 * @returns one line that says what is wrong with it
 */
export const parsePattern = (text: string): Result.Result<OriginPattern, string> => {
  if (text === local || text === opaque) return Result.succeed(word(text))
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/iu.exec(text)
  if (parts === null) {
    const host = canonicalHost(text)
    const hint = host?.includes(".") === true ? `; do you mean https://${host}` : ""
    return bad(`${quote(text)} is no origin, such as https://archive.example${hint}`)
  }
  const [, given = "", authority = "", rest = ""] = parts
  if (rest !== "" && rest !== "/") {
    return bad(`an origin has no path: write ${quote(`${given}://${authority}`)}, not ${quote(text)}`)
  }
  const scheme = given.toLowerCase()
  const found = /^(\*\.|\*(?=:|$))?(\[[^\]]*\]|[^:]*)(?::(.*))?$/u.exec(authority)
  const [, star, name = "", portText] = found ?? []
  const port = readPort(scheme, portText)
  if (found === null || port === undefined) return bad(`${quote(text)} has no port that there can be`)
  const host = star === "*" ? "" : canonicalHost(name)
  if (host === undefined || (star === "*" && name !== "")) {
    const hint = name.includes("*")
      ? "; a * stands for whole names in front, as in https://*.archive.example"
      : ""
    return bad(`${quote(text)} has no host that there can be${hint}`)
  }
  if (star === "*." && addressSyntax.test(host)) return bad(`there are no names below the address ${host}`)
  const hosts = star === undefined ? "one" : star === "*" ? "any" : "below"
  return Result.succeed({
    text: `${scheme}://${star ?? ""}${host}${port === "" ? "" : `:${port}`}`,
    scheme,
    host,
    hosts,
    port
  })
}

/** Whether a pattern means one origin alone. */
export const isExact = ({ hosts, port }: OriginPattern): boolean => hosts === "one" && port !== "*"

/** An origin as it came from a browser; undefined if no browser would send it so. */
export const parseOrigin = (text: string): OriginPattern | undefined => {
  const read = parsePattern(text)
  if (Result.isFailure(read)) return undefined
  const pattern = read.success
  return pattern.text === text && isExact(pattern) ? pattern : undefined
}

/** What a page or program is known as: its origin, or {@link local}. */
export const subjectOf = (origin: string | undefined): string => origin ?? local

/** Whether a pattern is about an origin. */
export const matches = (pattern: OriginPattern, origin: OriginPattern): boolean => {
  if (pattern.scheme !== origin.scheme) return false
  if (pattern.port !== "*" && pattern.port !== origin.port) return false
  switch (pattern.hosts) {
    case "one":
      return pattern.host === origin.host
    case "below":
      return origin.host.endsWith(`.${pattern.host}`)
    case "any":
      return true
  }
}

const labels = (host: string): number => host.split(".").length

/**
 * Compares how narrow two patterns are: negative if `one` is the more specific. One host is narrower than the names below
 * one, these are narrower the longer the name is, and any host comes last; then a port is narrower than any port.
 */
export const compare = (one: OriginPattern, other: OriginPattern): number => {
  const order = ["one", "below", "any"]
  return order.indexOf(one.hosts) - order.indexOf(other.hosts) ||
    (one.hosts === "below" ? labels(other.host) - labels(one.host) : 0) ||
    (one.port === "*" ? 1 : 0) - (other.port === "*" ? 1 : 0)
}

/** Whether a host is this machine. */
const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || /^127\.\d+\.\d+\.\d+$/u.test(host) ||
  host === "[::1]"

/**
 * What somebody should know who allows this: whom else he lets in (WEB-14). One sentence each.
 */
export const risks = ({ host, hosts, scheme, text }: OriginPattern): ReadonlyArray<string> => {
  if (text === opaque) {
    return [
      "'null' identifies nobody: it is any file that is opened in a browser, and any sandboxed frame of any page"
    ]
  }
  if (text === local) {
    return ["'local' is every program on this machine that is no browser, those of other users too"]
  }
  return [
    ...scheme === "http" && !isLoopback(host)
      ? [`${scheme}: is not encrypted: whoever is between you and that host can pretend to be it`]
      : [],
    ...hosts === "any" ? ["this is every page there is, not only those of one site"] : [],
    ...hosts === "below" && labels(host) === 1 && !isLoopback(host)
      ? [`this is every page under .${host}, whoever made it`]
      : []
  ]
}

/** Where an origin belongs, roughly: those who can make one name below a domain can make many. */
export const siteOf = ({ host }: OriginPattern): string =>
  addressSyntax.test(host) ? host : host.split(".").slice(-2).join(".")

/**
 * What is odd about a `Referer` (WEB-14): a browser tells a page of the same origin, or nothing.
 *
 * @returns the origin that it is of; undefined if nothing is odd
 */
export const oddReferer = (origin: string | undefined, referer: string | undefined): string | undefined => {
  if (referer === undefined || referer === "") return undefined
  try {
    const other = new URL(referer).origin
    return other === origin ? undefined : other === opaque ? referer : other
  } catch {
    return referer
  }
}
