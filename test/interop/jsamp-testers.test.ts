/** JSAMP's own testers against our hub (checklist, section 17). */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { checkPrompt } from "../support/promptness.ts"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"

const modes = ["sync", "async", "notify", "random"]

describe("JSAMP's testers", () => {
  const home = Home.make()
  let hub: Hubs.Hub

  beforeAll(async () => {
    hub = await Hubs.start(Hubs.kindUnderTest(), home)
  })
  afterAll(async () => {
    await hub.program.end()
    home.remove()
  })

  // A pass is the exit status 0 and no output whatever: a warning is a SHOULD that was not met.
  test("HT-01..20: hubtester is silent and succeeds", async () => {
    const result = await Peers.runJsamp(home, 90_000, "hubtester")
    expect(result).toMatchObject({ code: 0, stdout: "", stderr: "" })
  }, 100_000)

  test.each(modes)(
    "HT-20, HUB-28: calcstorm in mode %s with 20 clients and 50 queries",
    async (mode) => {
      const result = await Peers.runJsamp(
        home,
        60_000,
        "calcstorm",
        "-nclient",
        "20",
        "-nquery",
        "50",
        "-mode",
        mode
      )
      expect(result.stderr).toBe("")
      Program.ended(result, 0)
      expect(result.stdout).toMatch(/^Elapsed time: [^\n]*\n$/)
    },
    70_000
  )

  test("SHUT-01, STD-44: after all that the hub still ends at once and takes its lockfile along", async () => {
    const begun = performance.now()
    await hub.program.end()
    await checkPrompt("the end", performance.now() - begun, 2_000)
    expect(Home.tokens(home.lockfile)).toBeUndefined()
  })
})
