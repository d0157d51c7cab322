/** One hub a home, whoever made it (issue item 4; GEN-02, STD-42, STD-44): refusing, noticing, taking over. */
import { readFileSync } from "node:fs"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import * as Program from "./support/Program.ts"

const alreadyRunning = 8

describe.each(["jsamp", "astropy", "ours"] as const)("our hub and one of %s in the same home", (other) => {
  let home: Home.Home
  let started: Array<Program.Program>

  beforeEach(() => {
    home = Home.make()
    started = []
  })
  afterEach(async () => {
    await Promise.all(started.map((program) => program.end()))
    home.remove()
  })

  const start = async (kind: Hubs.Kind): Promise<Hubs.Hub> => {
    const hub = await Hubs.start(kind, home)
    started.push(hub.program)
    return hub
  }
  const startInVain = async (kind: Hubs.Kind): Promise<Program.Exit & { readonly output: string }> => {
    const program = Hubs.launch(kind, home)
    started.push(program)
    const limit = Program.pause(50_000).then(() => {
      throw new Error(`the second hub (${kind}) runs: ${program.stdout()}${program.stderr()}`)
    })
    const exit = await Promise.race([program.exit, limit])
    return { ...exit, output: program.stdout() + program.stderr() }
  }
  const text = (): string => readFileSync(home.lockfile, "utf8")

  test(`GEN-02, STD-42: ours does not start beside a running one of ${other}`, async () => {
    const first = await start(other)
    const before = text()
    const second = await startInVain("ours")
    expect(second.code).toBe(alreadyRunning)
    expect(second.output).toMatch(/running/i)
    expect(text()).toBe(before)
    expect(await Hubs.answers(first.url)).toBe(true)
  })

  test(`STD-42, STD-44: one of ${other} does not start beside ours`, async () => {
    const first = await start("ours")
    const before = text()
    const second = await startInVain(other)
    expect(second.code).not.toBe(0)
    expect(second.output).toMatch(/running/i)
    expect(text()).toBe(before)
    expect(await Hubs.answers(first.url)).toBe(true)
  })

  test(`STD-42, STD-43: ours takes over the lockfile of a killed one of ${other}`, async () => {
    const first = await start(other)
    const before = text()
    await first.program.kill()
    expect(text()).toBe(before)
    const second = await start("ours")
    expect(Home.tokens(home.lockfile)?.["samp.hub.xmlrpc.url"]).toBe(second.url)
    await second.program.end()
    expect(Home.tokens(home.lockfile)).toBeUndefined()
  })

  test(`STD-42, WIRE-53: one of ${other} takes over the lockfile of ours when killed`, async () => {
    const first = await start("ours")
    const secret = Home.tokens(home.lockfile)?.["samp.secret"]
    await first.program.kill()
    expect(Home.tokens(home.lockfile)?.["samp.secret"]).toBe(secret)
    const second = await start(other)
    expect(Home.tokens(home.lockfile)?.["samp.hub.xmlrpc.url"]).toBe(second.url)
    expect(Home.tokens(home.lockfile)?.["samp.secret"]).not.toBe(secret)
  })
})
