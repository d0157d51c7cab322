/** Data behind URLs, both ways: what others mention is read, and what the page has made is handed out (P4). */
import { globals } from "./Globals.ts"
import { toLoopback } from "./WebCalls.ts"
import { tagged } from "./WebErrors.ts"

/** What a URL leads to could not be read, or data could not be handed over, and why. */
export const WebError = tagged("WebError", ({ detail, url }: {
  readonly url: string
  readonly detail: string
  /** HTTP status, if there was an answer. */
  readonly status?: number
}) => `${url}: ${detail}`)
/** An instance of it. */
export type WebError = InstanceType<typeof WebError>

/** The hub takes no data from pages, as none but ours does. */
export const NotOffered = tagged(
  "NotOffered",
  ({ url }: { readonly url: string }) =>
    `the hub at ${url} takes no data from pages; put them on a server that others can reach, or start samp hub`
)
/** An instance of it. */
export type NotOffered = InstanceType<typeof NotOffered>

/** What a hub offers to this client. */
export interface Gateway {
  readonly url: string
  /** What stands before a URL that the hub is to read; empty if it reads none (WEB-50). */
  readonly translator: string
  /** Where data can be handed over; empty if nowhere. */
  readonly publisher: string
}

/** How data are handed out. */
export interface PublishOptions {
  /** File name, which others see at the end of the URL. */
  readonly name?: string | undefined
  /** Media type; else the blob's own. */
  readonly type?: string | undefined
  /** Gives up; the promise is then rejected with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
}

/** One try; the error tells of `url`, whatever was fetched for it. */
const get = async (url: string, target: string, init: RequestInit, unreached: string): Promise<Response> => {
  let response: Response
  try {
    response = await fetch(target, init)
  } catch {
    init.signal?.throwIfAborted()
    throw new WebError({ url, detail: unreached })
  }
  const { ok, status } = response
  if (ok) return response
  throw new WebError({ url, detail: `HTTP status ${status}`, status })
}

/** Whether a failure is that there was no answer, or none that the page may see. */
const isUnanswered = (error: unknown): boolean => error instanceof WebError && error.status === undefined

/** https URLs of other machines, which pages may try. */
const isPublic = (url: string): boolean => /^https:\/\/(?!localhost|127\.|\[::1\])/iu.test(url)

/**
 * Reads a URL that another client has sent. `data:`, `blob:` and the page's own URLs are fetched as they are. A public https
 * URL is tried as it is, since many archives let any page read, and then through the hub. All others, files and what is
 * served on this machine, go through the hub (WEB-50, WEB-51), or if it does not offer that, are tried as they are.
 *
 * @param gateway - throws while there is no hub
 */
export const fetchUrl = async (
  gateway: () => Gateway,
  url: string,
  init: RequestInit = {}
): Promise<Response> => {
  const { location } = globals
  const isOwn = location !== undefined && url.startsWith(`${location.origin}/`)
  if (isOwn || /^(?:data|blob):/iu.test(url)) return get(url, url, init, "it could not be read")
  const plain: RequestInit = { credentials: "omit", ...init }
  if (isPublic(url)) {
    try {
      return await get(url, url, plain, "")
    } catch (error) {
      if (!isUnanswered(error)) throw error
    }
  }
  const { translator, url: hub } = gateway()
  if (translator !== "") {
    const read = (encoded: string): Promise<Response> =>
      get(
        url,
        translator + encodeURIComponent(encoded),
        { ...toLoopback, ...plain },
        "the hub could not be reached"
      )
    return read(url).catch((error: unknown) => {
      // JSAMP's hub undoes the encoding twice, so that it takes what is escaped in the URL itself for something else
      if (isUnanswered(error) || !url.includes("%")) throw error
      return read(encodeURIComponent(url)).catch(() => {
        throw error
      })
    })
  }
  const why = `pages cannot read it, and the hub at ${hub} does not do it for them`
  if (/^http:/iu.test(url)) return get(url, url, plain, why)
  throw new WebError({ url, detail: why })
}

/**
 * Hands data to the hub, in the request's body: `x-samp.url-publisher` with `?name=` and the name behind it.
 *
 * @returns the URL under which others find them, as long as this client is registered
 */
export const publish = async (
  { publisher, url }: Gateway,
  data: Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | string,
  { name = "data", signal, type }: PublishOptions
): Promise<string> => {
  if (publisher === "") throw new NotOffered({ url })
  const own = data instanceof Blob ? data.type : ""
  let text: string
  let status: number
  try {
    const response = await fetch(`${publisher}?name=${encodeURIComponent(name)}`, {
      ...toLoopback,
      method: "POST",
      headers: { "Content-Type": type ?? (own || "application/octet-stream") },
      body: data,
      credentials: "omit",
      signal: signal ?? null
    })
    status = response.status
    text = (await response.text()).trim()
  } catch {
    signal?.throwIfAborted()
    throw new WebError({ url: publisher, detail: "the hub did not take the data" })
  }
  if (status === 201) return text
  throw new WebError({ url: publisher, detail: text || `HTTP status ${status}`, status })
}
