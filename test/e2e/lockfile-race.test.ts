/**
 * Fifty hubs reach for one lockfile in the same instant: each is loaded and held just before it opens its port, then all
 * are let go, slowed down at each step on the file system. Meanwhile a reader looks at the file all the time.
 */
import { assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Ended, type Program, record, until, World } from "./harness.ts"
import { ping } from "./support/Client.ts"

const barrier = join(import.meta.dirname, "support", "barrier.ts")

/** A lockfile is whole when it has its first line and all tokens, each line ended. */
const whole =
  /^# .*\nsamp\.secret=\S{40,}\nsamp\.hub\.xmlrpc\.url=http:\/\/127\.0\.0\.1:\d+\/\S+\nsamp\.profile\.version=1\.3\n(?:\S+=.*\n)*hub\.pid=\d+\n$/

interface Seen {
  readonly present: number
  readonly texts: ReadonlyArray<string>
  readonly modes: ReadonlyArray<string>
}

/** What the reader reports at its end. */
const seenBy = async (reader: Program): Promise<Seen> => {
  reader.child.send("enough")
  return reader.message("the reader's report", (message) => {
    if (message === "reading") return undefined
    const { modes, present, texts } = record(message)
    return {
      present: Number(present),
      texts: Array.isArray(texts) ? texts.map(String) : [],
      modes: Array.isArray(modes) ? modes.map((mode) => Number(mode).toString(8)) : []
    }
  })
}

interface Race {
  readonly winner: Program
  readonly racers: number
  readonly losers: ReadonlyArray<Ended>
  readonly seen: Seen
}

/** Runs the race to its end: all but one hub have ended. */
const race = async (world: World, racers: number): Promise<Race> => {
  const options = { preload: [barrier], ipc: true }

  const hubs = Array.from({ length: racers }, () => world.start(["hub", "--json"], options))
  for (const hub of hubs) await hub.message("a loaded hub", (message) => message === "held" || undefined)
  const reader = world.helper("reader.ts", world.lockfile)
  await reader.message("the reader", (message) => message === "reading" || undefined)
  for (const hub of hubs) hub.child.send("go")
  await until("one hub that is left", () => hubs.filter(({ exit }) => exit === undefined).length <= 1)
  const [winner] = hubs.filter(({ exit }) => exit === undefined)
  if (winner === undefined) throw new Error(`no hub is left: ${hubs[0]?.stderr}`)
  await world.ready(winner)
  const losers = hubs.map(({ exit }) => exit).filter((exit) => exit !== undefined)
  return { racers, winner, losers, seen: await seenBy(reader) }
}

const check = ({ losers, racers, seen, winner }: Race, world: World, before: ReadonlyArray<string>): void => {
  assert.lengthOf(losers, racers - 1)
  for (const { code, stderr, stdout } of losers) {
    assert.strictEqual(code, 8, stderr)
    assert.strictEqual(stdout, "", "a hub that does not run is never ready")
    assert.match(stderr, /already running/u)
  }
  assert.isAbove(seen.present, 0, "the reader saw the file")
  assert.deepStrictEqual(seen.modes, ["600"], "STD-39")
  const fresh = seen.texts.filter((text) => !before.includes(text))
  for (const text of fresh) assert.match(text, whole, "STD-43: no reader sees a part")
  assert.deepStrictEqual(fresh, [readFileSync(world.lockfile, "latin1")], "nobody took it from the winner")
  assert.include(fresh[0], `hub.pid=${winner.pid}\n`)
  const left = readdirSync(world.home).filter((name) => name.startsWith(".samp") && name !== ".samp")
  assert.deepStrictEqual(left, [], "no helper files are left behind")
}

describe("fifty hubs at once", () => {
  it("GEN-02, STD-39, STD-40, STD-42, STD-43: one wins, with no lockfile before and over a stale one", {
    timeout: 180_000
  }, async () => {
    await using world = new World()
    const first = await race(world, 50)
    check(first, world, [])
    await first.winner.kill()
    const stale = readFileSync(world.lockfile, "latin1")
    const second = await race(world, 25)
    check(second, world, [stale])
    await ping(String(second.winner.json[0]?.["url"]))
  })

  it("STD-42: and over a lockfile that describes no hub", async () => {
    await using world = new World()
    writeFileSync(world.lockfile, "samp.secret=only\n", { mode: 0o600 })
    const hubs = await Promise.all(Array.from({ length: 3 }, () => {
      const hub = world.start(["hub", "--json"])
      return Promise.race([hub.ended, world.ready(hub)])
    }))
    const running = hubs.filter((hub) => "url" in hub)
    assert.lengthOf(running, 1)
    assert.deepStrictEqual(hubs.filter((hub) => "code" in hub).map(({ code }) => code), [8, 8])
  })
})
