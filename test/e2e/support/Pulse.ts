/** A healthy client that asks the hub something all the time, and notices when it is not served. */
import { pause } from "../harness.ts"
import type { Client } from "./Client.ts"

export class Pulse {
  /** Milliseconds of the slowest answer. */
  slowest = 0
  beats = 0
  #ended = false
  readonly #done: Promise<void>

  constructor(client: Client) {
    this.#done = this.#beat(client)
  }

  async #beat(client: Client): Promise<void> {
    while (!this.#ended) {
      const begun = performance.now()
      await client.ask("ping")
      this.slowest = Math.max(this.slowest, performance.now() - begun)
      this.beats++
      await pause(20)
    }
  }

  /** Ends; rejects when the hub has failed it. */
  end(): Promise<void> {
    this.#ended = true
    return this.#done
  }
}
