/** Bursts to receivers that are often busy: what the hub sends over several connections must be read in order. */
import { assert, describe, it } from "@effect/vitest"
import { pause, record, until, World } from "./harness.ts"
import { message } from "./support/Client.ts"

const mtype = "e2e.number"
const bursts = [3, 12, 1, 20, 7, 2, 15, 1, 5, 18, 9, 4, 20, 1, 1, 13, 6, 20, 3, 11]

describe("DLV-08, EVT-11 bursts to busy receivers", () => {
  it("come in the order of sending", async () => {
    await using world = new World()
    const hub = await world.hub(["--multi"])
    const sender = await world.sender(hub)
    const programs = await Promise.all(
      [1, 2].map(async () => {
        const program = world.helper("busy.ts", hub.url, hub.secret, mtype)
        await program.message("its registration", (got) => record(got)["ids"])
        return program
      })
    )
    const got = () =>
      programs.map(({ messages }) =>
        messages.map((each) => record(each)["got"]).filter((n) => n !== undefined)
      )
    let sent = 0
    for (const burst of bursts) {
      for (let i = 0; i < burst; i++) {
        await sender.ask("notifyAll", message(mtype, { number: String(sent++) }))
      }
      await pause(burst * 5)
    }
    await until("all messages", () => got().every(({ length }) => length >= sent), 30_000)
    const expected = Array.from({ length: sent }, (_, n) => n)
    for (const numbers of got()) assert.deepStrictEqual(numbers, expected)
  })
})
