/** `samp monitor` where there is no terminal: JSON lines, the table, and how it ends. */
import { assert, describe, it } from "@effect/vitest"
import { type Hub, type JsonRecord, type Program, until, World } from "./harness.ts"
import { type Client, message, okResponse } from "./support/Client.ts"
import { ended, printed, refused } from "./support/Ends.ts"
import { textAt } from "./support/Wire.ts"

const named = async (
  world: World,
  hub: Hub,
  name: string,
  ...mtypes: ReadonlyArray<string>
): Promise<Client> => {
  const client = await world.client(hub, ...mtypes)
  await client.ask("declareMetadata", { "samp.name": name })
  return client
}

const events = (program: Program, event: string): ReadonlyArray<JsonRecord> =>
  program.json.filter((line) => line["event"] === event)

/** Starts a monitor, and waits until it has said that it is connected, and who is there. */
const watching = async (
  world: World,
  clients: number,
  ...args: ReadonlyArray<string>
): Promise<Program> => {
  const program = world.start(["monitor", ...args])
  await until(
    "the clients",
    () => events(program, "client-registered").length >= clients || program.failIfEnded("the monitor")
  )
  return program
}

describe.concurrent("samp monitor", () => {
  it("EVT-01, RSP-12: prints hub, clients and messages as JSON lines, and answers calls; SIGTERM ends it with 0", async () => {
    await using world = new World()
    const hub = await world.hub()
    const talker = await named(world, hub, "Talker", "a.b")
    const program = await watching(world, 2)
    const [first] = program.json
    assert.include(first, { event: "hub-status", status: "connected", url: hub.url, lockfile: hub.lockfile })
    assert.notProperty(first, "secret")
    assert.notInclude(program.stdout, hub.secret)
    const [theHub, known] = events(program, "client-registered")
    assert.include(theHub, { id: "hub", name: "Hub" })
    assert.deepInclude(known, { id: talker.id, name: "Talker", subscriptions: { "a.b": {} } })

    await talker.ask("notifyAll", { ...message("m.n", { text: "a\nb" }), "x.extra": "kept" })
    await talker.ask("callAll", "tag", message("m.c"))
    const newcomer = await named(world, hub, "Newcomer", "c.d")
    await until("the answer", () => talker.got("tag").length > 0)
    assert.strictEqual(textAt(talker.got("tag")[0]?.content, "samp.status"), "samp.warning")
    const about = (event: string) => events(program, event).filter(({ id }) => id === newcomer.id)
    await until("its name", () => about("client-changed").some(({ name }) => name === "Newcomer"))
    await newcomer.ask("unregister")
    await until("its end", () => about("client-left").length > 0)
    assert.include(about("client-left")[0], { name: "Newcomer" })

    const { time, ...notification } = events(program, "message").find(({ mtype }) => mtype === "m.n") ?? {}
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u)
    assert.deepStrictEqual(notification, {
      event: "message",
      kind: "notification",
      sender: talker.id,
      senderName: "Talker",
      mtype: "m.n",
      params: { text: "a\nb" },
      extra: { "x.extra": "kept" }
    })
    const call = events(program, "message").find(({ mtype }) => mtype === "m.c")
    assert.include(call, { kind: "call", senderName: "Talker" })
    assert.isString(call?.["msgId"])
    assert.notInclude(program.stdout, "\x1b", "no escape sequences")
    program.signal("SIGTERM")
    ended(await program.ended, 0)
    assert.deepStrictEqual([...await talker.others()], ["hub"], "GEN-10: it has unregistered")
  })

  it("SUB-04, SUB-05: --mtype chooses the messages; --no-messages shows clients only", async () => {
    await using world = new World()
    const hub = await world.hub()
    const talker = await named(world, hub, "Talker", "x")
    const some = await watching(world, 2, "--mtype", "a.b.*", "--mtype", "c", "--mtype", "a.*")
    const none = await watching(world, 2, "--no-messages")
    for (const mtype of ["a", "a.b", "a.b.c", "ab.c", "c"]) await talker.ask("notifyAll", message(mtype))
    await until("the last", () => events(some, "message").some(({ mtype }) => mtype === "c"))
    assert.sameMembers(events(some, "message").map(({ mtype }) => mtype), ["a.b", "a.b.c", "c"])
    const last = await world.sender(hub)
    await until("a client", () => events(none, "client-registered").some(({ id }) => id === last.id))
    assert.lengthOf(events(none, "message"), 0)
  })

  it("EVT-01: shows the hub's own events only if --mtype asks for them, and those of others always", async () => {
    await using world = new World()
    const hub = await world.hub()
    const usual = await watching(world, 1)
    const asked = await watching(world, 2, "--mtype", "*")
    const talker = await named(world, hub, "Talker", "x")
    await talker.ask("notifyAll", message("samp.hub.event.of.mine"))
    const mtypes = (program: Program) => events(program, "message").map(({ mtype }) => mtype)
    for (const program of [usual, asked]) {
      await until("the last", () => mtypes(program).includes("samp.hub.event.of.mine"))
    }
    assert.deepStrictEqual(mtypes(usual), ["samp.hub.event.of.mine"])
    assert.includeMembers(mtypes(asked), ["samp.hub.event.register", "samp.hub.event.metadata"])
  })

  it("CLI-21: survives its hub, and finds the next one", async () => {
    await using world = new World()
    const hub = await world.hub()
    const program = await watching(world, 1)
    await hub.program.kill()
    const statuses = () => events(program, "hub-status")
    await until("searching", () => statuses().some(({ status }) => status === "searching"))
    assert.isString(statuses().find(({ status }) => status === "searching")?.["why"])
    await until("all have left", () => events(program, "client-left").length > 0)
    const next = await world.hub()
    await until("connected again", () => statuses().at(-1)?.["status"] === "connected")
    assert.strictEqual(statuses().at(-1)?.["url"], next.url)
    await named(world, next, "Later", "x")
    await until("a client", () => events(program, "client-changed").some(({ name }) => name === "Later"))
    program.signal("SIGINT")
    ended(await program.ended, 0)
  })

  it("exit 3 when there is no hub, unless it is told to wait; 2 for what cannot be subscribed to", async () => {
    await using world = new World()
    refused(await world.samp("monitor"), 3, world.lockfile)
    refused(await world.samp("monitor", "--once"), 3, world.lockfile)
    refused(await world.samp("monitor", "--mtype", "a*"), 2, "a*")
    const waiting = world.start(["monitor", "--wait"])
    const table = world.start(["monitor", "--wait", "--once"])
    await until("searching", () => events(waiting, "hub-status").length > 0 || waiting.failIfEnded("it"))
    await world.hub()
    await until("connected", () => events(waiting, "hub-status").at(-1)?.["status"] === "connected")
    ended(await table.ended, 0)
    assert.include((await table.ended).stdout, "hub")
  })

  it("APP-01, HUB-26: --once prints the clients with their answers to a ping, and ends", async () => {
    await using world = new World()
    const hub = await world.hub()
    const well = await named(world, hub, "Well", "samp.app.ping", "a")
    const silent = await named(world, hub, "Silent", "samp.app.ping")
    const deaf = await named(world, hub, "Deaf", "a")
    const mute = await world.sender(hub)
    well.answerAll(okResponse())
    const { stdout } = await world.samp("monitor", "--once")
    const lines = stdout.split("\n")
    assert.match(lines[0] ?? "", /^ID +NAME +SUBS +CALLABLE +PING$/u)
    const rest = lines.slice(2).join("\n")
    assert.match(lines[1] ?? "", /^hub +Hub +\d+ +yes +\d+ ms$/u)
    assert.match(rest, new RegExp(`^${well.id} +Well +2 +yes +\\d+ ms$`, "mu"))
    assert.match(rest, new RegExp(`^${silent.id} +Silent +1 +yes +no answer$`, "mu"))
    assert.match(rest, new RegExp(`^${deaf.id} +Deaf +1 +yes +-$`, "mu"))
    assert.match(rest, new RegExp(`^${mute.id} +- +0 +no +-$`, "mu"))
    const objects = printed(await world.samp("monitor", "--once", "--json"))
    assert.deepStrictEqual(
      objects.map(({ event }) => event),
      ["hub-status", ...Array(5).fill("client-registered"), ...Array(5).fill("ping")]
    )
    assert.include(objects.find(({ event, id }) => event === "ping" && id === silent.id), {
      why: "no answer"
    })
    assert.isNumber(objects.find(({ event, id }) => event === "ping" && id === well.id)?.["ms"])
  })

  it("ends with 0 when nobody reads its output any more", async () => {
    await using world = new World()
    const hub = await world.hub()
    const watch = await world.client(hub)
    const program = await watching(world, 2)
    assert.lengthOf(await watch.others(), 2)
    program.child.stdout?.destroy()
    await watch.ask("notifyAll", message("m.n"))
    assert.strictEqual((await program.ended).code, 0)
    assert.deepStrictEqual([...await watch.others()], ["hub"], "GEN-10: it has unregistered")
  })
})
