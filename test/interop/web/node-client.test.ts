/** Clients of ours in Node over the Web Profile, and the whole command line by SAMP_HUB, at the hubs that have one. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Client } from "../../../src/apps/client/Client.ts"
import { Warning } from "../../../src/apps/client/Handling.ts"
import { client, idOf, json, listen, run, within } from "../support/Clients.ts"
import * as Home from "../support/Home.ts"
import * as Program from "../support/Program.ts"
import * as Samp from "../support/Samp.ts"
import * as WebHubs from "./support/WebHubs.ts"

describe.each(["ours", "jsamp", "astropy"] as const)(
  "a client of ours over the Web Profile of %s",
  (kind) => {
    const home = Home.make()
    let hub: WebHubs.WebHub | undefined
    const web = (): string => hub?.web ?? ""
    beforeAll(async () => {
      hub = await WebHubs.reach(kind, home)
    })
    afterAll(async () => {
      await hub?.program.end()
      home.remove()
    })

    /** A page in a process without a browser, and a program of the desktop. */
    const pair = Effect.gen(function*() {
      const page = yield* client(home, "Page", { hub: { web: web(), origin: "http://page.example" } })
      const desk = yield* client(home, "Desk")
      return { page, desk }
    })

    /** Sends in each way there is; what the other got, and what came back. */
    const converse = (from: Client, to: Client) =>
      Effect.gen(function*() {
        const heard = yield* listen(
          to,
          "table.load.votable",
          ({ params }) => Effect.succeed({ url: params.get("url") ?? "" })
        )
        // astropy's hub loses the response to callAndWait if it comes at once (WIRE-77)
        yield* listen(
          to,
          "coord.pointAt.sky",
          () =>
            Effect.andThen(
              Effect.sleep(60),
              Effect.fail(new Warning({ text: "half done", result: { x: 1 } }))
            )
        )
        const id = yield* idOf(to)
        const sender = yield* idOf(from)
        yield* from.notify(id, "table.load.votable", { url: "file:///1.vot" })
        const first = yield* heard.next
        assert.deepStrictEqual([first.sender, first.msgId, first.params.get("url")], [
          sender,
          undefined,
          "file:///1.vot"
        ])
        assert.include(yield* from.notifyAll("table.load.votable", { url: "file:///2.vot" }), id)
        assert.strictEqual((yield* heard.next).params.get("url"), "file:///2.vot")
        const { result } = yield* within(
          "an answer",
          from.call(id, "table.load.votable", { url: "file:///3.vot" })
        )
        assert.deepStrictEqual(json(result), { url: "file:///3.vot" })
        const waited = yield* from.callAndWait(id, "coord.pointAt.sky", { ra: 1, dec: 2 })
        assert.strictEqual(waited.warning, "half done")
        assert.deepStrictEqual(json(waited.result), { x: "1" })
        assert.isTrue((yield* from.getSubscribedClients("coord.pointAt.sky")).has(id))
      })

    it.live("WEB-10..35 registers, declares, subscribes, notifies, calls, replies, pulls and unregisters, both ways", () =>
      run(Effect.gen(function*() {
        const { desk, page } = yield* pair
        const { hub: at } = yield* page.connected
        assert.strictEqual(at.url, web())
        yield* converse(page, desk)
        yield* converse(desk, page)
        const id = yield* idOf(page)
        assert.strictEqual((yield* desk.getMetadata(id)).get("samp.name"), "Page")
        yield* page.disconnect
        assert.notInclude(yield* desk.getRegisteredClients, id)
      })))

    it.live("DLV-08 keeps the order of a hundred messages, and loses none", () =>
      run(Effect.gen(function*() {
        const { desk, page } = yield* pair
        const got: Array<string> = []
        yield* page.bind(
          "table.load.votable",
          ({ params }) => Effect.sync(() => void got.push(String(params.get("n"))))
        )
        const id = yield* idOf(page)
        for (let n = 0; n < 100; n++) yield* desk.notify(id, "table.load.votable", { n })
        yield* within(
          "all of them",
          Effect.gen(function*() {
            while (got.length < 100) yield* Effect.sleep(20)
          })
        )
        // each message has a thread of its own in Python's hub
        const sent = Array.from({ length: 100 }, (_, n) => String(n))
        assert.deepStrictEqual(kind === "astropy" ? got.toSorted((a, b) => Number(a) - Number(b)) : got, sent)
      })))

    it.live("CLI-20, CLI-21 notices that the hub has gone, and is back when it is", () =>
      run(Effect.gen(function*() {
        const { page } = yield* pair
        yield* Effect.promise(async () => void await hub?.program.end())
        yield* within(
          "the end",
          Effect.gen(function*() {
            while ((yield* page.status)._tag === "Connected") yield* Effect.sleep(50)
          })
        )
        hub = yield* Effect.promise(() => WebHubs.reach(kind, home))
        if (kind === "astropy") return // it has another port now
        yield* within("the return", page.connected)
        yield* page.ping
      })))

    describe("and the command line", () => {
      const named = (): Home.Home => ({
        ...home,
        env: { ...home.env, SAMP_HUB: kind === "astropy" ? `web-url:${web()}` : "web-appname:my-script" }
      })

      it("WIRE-50 SAMP_HUB=web-appname: ping, clients, send, hub status", async () => {
        const ping = await Samp.run(named(), "ping", "--json")
        assert.strictEqual(ping.objects()[0]?.["url"], web())
        const clients = await Samp.run(named(), "clients", "--json")
        assert.isAbove(clients.objects().length, 0, clients.stderr)
        const status = await Samp.run(named(), "hub", "status")
        assert.include(status.stdout, web(), status.stderr)
        const sent = await Samp.run(named(), "send", "samp.app.ping", "--to", "hub", "--wait")
        assert.include(sent.stdout, "samp.ok", sent.stderr)
        Program.ended(sent, 0)
      })

      it("WIRE-50 listens over the Web Profile, runs a command and answers", async () => {
        const listening = Samp.start(
          named(),
          "listen",
          "table.load.votable",
          "--count",
          "2",
          "--exec",
          "echo {name}"
        )
        await Program.eventually("the listener", async () => {
          const sent = await Samp.run(
            home,
            "send",
            "table.load.votable",
            "name=M 31",
            "--to",
            "samp listen",
            "--wait"
          )
          return sent.stdout.includes("M 31") || undefined
        })
        const back = await Samp.run(
          home,
          "send",
          "table.load.votable",
          "name=M 33",
          "--to",
          "samp listen",
          "--wait"
        )
        assert.include(back.stdout, "M 33", back.stderr)
        assert.strictEqual((await listening.exit).code, 0)
      })
    })
  }
)
