// The clients of one hub: senders and callable receivers, each with an own callback port, registered as any client
// registers (checklist 12.3), and the request templates of every operation they will make.
import { CallbackServer } from "./CallbackServer.ts"
import { HubPool } from "./HubPool.ts"
import { type HubProcess } from "./HubProcess.ts"
import * as Wire from "./Wire.ts"

/** One to one messages go from sender i to receiver i; broadcasts from sender 0 to all receivers. */
export interface Shape {
  readonly senders: number
  readonly receivers: number
}

export interface Requests {
  readonly notify: ReadonlyArray<Wire.Template>
  readonly notifyAll: ReadonlyArray<Wire.Template>
  readonly call: ReadonlyArray<Wire.Template>
  readonly callAndWait: ReadonlyArray<Wire.Template>
  readonly reply: (receiver: number, messageId: string, sequence: number) => string
  readonly big: (content: string) => string
}

/** Told of every callback; `receiver` and `sender` are indices into the shape. */
export interface Sink {
  readonly notified: (receiver: number, source: string, bodyAt: number) => void
  readonly called: (receiver: number, source: string, bodyAt: number) => void
  readonly responded: (sender: number, source: string, bodyAt: number) => void
  readonly broken: (why: string) => void
}

export interface Session {
  readonly hub: HubProcess
  readonly pool: HubPool
  readonly requests: Requests
  readonly callbackBytes: () => { readonly bytesIn: number; readonly bytesOut: number }
  /** Next free operation number: never used twice in a session, so that a late delivery is known as one. */
  nextSequence: number
  sink: Sink
  /** Takes the callbacks between rounds; what it took is in `late`. */
  readonly idleSink: Sink
  readonly late: Array<string>
  readonly close: () => void
}

interface Client {
  readonly id: string
  readonly key: string
}

const one = "bench.one"
const all = "bench.all"
const maximalWait = "60"
const pingWithinMs = 10_000

/** Between rounds nothing may come any more. */
const lateSink = (late: Array<string>): Sink => {
  const note = (_client: number, source: string, bodyAt: number): void => {
    late.push(`came after its round: ${source.slice(bodyAt, bodyAt + 400)}`)
  }
  return { notified: note, called: note, responded: note, broken: (why) => late.push(why) }
}

