/**
 * Reading a foreign URL of the web for a page: one GET or HEAD on node:http or node:https, with the lenient parser, since
 * what desktop programs serve is not always by the book (WIRE-92).
 *
 * Where it connects to is checked, and not only what it is called: names are resolved here, once, and the addresses that
 * were looked at are those that are used, so that a name that changes its mind gains nothing. It goes straight there, past
 * all proxies. Nothing of the page goes along but the conditions of its request: no cookies, no credentials, no Referer.
 */
import * as Result from "effect/Result"
import * as Dns from "node:dns/promises"
import type * as Http from "node:http"
import type { LookupFunction } from "node:net"
import { bareHost, isAddress, isPublic } from "../../domain/web/Addresses.ts"
import { isRedirect, mayBeLocal, redirected, tooNear } from "../../domain/web/Translation.ts"
import { codeOf } from "../node/RegularFile.ts"
import { http } from "./NodeHttp.ts"
import { release } from "./Transfer.ts"

/** An address as resolvers give it. */
export interface Address {
  readonly address: string
  readonly family: number
}

/** All addresses of a name; fails if there are none. */
export type Resolve = (host: string) => Promise<ReadonlyArray<Address>>

/** What the operating system says. */
export const resolveBySystem: Resolve = (host) => Dns.lookup(host, { all: true })

/** How to read. */
export interface UpstreamOptions {
  readonly userAgent: string
  /** Milliseconds until there is a connection. */
  readonly connectMs: number
  /** Milliseconds from there until the answer begins. */
  readonly answerMs: number
  /** Names of this machine, and domains that are the user's own. */
  readonly own: ReadonlyArray<string>
  readonly resolve: Resolve
}

/** A URL could not be read; the message is for the page. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError"
}

/** What to ask for. */
export interface Asking {
  readonly method: "GET" | "HEAD"
  /** Conditions and the like, as names and values in turn. */
  readonly headers: ReadonlyArray<string>
  /** Ends it all, the answer too. */
  readonly signal: AbortSignal
}

const loopback: ReadonlyArray<Address> = [{ address: "127.0.0.1", family: 4 }, { address: "::1", family: 6 }]

const within = async <A>(promise: Promise<A>, ms: number, late: string): Promise<A> => {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new UpstreamError(late)), ms)
  try {
    return await Promise.race([promise, over])
  } finally {
    clearTimeout(timer)
  }
}

/** The addresses of a place, if it may be there. */
const addressesOf = async (
  mentioned: URL,
  place: URL,
  { connectMs, own, resolve }: UpstreamOptions
): Promise<ReadonlyArray<Address>> => {
  const host = bareHost(place.hostname)
  const found = isAddress(host)
    ? [{ address: host, family: host.includes(":") ? 6 : 4 }]
    // Whoever answers questions for names is not asked what this machine is.
    : host === "localhost"
    ? loopback
    : await within(resolve(host), connectMs, `${host} was not found in ${connectMs} ms`)
  if (found.length === 0) throw new UpstreamError(`there is no ${host}`)
  if (mayBeLocal(mentioned, place, own)) return found
  const near = found.find(({ address }) => !isPublic(address))
  if (near !== undefined) throw new UpstreamError(tooNear(place, near.address))
  return found
}

const explain = (place: URL, error: unknown): string => {
  if (error instanceof UpstreamError) return error.message
  const code = codeOf(error)
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `there is no ${bareHost(place.hostname)}, or its name cannot be looked up now (${code})`
    case "ECONNREFUSED":
      return `nothing listens at ${place.host}`
    case "ECONNRESET":
      return `${place.host} hung up`
    default:
      return code.startsWith("HPE_")
        ? `${place.host} does not speak HTTP (${code})`
        : `${place.host} cannot be read (${code === "" ? String(error) : code})`
  }
}

/** Sends one request, and waits until the head of its answer is there. */
const exchange = (
  place: URL,
  addresses: ReadonlyArray<Address>,
  { headers, method, signal }: Asking,
  { answerMs, connectMs, userAgent }: UpstreamOptions
): Promise<Http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const lookup: LookupFunction = (_, { all }, done) => {
      const [first] = addresses
      if (all === true) done(null, addresses.map((one) => ({ ...one })))
      else done(null, first?.address ?? "", first?.family)
    }
    const secure = place.protocol === "https:"
    const host = bareHost(place.hostname)
    const options: Http.RequestOptions & { readonly autoSelectFamilyAttemptTimeout: number } = {
      agent: false,
      host,
      port: Number(place.port === "" ? (secure ? 443 : 80) : place.port),
      path: `${place.pathname}${place.search}`,
      method,
      signal,
      lookup,
      insecureHTTPParser: true,
      maxHeaderSize: 65_536,
      autoSelectFamilyAttemptTimeout: 1_000,
      headers: [
        "Host",
        place.host,
        "User-Agent",
        userAgent,
        "Accept",
        "*/*",
        ...headers,
        "Connection",
        "close"
      ]
    }
    // TLS takes time to load, and most that is read is in clear.
    const request = (secure ? process.getBuiltinModule("node:https") : http).request(options)
    const late = (ms: number, what: string): NodeJS.Timeout =>
      setTimeout(() => request.destroy(new UpstreamError(`${place.host} ${what} in ${ms} ms`)), ms)
    let timer = late(connectMs, "took no connection")
    const connected = (): void => {
      clearTimeout(timer)
      timer = late(answerMs, "gave no answer")
    }
    request.once("socket", (socket) => {
      socket.once(secure ? "secureConnect" : "connect", connected)
      // Node's parser, which has listened before, has taken a copy.
      socket.on("data", release)
    })
    request.once("response", (message) => {
      clearTimeout(timer)
      resolve(message)
    })
    // It stays for what goes wrong later, which whoever reads the answer sees there.
    request.on("error", (error) => {
      clearTimeout(timer)
      reject(error)
    })
    request.once("close", () => {
      clearTimeout(timer)
      // After a switch of protocols, for one, nothing else is said.
      reject(new UpstreamError(`${place.host} hung up`))
    })
    request.end()
  })

/** Header texts are bytes; those of a Location may be UTF-8. */
const utf8 = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : Buffer.from(header, "latin1").toString("utf8")

/**
 * Reads a URL, following where it is sent on to.
 *
 * @param mentioned - the URL as it was mentioned to the page, which says how near it may be
 * @returns the answer with its body still to come
 * @throws UpstreamError
 */
export const openUpstream = async (
  mentioned: URL,
  asking: Asking,
  options: UpstreamOptions
): Promise<Http.IncomingMessage> => {
  let place = mentioned
  for (let hops = 0;; hops++) {
    let message: Http.IncomingMessage
    try {
      message = await exchange(place, await addressesOf(mentioned, place, options), asking, options)
    } catch (error) {
      throw new UpstreamError(explain(place, error))
    }
    if (!isRedirect(message.statusCode ?? 0)) return message
    message.on("error", () => {}).destroy()
    const next = redirected(place, utf8(message.headers.location), hops)
    if (Result.isFailure(next)) throw new UpstreamError(`${place.host} cannot be read: ${next.failure}`)
    place = next.success
  }
}
