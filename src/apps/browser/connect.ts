/**
 * The client for pages, over the Web Profile (section 5). Nothing of Effect's runtime is loaded with it: the protocol is the
 * client machine's, and this is a shell of promises around it.
 *
 * @example
 * button.onclick = async () => {
 *   const client = await connect({ name: "my-page" })
 *   await client.bind("coord.pointAt.sky", ({ params }) => move(Number(params.ra), Number(params.dec)))
 *   await client.notifyAll("table.load.votable", { url: "https://archive.example/t.vot", name: "galaxies" })
 * }
 */
import { globals } from "../../adapters/web/Globals.ts"
import { anyOf } from "../../adapters/web/WebCalls.ts"
import { fetchUrl, publish } from "../../adapters/web/WebData.ts"
import { named, namesOf } from "../../domain/client/Naming.ts"
import type { CommonOptions } from "../../domain/client/Options.ts"
import { isComplete, view } from "../../domain/client/Tracker.ts"
import { makeMessage, type PlainMap } from "../../domain/client/Values.ts"
import { closedWhy } from "../../domain/client/Wording.ts"
import type { ClientId } from "../../domain/Identifiers.ts"
import { isPattern } from "../../domain/MType.ts"
import { emptyMap, map, type SampMap, type SampValue, stringAt } from "../../domain/SampValue.ts"
import { othersOf } from "../facade/Others.ts"
import { plain, type PlainObject } from "../facade/Plain.ts"
import type { BrowserClient } from "./BrowserClient.ts"
import * as Calling from "./Calling.ts"
import { engine as makeEngine, type Running } from "./Engine.ts"
import { BadMessage, CallError, NoSuchClient, NotConnected } from "./Errors.ts"
import { type Handle, mapOf, orBad } from "./Handling.ts"
import { callsOf, type PlaceOptions, urlsOf } from "./Places.ts"
import { sleep } from "./Pulling.ts"
import { type Declared, registrations } from "./Registrations.ts"
import type { Abortable, CallOptions, SendOptions, TrackedOther } from "./Types.ts"
import { abortable, firstOf } from "./Waiting.ts"
import type { WebConnection } from "./WebConnection.ts"

/** How a client is made. */
export interface ConnectOptions extends CommonOptions<PlainMap>, PlaceOptions {
  /** `samp.name` (META-02), which the user is shown when asked for consent; else the page's title. */
  readonly name?: string | undefined
  /** When the browser may ask its user to let the page reach the hub: after a click only, or whenever. Default "gesture". */
  readonly ask?: "gesture" | "always" | undefined
}

const defaultSeconds = 60

const encode = (mtype: string, params?: PlainMap, options?: SendOptions): SampMap =>
  orBad(makeMessage(mtype, params, options?.extra))

/** Begins anew for each loop. */
const iterable = <A>(begin: () => AsyncGenerator<A, void, void>): AsyncIterable<A> => ({
  [Symbol.asyncIterator]: begin
})

/**
 * Registers with the hub on the user's machine. Unless the browser has been allowed to reach it already, this has to be
 * called from a click: then the browser asks its user, and after that the hub.
 *
 * @throws Unreachable, whose `reason` and `message` say why there is no hub to talk to; CallError, BadHub, BadMessage
 */
