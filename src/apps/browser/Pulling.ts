/** Taking callbacks: one pull outstanding all the time (WEB-39), until the registration is over. */
import type { Delivery } from "../../domain/HubOutput.ts"
import { CallError } from "./Errors.ts"
import type { WebConnection } from "./WebConnection.ts"

/**
 * Seconds that a hub is asked to hold a pull. Others ask for 600, but Firefox and Node give up a request that is not
 * answered within 300, and what a hub had for it by then may be lost (WIRE-144).
 */
export const pullSeconds = 240

/** Milliseconds between pulls that bring nothing, at most: astropy's hub does not wait (WIRE-80). */
const idleMs = 500
/** The same while a response is waited for. */
const hurryMs = 100
/** Milliseconds within which an empty answer came too early. */
const earlyMs = 1_000
/** Milliseconds between attempts to reach a hub that does not answer. */
const againMs = 200
/** Pulls that may be refused one after the other by a hub that says that it knows us. */
const refusals = 5

/** What pulling needs. */
export interface PullOptions {
  readonly receive: (delivery: Delivery) => void
  /** Told of callbacks that cannot be read. */
  readonly skipped: (text: string) => void
  /** Called when pulls come through again, after one that did not: callbacks may have been lost. */
  readonly mended: () => void
  /** Whether something is waited for. */
  readonly hurried: () => boolean
  readonly signal: AbortSignal
}

/** Waits; ends early when the signal is aborted. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener("abort", done)
  })

const isFault = (error: unknown): boolean => error instanceof CallError && error.reason === "RemoteFault"

/** What an error says. */
export const textOf = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** Why the hub is lost, or undefined if it is there and knows us: only an answer to our key tells (CLI-21). */
export const lost = async (
  { ask, selfId }: WebConnection,
  signal?: AbortSignal
): Promise<string | undefined> => {
  for (let attempt = 1;; attempt++) {
    try {
      await ask("getSubscriptions", [selfId], { signal })
      return undefined
    } catch (error) {
      if (isFault(error)) return `the hub does not know this client any more: ${textOf(error)}`
      if (attempt === 2 || signal?.aborted === true) return textOf(error)
      await sleep(againMs, signal)
    }
  }
}

/**
 * Pulls callbacks until the hub is gone or the signal is aborted.
 *
 * @returns why the hub is lost; nothing to say when the signal was aborted
 */
export const pullAll = async (connection: WebConnection, options: PullOptions): Promise<string> => {
  const { hurried, mended, receive, signal, skipped } = options
  let serial = "0"
  let failures = 0
  let idle = 0
  while (!signal.aborted) {
    const began = Date.now()
    try {
      const pulled = await connection.pull(pullSeconds, serial, signal)
      if (failures > 0) mended()
      failures = 0
      serial = pulled.serial
      pulled.skipped.forEach(skipped)
      pulled.deliveries.forEach(receive)
      const isEarly = pulled.deliveries.length === 0 && Date.now() - began < earlyMs
      idle = isEarly ? Math.min(idle * 2 + 50, hurried() ? hurryMs : idleMs) : 0
      if (isEarly) await sleep(idle, signal)
    } catch (error) {
      if (signal.aborted) break
      const why = await lost(connection, signal)
      if (why !== undefined) return why
      if (++failures > refusals) return `the hub gives no callbacks: ${textOf(error)}`
      if (isFault(error)) await connection.ask("allowReverseCallbacks", ["1"], { signal }).catch(() => {}) // it may have forgotten
      await sleep(againMs * failures, signal)
    }
  }
  return ""
}
