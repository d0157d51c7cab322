/** Attacks on a hub beside which desktop programs work: they must notice nothing, and the hub keep within its memory. */
import { assert } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { checkPrompt } from "../../support/promptness.ts"
import { type Hub, pause, type Program, record, World } from "../harness.ts"

/** Megabytes that the hub may take, whatever is done to it. */
const boundMb = 150

/**
 * Milliseconds in which nearly all pings of others are answered. A hub alone on its machine takes a tenth of it at worst; one
 * that waits for a page takes ten times as long.
 */
const promptMs = 1_000

/** What a process takes of the machine's memory, now and at most, in megabytes; undefined where nobody tells. */
const memoryOf = (pid: number): { readonly now: number; readonly most: number } | undefined => {
  if (process.platform !== "linux") return undefined
  const status = readFileSync(`/proc/${pid}/status`, "latin1")
  const megabytes = (name: string): number =>
    Math.round(Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "mu").exec(status)?.[1]) / 1024)
  return { now: megabytes("VmRSS"), most: megabytes("VmHWM") }
}

/** Ends the bystanders; gives how long their pings took. */
const dismiss = async (bystanders: Program): Promise<ReadonlyArray<number>> => {
  bystanders.child.send("end")
  const { got, times } = await bystanders.message("what the bystanders say", (message) => {
    const { got, times } = record(message)
    return Array.isArray(got) && Array.isArray(times) ? { got, times: times.map(Number) } : undefined
  })
  assert.deepStrictEqual(got, times.map((_, n) => n + 1), "each message once, and in order")
  return times.toSorted((a, b) => a - b)
}

/** What is attacked. */
export interface Target {
  readonly world: World
  readonly hub: Hub
  /** URL of its Web Profile. */
  readonly web: string
}

/** How many clients a hub has while nobody attacks it: itself, and the bystanders. */
export const bystanding = 3

/**
 * Attacks a hub that lets in every page, or asks for consent otherwise.
 *
 * @returns what the hub has logged
 */
export const attacked = async (
  what: string,
  attack: (target: Target) => Promise<void>,
  consent: "allow" | "page" = "allow"
): Promise<string> => {
  await using world = new World()
  const hub = await world.hub(["--web-port", "0", "--web-consent", consent])
  const bystanders = world.helper("bystanders.ts", hub.url, hub.secret)
  await bystanders.message(
    "their beginning",
    (message) => record(message)["ready"] === true ? true : undefined
  )
  await pause(300)
  const before = memoryOf(hub.program.pid)
  await attack({ world, hub, web: String(record(hub.ready["web"])["url"]) })
  const times = await dismiss(bystanders)
  const at = (part: number): number => times[Math.floor(part * (times.length - 1))] ?? Infinity
  const memory = memoryOf(hub.program.pid)
  const figures = [0.5, 0.99, 1].map((part) => at(part).toFixed(1)).join(", ")
  console.log(
    `${what}: ${times.length} pings beside, median, p99, slowest ${figures} ms; ` +
      `${before?.now} MB before, ${memory?.now} after, ${memory?.most} at most`
  )
  if (memory !== undefined) assert.isBelow(memory.most, boundMb, "megabytes")
  await checkPrompt(`${what}: p99 of pings`, at(0.99), promptMs)
  return hub.program.stderr
}