export const connect = async (options: ConnectOptions = {}): Promise<BrowserClient> => {
  const { callable = true, description, timeoutSeconds = defaultSeconds, tracking = true } = options
  const name = options.name ?? globals.document?.title
  const closing = new AbortController()
  const closed = closing.signal
  const engine = makeEngine(closed)
  const declared: Declared = {
    metadata: mapOf("the metadata", {
      "samp.name": name,
      "samp.description.text": description,
      ...options.metadata
    }),
    subscriptions: emptyMap
  }
  const { check, first, over, stay, status, statuses } = registrations(engine, {
    call: callsOf(options),
    urls: urlsOf(options),
    identity: () => map({ "samp.name": stringAt(declared.metadata, "samp.name") ?? "" }),
    callable,
    tracking,
    reconnect: options.reconnect ?? true,
    wait: options.whenNoHub === "wait",
    ask: options.ask === "always",
    closed
  }, declared)
  let bindings = 0
  let calls = 0

  const running = (): Running => {
    const now = status()
    const running = engine.running()
    if (running !== undefined && now._tag === "Connected") return running
    throw new NotConnected({ why: now._tag === "Connected" ? "it is about to leave" : now.why })
  }

  /** Runs something that ends when the client is closed, or is given up. */
  const run = async <A>(work: (signal: AbortSignal) => Promise<A>, options?: Abortable): Promise<A> => {
    const signal = anyOf(options?.signal, closed)
    signal.throwIfAborted()
    return abortable(work(signal), signal)
  }

  /** Runs an operation; one that fails makes us look at the hub. */
  const use = <A>(
    work: (connection: WebConnection, signal: AbortSignal) => Promise<A>,
    options?: Abortable
  ): Promise<A> =>
    run(async (signal) => {
      try {
        return await work(running().connection, signal)
      } catch (error) {
        if (error instanceof CallError) check()
        throw error
      }
    }, options)

  type Params = ReadonlyArray<SampValue>
  const ask = (method: string, params: Params, options?: Abortable): Promise<SampValue> =>
    use(({ ask }, signal) => ask(method, params, { signal }), options)
  const askIds = (method: string, params: Params, options?: Abortable): Promise<ReadonlyArray<ClientId>> =>
    use(({ askIds }, signal) => askIds(method, params, { signal }), options)
  const askMap = (method: string, params: Params, options?: Abortable): Promise<PlainObject> =>
    use(async ({ askMap }, signal) => plain(await askMap(method, params, { signal })), options)

  const how = (connection: WebConnection, signal: AbortSignal, options?: CallOptions): Calling.How => ({
    engine,
    connection,
    number: ++calls,
    seconds: options?.timeoutSeconds ?? timeoutSeconds,
    signal
  })

  const calling =
    (by: typeof Calling.call) =>
    async (recipient: string, mtype: string, params?: PlainMap, options?: CallOptions) => {
      const message = encode(mtype, params, options)
      return use((connection, signal) => by(how(connection, signal, options), recipient, message), options)
    }

  const all = async (signal: AbortSignal): Promise<ReadonlyMap<string, TrackedOther>> => {
    if (callable && tracking) {
      const complete = await firstOf(engine.clients.listen(engine.tracker, signal), isComplete)
      return complete === undefined ? new Map() : othersOf(view(complete).values())
    }
    const { connection } = running()
    const ids = await connection.askIds("getRegisteredClients", [], { signal })
    const asked = (method: string, id: ClientId): Promise<SampMap> =>
      connection.askMap(method, [id], { signal }).catch(() => emptyMap) // it may have just left (GEN-08)
    return othersOf(
      await Promise.all(ids.map(async (id) => ({
        id,
        metadata: await asked("getMetadata", id),
        subscriptions: await asked("getSubscriptions", id)
      })))
    )
  }

  const client = {
    status: async () => status(),
    statuses: iterable(() => statuses.listen(status)),
    connected: (options?: Abortable) =>
      run(async (signal) => {
        const found = await firstOf(statuses.listen(status, signal), ({ _tag }) => _tag === "Connected")
        if (found?._tag === "Connected") return found
        throw new NotConnected({ why: closedWhy })
      }, options),
    reconnect: async () => {
      closed.throwIfAborted()
      stay(false)
    },
    disconnect: () =>
      run(async (signal) => {
        stay(true)
        await firstOf(statuses.listen(status, signal), ({ _tag }) => _tag === "Disconnected")
      }),
    close: async () => {
      stay(true)
      await sleep(0) // calls that wait are told that the registration is over
      closing.abort(new NotConnected({ why: closedWhy }))
      await over
    },
    [Symbol.asyncDispose]: () => client.close(),
    ping: (options?: Abortable) =>
      use(async (connection, signal) => {
        await connection.ping({ signal })
      }, options),

    bind: async (mtype: string, handle: Handle, options: Parameters<BrowserClient["bind"]>[2] = {}) => {
      const { annotation = {}, declare = true, kinds = "both", sequential = false } = options
      if (!isPattern(mtype)) {
        throw new BadMessage({ detail: `'${mtype}' cannot be bound; use an MType, a.b.* or *` })
      }
      const own = mapOf("the annotation", annotation)
      closed.throwIfAborted()
      const id = ++bindings
      let turn: Promise<unknown> = Promise.resolve()
      const inTurn: Handle = (message) => {
        const mine = turn.then(() => handle(message))
        turn = mine.catch(() => {})
        return mine
      }
      const redeclare = async (): Promise<void> => {
        if (declare) await engine.running()?.declaring("subscriptions")
      }
      engine.handlers.set(id, sequential ? inTurn : handle)
      engine.dispatch({ _tag: "Bound", binding: { id, pattern: mtype, kinds, annotation: own } })
      const unbind = async (): Promise<void> => {
        engine.handlers.delete(id)
        engine.dispatch({ _tag: "Unbound", id })
        await redeclare().catch(() => {})
      }
      await run(redeclare)
      return { unbind, [Symbol.asyncDispose]: unbind }
    },
    declareMetadata: (metadata: PlainMap, options?: Abortable) =>
      run(async () => {
        declared.metadata = mapOf("the metadata", metadata)
        await engine.running()?.declaring("metadata")
      }, options),
    declareSubscriptions: (subscriptions?: PlainMap, options?: Abortable) =>
      run(async () => {
        if (subscriptions !== undefined) declared.subscriptions = mapOf("the subscriptions", subscriptions)
        await engine.running()?.declaring("subscriptions")
      }, options),

    getMetadata: (id: string, options?: Abortable) => askMap("getMetadata", [id], options),
    getSubscriptions: (id: string, options?: Abortable) => askMap("getSubscriptions", [id], options),
    getRegisteredClients: (options?: Abortable) => askIds("getRegisteredClients", [], options),
    getSubscribedClients: (mtype: string, options?: Abortable) =>
      askMap("getSubscribedClients", [mtype], options),

    notify: async (recipient: string, mtype: string, params?: PlainMap, options?: SendOptions) => {
      await ask("notify", [recipient, encode(mtype, params, options)], options)
    },
    notifyAll: async (mtype: string, params?: PlainMap, options?: SendOptions) =>
      askIds("notifyAll", [encode(mtype, params, options)], options),
    call: calling(callable ? Calling.call : Calling.callAndWait),
    callAndWait: calling(Calling.callAndWait),
    callAll: async function*(mtype: string, params?: PlainMap, options?: CallOptions) {
      const message = encode(mtype, params, options)
      const by = callable ? Calling.callAll : Calling.callEach
      closed.throwIfAborted()
      try {
        yield* by(how(running().connection, anyOf(options?.signal, closed), options), message)
        options?.signal?.throwIfAborted()
      } catch (error) {
        if (!closed.aborted) throw error
      }
    },
    callTagged: async (
      recipient: string,
      tag: string,
      mtype: string,
      params?: PlainMap,
      options?: SendOptions
    ) => {
      const id = await ask("call", [recipient, tag, encode(mtype, params, options)], options)
      return typeof id === "string" ? id : ""
    },
    callAllTagged: async (tag: string, mtype: string, params?: PlainMap, options?: SendOptions) =>
      askMap("callAll", [tag, encode(mtype, params, options)], options),
    responses: iterable(async function*() {
      for await (const one of engine.responses.listen()) if (!Calling.isOwn(one.tag)) yield one
    }),
    reply: async (msgId: string, response: PlainMap, options?: Abortable) => {
      await ask("reply", [msgId, mapOf("the response", response)], options)
    },

    clients: (options?: Abortable) => run(all, options),
    clientChanges: iterable(async function*() {
      for await (const now of engine.clients.listen(engine.tracker)) yield othersOf(view(now).values())
    }),
    findClients: async (name: string, options?: Abortable) => {
      const others = [...(await run(all, options)).values()]
      const found = named(others, name)
      if (found.length > 0) return found.map(({ id, metadata, name }) => ({ id, name, metadata }))
      throw new NoSuchClient({ wanted: name === "" ? "''" : name, known: namesOf(others) })
    },
    findClient: async (name: string, options?: Abortable) => (await client.findClients(name, options))[0],

    fetchUrl: async (url: string, init: RequestInit = {}) =>
      fetchUrl(() => running().connection, url, { ...init, signal: anyOf(init.signal ?? undefined, closed) }),
    publish: (
      data: Parameters<BrowserClient["publish"]>[0],
      options: Parameters<BrowserClient["publish"]>[1] = {}
    ) => use((connection, signal) => publish(connection, data, { ...options, signal }), options)
  }

  try {
    options.signal?.throwIfAborted()
    await abortable(first, anyOf(options.signal, closed))
  } catch (error) {
    closing.abort(error)
    throw error
  }
  return client as unknown as BrowserClient
}
