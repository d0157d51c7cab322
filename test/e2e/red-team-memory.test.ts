/** Attacks on the memory of a running hub, by pages that were let in and by those that nobody has let in. */
import { assert, describe, it } from "@effect/vitest"
import * as Net from "node:net"
import { pause, until } from "./harness.ts"
import { attacked } from "./support/Beside.ts"
import { message } from "./support/Client.ts"
import { archive, Page, postTo } from "./support/Page.ts"
import { writeCall } from "./support/Wire.ts"

const fill = (megabytes: number): string => "x".repeat(megabytes * 1_000_000)

const head = (url: string, length: number): string =>
  `POST / HTTP/1.1\r\nHost: ${
    new URL(url).host
  }\r\nOrigin: ${archive}\r\nContent-Type: text/xml\r\nContent-Length: ${length}\r\n\r\n`

const connect = (url: string): Net.Socket =>
  Net.connect({ host: "127.0.0.1", port: Number(new URL(url).port) }).on("error", () => {})

/** Does something each second for as long as the connection is there. */
const slowly = (socket: Net.Socket, run: () => void): void => {
  const timer = setInterval(run, 1_000)
  socket.on("close", () => clearInterval(timer))
}

const quietly = (run: Promise<unknown>): Promise<unknown> => run.catch(() => {})

/** Documents of a size that take a parser as much as they can. */
const hard = (key: string, size: number): ReadonlyArray<string> => {
  const [before = "", after = ""] = writeCall("samp.webhub.notifyAll", [key, message("table.x", { x: "?" })])
    .split("<string>?</string>")
  const filled = (piece: string, open = "", close = ""): string =>
    before + open + piece.repeat(Math.floor(size / piece.length)) + close + after
  const list = (piece: string): string => filled(piece, "<array><data>", "</data></array>")
  return [
    list("<value>x</value>"),
    list("<value/>"),
    list("<value><struct></struct></value>"),
    list("<value><![CDATA[x]]></value>"),
    list("<value a=''>x</value>"),
    filled("&#65;"),
    filled("&lt;"),
    filled("&"),
    filled("\r"),
    filled("\r\n"),
    filled("<!---->"),
    filled("<member><name>x</name><value>y</value></member>", "<struct>", "</struct>"),
    before + "<a>".repeat(size / 3),
    "x<".repeat(size / 2)
  ]
}

const openMany = (web: string, count: number, mtypes: ReadonlyArray<string>): Promise<ReadonlyArray<Page>> =>
  Promise.all(Array.from({ length: count }, () => Page.open(web, mtypes)))

