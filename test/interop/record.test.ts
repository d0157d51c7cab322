/** A session of JSAMP's and astropy's clients is recorded at our hub, replayed, and played into their hubs. */
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import type * as Json from "./support/Json.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"
import * as Samp from "./support/Samp.ts"

/** Runs something at a hub in a home of its own. */
const withHub = async <A>(
  kind: Hubs.Kind,
  args: ReadonlyArray<string>,
  use: (home: Home.Home) => Promise<A>
): Promise<A> => {
  const home = Home.make()
  const hub = await Hubs.start(kind, home, ...args)
  try {
    return await use(home)
  } finally {
    await hub.program.end()
    home.remove()
  }
}

/** What a play said in the end, and what differed. */
const play = async (home: Home.Home, file: string, ...args: ReadonlyArray<string>) => {
  const result = await Samp.run(home, "replay", file, "--json", ...args, "--hub")
  const events = result.objects()
  const differences = events.filter(({ event }) => event === "difference")
  return { result, played: events.at(-1) ?? {}, differences }
}

describe("a session of JSAMP's and astropy's clients", () => {
  const home = Home.make()
  const file = join(home.path, "session.jsonl")
  let summary: Json.JsonRecord

  beforeAll(async () => {
    const hub = await Hubs.start("ours", home, "--record", file)
    const recipient = Peers.startPython(home, "astropy_recipient.py", "Receiver", "60")
    await Hubs.event(recipient, "ready")
    Program.ended(
      await Peers.runJsamp(home, 60_000, "calcstorm", "-nclient", "4", "-nquery", "6", "-mode", "random"),
      0
    )
    for (const mode of ["sync", "async", "notify"]) {
      const args = ["-mtype", "test.ok", "-param", "a", "1 <2>", "-sendername", "JSender"]
      Program.ended(await Peers.runJsamp(home, 20_000, "messagesender", "-mode", mode, ...args), 0)
    }
    await recipient.end()
    await hub.program.end()
    const replayed = await Samp.run(home, "replay", file, "--json")
    summary = replayed.objects()[0] ?? {}
    Program.ended(replayed, 0)
  }, 120_000)
  afterAll(() => home.remove())

  test("is replayed through the engine without a difference", () => {
    expect(summary).toMatchObject({ same: true, kind: "hub", clients: 8, cutOff: false })
    expect(Number(summary["messages"])).toBeGreaterThan(24)
  })

  test.each(["ours", "jsamp", "astropy"] as const)(
    "is played into the hub of %s without a difference, also as fast as possible",
    async (kind) => {
      await withHub(kind, [], async (there) => {
        for (const args of [["--speed", "max"], ["--speed", "2"]]) {
          const { differences, played, result } = await play(there, file, ...args)
          expect(differences).toEqual([])
          Program.ended(result, 0)
          expect(played).toMatchObject({ same: true, clients: 8 })
          expect(played["added"]).toEqual(kind === "astropy" ? ["host", "user"] : [])
        }
        // nobody of the cast is left behind
        const clients = await Samp.run(there, "clients", "--json")
        expect(clients.objects()).toHaveLength(1)
      })
    },
    120_000
  )
})

describe("what JSAMP's hubtester asks of our hub", () => {
  const home = Home.make()
  const file = join(home.path, "tester.jsonl")

  beforeAll(async () => {
    const hub = await Hubs.start("ours", home, "--record", file)
    Program.ended(await Peers.runJsamp(home, 90_000, "hubtester"), 0)
    await hub.program.end()
  }, 120_000)
  afterAll(() => home.remove())

  test("is replayed through the engine without a difference", async () => {
    Program.ended(await Samp.run(home, "replay", file), 0)
  })

  test("is played into another hub of ours without a difference", async () => {
    await withHub("ours", [], async (there) => {
      const { differences, result } = await play(there, file, "--speed", "max")
      expect(differences).toEqual([])
      Program.ended(result, 0)
    })
  }, 120_000)
})

describe.each(["jsamp", "astropy"] as const)("samp record at the hub of %s", (kind) => {
  test("records what is seen there, which is replayed, and played into a hub of ours", async () => {
    const home = Home.make()
    try {
      const file = join(home.path, "outside.jsonl")
      await withHub(kind, [], async (there) => {
        const recorder = Samp.start(there, "record", file, "--json")
        await Hubs.event(recorder, "recording")
        const recipient = Peers.startPython(there, "astropy_recipient.py", "Receiver", "60")
        await Hubs.event(recipient, "ready")
        const args = ["-mtype", "test.ok", "-param", "stamp", "seen", "-sendername", "JSender"]
        Program.ended(await Peers.runJsamp(there, 20_000, "messagesender", "-mode", "notify", ...args), 0)
        await Program.eventually("the notification", async () => {
          const replayed = await Samp.run(there, "replay", file, "--json")
          return replayed.objects()[0]?.["messages"] === 1 ? true : undefined
        })
        await recipient.end()
        await recorder.end()
      })
      const replayed = await Samp.run(home, "replay", file, "--json")
      Program.ended(replayed, 0)
      expect(replayed.objects()[0]).toMatchObject({ same: true, kind: "client", clients: 2, messages: 1 })
      await withHub("ours", [], async (there) => {
        const { differences, result } = await play(there, file, "--speed", "max")
        expect(differences).toEqual([])
        Program.ended(result, 0)
      })
    } finally {
      home.remove()
    }
  }, 120_000)
})
