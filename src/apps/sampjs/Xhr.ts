/**
 * `XmlRpcClient.createXHR()`: pages use it to read what a message has named, through the hub's translator. It has the members
 * that sampjs gives it, on a browser's XMLHttpRequest, or on `fetch` in workers and Node, which have no `responseXML`.
 */
import { toLoopback } from "../../adapters/web/WebCalls.ts"
import { page, type XmlDocument } from "./Page.ts"

/** A request with callbacks; after one of them, or after `abort`, none follows. */
export interface Xhr {
  open: (method: string, url: string) => void
  send: (body?: string | null) => void
  abort: () => void
  setContentType: (mimeType: string) => void
  responseText: string | undefined
  /** The document that came, if it is one in XML. */
  responseXML: XmlDocument | null | undefined
  /** Runs when the answer is there, with status 200. */
  onload: (() => void) | null | undefined
  /** Runs when there is none, also when its status is another: sampjs says nothing then, and the page waits for ever. */
  onerror: ((error: unknown) => void) | null | undefined
}

/** An error that reads as sampjs's does where it is shown, and says what happened where it is looked into. */
export const noAnswer = (text: string, cause?: unknown): Error => {
  const error = new Error(text, { cause })
  error.toString = () => text
  return error
}

const blank = (own: Pick<Xhr, "open" | "send" | "abort" | "setContentType">): Xhr => ({
  ...own,
  responseText: undefined,
  responseXML: undefined,
  onload: undefined,
  onerror: undefined
})

const onXmlHttpRequest = (real: NonNullable<ReturnType<typeof fresh>>): Xhr => {
  const xhr = blank({
    open: (method, url) => real.open(method, url),
    send: (body) => real.send(body),
    abort: () => real.abort(),
    setContentType: (type) => real.setRequestHeader("Content-Type", type)
  })
  real.onload = () => {
    if (real.status !== 200) return xhr.onerror?.(noAnswer(`HTTP status ${real.status}`))
    xhr.responseText = real.responseText
    xhr.responseXML = real.responseXML as XmlDocument | null // the browser's
    xhr.onload?.()
  }
  real.onerror = () => xhr.onerror?.(noAnswer("No hub?"))
  real.ontimeout = () => xhr.onerror?.(noAnswer("timeout"))
  return xhr
}

const fresh = () => page.XMLHttpRequest === undefined ? undefined : new page.XMLHttpRequest()

const onFetch = (): Xhr => {
  const giveUp = new AbortController()
  const asked = { method: "GET", url: "", headers: {} }
  const read = async (body: string | null): Promise<string> => {
    const { url, ...how } = asked
    const response = await fetch(url, { ...toLoopback, ...how, body, signal: giveUp.signal })
    const text = await response.text()
    if (response.status !== 200) throw noAnswer(`HTTP status ${response.status}`)
    return text
  }
  const xhr = blank({
    open: (method, url) => Object.assign(asked, { method, url }),
    send: (body) =>
      void read(body ?? null).then(
        (text) => {
          xhr.responseText = text
          xhr.responseXML = null
          xhr.onload?.()
        },
        (error: unknown) => {
          if (giveUp.signal.aborted) return
          xhr.onerror?.(
            error instanceof Error && error.message.startsWith("HTTP") ? error : noAnswer("No hub?", error)
          )
        }
      ),
    abort: () => giveUp.abort(),
    setContentType: (type) => Object.assign(asked, { headers: { "Content-Type": type } })
  })
  return xhr
}

/** A request that another origin may answer (WEB-06). */
export const createXhr = (): Xhr => {
  const real = fresh()
  return real === undefined ? onFetch() : onXmlHttpRequest(real)
}
