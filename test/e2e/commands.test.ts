/** `samp clients`, `samp ping` and `samp snoop`, and the shapes of what they print. */
import { assert, describe, it } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import { type Hub, type Program, until, World } from "./harness.ts"
import { type Client, message, okResponse } from "./support/Client.ts"
import { ended, objects, printed } from "./support/Ends.ts"
import { at, textAt } from "./support/Wire.ts"

const named = async (
  world: World,
  hub: Hub,
  name: string,
  ...mtypes: ReadonlyArray<string>
): Promise<Client> => {
  const client = await world.client(hub, ...mtypes)
  await client.ask("declareMetadata", { "samp.name": name, "x.key": { deep: ["v"] } })
  return client
}

describe.concurrent("samp clients", () => {
  it("HUB-08, META-03, META-06, SUB-09: lists the hub first, then all but itself, with what they declared", async () => {
    await using world = new World()
    const hub = await world.hub()
    const a = await named(world, hub, "A", "a.b", "c.*")
    const b = await world.sender(hub)
    const [first, second = {}, third = {}, fourth] = printed(await world.samp("clients", "--json"))
    assert.include(first, { id: "hub", name: "Hub", hub: true })
    for (const each of [first, second, third]) {
      assert.match(String(each?.["registered"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u)
      assert.isTrue(Number.isInteger(each?.["ageSeconds"]))
    }
    const { ageSeconds, idleSeconds, registered } = second
    assert.isNumber(idleSeconds)
    assert.deepStrictEqual(second, {
      id: a.id,
      name: "A",
      registered,
      ageSeconds,
      idleSeconds,
      metadata: { "samp.name": "A", "x.key": { deep: ["v"] } },
      subscriptions: { "a.b": {}, "c.*": {} }
    })
    assert.deepInclude(third, { id: b.id, name: "", metadata: {}, subscriptions: {} })
    assert.notProperty(third, "hub")
    assert.isUndefined(fourth)
    const { stdout } = await world.samp("clients")
    assert.match(
      stdout,
      new RegExp(
        `^ID +NAME +AGE +IDLE +SUBSCRIPTIONS\nhub +Hub \\(the hub\\) .*\n${a.id} +A +\\d+ s +\\d+ s +a\\.b c\\.\\*\n${b.id} +- +\\d+ s +\\d+ s\n$`,
        "u"
      )
    )
  })

  it("HUB-09, SUB-09: --mtype lists the subscribers, --long all they declared; no ages at hubs of others", async () => {
    await using world = new World()
    const hub = await world.hub()
    const clients = []
    for (let i = 0; i < 10; i++) clients.push(await named(world, hub, `N${i}`, i % 2 === 0 ? "a.*" : "b"))
    const ids = (end: Parameters<typeof printed>[0]) => printed(end).map(({ id }) => id)
    const even = clients.filter((_, i) => i % 2 === 0).map(({ id }) => id)
    assert.deepStrictEqual(ids(await world.samp("clients", "--json", "--mtype", "a.b")), even)
    assert.deepStrictEqual(ids(await world.samp("clients", "--json", "--mtype", "samp.app.ping")), ["hub"])
    ended(await world.samp("clients", "--mtype", "x.y"), 5, "x.y")
    ended(await world.samp("clients", "--mtype", "a.*"), 2, "a.*")
    const all = ids(await world.samp("clients", "--json"))
    assert.deepStrictEqual(all, ["hub", ...clients.map(({ id }) => id)], "the tenth is not before the second")
    const { stdout } = await world.samp("clients", "--long", "--mtype", "b")
    assert.include(stdout, `${clients[1]?.id}  N1, registered `)
    assert.include(
      stdout,
      "\n  metadata\n    samp.name: N1\n    x.key: {\"deep\":[\"v\"]}\n  subscriptions\n    b\n"
    )
    const foreign = world.path("foreign")
    writeFileSync(foreign, `samp.secret=${hub.secret}\nsamp.hub.xmlrpc.url=${hub.url}\n`)
    const [, other = {}] = printed(await world.samp("clients", "--json", "--hub", foreign))
    assert.notProperty(other, "ageSeconds")
    const table = await world.samp("clients", "--hub", foreign)
    assert.match(
      table.stdout,
      new RegExp(`^ID +NAME +AGE +SUBSCRIPTIONS\n.*\n${clients[0]?.id} +N0 +- +a`, "u")
    )
  })
})

describe.concurrent("samp ping", () => {
  it("HUB-01, STD-13: asks the hub, and says where it is", async () => {
    await using world = new World()
    const hub = await world.hub()
    const [answer] = printed(await world.samp("ping", "--json"))
    assert.include(answer, { url: hub.url, lockfile: hub.lockfile })
    assert.isNumber(answer?.["ms"])
    assert.match(String(answer?.["impl"]), /^effect-samp \d/u)
    assert.include((await world.samp("ping")).stdout, hub.url)
  })

  it("HUB-26, HUB-27, CLI-18: --to asks a client; a code for each way to get no good answer", async () => {
    await using world = new World()
    const hub = await world.hub()
    const well = await named(world, hub, "Well", "samp.app.ping")
    const ill = await named(world, hub, "Ill", "samp.app.ping")
    const silent = await named(world, hub, "Silent", "samp.app.ping")
    const deaf = await named(world, hub, "Deaf", "a.b")
    well.answerAll(okResponse())
    ill.answerAll({
      "samp.status": "samp.error",
      "samp.result": {},
      "samp.error": { "samp.errortxt": "ill" }
    })
    const asked = await world.samp("ping", "--to", "well", "--json")
    assert.include(printed(asked)[0], { id: well.id, name: "Well", ok: true })
    ended(await world.samp("ping", "--to", "hub"), 0)
    ended(await world.samp("ping", "--to", ill.id), 6, ill.id)
    const human = await world.samp("ping", "--to", "Silent", "--timeout", "1")
    ended(human, 7)
    assert.strictEqual(human.stdout, "")
    assert.strictEqual(human.stderr, `Silent (${silent.id}) did not answer the ping within 1 s\n`)
    const late = await world.samp("ping", "--to", "Silent", "--timeout", "1", "--json")
    ended(late, 7, "Silent")
    assert.include(objects(late)[0], { id: silent.id, ok: false })
    ended(await world.samp("ping", "--to", deaf.id), 5, deaf.id)
    ended(await world.samp("ping", "--to", "nobody"), 4, "nobody", "Well")
  })
})

/** Starts snoop, and waits until it gets messages. */
const snooping = async (world: World, watch: Client, ...args: ReadonlyArray<string>): Promise<Program> => {
  const program = world.start(["snoop", ...args])
  const wanted = args.find((_, index) => args[index - 1] === "--mtype") ?? "*"
  const subscribed = () =>
    watch.got("samp.hub.event.subscriptions").some(({ content }) =>
      textAt(content, "samp.params", "id") !== watch.id &&
      at(content, "samp.params", "subscriptions", wanted) !== undefined
    )
  await until("its subscription", () => subscribed() || program.failIfEnded("snoop"))
  return program
}

describe.concurrent("samp snoop", () => {
  it("prints each message once, whichever patterns match, with the name of a sender that has left", async () => {
    await using world = new World()
    const hub = await world.hub()
    const watch = await named(world, hub, "Watch", "samp.hub.event.subscriptions")
    const program = await snooping(world, watch, "--mtype", "a.*", "--mtype", "a.b", "--mtype", "a.*")
    for (const n of [1, 2]) assert.strictEqual((await world.samp("send", "a.b", `n=${n}`)).code, 0)
    await until("both lines", () => program.json.length >= 2)
    assert.deepStrictEqual(program.json.map(({ params, senderName }) => [params, senderName]), [
      [{ n: "1" }, "samp send"],
      [{ n: "2" }, "samp send"]
    ])
  })

  it("EVT-01, RSP-12, GEN-14: prints notifications, calls and hub events as JSON lines, and answers calls", async () => {
    await using world = new World()
    const hub = await world.hub()
    const talker = await named(world, hub, "Talker", "samp.hub.event.subscriptions")
    const program = await snooping(world, talker)
    const lines = (mtype: string) => program.json.filter((line) => line["mtype"] === mtype)
    const params = { text: "a\nb \u007f", list: ["", []] }
    await talker.ask("notifyAll", { ...message("snoop.n", params), "x.extra": "kept" })
    await talker.ask("callAll", "tag", message("snoop.c"))
    await talker.ask("callAll", "ping", message("samp.app.ping"))
    const newcomer = await world.sender(hub)
    const pings = () => talker.got("ping").filter(({ from }) => from !== "hub")
    const answered = () => talker.got("tag").length > 0 && pings().length > 0
    await until("all lines", () => lines("samp.hub.event.register").length > 0 && answered())
    const [notification] = lines("snoop.n")
    const { time, ...rest } = notification ?? {}
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u)
    assert.deepStrictEqual(rest, {
      kind: "notification",
      sender: talker.id,
      senderName: "Talker",
      mtype: "snoop.n",
      params,
      extra: { "x.extra": "kept" }
    })
    const [call] = lines("snoop.c")
    assert.include(call, { kind: "call", sender: talker.id, mtype: "snoop.c" })
    assert.isString(call?.["msgId"])
    assert.deepStrictEqual(lines("samp.hub.event.register")[0]?.["params"], { id: newcomer.id })
    assert.strictEqual(textAt(talker.got("tag")[0]?.content, "samp.status"), "samp.warning")
    assert.strictEqual(textAt(pings()[0]?.content, "samp.status"), "samp.ok")
    assert.strictEqual(program.stderr, "")
    program.signal("SIGINT")
    assert.strictEqual((await program.ended).code, 0)
    assert.sameMembers([...await talker.others()], ["hub", newcomer.id], "GEN-10: it has unregistered")
  })

  it("SUB-01, SUB-04, SUB-05: --mtype chooses what it sees, and --count ends it", async () => {
    await using world = new World()
    const hub = await world.hub()
    const talker = await named(world, hub, "Talker", "samp.hub.event.subscriptions")
    const program = await snooping(world, talker, "--mtype", "a.b.*", "--mtype", "c", "--count", "3")
    for (const mtype of ["a.b", "a.b.c", "a.bc", "a.b.c.d", "x", "c"]) {
      await talker.ask("notifyAll", message(mtype))
    }
    assert.deepStrictEqual(printed(await program.ended).map(({ mtype }) => mtype), ["a.b.c", "a.b.c.d", "c"])
  })

  it("EVT-06: it neither prints nor counts its own subscriptions, but those of others", async () => {
    await using world = new World()
    const hub = await world.hub()
    const watch = await world.client(hub, "samp.hub.event.subscriptions")
    const program = await snooping(world, watch, "--mtype", "samp.hub.event.subscriptions", "--count", "1")
    const other = await world.client(hub, "a.b")
    const [only] = printed(await program.ended)
    assert.include(only?.["params"], { id: other.id })
  })

  it("EVT-02, CLI-17: ends with exit code 3 when the hub shuts down; 2 for what cannot be subscribed to", async () => {
    await using world = new World()
    const hub = await world.hub()
    const watch = await world.client(hub, "samp.hub.event.subscriptions")
    const program = await snooping(world, watch, "--mtype", "a.b")
    ended(await world.samp("snoop", "--mtype", "a*"), 2, "a*")
    ended(await world.samp("hub", "stop"), 0)
    const end = await program.ended
    ended(end, 3, "shut down")
    assert.strictEqual(end.stdout, "", "it did not ask to see that event")
    ended(await world.samp("snoop"), 3, world.lockfile)
  })
})

describe.concurrent("samp hubs", () => {
  it("exit 3 when there is none, in both forms; a table for people", async () => {
    await using world = new World()
    ended(await world.samp("hubs"), 3, "samp hub")
    const none = await world.samp("hubs", "--json")
    assert.strictEqual(none.stdout, "")
    ended(none, 3)
    const hub = await world.hub(["--label", "mine"])
    const { stdout } = await world.samp("hubs")
    assert.match(stdout, /^LABEL +OWNER +GROUP +URL +PRODUCT +LOCKFILE\n/u)
    for (const text of ["mine", hub.url, hub.lockfile]) assert.include(stdout.split("\n")[1], text)
  })
})
