/** A hub in this process with real sockets, and clients behind promises; all of it ends with the world. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ClientOptions } from "../../../src/apps/client/Client.ts"
import { connect, type PromiseClient, type RunningHub, startHub } from "../../../src/promise.ts"
import { idOf } from "../../support/promises.ts"

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
