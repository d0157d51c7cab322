/**
 * Registrations of a page, one after the other: finding a hub, registering, declaring everything, noticing that the hub is
 * gone, and beginning again. A hub is looked for unasked only where that makes the browser ask nobody.
 */
import { isUserActive, onPageTurn, pageFacts } from "../../adapters/web/BrowserPage.ts"
import { anyOf, type WebCall } from "../../adapters/web/WebCalls.ts"
import { ownSubscriptions, subscriptionsOf } from "../../domain/client/Bindings.ts"
import type { Ending } from "../../domain/client/ClientOutput.ts"
import { closedWhy, whyOf } from "../../domain/client/Wording.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import { emptyMap, type SampMap } from "../../domain/SampValue.ts"
import { before } from "../../domain/web/Reach.ts"
import { declaring } from "./Declaring.ts"
import type { Engine, Running } from "./Engine.ts"
import { CallError } from "./Errors.ts"
import { lost, pullAll, sleep, textOf } from "./Pulling.ts"
import { pause, reach, Unreachable } from "./Reaching.ts"
import type { ClientStatus } from "./Types.ts"
import { abortable, type Topic, topic } from "./Waiting.ts"
import { isLost, register, type WebConnection } from "./WebConnection.ts"

/** What may change while a client runs, and is declared anew at each registration. */
export interface Declared {
  metadata: SampMap
  subscriptions: SampMap
}

/** How a client lives. */
export interface Manner {
  readonly call: WebCall
  readonly urls: ReadonlyArray<string>
  /** What is said at registration (WEB-11). */
  readonly identity: () => SampMap
  readonly callable: boolean
  readonly tracking: boolean
  readonly reconnect: boolean
  /** Whether to wait for a hub if there is none at the start. */
  readonly wait: boolean
  /** Whether the browser may ask its user though nobody has clicked. */
  readonly ask: boolean
  /** Ends it all. */
  readonly closed: AbortSignal
}

/** A client's registrations, from outside. */
export interface Registrations {
  /** Settles when the first is there, or has failed, or is waited for. */
  readonly first: Promise<void>
  /** Settles when there will be none any more, and the last has been taken back. */
  readonly over: Promise<void>
  readonly status: () => ClientStatus
  readonly statuses: Topic<ClientStatus>
  readonly stay: (away: boolean) => void
  /** Has a look at the hub, since something went wrong. */
  readonly check: () => void
}

/** Milliseconds for saying goodbye. */
const goodbyeMs = 5_000
/** Milliseconds between two questions, when one got lost. */
const askAgainMs = 700

/** The answer about a client; a question that got lost is asked again, a refusal means that it has just left (GEN-08). */
const answerOf = async (
  { askMap }: WebConnection,
  method: string,
  id: ClientId,
  signal: AbortSignal
): Promise<SampMap> => {
  while (!signal.aborted) {
    try {
      return await askMap(method, [id], { signal })
    } catch (error) {
      if (!isLost(error)) break
      await sleep(askAgainMs, signal)
    }
  }
  return emptyMap
}

/** Says goodbye; whether the hub hears it does not matter (SHUT-04). */
const unregister = async ({ ask }: WebConnection, keepalive = false): Promise<void> => {
  await ask("unregister", [], { timeoutMs: goodbyeMs, keepalive }).catch(() => {})
}

/** Registers, and notices when the user, or whoever decides, says no. */
const enter = async (
  { call, identity }: Manner,
  url: string,
  signal: AbortSignal
): Promise<WebConnection> => {
  try {
    return await register(call, url, identity(), signal)
  } catch (error) {
    if (!(error instanceof CallError) || error.reason !== "RemoteFault") throw error
    const reason = /\bbusy\b|too many/iu.test(error.detail) ? "busy" : "refused"
    throw new Unreachable({ reason, url, detail: error.detail })
  }
}

/**
 * One registration from its beginning to its end.
 *
 * @param leaving - takes it back when it is aborted
 * @returns how it ended; undefined when it was taken back
 */
const once = async (
  engine: Engine,
  manner: Manner,
  declared: Declared,
  connection: WebConnection,
  leaving: AbortSignal,
  onReady: () => void
): Promise<Ending | undefined> => {
  const { callable, tracking } = manner
  const over = new AbortController()
  const signal = anyOf(over.signal, leaving)
  let ending: Ending | undefined
  // one after the other, since browsers open no more than six connections to one place
  const askAbout = async (ids: ReadonlyArray<ClientId>): Promise<void> => {
    for (const id of ids) {
      const [metadata = emptyMap, subscriptions = emptyMap] = await Promise.all(
        ["getMetadata", "getSubscriptions"].map((method) => answerOf(connection, method, id, signal))
      )
      if (signal.aborted) return
      engine.dispatch({ _tag: "Described", id, description: { metadata, subscriptions } })
    }
  }
  /** Asks who is there: to begin with, and when events may have got lost. */
  const takeList = async (): Promise<void> => {
    const { clients } = engine.tracker()
    const ids = await connection.askIds("getRegisteredClients", [], { signal })
    engine.dispatch({ _tag: "Listed", ids, missing: [...clients.keys()].filter((id) => !ids.includes(id)) })
    const isKnown = (id: ClientId): boolean => {
      const known = clients.get(id)
      return known?.metadata !== undefined && known.subscriptions !== undefined
    }
    void askAbout(ids.filter((id) => !isKnown(id)))
  }
  const running: Running = {
    connection,
    declaring: declaring(connection, {
      metadata: () => declared.metadata,
      subscriptions: () =>
        callable
          ? new Map([
            ...ownSubscriptions(tracking),
            ...subscriptionsOf(engine.state().bindings, declared.subscriptions)
          ])
          : undefined
    }),
    signal,
    end: (how) => {
      ending ??= how
      over.abort()
    },
    askAbout
  }
  engine.enter(running)
  try {
    await running.declaring("metadata")
    if (callable) {
      await connection.ask("allowReverseCallbacks", ["1"], { signal })
      await running.declaring("subscriptions")
      void pullAll(connection, {
        receive: (delivery) => {
          // what the same answer brings after the end of the registration belongs to nobody
          if (!signal.aborted) engine.dispatch({ _tag: "Delivered", delivery })
        },
        skipped: (text) => console.warn(`From the hub at ${connection.url}: ${text}`),
        mended: () => {
          if (tracking) takeList().catch(() => {})
        },
        hurried: () => engine.waiters.size > 0,
        signal
      }).then((detail) => running.end({ _tag: "HubLost", detail }))
      if (tracking) await takeList()
    }
    onReady()
    await aborted(signal)
    return ending
  } finally {
    over.abort()
    engine.leave()
    if (ending === undefined) await unregister(connection)
  }
}

