/** Two desktop programs beside whatever goes on at a hub: they ping it and talk to each other, and must notice nothing. */
import { assert } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { checkPrompt } from "../../support/promptness.ts"
import { type Hub, pause, record, until, World } from "../harness.ts"
import { type Client, message } from "./Client.ts"
import { textAt } from "./Wire.ts"

const mtype = "e2e.beside"

/** What the hub may take of memory, whatever is done to it. */
const boundMb = 150

/** Milliseconds in which nearly all pings of others are answered, on a machine that is as busy as CI's. */
const promptMs = 2_000

/** What a process takes of the machine's memory, now and at most, in megabytes. */
const memoryOf = (pid: number): { readonly now: number; readonly most: number } => {
  const status = readFileSync(`/proc/${pid}/status`, "latin1")
  const megabytes = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "mu").exec(status)?.[1] ?? "NaN") / 1024)
  return { now: megabytes("VmRSS"), most: megabytes("VmHWM") }
}

/** The two. */
class Beside {
  private readonly times: Array<number> = []
  private sent = 0
  private over = false
  private readonly done: Promise<void>
  private readonly one: Client
  private readonly two: Client

  private constructor(one: Client, two: Client) {
    this.one = one
    this.two = two
    this.done = this.go()
  }

  static async at(world: World, hub: Hub): Promise<Beside> {
    return new Beside(await world.sender(hub), await world.client(hub, mtype))
  }

  private async go(): Promise<void> {
    while (!this.over) {
      const begun = performance.now()
      await this.one.ask("ping")
      this.times.push(performance.now() - begun)
      await this.one.ask("notify", this.two.id, message(mtype, { n: String(this.sent++) }))
      await pause(10)
    }
  }

  /** Ends; fails if the hub has failed them: a request refused, a message lost or out of order. Gives the times of pings. */
  async end(): Promise<ReadonlyArray<number>> {
    this.over = true
    await this.done
    await until("all messages", () => this.two.received.length === this.sent)
    const numbers = this.two.received.map(({ content }) => Number(textAt(content, "samp.params", "n")))
    assert.deepStrictEqual(numbers, Array.from({ length: this.sent }, (_, n) => n))
    return this.times.toSorted((a, b) => a - b)
  }
}

/** What is attacked. */
export interface Target {
  readonly world: World
  readonly hub: Hub
  /** URL of its Web Profile. */
  readonly web: string
}

/**
 * Attacks a hub beside which others work: they notice nothing, and it keeps within its memory.
 *
 * @returns what it has logged
 */
export const attacked = async (what: string, attack: (target: Target) => Promise<void>): Promise<string> => {
  await using world = new World()
  const hub = await world.hub(["--web-port", "0", "--web-consent", "allow"])
  const before = memoryOf(hub.program.pid).now
  const beside = await Beside.at(world, hub)
  await pause(300)
  await attack({ world, hub, web: String(record(hub.ready["web"])["url"]) })
  const times = await beside.end()
  const at = (part: number): number => times[Math.floor(part * (times.length - 1))] ?? Infinity
  const { most, now } = memoryOf(hub.program.pid)
  const figures = [0.5, 0.99, 1].map((part) => at(part).toFixed(1)).join(", ")
  console.log(
    `${what}: ${times.length} pings beside, median, p99, slowest ${figures} ms; ${before} MB before, ${now} after, ${most} at most`
  )
  assert.isBelow(most, boundMb, "megabytes")
  await checkPrompt(`${what}: p99 of pings`, at(0.99), promptMs)
  return hub.program.stderr
}
