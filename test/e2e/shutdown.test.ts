/** However a hub is told to end, it ends in good order within a second, though calls are open and clients are silent. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync } from "node:fs"
import { checkPrompt } from "../support/promptness.ts"
import { type Ended, type Hub, pause, until, World } from "./harness.ts"
import { type Client, message } from "./support/Client.ts"
import { Fault, textAt } from "./support/Wire.ts"

const shutdownEvent = "samp.hub.event.shutdown"

interface Scene {
  readonly hub: Hub
  readonly witness: Client
  /** Whether the lockfile was still there when the witness heard of the end. */
  readonly lockfileSeen: () => boolean | undefined
  /** How the calls that waited ended. */
  readonly waited: Promise<ReadonlyArray<unknown>>
}

/** A hub with a witness, a client that never answers the hub, a stopped one, and open calls of each kind. */
const scene = async (world: World): Promise<Scene> => {
  const hub = await world.hub()
  const witness = await world.client(hub, "samp.hub.event.*")
  const silent = await world.client(hub, shutdownEvent, "e2e.silent")
  const callee = await world.client(hub, shutdownEvent, "e2e.wait")
  const stopped = await world.peer(hub, 1, shutdownEvent, "e2e.silent")
  silent.manner = "silent"
  stopped.program.signal("SIGSTOP")
  await witness.ask("notifyAll", message("e2e.silent"))
  const waiting = ["0", "60"].map((limit) =>
    witness.ask("callAndWait", callee.id, message("e2e.wait"), limit).catch((error: unknown) => error)
  )
  await witness.ask("call", callee.id, "open", message("e2e.wait"))
  await until("the calls", () => callee.got("e2e.wait").length === 3 && silent.got("e2e.silent").length === 1)
  let seen: boolean | undefined
  witness.onDelivery = ({ content }) => {
    if (content["samp.mtype"] === shutdownEvent) seen = existsSync(hub.lockfile)
  }
  return { hub, witness, lockfileSeen: () => seen, waited: Promise.all(waiting) }
}

const checkEnd = async (
  { hub, lockfileSeen, waited, witness }: Scene,
  end: Ended,
  told: number
): Promise<void> => {
  assert.strictEqual(end.code, 0, end.stderr)
  assert.notMatch(end.stderr, /\n\s+at /u, "no stack")
  assert.isFalse(existsSync(hub.lockfile), "STD-44: the lockfile is gone")
  await checkPrompt("SHUT-03: it takes less than a second", end.at - told, 1_000)
  assert.lengthOf(witness.got(shutdownEvent), 1, "EVT-02")
  assert.strictEqual(witness.got(shutdownEvent)[0]?.from, witness.hubId)
  assert.isTrue(lockfileSeen(), "GEN-07: the clients are told before the lockfile goes")
  assert.lengthOf(witness.got("samp.hub.event.unregister"), 0, "SHUT-02")
  for (const fault of await waited) {
    assert.instanceOf(fault, Fault, "SHUT-01: whoever waits gets a fault")
    assert.include(fault instanceof Fault ? fault.message : "", "shutting down")
  }
  assert.strictEqual(textAt(witness.got("open")[0]?.content, "samp.error", "samp.code"), "hub.stopping")
  assert.lengthOf(witness.got("open"), 1)
}

// How fast it ends is part of what is tested; a machine that is busy elsewhere gets another chance.
describe("the end of a hub", { retry: 2 }, () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`EVT-02, GEN-07, SHUT-01..03, SHUT-05, STD-44, STD-45: ${signal}`, async () => {
      await using world = new World()
      const before = await scene(world)
      const told = performance.now()
      before.hub.program.signal(signal)
      await checkEnd(before, await before.hub.program.ended, told)
    })
  }

  it("EVT-02, GEN-07, SHUT-01..03, SHUT-05, STD-44: samp hub stop", async () => {
    await using world = new World()
    const before = await scene(world)
    const stop = world.start(["hub", "stop", "--json"])
    await until("the event", () => before.witness.got(shutdownEvent).length === 1)
    const [told] = before.witness.got(shutdownEvent)
    await checkEnd(before, await before.hub.program.ended, told?.at ?? 0)
    const { code, stdout } = await stop.ended
    assert.strictEqual(code, 0)
    assert.deepStrictEqual(JSON.parse(stdout), {
      event: "stopped",
      url: before.hub.url,
      lockfile: before.hub.lockfile
    })
    assert.deepStrictEqual(before.hub.program.json[1], { event: "ended", reason: "asked to stop" })
    assert.strictEqual((await world.samp("hub", "stop")).code, 3, "there is nothing more to stop")
  })

  // An impatient hand presses Ctrl-C twice; a service manager may send SIGHUP right after SIGTERM.
  for (const [first, second] of [["SIGINT", "SIGINT"], ["SIGTERM", "SIGHUP"]] as const) {
    it(`STD-45, SHUT-01: ${second} right after ${first} does not break off the end`, async () => {
      await using world = new World()
      const before = await scene(world)
      const told = performance.now()
      before.hub.program.signal(first)
      await pause(20)
      before.hub.program.signal(second)
      await checkEnd(before, await before.hub.program.ended, told)
    })
  }
})
