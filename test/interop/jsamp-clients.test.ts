/** JSAMP's command-line clients through our hub, together with astropy's. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import * as Json from "./support/Json.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"
import * as Samp from "./support/Samp.ts"

const modes = ["sync", "async"]

describe("JSAMP's clients", () => {
  const home = Home.make()
  const started: Array<Program.Program> = []
  let recipient: Program.Program
  let snooper: Program.Program

  beforeAll(async () => {
    started.push((await Hubs.start(Hubs.kindUnderTest(), home)).program)
    recipient = Peers.startPython(home, "astropy_recipient.py", "Receiver", "60")
    snooper = Peers.startJsamp(home, "snooper", "-clientname", "Snooper")
    started.unshift(recipient, snooper)
    await Hubs.event(recipient, "ready")
    // It is told of its own subscriptions as soon as they are in force.
    await Program.eventually(
      "the snooper",
      () => snooper.stdout().includes("event.subscriptions") || undefined
    )
  })
  afterAll(async () => {
    for (const program of started) await program.end()
    home.remove()
  })

  const sender = (mode: string, ...args: ReadonlyArray<string>): Promise<Program.Result> =>
    Peers.runJsamp(home, 20_000, "messagesender", "-mode", mode, "-sendername", "JSender", ...args)

  test.each(modes)(
    "PF-133, HUB-12, HUB-14: messagesender -mode %s gets astropy's response",
    async (mode) => {
      const result = await sender(
        mode,
        "-mtype",
        "test.ok",
        "-targetname",
        "Receiver",
        "-param",
        "a",
        "1 <2>"
      )
      Program.ended(result, 0)
      expect(result.stdout).toContain("samp.ok")
      expect(result.stdout).toContain("1 <2>")
    }
  )

  test("PF-133, HUB-11: messagesender -mode notify to all reaches astropy and the snooper", async () => {
    const result = await sender("notify", "-mtype", "test.ok", "-param", "stamp", "from-jsamp")
    Program.ended(result, 0)
    const received = Json.parse(await recipient.line((line) => line.includes("from-jsamp"), 5_000))
    expect(received).toMatchObject({
      kind: "notification",
      mtype: "test.ok",
      params: { stamp: "from-jsamp" }
    })
    await Program.eventually("the snooper", () => snooper.stdout().includes("from-jsamp") || undefined)
  })

  test("PF-132, RSP-12: the snooper, by its wildcard *, answers a call of samp send with samp.warning", async () => {
    const result = await Samp.run(
      home,
      "send",
      "x.y.z",
      "a=1",
      "--to",
      "Snooper",
      "--wait",
      "--timeout",
      "10",
      "--json"
    )
    Program.ended(result, 0)
    expect(result.objects()[0]).toMatchObject({ response: { "samp.status": "samp.warning" } })
  })

  test("PF-132: samp snoop shows what JSAMP's sender sends, one JSON object a line", async () => {
    const snoop = Samp.start(home, "snoop", "--json")
    started.unshift(snoop)
    await Program.eventually("samp snoop", async () => {
      const clients = await Samp.run(home, "clients", "--mtype", "any.thing", "--json")
      return clients.stdout.includes("samp snoop") || undefined
    })
    const result = await sender("notify", "-mtype", "test.ok", "-param", "stamp", "for-snoop")
    Program.ended(result, 0)
    const shown = Json.parse(await snoop.line((line) => line.includes("for-snoop"), 5_000))
    expect(shown).toMatchObject({ mtype: "test.ok", senderName: "JSender", params: { stamp: "for-snoop" } })
  })
})