describe("what pages want of the hub's memory", { timeout: 300_000 }, () => {
  it("WEB-67, WEB-36: by pulls that are not read, or at a byte a second", async () => {
    await attacked("slow readers", async ({ web }) => {
      const from = await Page.open(web, [])
      const pages = await openMany(web, 20, ["table.*"])
      const sockets: Array<Net.Socket> = []
      for (let round = 0; round < 2; round++) {
        for (const page of pages) {
          await quietly(from.ask("notify", page.id, message("table.x", { fill: fill(3) })))
          const body = writeCall("samp.webhub.pullCallbacks", [page.key, "600"])
          const socket = connect(web).on("readable", () => {})
          if (sockets.length % 2 === 0) slowly(socket, () => void socket.read(1))
          socket.write(head(web, body.length) + body, "latin1")
          sockets.push(socket)
        }
      }
      await pause(1_500)
      const honest = await Page.open(web, ["table.*"], { origin: "https://honest.example" })
      const got = honest.pull(600)
      await from.ask("notify", honest.id, message("table.x", { fill: fill(1) }))
      assert.lengthOf(await got, 1)
      for (const socket of sockets) socket.destroy()
    })
  })

  it("WEB-67, WIRE-156: by bodies that never come whole", async () => {
    await attacked("slow bodies", async ({ web }) => {
      const page = await Page.open(web, [])
      const begun = writeCall("samp.webhub.notifyAll", [page.key, message("table.x", { fill: fill(3) })])
      const sockets = Array.from({ length: 60 }, () => {
        const socket = connect(web)
        socket.write(head(web, begun.length + 100_000) + begun, "latin1")
        slowly(socket, () => socket.writable ? socket.write("x") : undefined)
        return socket
      })
      await until("most are given up", () => sockets.filter(({ closed }) => closed).length > 50)
      const honest = await Page.open(web, [], { origin: "https://honest.example" })
      await honest.ask("notifyAll", message("table.x", { fill: fill(1) }))
      for (const socket of sockets) socket.destroy()
    })
  })

  it("WEB-38, WEB-67: by messages to pages that do not pull", async () => {
    const log = await attacked("full queues", async ({ hub, web, world }) => {
      const from = await Page.open(web, [])
      const desktop = await world.sender(hub)
      const pages = await openMany(web, 15, ["table.*"])
      for (let round = 0; round < 3; round++) {
        for (const { id } of pages) {
          await quietly(from.ask("notify", id, message("table.x", { fill: fill(2) })))
        }
      }
      const honest = await Page.open(web, ["table.*"], { origin: "https://honest.example" })
      await desktop.ask("notify", honest.id, message("table.x", { fill: fill(0.5) }))
      assert.lengthOf(await honest.pull(1), 1, "who has nothing waiting is not held up")
      const { stdout } = await world.samp("hub", "status")
      assert.match(stdout, /a notification was not taken: \d+ wait for it already/u)
    })
    assert.match(log, /a notification for c\d+ was lost: it pulls too slowly/u)
    assert.isBelow(log.split("\n").length, 100, "a line or so for each page")
  })

  it("WEB-67: by what they declare and mention, and by calls that they leave open", async () => {
    await attacked("declarations", async ({ hub, web, world }) => {
      const desktop = await world.client(hub, "table.*")
      const silent = await Page.open(web, ["table.*"])
      for (const [index, page] of (await openMany(web, 6, [])).entries()) {
        await quietly(page.ask("declareMetadata", { "samp.name": fill(3) }))
        await quietly(page.ask("declareSubscriptions", { "table.*": { x: fill(3) } }))
        const urls = Array.from({ length: 20_000 }, (_, n) => `http://a/${index}/${n}`)
        await quietly(page.ask("notify", desktop.id, message("table.x", { urls })))
        for (let n = 0; n < 3; n++) {
          await quietly(page.ask("call", silent.id, `${n}${fill(3)}`, message("table.x")))
        }
        for (let n = 0; n < 50; n++) await quietly(page.ask("call", silent.id, `${n}`, message("table.x")))
      }
      assert.lengthOf(desktop.got("table.x"), 0, "more URLs than can be remembered")
    })
  })

  it("WEB-67: by what very many of them declare", async () => {
    await attacked("many declarations", async ({ web }) => {
      const small = Object.fromEntries(Array.from({ length: 1_500 }, (_, n) => [`table.${n}`, { a: "b" }]))
      for (let site = 0; site < 2; site++) {
        const origin = `https://evil${site}.example`
        await Promise.all(Array.from({ length: 60 }, async () => {
          const page = await Page.open(web, [], { origin })
          await quietly(page.ask("declareMetadata", { "samp.name": "x", fill: "x".repeat(200_000) }))
          await quietly(page.ask("declareSubscriptions", small))
        }))
      }
    })
  })

  it("WEB-38, WEB-67: by messages of many small parts to pages that do not pull", async () => {
    await attacked("small parts", async ({ web }) => {
      const from = await Page.open(web, [])
      const pages = await openMany(web, 15, ["table.*"])
      const parts = Array.from({ length: 5_000 }, () => ({ a: "b" }))
      for (let round = 0; round < 3; round++) {
        for (const { id } of pages) await quietly(from.ask("notify", id, message("table.x", { parts })))
      }
      const strings = Array.from({ length: 20_000 }, () => "x")
      for (const { id } of pages) await quietly(from.ask("notify", id, message("table.x", { strings })))
    })
  })

  it("WEB-67: by long bodies with little in them, of which the hub keeps that", async () => {
    await attacked("padded bodies", async ({ web }) => {
      const from = await Page.open(web, [])
      const to = await Page.open(web, ["table.*"])
      const text = "a text that is long enough to be a part of another"
      const body = writeCall("samp.webhub.notify", [from.key, to.id, message("table.x", { text })])
      const padded = body.replace("</params>", `${" ".repeat(3_500_000)}</params>`)
      for (let n = 0; n < 25; n++) await postTo(web, padded, { headers: { Origin: archive } })
      assert.lengthOf(await to.pull(0), 25)
    })
  })

  it("WEB-66, WEB-67: by documents that are hard to read, of anybody and of who is let in", async () => {
    await attacked("hard documents", async ({ web }) => {
      const page = await Page.open(web, [])
      const send = (document: string) => quietly(postTo(web, document, { headers: { Origin: archive } }))
      await Promise.all(hard("nobody", 4_000_000).map(send))
      for (const document of hard(page.key, 4_000_000)) await send(document)
      for (const document of hard(page.key, 60_000)) await send(document)
    })
  })
})
