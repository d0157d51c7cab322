/** Floods of registrations, pulls and connections: each is bounded, and desktop programs beside notice nothing. */
import { assert, describe, it } from "@effect/vitest"
import { pause, until } from "./harness.ts"
import { attacked, bystanding } from "./support/Beside.ts"
import { message } from "./support/Client.ts"
import { archive, askWeb, Page, postTo } from "./support/Page.ts"
import { Connection } from "./support/Raw.ts"
import { asks } from "./support/WebPage.ts"
import { writeCall } from "./support/Wire.ts"

const failure = (run: Promise<unknown>): Promise<string> =>
  run.then(() => "no fault", (error: unknown) => error instanceof Error ? error.message : String(error))

/** A page that gets in sooner or later, as a browser's does that tries again. */
const opened = async (web: string): Promise<Page> => {
  for (let n = 0; n < 100; n++) {
    const page = await Page.open(web, []).catch(() => undefined)
    if (page !== undefined) return page
    await pause(50)
  }
  throw new Error("no page gets in")
}

describe("floods", { timeout: 300_000 }, () => {
  it("P10, WEB-36, WEB-67: of pulls of one page, the newest of which waits", async () => {
    await attacked("pulls", async ({ hub, web, world }) => {
      const page = await Page.open(web, ["table.*"])
      const desktop = await world.sender(hub)
      const end = performance.now() + 3_000
      let pulls = 0
      let waiting = 0
      const flood = async (timeout: string): Promise<void> => {
        while (performance.now() < end) {
          waiting++
          await page.ask("pullCallbacks", timeout)
          waiting--
          pulls++
        }
      }
      const all = Promise.all([...Array.from({ length: 100 }, () => flood("600")), flood("0"), flood("-1")])
      const news = setInterval(
        () => void desktop.ask("notify", page.id, message("table.x")).catch(() => {}),
        100
      )
      await until("all but the newest are over", () => performance.now() > end && waiting <= 1)
      await page.ask("allowReverseCallbacks", "0") // ends the last one that waits
      await all
      clearInterval(news)
      assert.isAbove(pulls, 300)
    })
  })

  it("P10, WEB-36, WEB-67: of pulls at once, of which one waits and the others are answered", async () => {
    await attacked("pulls at once", async ({ web }) => {
      const page = await Page.open(web, ["table.*"])
      const abort = new AbortController()
      const body = writeCall("samp.webhub.pullCallbacks", [page.key, "600"])
      const posting = { headers: { Origin: archive }, signal: abort.signal }
      let answered = 0
      const pulls = Array.from({ length: 500 }, async () => {
        if ((await postTo(web, body, posting)).body.includes("<data></data>")) answered++
      })
      // connections do not come in the order in which they were begun, so any of them may be the newest
      await until("all but one have ended", () => answered >= 499)
      await pause(200)
      assert.strictEqual(answered, 499, "the newest one waits")
      abort.abort()
      await Promise.allSettled(pulls)
    })
  })

  it("P10, WEB-67: of pulls that are given up as soon as they are begun", async () => {
    await attacked("pulls given up", async ({ web }) => {
      const page = await Page.open(web, ["table.*"])
      const body = writeCall("samp.webhub.pullCallbacks", [page.key, "600"])
      for (let round = 0; round < 40; round++) {
        const abort = new AbortController()
        const posting = { headers: { Origin: archive }, signal: abort.signal }
        const all = Array.from({ length: 50 }, () => postTo(web, body, posting).catch(() => {}))
        await pause(5)
        abort.abort()
        await Promise.all(all)
      }
      assert.lengthOf(await page.pull(0), 0)
    })
  })

  it("P2, WEB-16: of pages of many origins that wait for consent", async () => {
    await attacked("waiting for consent", async ({ hub, web }) => {
      const pages = Array.from({ length: 50 }, (_, n) => asks(web, { origin: `https://p${n}.example` }))
      await until("all questions", () => hub.program.stderr.match(/which claims/gu)?.length === pages.length)
      await pause(3_000)
      assert.deepStrictEqual(pages.filter(({ heard }) => heard !== undefined), [])
      for (const { giveUp } of pages) giveUp()
    }, "page")
  })

  it("WEB-67: of registrations, of one origin and of many, until the Web Profile is switched off and on", async () => {
    await attacked("registrations", async ({ hub, web, world }) => {
      const witness = await world.sender(hub)
      const identity = { "samp.name": "n".repeat(10_000) }
      const flood = async (originOf: (n: number) => string, total: number): Promise<number> => {
        let [n, refused] = [0, 0]
        const run = async (): Promise<void> => {
          while (n < total) {
            const said = await failure(askWeb(web, originOf(n++), "register", [identity]))
            if (said.includes("takes no more")) refused++
          }
        }
        await Promise.all(Array.from({ length: 20 }, run))
        return refused
      }
      assert.strictEqual(await flood(() => "https://evil.example", 400), 400 - 128)
      assert.strictEqual(await flood((n) => `https://evil${n % 200}.example`, 800), 800 - (512 - 128))
      assert.lengthOf(await witness.others(), 512 + bystanding)
      for (const word of ["off", "on"]) {
        const { code, stderr } = await world.samp("hub", "web", word)
        assert.strictEqual(code, 0, stderr)
      }
      assert.lengthOf(await witness.others(), bystanding)
      await Page.open(web, [])
    })
  })

  it("WEB-67, WIRE-156: of connections, by the thousand, that send nothing, a part, or never enough", async () => {
    const log = await attacked("connections", async ({ web }) => {
      const head = `POST / HTTP/1.1\r\nHost: ${
        new URL(web).host
      }\r\nOrigin: ${archive}\r\nContent-Type: text/xml\r\n`
      const parts = [
        "",
        "POST / HT",
        head,
        `${head}Content-Length: 1000\r\n\r\n<methodCall>`,
        `${head}Content-Length: 1000000\r\n\r\n<?xml`
      ]
      const connections: Array<Connection> = []
      for (let n = 0; n < 2_400; n++) {
        const connection = new Connection(web)
        connection.send(parts[n % parts.length] ?? "")
        connections.push(connection)
        if (n % 100 === 99) await pause(20)
        if (n === 800) assert.isArray(await (await Page.open(web, [])).ask("getRegisteredClients"))
      }
      const open = (): number => connections.filter(({ closed }) => !closed).length
      await until("connections are bounded", () => open() <= 1_100)
      for (const connection of connections) connection.destroy()
      await (await opened(web)).ask("ping")
    })
    assert.include(log, "too many connections")
  })
})
