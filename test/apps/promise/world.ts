/** A hub in this process with real sockets, and clients behind promises; all of it ends with the world. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ClientOptions } from "../../../src/apps/client/Client.ts"
import { connect, type PromiseClient, type RunningHub, startHub } from "../../../src/promise.ts"

export class World implements AsyncDisposable {
  readonly home: string
  readonly hub: RunningHub
  readonly #clients: Array<PromiseClient> = []

  private constructor(home: string, hub: RunningHub) {
    this.home = home
    this.hub = hub
  }

  static async start(): Promise<World> {
    const home = mkdtempSync(join(tmpdir(), "samp-promise-"))
    return new World(home, await startHub({ lockfile: join(home, ".samp") }))
  }

  /** A client of the hub. */
  async client(name: string, options: ClientOptions = {}): Promise<PromiseClient> {
    const client = await connect({ name, hub: this.hub.lockfile, ...options })
    this.#clients.push(client)
    return client
  }

  /** Two clients, with the id of the second. */
  async pair() {
    const ann = await this.client("ann")
    const bob = await this.client("bob")
    return { ann, bob, to: await idOf(bob) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.hub.stop()
    rmSync(this.home, { recursive: true, force: true })
  }
}

export const idOf = async (client: PromiseClient): Promise<string> => (await client.connected()).selfId

/** The error that a promise is rejected with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then((value) => {
    throw new Error(`it was not rejected, but gave ${JSON.stringify(value)}`)
  }, (error: unknown) => error)

/** The tag of the error that a promise is rejected with. */
export const tagOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await rejection(promise)
  return typeof error === "object" && error !== null && "_tag" in error ? error._tag : error
}

/** Waits until something holds. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 30_000
  while (!await holds()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within 30 s`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** All that an iterable gives. */
export const all = async <A>(iterable: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const items: Array<A> = []
  for await (const item of iterable) items.push(item)
  return items
}