/** Settles when the signal is aborted. */
const aborted = (signal: AbortSignal): Promise<void> =>
  abortable(new Promise<void>(() => {}), signal).catch(() => {})

/** Begins to live. */
export const registrations = (engine: Engine, manner: Manner, declared: Declared): Registrations => {
  const { closed } = manner
  const statuses = topic<ClientStatus>(closed)
  const first = Promise.withResolvers<void>()
  let status: ClientStatus = { _tag: "Searching", why: "it has only just begun to look" }
  let away = false
  /** Aborted when the client is to leave the hub. */
  let leave = new AbortController()
  /** Aborted when it is to look for one now. */
  let back = new AbortController()
  let mayAsk = manner.ask || isUserActive()
  let succeeded = false

  const set = (next: ClientStatus): void => {
    const isSame = status._tag !== "Connected" && next._tag === status._tag && next.why === status.why
    status = next
    if (!isSame) statuses.tell(next)
  }
  closed.addEventListener("abort", () => set({ _tag: "Disconnected", why: closedWhy }))

  const stay = (to: boolean): void => {
    if (to) {
      away = true
      leave.abort()
      return
    }
    if (away) leave = new AbortController()
    away = false
    mayAsk = manner.ask || isUserActive()
    back.abort()
    back = new AbortController()
  }

  let begun = false
  const begin = (): void => {
    begun = true
    first.resolve()
  }

  const round = async (signal: AbortSignal): Promise<Ending | undefined> => {
    const facts = await pageFacts()
    const obstacle = before(facts)
    const [url = ""] = manner.urls
    const isFree = mayAsk || succeeded && facts.permission === "unknown" // what went well once is not asked for again
    if (obstacle !== undefined && !(obstacle === "will-ask" && isFree)) {
      throw new Unreachable({ reason: obstacle, url })
    }
    mayAsk = false
    const found = await reach(manner.call, manner.urls, signal)
    const connection = await enter(manner, found, signal)
    return once(engine, manner, declared, connection, signal, () => {
      succeeded = true
      const { hubId, selfId, url } = connection
      set({ _tag: "Connected", selfId, hubId, hub: { url } })
      begin()
    })
  }

  const live = async (): Promise<void> => {
    let turn = 0
    while (!closed.aborted) {
      if (away) {
        if (status._tag !== "Disconnected") set({ _tag: "Disconnected", why: "it was told to" })
        await aborted(anyOf(back.signal, closed))
        turn = 0
        if (!away) set({ _tag: "Searching", why: "it has been told to look for a hub again" })
        continue
      }
      const signal = anyOf(leave.signal, closed)
      try {
        const ending = await round(signal)
        if (ending === undefined) continue
        turn = 0
        const stays = ending._tag === "Ejected" || !manner.reconnect
        if (stays) stay(true)
        set({ _tag: stays ? "Disconnected" : "Searching", why: whyOf(ending) })
      } catch (error) {
        if (signal.aborted) continue
        const why = textOf(error)
        const isFinal = !begun && !manner.wait
        // who has been turned away does not come back unasked
        const stays = isFinal || error instanceof Unreachable && error.reason === "refused"
        if (stays) stay(true)
        set({ _tag: stays ? "Disconnected" : "Searching", why })
        if (isFinal) return first.reject(error)
        begin()
      }
      if (!away) await pause(turn++, anyOf(signal, back.signal))
    }
  }

  let wasLeft = false
  /** A page that is left says goodbye while it can; one that is gone back to registers again. */
  const offPageTurn = onPageTurn((isLeft) => {
    if (isLeft && !away) {
      const running = engine.running()
      wasLeft = true
      running?.end({ _tag: "HubLost", detail: "the page was left" })
      if (running !== undefined) void unregister(running.connection, true)
      stay(true)
    } else if (!isLeft && wasLeft) {
      wasLeft = false
      stay(false)
    }
  })

  return {
    first: first.promise,
    over: live().finally(offPageTurn),
    status: () => status,
    statuses,
    stay,
    check: () => {
      const running = engine.running()
      if (running === undefined) return
      void lost(running.connection, running.signal).then((detail) => {
        if (detail !== undefined) running.end({ _tag: "HubLost", detail })
      })
    }
  }
}
