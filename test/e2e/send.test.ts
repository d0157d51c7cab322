/** `samp send`: what it sends, what it prints, and an exit code for each way to fail. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { checkPrompt } from "../support/promptness.ts"
import { type Hub, until, World } from "./harness.ts"
import { type Client, okResponse } from "./support/Client.ts"
import { ended, objects } from "./support/Ends.ts"
import {
  at,
  type Call,
  faultAnswer,
  readCall,
  type Struct,
  textAt,
  valueAnswer,
  voidAnswer
} from "./support/Wire.ts"

const errorResponse = (text: string): Struct => ({
  "samp.status": "samp.error",
  "samp.result": {},
  "samp.error": { "samp.errortxt": text }
})

/** A hub that answers a callAndWait to each of these clients so; gives the path of its lockfile. */
const fakeHub = async (world: World, clients: Readonly<Record<string, string>>): Promise<string> => {
  const info = { "samp.hub-id": "hub", "samp.self-id": "me", "samp.private-key": "key" }
  const answer = ({ method, params }: Call): string => {
    switch (method) {
      case "samp.hub.register":
        return valueAnswer(info)
      case "samp.hub.getRegisteredClients":
        return valueAnswer(Object.keys(clients))
      case "samp.hub.getSubscribedClients":
        return valueAnswer(Object.fromEntries(Object.keys(clients).map((id) => [id, {}])))
      case "samp.hub.getMetadata":
        return valueAnswer({})
      case "samp.hub.callAndWait":
        return clients[String(params[1])] ?? voidAnswer
      case "x-samp.hub.stop":
        return faultAnswer("java.lang.UnsupportedOperationException: No such method\n\tat a.B(C.java:1)")
      default:
        return voidAnswer
    }
  }
  const server = createServer((request, response) => {
    text(request).then((body) => response.end(answer(readCall(body))), () => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  world.atEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  // a TCP server's address is an AddressInfo
  const { port } = server.address() as AddressInfo
  const file = world.path(`fake-${port}`)
  writeFileSync(file, `samp.secret=x\nsamp.hub.xmlrpc.url=http://127.0.0.1:${port}/\n`)
  return file
}

describe.concurrent("samp send", () => {
  const world = new World()
  let hub: Hub

  /** A callable client with a name. */
  const named = async (name: string, ...mtypes: ReadonlyArray<string>): Promise<Client> => {
    const client = await world.client(hub, ...mtypes)
    await client.ask("declareMetadata", { "samp.name": name })
    return client
  }

  beforeAll(async () => {
    hub = await world.hub()
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it("exit 0, MSG-01, GEN-04: without more it notifies all that subscribe, each argument a string", async () => {
    const [a, b] = [await named("A", "broadcast.all"), await named("B", "broadcast.*")]
    const end = await world.samp("send", "broadcast.all", "ra=10.5", "empty=", "equation=a=b", "--json")
    ended(end, 0)
    assert.deepStrictEqual(objects(end), [{
      event: "sent",
      mtype: "broadcast.all",
      recipients: [a.id, b.id]
    }])
    for (const client of [a, b]) {
      await until("the notification", () => client.got("broadcast.all").length === 1)
      const [got] = client.got("broadcast.all")
      assert.strictEqual(got?.kind, "Notification")
      assert.deepStrictEqual(got?.content["samp.params"], { ra: "10.5", empty: "", equation: "a=b" })
    }
    const human = await world.samp("send", "broadcast.all")
    assert.strictEqual(human.stdout, `Sent broadcast.all to A (${a.id}), B (${b.id})\n`)
  })

  it("exit 0, GEN-05, DT-07..09: --to takes names in any case and ids; --params takes nested JSON", async () => {
    const [one, two, other] = [
      await named("Top Cat", "send.to"),
      await named("Two", "send.to"),
      await named("Other", "send.to")
    ]
    const params =
      "{\"list\": [\"a\", {\"__proto__\": \"kept\"}], \"ra\": 10.25, \"on\": true, \"x\": \"json\"}"
    const end = await world.samp(
      "send",
      "send.to",
      "x=pair",
      "--params",
      params,
      "--to",
      "top cat",
      "--to",
      two.id,
      "--json"
    )
    ended(end, 0)
    assert.deepStrictEqual(objects(end)[0]?.["recipients"], [one.id, two.id])
    for (const client of [one, two]) {
      await until("the notification", () => client.got("send.to").length === 1)
      assert.strictEqual(
        JSON.stringify(client.got("send.to")[0]?.content["samp.params"]),
        "{\"list\":[\"a\",{\"__proto__\":\"kept\"}],\"ra\":\"10.25\",\"on\":\"1\",\"x\":\"pair\"}"
      )
    }
    assert.lengthOf(other.got("send.to"), 0)
  })

  for (const mode of ["--call", "--wait"]) {
    it(`exit 0, RSP-01, DLV-10: ${mode} prints one reply of each recipient; a warning is no failure`, async () => {
      const mtype = `send.ok${mode.slice(1)}`
      const [a, b] = [await named("A", mtype), await named("B", mtype)]
      const warning = {
        "samp.status": "samp.warning",
        "samp.result": { n: "1" },
        "samp.error": { "samp.errortxt": "half" }
      }
      a.answerAll(okResponse({ deep: [{ x: "1" }] }))
      b.answerAll(warning)
      const end = await world.samp("send", mtype, mode, "--json")
      ended(end, 0)
      assert.sameDeepMembers([...objects(end)], [
        { id: a.id, name: "A", status: "samp.ok", response: okResponse({ deep: [{ x: "1" }] }) },
        { id: b.id, name: "B", status: "samp.warning", response: warning }
      ])
      const { stdout } = await world.samp("send", mtype, mode)
      assert.sameMembers(stdout.trim().split("\n"), [
        `A (${a.id}): samp.ok {"deep":[{"x":"1"}]}`,
        `B (${b.id}): samp.warning half {"n":"1"}`
      ])
    })

    it(`exit 6, ERR-01: ${mode} with an error response, though others are content`, async () => {
      const mtype = `send.error${mode.slice(1)}`
      const [a, b] = [await named("A", mtype), await named("B", mtype)]
      a.answerAll(okResponse())
      b.answerAll(errorResponse("out of order"))
      const end = await world.samp("send", mtype, mode, "--json")
      ended(end, 6)
      assert.lengthOf(objects(end), 2)
      const human = await world.samp("send", mtype, mode, "--to", "b")
      ended(human, 6)
      assert.strictEqual(human.stdout, `B (${b.id}): samp.error out of order\n`)
    })

    it(`exit 6: ${mode} to a client that is dead gets the hub's error response`, async () => {
      const mtype = `send.dead${mode.slice(1)}`
      await (await named("Dead", mtype)).refuse()
      const end = await world.samp("send", mtype, mode, "--json", "--timeout", "20")
      ended(end, 6)
      const [reply] = objects(end)
      assert.strictEqual(reply?.["status"], "samp.error")
      assert.include(JSON.stringify(reply), "hub.recipient-dead")
    })

    it(`exit 7, WIRE-153: ${mode} with --timeout, and no answer in time`, async () => {
      const mtype = `send.late${mode.slice(1)}`
      const [a, b] = [await named("A", mtype), await named("B", mtype)]
      a.answerAll(okResponse())
      const begun = performance.now()
      const end = await world.samp("send", mtype, mode, "--json", "--timeout", "1")
      await checkPrompt("samp send", end.at - begun, 15_000)
      ended(end, 7)
      const late = objects(end).filter(({ status }) => status === null)
      assert.lengthOf(objects(end), 2)
      assert.lengthOf(late, 1)
      assert.strictEqual(late[0]?.["id"], b.id)
      assert.match(String(late[0]?.["error"]), /time|1 s/u)
    })
  }

  it("exit 2, MT-01, SUB-13, DT-02: what cannot be sent is a usage error", async () => {
    const wrong: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> = [
      ["no dots..", "no dots.."],
      ["a.*", "a.*"],
      ["novalue", "a.b", "novalue"],
      ["=x", "a.b", "=x"],
      ["'url = file:///x': no key holds blanks", "a.b", "url = file:///x"],
      ["no key holds blanks", "a.b", "my key=x"],
      ["'31' is not key=value; quote what holds blanks, as in \"name=M 31\"", "a.b", "name=M", "31"],
      ["U+00E9", "a.b", "name=caf\u00e9"],
      ["JSON", "a.b", "--params", "{"],
      ["object", "a.b", "--params", "[1]"],
      ["x.1", "a.b", "--params", "{\"x\": [\"\", null]}"],
      ["U+2713", "a.b", "--params", "{\"\u2713\": \"\"}"],
      ["--call and --wait", "a.b", "--call", "--wait"],
      ["-3", "a.b", "--timeout", "-3"],
      ["x= is given twice", "a.b", "x=1", "y=2", "x=1"],
      ["%C3%A9", "a.b", "url=file:///caf\u00e9"],
      ["U+0007; SAMP allows tabs and line ends only", "a.b", "x=\u0007"],
      ["U+001B", "a.b", "--params", "{\"x\": [\"\\u001b\"]}"],
      ["write it as a string: \"9007199254740993\"", "a.b", "--params", "{\"x\": [9007199254740993]}"],
      ["1e999", "a.b", "--params", "{\"x\": 1e999}"],
      ["mtype"]
    ]
    await Promise.all(wrong.map(async ([says, ...args]) => {
      const end = await world.samp("send", ...args)
      ended(end, 2, says)
      assert.strictEqual(end.stdout, "")
      assert.notMatch(end.stderr, /[^\n\x20-\x7e\u00a0-\uffff]/u, "a terminal must not obey what was given")
    }))
  })

  it("exit 0, GEN-08: one that leaves when all are called is no failure if others answer", async () => {
    await using brief = new World()
    const replies = await fakeHub(brief, {
      stays: valueAnswer(okResponse()),
      left: faultAnswer("no client left")
    })
    const end = await brief.samp("send", "a.b", "--wait", "--json", "--hub", replies)
    ended(end, 0)
    assert.deepStrictEqual(objects(end).map(({ id, status }) => [id, status]), [["stays", "samp.ok"], [
      "left",
      null
    ]])
    ended(await brief.samp("send", "a.b", "--wait", "--hub", replies, "--to", "left"), 4)
    const none = await fakeHub(brief, { left: faultAnswer("no client left") })
    ended(await brief.samp("send", "a.b", "--wait", "--hub", none), 4)
  })

  it("exit 3, STD-47: no hub, or only a lockfile of one that is gone", async () => {
    await using empty = new World()
    ended(await empty.samp("send", "a.b"), 3, empty.lockfile, "samp hub")
    const stale = "samp.secret=x\nsamp.hub.xmlrpc.url=http://127.0.0.1:1/\n"
    writeFileSync(empty.lockfile, stale)
    ended(await empty.samp("send", "a.b"), 3, empty.lockfile, "gone")
  })

  it("exit 1: a hub that does not take the lockfile's secret", async () => {
    const file = world.path("wrong-secret")
    writeFileSync(file, `samp.secret=wrong\nsamp.hub.xmlrpc.url=${hub.url}\n`)
    ended(await world.samp("send", "a.b", "--hub", file), 1, "secret")
  })

  it("exit 1: samp hub stop says in one line why a foreign hub does not stop", async () => {
    await using brief = new World()
    const end = await brief.samp("hub", "stop", "--hub", await fakeHub(brief, {}))
    ended(end, 1)
    const said =
      /^The hub at \S+ cannot be stopped from outside: No such method\. End it where it was started\n$/u
    assert.match(end.stderr, said, end.stderr)
  })

  it("exit 4, GEN-08: no client of that name or id", async () => {
    await named("Somebody", "send.x")
    ended(await world.samp("send", "send.x", "--to", "nobody"), 4, "nobody", "Somebody")
    ended(await world.samp("send", "send.x", "--to", "c999"), 4, "c999")
  })

  it("exit 5, GEN-05: nobody subscribed at all, or not the one that is meant", async () => {
    const client = await named("Deaf", "send.other")
    ended(await world.samp("send", "send.nobody"), 5, "send.nobody")
    ended(await world.samp("send", "send.nobody", "--wait"), 5, "send.nobody")
    ended(await world.samp("send", "send.nobody", "--to", "Deaf"), 5, client.id, "send.nobody")
  })

  it("exit 5: asks whether an MType was meant that is subscribed to, and differs by a letter or two", async () => {
    const client = await named("Speller", "spell.load.votable", "spell.*")
    const asked = "Did you mean spell.load.votable?"
    ended(await world.samp("send", "spll.load.votble"), 5, "Nobody", asked)
    const some = await world.samp("send", "spell_load.votable", "--to", client.id)
    ended(some, 5, "nothing was sent", asked)
    const far = await world.samp("send", "spxxx.load.votable")
    ended(far, 5)
    assert.notInclude(far.stderr, "Did you mean")
  })

  it("exit 0: remarks that a url is none, and sends it all the same", async () => {
    const client = await named("Reader", "url.odd")
    const odd = await world.samp("send", "url.odd", "url=cat.vot")
    ended(odd, 0, "url=cat.vot is not a URL", "file:///absolute/path", "samp load cat.vot")
    assert.include(odd.stdout, "Sent url.odd")
    await until("the notification", () => client.got("url.odd").length === 1)
    for (const url of ["file:///cat.vot", "https://example.org/c", ""]) {
      assert.strictEqual((await world.samp("send", "url.odd", `url=${url}`)).stderr, "")
    }
  })

  it("exit 5, GEN-05: when one of several that are meant would hear nothing, nothing is sent", async () => {
    const hears = await named("Hears", "send.several")
    await named("HearsNot", "send.other")
    const sent = await world.samp("send", "send.several", "--to", "Hears", "--to", "HearsNot")
    ended(sent, 5, "HearsNot", "nothing was sent")
    assert.strictEqual(hears.received.length, 0)
  })

  it("GEN-10, SHUT-04: it unregisters at its end, also when it is interrupted while it waits", async () => {
    const witness = await world.client(hub, "samp.hub.event.*")
    const silent = await named("Silent", "send.interrupted")
    const mine = () =>
      witness.got("samp.hub.event.metadata").filter(({ content }) =>
        textAt(content, "samp.params", "metadata", "samp.name") === "samp send"
      ).map(({ content }) => textAt(content, "samp.params", "id"))
    const program = world.start(["send", "send.interrupted", "--wait", "--to", silent.id])
    await until("the call", () => silent.received.length === 1)
    const id = silent.received[0]?.from ?? ""
    assert.include(mine(), id)
    program.signal("SIGINT")
    const { code } = await program.ended
    assert.strictEqual(code, 130)
    await until(
      "the goodbye",
      () =>
        witness.got("samp.hub.event.unregister").some(({ content }) =>
          textAt(content, "samp.params", "id") === id
        )
    )
  })

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`exit 3, SHUT-05: --wait when the hub ends by ${signal} meanwhile`, async () => {
      await using brief = new World()
      const dying = await brief.hub()
      const silent = await brief.client(dying, "send.dying")
      const program = brief.start(["send", "send.dying", "--wait", "--timeout", "0"])
      await until("the call", () => silent.received.length === 1)
      dying.program.signal(signal)
      ended(await program.ended, 3)
    })
  }

  it("exit 3, CLI-21: --call and snoop notice that their hub was killed, though nobody tells them", async () => {
    await using brief = new World()
    const dying = await brief.hub()
    const silent = await brief.client(dying, "send.dying")
    const send = brief.start(["send", "send.dying", "--call", "--to", silent.id, "--timeout", "0"])
    const watch = await brief.client(dying, "samp.hub.event.subscriptions")
    const snoop = brief.start(["snoop"])
    const snoops = () =>
      watch.got("samp.hub.event.subscriptions").some(({ content }) =>
        at(content, "samp.params", "subscriptions", "*") !== undefined
      )
    await until("both", () => silent.received.length === 1 && snoops())
    await dying.program.kill()
    await until("the end of both", () => send.exit !== undefined && snoop.exit !== undefined)
    ended(await send.ended, 3)
    ended(await snoop.ended, 3)
  })
})
