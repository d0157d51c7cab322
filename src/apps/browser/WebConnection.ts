/**
 * One registration with a hub over the Web Profile (section 5): all hub operations as promises, on SAMP values as they are.
 * The level below the client: it keeps nothing up, and tries nothing a second time.
 */
import type { WebCall, WebCallOptions } from "../../adapters/web/WebCalls.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import { isList, isMap, map, type SampMap, type SampValue, stringAt } from "../../domain/SampValue.ts"
import { acknowledgesKey, type Pulled, readCallbacks } from "../../domain/web/WebCallbacks.ts"
import { BadHub, CallError } from "./Errors.ts"

/** Key of the answer to a registration under which a hub of ours gives the URL to hand data to; see `publish`. */
const publisherKey = "x-samp.url-publisher"

/** One registration. */
export interface WebConnection {
  readonly url: string
  readonly selfId: ClientId
  readonly hubId: ClientId
  /** What the hub answered to the registration: `samp.url-translator` and more (WEB-10). */
  readonly answer: SampMap
  /** Where foreign URLs can be read through the hub, up to and with what stands before the URL; empty if nowhere (WEB-50). */
  readonly translator: string
  /** Where data can be handed to the hub; empty if nowhere. */
  readonly publisher: string
  /** Whether the hub answers. */
  readonly ping: (options?: WebCallOptions) => Promise<SampValue>
  /** Calls a method with the private key before the other arguments. The name goes without `samp.webhub.` (WEB-20..25). */
  readonly ask: (
    method: string,
    params?: ReadonlyArray<SampValue>,
    options?: WebCallOptions
  ) => Promise<SampValue>
  /** Like {@link WebConnection.ask}, for methods that return a map. */
  readonly askMap: WebConnectionAsk<SampMap>
  /** Like {@link WebConnection.ask}, for methods that return public ids. */
  readonly askIds: WebConnectionAsk<ReadonlyArray<ClientId>>
  /**
   * Waits for callbacks (WEB-32).
   *
   * @param seconds - how long the hub is to wait for one
   * @param after - serial of the last callback that came, `0` before the first
   */
  readonly pull: (seconds: number, after: string, signal?: AbortSignal) => Promise<Pulled>
}

/** A question whose answer has a type. */
type WebConnectionAsk<A> = (
  method: string,
  params?: ReadonlyArray<SampValue>,
  options?: WebCallOptions
) => Promise<A>

/** Milliseconds for an ordinary hub operation. */
const operationMs = 20_000
/** Milliseconds that a pull may take beyond its own limit. */
const slackMs = 20_000

/** The name of a method of the Web Profile (WEB-05). */
export const webMethod = (name: string): string => `samp.webhub.${name}`

/**
 * Registers with a hub; that takes as long as its user takes to consent (WEB-13).
 *
 * @param identity - `samp.name` (WEB-11), and what else is to be said
 */
export const register = async (
  call: WebCall,
  url: string,
  identity: SampMap,
  signal?: AbortSignal
): Promise<WebConnection> => {
  const params = [new Map([...identity, ...map({ [acknowledgesKey]: "1" })])]
  const answer = await call(url, { method: webMethod("register"), params }, { signal })
  const bad = (detail: string) => new BadHub({ url, detail })
  const told = (key: string): string => (isMap(answer) ? stringAt(answer, key) : undefined) ?? ""
  const key = told("samp.private-key")
  const selfId = ClientId(told("samp.self-id"))
  if (!isMap(answer) || key === "" || selfId === "") throw bad("the registration lacks ids")
  const keeps = told(acknowledgesKey) === "1"
  const ask: WebConnection["ask"] = (method, params = [], options) =>
    call(url, { method: webMethod(method), params: [key, ...params] }, { timeoutMs: operationMs, ...options })
  return {
    url,
    selfId,
    hubId: ClientId(told("samp.hub-id")),
    answer,
    translator: told("samp.url-translator"),
    publisher: told(publisherKey),
    ping: (options) =>
      call(url, { method: webMethod("ping"), params: [] }, { timeoutMs: operationMs, ...options }),
    ask,
    askMap: async (...what) => {
      const value = await ask(...what)
      if (!isMap(value)) throw bad("a map was expected")
      return value
    },
    askIds: async (...what) => {
      const value = await ask(...what)
      if (!isList(value)) throw bad("a list of client ids was expected")
      return value.filter((item) => typeof item === "string").map(ClientId)
    },
    pull: async (seconds, after, signal) => {
      const options = { signal, timeoutMs: seconds * 1000 + slackMs }
      const value = await ask("pullCallbacks", [String(seconds), ...keeps ? [after] : []], options)
      const pulled = readCallbacks(value, after)
      if (pulled === undefined) throw bad("a list of callbacks was expected")
      return pulled
    }
  }
}

/** Whether an operation may succeed if it is tried again: the hub did not say no. */
export const isLost = (error: unknown): boolean =>
  error instanceof CallError && (error.reason === "Lost" || error.reason === "Timeout")
