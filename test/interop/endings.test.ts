/** How hubs and clients end (issue item 4), seen from astropy's side with real processes and real signals. */
import { existsSync } from "node:fs"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { checkPrompt } from "../support/promptness.ts"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import * as Json from "./support/Json.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"
import * as Samp from "./support/Samp.ts"

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const
const modes = ["--wait", "--call"]

describe("endings", () => {
  let home: Home.Home
  let hub: Hubs.Hub
  let started: Array<Program.Program>

  beforeEach(async () => {
    home = Home.make()
    started = []
    hub = await Hubs.start("ours", home)
    started.push(hub.program)
  })
  afterEach(async () => {
    await Promise.all(started.map((program) => program.end()))
    home.remove()
  })

  const recipient = async (
    name: string
  ): Promise<{ readonly program: Program.Program; readonly id: string }> => {
    const program = Peers.startPython(home, "astropy_recipient.py", name, "60")
    started.push(program)
    return { program, id: Json.text(await Hubs.event(program, "ready"), "id") }
  }

  /** `samp send --wait` without a limit, once its call has reached the recipient. */
  const pendingCall = async (
    to: { readonly program: Program.Program; readonly id: string },
    mode: string
  ) => {
    const sender = Samp.start(home, "send", "test.silent", "--to", to.id, mode, "--timeout", "0", "--json")
    started.push(sender)
    await to.program.line((line) => line.includes("test.silent"))
    return sender
  }

  test.each(signals)(
    "EVT-02, SHUT-01, SHUT-02, STD-45: %s tells the clients, removes the lockfile and ends the hub within a second",
    async (signal) => {
      const watcher = await recipient("Watcher")
      const sender = await pendingCall(watcher, "--wait")
      const begun = performance.now()
      hub.program.signal(signal)
      await hub.program.exit
      await checkPrompt("the end", performance.now() - begun, 1_000)
      expect(existsSync(home.lockfile)).toBe(false)
      await watcher.program.line((line) => line.includes("samp.hub.event.shutdown"), 20_000)
      expect(watcher.program.stdout()).not.toContain("samp.hub.event.unregister")
      expect((await sender.exit).code).not.toBe(0)
    }
  )

  test.each(modes)(
    "DLV-23, GEN-06, WIRE-151: kill -9 of the callee ends a pending send %s without limit, and is announced",
    async (mode) => {
      const watcher = await recipient("Watcher")
      const callee = await recipient("Callee")
      const sender = await pendingCall(callee, mode)
      await callee.program.kill()
      const begun = performance.now()
      const exit = await Promise.race([sender.exit, Program.pause(40_000)])
      Program.ended({
        ...(exit ?? { code: null, signal: null }),
        stdout: sender.stdout(),
        stderr: sender.stderr()
      }, 6)
      await checkPrompt("the end", performance.now() - begun, 10_000)
      expect(Json.lines(sender.stdout())).toHaveLength(1)
      expect(Json.lines(sender.stdout())[0]).toMatchObject({ response: { "samp.status": "samp.error" } })
      await watcher.program.line(
        (line) => line.includes("event.unregister") && line.includes(`"${callee.id}"`),
        20_000
      )
    }
  )

  test("STD-42, CLI-21: after kill -9 another hub starts over the stale lockfile and astropy finds it", async () => {
    await hub.program.kill()
    expect(existsSync(home.lockfile)).toBe(true)
    const next = await Hubs.start("ours", home)
    started.push(next.program)
    expect(next.url).toBe(Home.tokens(home.lockfile)?.["samp.hub.xmlrpc.url"])
    const after = await recipient("After")
    const answer = await Samp.run(home, "send", "test.ok", "--to", after.id, "--wait", "--timeout", "10")
    Program.ended(answer, 0)
  })

  test("samp hub stop ends it like a signal does", async () => {
    const watcher = await recipient("Watcher")
    const result = await Samp.run(home, "hub", "stop")
    Program.ended(result, 0)
    expect(await hub.program.exit).toMatchObject({ code: 0 })
    await watcher.program.line((line) => line.includes("samp.hub.event.shutdown"), 20_000)
    expect(existsSync(home.lockfile)).toBe(false)
  })
})
