/** Finding the hub, or out why there is none (P1). */
import { isVisible, onPermissionChange, pageFacts, watchedPolicy } from "../../adapters/web/BrowserPage.ts"
import { knock, type WebCall } from "../../adapters/web/WebCalls.ts"
import { tagged } from "../../adapters/web/WebErrors.ts"
import { after, before, mayTry, quickMs, type Reason, sentence } from "../../domain/web/Reach.ts"
import { CallError } from "./Errors.ts"
import { sleep } from "./Pulling.ts"
import { webMethod } from "./WebConnection.ts"

/** Where hubs of the Web Profile are (WEB-01): by address first, which needs no look-up. */
export const hubUrls: ReadonlyArray<string> = ["http://127.0.0.1:21012/", "http://localhost:21012/"]

/** There is no hub to talk to: `reason` says why to programs, and `message` to whoever sits before the page. */
export const Unreachable = tagged(
  "Unreachable",
  ({ detail, reason }: {
    readonly reason: Reason
    readonly url: string
    /** What the hub itself said. */
    readonly detail?: string
  }) => detail === undefined ? sentence(reason) : `${sentence(reason)} It says: ${detail}`
)
/** An instance of it. */
export type Unreachable = InstanceType<typeof Unreachable>

/** Milliseconds for an answer to a ping; not counted while the browser may have a question open. */
const pingMs = 10_000

const pingCall = { method: webMethod("ping"), params: [] }

/**
 * Finds the hub. May make the browser ask its user.
 *
 * @returns its URL
 */
export const reach = (
  call: WebCall,
  urls: ReadonlyArray<string>,
  signal?: AbortSignal
): Promise<string> =>
  watchedPolicy(urls, async (isForbidden) => {
    const [url = ""] = urls
    let answered = false
    let asked = false
    for (const url of urls) {
      const mayAsk = before(await pageFacts()) === "will-ask"
      const began = Date.now()
      try {
        await call(url, pingCall, { timeoutMs: mayAsk ? 0 : pingMs, signal })
        return url
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        if (error.reason === "RemoteFault") return url // DS9's hub knows no ping, but says so as a hub does
        if (error.reason === "Timeout") throw new Unreachable({ reason: "busy", url })
        answered ||= error.reason === "BadAnswer"
      }
      asked ||= mayAsk && Date.now() - began > quickMs
      if (!mayTry(await pageFacts(), asked)) break // it would ask once more
    }
    const facts = await pageFacts()
    for (const url of urls) {
      answered ||= mayTry(facts, asked) && await knock(url, pingCall, { timeoutMs: pingMs, signal })
    }
    await sleep(0) // the browser tells of what the page's policy forbids a little later
    throw new Unreachable({ reason: after(facts, { answered, asked, forbidden: isForbidden() }), url })
  })

/** Whether there is a hub, and if not, why. */
export interface Availability {
  readonly available: boolean
  /** For programs; undefined when there is a hub. */
  readonly reason: Reason | undefined
  /** What is in the way and what to do, for people; empty when there is a hub. */
  readonly text: string
}

const unavailable = (reason: Reason): Availability => ({ available: false, reason, text: sentence(reason) })

/** Whether there is a hub. Never makes the browser ask: what would is told as `will-ask`. */
export const look = async (
  call: WebCall,
  urls: ReadonlyArray<string>,
  signal?: AbortSignal
): Promise<Availability> => {
  const obstacle = before(await pageFacts())
  if (obstacle !== undefined) return unavailable(obstacle)
  try {
    await reach(call, urls, signal)
    return { available: true, reason: undefined, text: "" }
  } catch (error) {
    if (error instanceof Unreachable) return unavailable(error.reason)
    throw error
  }
}

/** Milliseconds between looks for a hub, at first and at most. */
const firstMs = 1_000
const longestMs = 20_000

/**
 * Waits, the longer the more often it has been done, but not beyond a change of the permission; while nobody sees the
 * page, until somebody does.
 */
export const pause = async (turn: number, signal: AbortSignal): Promise<void> => {
  const changed = new AbortController()
  const either = AbortSignal.any([signal, changed.signal])
  await onPermissionChange(() => changed.abort(), either)
  do await sleep(Math.min(firstMs * 1.5 ** turn, longestMs), either)
  while (!isVisible() && !signal.aborted)
  changed.abort()
}