/** JSAMP shows its lockfile a moment before it serves, and answers with a fault in between. */
const waitForPing = async (pool: HubPool, hub: HubProcess): Promise<void> => {
  const ping = Wire.httpRequest(hub.url, hub.url.pathname, Wire.methodCall("samp.hub.ping", []))
  const deadline = Date.now() + pingWithinMs
  for (;;) {
    try {
      await pool.ask(ping)
      return
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`${hub.name} does not answer a ping`, { cause: error })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const register = async (pool: HubPool, hub: HubProcess, callback: string): Promise<Client> => {
  const ask = (method: string, values: Parameters<typeof Wire.methodCall>[1]): Promise<string> =>
    pool.ask(Wire.httpRequest(hub.url, hub.url.pathname, Wire.methodCall(method, values)))
  const answer = await ask("samp.hub.register", [hub.secret ?? ""])
  const client = { id: Wire.memberOf(answer, "samp.self-id"), key: Wire.memberOf(answer, "samp.private-key") }
  await ask("samp.hub.setXmlrpcCallback", [client.key, callback])
  return client
}

const sampRequests = (
  hub: HubProcess,
  senders: ReadonlyArray<Client>,
  receivers: ReadonlyArray<Client>
): Requests => {
  const request = (method: string, values: Parameters<typeof Wire.methodCall>[1]): Wire.Template =>
    Wire.template(Wire.httpRequest(hub.url, hub.url.pathname, Wire.methodCall(method, values)))
  const to = (slot: number): string => receivers[slot % receivers.length]?.id ?? ""
  const replies = receivers.map((receiver) =>
    Wire.requestWithId(
      hub.url,
      hub.url.pathname,
      (id) => Wire.methodCall("samp.hub.reply", [receiver.key, id, Wire.okResponse])
    )
  )
  return {
    notify: senders.map((from, slot) => request("samp.hub.notify", [from.key, to(slot), Wire.message(one)])),
    notifyAll: senders.map((from) => request("samp.hub.notifyAll", [from.key, Wire.message(all)])),
    call: senders.map((from, slot) =>
      request("samp.hub.call", [from.key, to(slot), Wire.placeholder, Wire.message(one)])
    ),
    callAndWait: senders.map((from, slot) =>
      request("samp.hub.callAndWait", [from.key, to(slot), Wire.message(one), maximalWait])
    ),
    reply: (receiver, messageId, sequence) => replies[receiver]?.(messageId, sequence) ?? "",
    big: (content) =>
      Wire.httpRequest(
        hub.url,
        hub.url.pathname,
        Wire.methodCall("samp.hub.notify", [senders[0]?.key ?? "", to(0), Wire.bigMessage(one, content)])
      )
  }
}

/**
 * The relay gets the bodies a hub would write for the callee, with keys and ids as long as ours; so what it receives
 * differs from what a hub receives by the length of a method name and an id, and what it sends not at all.
 */
const relayRequests = (hub: HubProcess, { senders, receivers }: Shape): Requests => {
  const key = "k".repeat(43)
  const id = "c00"
  const slots = Array.from({ length: senders }, (_, slot) => slot)
  const request = (
    path: string,
    method: string,
    values: Parameters<typeof Wire.methodCall>[1]
  ): Wire.Template =>
    Wire.template(Wire.httpRequest(hub.url, path, Wire.methodCall(`samp.client.${method}`, values)))
  const to = (slot: number): number => slot % receivers
  const messageId = (kind: string, slot: number): string => `${kind}${slot}.`.padEnd(32, "0")
  const responses = slots.map((slot) =>
    request(`/r/${receivers + slot}`, "receiveResponse", [key, id, Wire.placeholder, Wire.okResponse])
  )
  const results = Wire.template(
    Wire.httpRequest(hub.url, `/d/${Wire.placeholder}`, Wire.methodResponse(Wire.okResponse.xml))
  )
  return {
    notify: slots.map((slot) =>
      request(`/n/${to(slot)}`, "receiveNotification", [key, id, Wire.message(one)])
    ),
    notifyAll: slots.map(() =>
      request(`/a/${receivers}`, "receiveNotification", [key, id, Wire.message(all)])
    ),
    call: slots.map((slot) =>
      request(`/c/${to(slot)}`, "receiveCall", [key, id, messageId("A", slot), Wire.message(one)])
    ),
    callAndWait: slots.map((slot) =>
      request(`/w/${to(slot)}/${Wire.placeholder}`, "receiveCall", [
        key,
        id,
        messageId("S", slot),
        Wire.message(one)
      ])
    ),
    reply: (_receiver, messageId, sequence) => {
      const response = messageId.startsWith("S")
        ? results
        : responses[Number.parseInt(messageId.slice(1), 10)]
      return response === undefined ? "" : Wire.render(response, sequence)
    },
    big: (content) =>
      Wire.httpRequest(
        hub.url,
        "/n/0",
        Wire.methodCall("samp.client.receiveNotification", [key, id, Wire.bigMessage(one, content)])
      )
  }
}

const makeRequests = async (
  hub: HubProcess,
  pool: HubPool,
  callbacks: ReadonlyArray<string>,
  shape: Shape
) => {
  if (hub.secret === undefined) {
    await pool.ask(Wire.httpRequest(hub.url, "/setup", callbacks.join("\n")))
    return relayRequests(hub, shape)
  }
  await waitForPing(pool, hub)
  const clients: Array<Client> = []
  for (const callback of callbacks) clients.push(await register(pool, hub, callback))
  const receivers = clients.slice(0, shape.receivers)
  for (const receiver of receivers) {
    const body = Wire.methodCall("samp.hub.declareSubscriptions", [
      receiver.key,
      Wire.subscriptions([one, all])
    ])
    await pool.ask(Wire.httpRequest(hub.url, hub.url.pathname, body))
  }
  return sampRequests(hub, clients.slice(shape.receivers), receivers)
}

export const openSession = async (hub: HubProcess, shape: Shape): Promise<Session> => {
  const pool = new HubPool(hub.url)
  const servers: Array<CallbackServer> = []
  const late: Array<string> = []
  const idleSink = lateSink(late)
  let sink = idleSink
  const dispatch = (index: number, source: string, bodyAt: number): void => {
    switch (Wire.callbackKind(source, bodyAt)) {
      case "N":
        return sink.notified(index, source, bodyAt)
      case "C":
        return sink.called(index, source, bodyAt)
      case "R":
        return sink.responded(index - shape.receivers, source, bodyAt)
      default:
        // Our hub asks now and then whether a client is still there; that is no message.
        if (source.includes("<methodName>system.listMethods</methodName>", bodyAt)) return undefined
        return sink.broken(`unknown callback: ${source.slice(bodyAt, bodyAt + 200)}`)
    }
  }
  for (let index = 0; index < shape.receivers + shape.senders; index++) {
    servers.push(
      await CallbackServer.open(
        (source, bodyAt) => dispatch(index, source, bodyAt),
        (why) => sink.broken(why)
      )
    )
  }
  const requests = await makeRequests(hub, pool, servers.map((server) => server.url), shape)
  return {
    hub,
    pool,
    requests,
    callbackBytes: () => ({
      bytesIn: servers.reduce((sum, server) => sum + server.bytesIn, 0),
      bytesOut: servers.reduce((sum, server) => sum + server.bytesOut, 0)
    }),
    nextSequence: Wire.firstSequence,
    get sink() {
      return sink
    },
    set sink(next) {
      sink = next
    },
    idleSink,
    late,
    close: () => {
      pool.closeAll()
      for (const server of servers) server.close()
    }
  }
}
