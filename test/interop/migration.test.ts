/** The examples of docs/migration.md, one of each group of the table, as they stand there, with the hubs of three makers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PromiseClient } from "../../src/promise.ts"
import * as Blocks from "../docs/support/Blocks.ts"
import { topcat } from "../docs/support/StandIn.ts"
import * as Workshop from "../docs/support/Workshop.ts"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"

const examples = Blocks.blocksOf("docs/migration.md").filter(Blocks.isProgram)
let workshop: Workshop.Workshop
beforeAll(() => {
  workshop = Workshop.make(examples)
})
afterAll(() => workshop.remove())

test("each group of the table has an example", () => {
  expect(examples.map(({ heading }) => heading)).toEqual([
    "Connect and describe yourself",
    "Receive messages",
    "Send notifications",
    "Call and wait for responses",
    "Ask who is there",
    "Run a hub",
    "The low level",
    "Errors",
    "pyvo.samp"
  ])
})

describe.each(["ours", "jsamp", "astropy"] as const)("the migration table with a hub of %s", (kind) => {
  const home = Home.make()
  let hub: Hubs.Hub
  let standIn: PromiseClient

  beforeAll(async () => {
    hub = await Hubs.start(kind, home)
    standIn = await topcat(home)
  })
  afterAll(async () => {
    await standIn.close()
    await hub.program.end()
    home.remove()
  })

  test.each(examples.map((example) => [example.heading, example] as const))("%s", async (_, example) => {
    expect(await workshop.run(example, home)).toBe("")
  })
})
