/** Recording a hub's session, replaying it, and playing it into other hubs, with real processes. */
import { assert, beforeAll, describe, it } from "@effect/vitest"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { type Hub, type JsonRecord, modeOf, record, until, World } from "./harness.ts"
import { type Client, message, okResponse, ping, post } from "./support/Client.ts"
import { writeCall } from "./support/Wire.ts"

const fails = (asking: Promise<unknown>): Promise<string> =>
  asking.then(() => assert.fail("it should be a fault"), (error: unknown) => String(error))

/** What must not be in a recording of a session. */
interface Session {
  readonly secrets: ReadonlyArray<string>
}

/** A session with messages of all kinds, mistakes, and a death. */
const session = async (world: World, hub: Hub): Promise<Session> => {
  const caller = await world.client(hub, "e2e.note")
  const callee = await world.client(hub, "e2e.ask", "e2e.note")
  const mute = await world.client(hub, "e2e.wait", "samp.hub.event.*")
  const dead = await world.client(hub, "e2e.die")
  callee.answerAll(okResponse({ "1": "one", "0": "zero", __proto__: "p" }))
  await caller.ask("declareMetadata", {
    "samp.name": "caller",
    leak: `my key is ${caller.key}!`,
    "key-1": hub.secret
  })
  await callee.ask("declareMetadata", { "samp.name": "callee" })
  await mute.ask("getMetadata", caller.id)
  await caller.ask("notifyAll", message("e2e.note", { url: "file:///data/m31.fits", "10": "b", "9": "a" }))
  await caller.ask("call", callee.id, "t1", message("e2e.ask", { key: mute.key }))
  await caller.ask("callAll", "t2", message("e2e.ask"))
  await caller.ask("callAndWait", callee.id, message("e2e.ask"), "30")
  const inVain = fails(caller.ask("callAndWait", mute.id, message("e2e.wait"), "1"))
  await fails(caller.ask("notify", "c999", message("e2e.note")))
  await fails(caller.ask("notify", caller.key, message("e2e.note")))
  await fails(caller.ask("declareSubscriptions", { [`${caller.key}.${"x".repeat(40)}*`]: {} }))
  await fails(caller.ask("reply", "m0", okResponse()))
  await fails(
    post(hub.url, writeCall("samp.hub.getMetadata", ["a-key-of-another-hub-0123456789", "hub"])).then(
      (text) => {
        if (text.includes("<fault>")) throw new Error("fault")
      }
    )
  )
  await until("the responses", () => caller.got("t1").length === 1 && caller.got("t2").length === 1)
  await dead.vanish()
  await caller.ask("call", dead.id, "t3", message("e2e.die"))
  await until("the death", () => caller.got("t3").length === 1)
  await inVain
  await mute.ask("unregister")
  return {
    secrets: [
      hub.secret,
      "a-key-of-another-hub-0123456789",
      ...[caller, callee, mute, dead].map((client) => client.key)
    ]
  }
}

const linesOf = (file: string): ReadonlyArray<string> => readFileSync(file, "utf8").split("\n").slice(0, -1)

/** A recorded session of a hub that was ended in good order. */
const recorded = async () => {
  await using world = new World()
  const file = world.path("session.jsonl")
  const hub = await world.hub(["--record", file])
  const { secrets } = await session(world, hub)
  hub.program.signal("SIGTERM")
  assert.strictEqual((await hub.program.ended).code, 0)
  return { text: readFileSync(file, "utf8"), mode: modeOf(file), port: new URL(hub.url).port, secrets }
}

let told: Awaited<ReturnType<typeof recorded>>
beforeAll(async () => {
  told = await recorded()
}, 60_000)

/** Puts a recording into a world. */
const put = (world: World, text: string): string => {
  const file = world.path("session.jsonl")
  writeFileSync(file, text)
  return file
}

const eventsOf = (stdout: string): ReadonlyArray<JsonRecord> =>
  stdout.split("\n").filter((line) => line !== "").map((line) => record(JSON.parse(line)))

const ofKind = (client: Client, kind: string): ReadonlyArray<string> =>
  client.received.filter((delivery) => delivery.kind === kind).map(({ content }) => JSON.stringify(content))

describe("samp hub --record and samp replay", () => {
  it("exit 0: a session is replayed without a difference, and the file holds no key, secret or port", async () => {
    await using world = new World()
    const { mode, port, secrets, text } = told
    const file = put(world, text)
    assert.strictEqual(mode, "600")
    for (const secret of secrets) assert.notInclude(text, secret.slice(0, 30))
    assert.notMatch(text, /127\.0\.0\.1:\d/u)
    assert.notInclude(text, `:${port}`)
    for (const kept of ["file:///data/m31.fits", "key-1", "key--1", "secret-1", "callback-1"]) {
      assert.include(text, kept)
    }
    const { code, stdout } = await world.samp("replay", file, "--json")
    assert.strictEqual(code, 0, stdout)
    const [replayed = {}] = eventsOf(stdout)
    assert.deepInclude(replayed, { event: "replayed", same: true, kind: "hub", cutOff: false, clients: 4 })
    assert.isAbove(Number(replayed["inputs"]), 25)
    const plain = await world.samp("replay", file)
    assert.match(
      plain.stdout,
      /^Replayed \S+ without a difference: \d+ inputs, 4 clients, \d+ messages, \d+ deliveries, /u
    )
  })

  it("a hub that is killed leaves a recording up to there, also when its last line is cut off", async () => {
    await using world = new World()
    const file = world.path("killed.jsonl")
    const hub = await world.hub(["--record", file])
    const client = await world.client(hub, "e2e.note")
    await client.ask("declareMetadata", { "samp.name": "last words" })
    await until("the last line", () => readFileSync(file, "utf8").includes("last words"))
    await hub.program.kill()
    const { code, stdout } = await world.samp("replay", file, "--json")
    assert.strictEqual(code, 0, stdout)
    const whole = readFileSync(file, "utf8")
    writeFileSync(file, whole.slice(0, -20))
    const cut = await world.samp("replay", file)
    assert.strictEqual(cut.code, 0, cut.stdout)
    assert.include(cut.stdout, `It ends within line ${whole.split("\n").length - 1}, which is left out`)
  })

  it("exit 12: a difference is shown with its line, what was recorded and what comes now", async () => {
    await using world = new World()
    const file = put(world, told.text)
    const lines = linesOf(file)
    const index = lines.findIndex((line) => line.includes("e2e.note") && line.includes("NotifyAll"))
    const tampered = lines.map((line, i) =>
      i === index ? line.replace("m31.fits\",\"samp", "M31.fits\",\"samp").replace("\"c2\"", "\"c4\"") : line
    )
    assert.notDeepEqual(tampered, lines)
    writeFileSync(file, `${tampered.join("\n")}\n`)
    const plain = await world.samp("replay", file)
    assert.strictEqual(plain.code, 12)
    assert.match(plain.stdout, new RegExp(`first difference is in line ${index + 1}, [0-9.]+ s after`, "u"))
    assert.match(plain.stdout, /recorded +"c4"/u)
    assert.match(plain.stdout, /now +"c2"/u)
    const { code, stdout } = await world.samp("replay", file, "--json")
    assert.strictEqual(code, 12)
    assert.deepInclude(eventsOf(stdout)[0] ?? {}, { same: false, line: index + 1 })
  })

  it("exit 10: what is no recording is refused by its line", async () => {
    await using world = new World()
    const file = world.path("session.jsonl")
    const hub = await world.hub(["--record", file])
    await ping(hub.url)
    await until("the ping", () => readFileSync(file, "utf8").includes("Ping"))
    await hub.program.kill()
    const lines = linesOf(file)
    writeFileSync(file, [...lines, "no JSON", ""].join("\n"))
    const { code, stderr } = await world.samp("replay", file)
    assert.strictEqual(code, 10)
    assert.include(stderr, `cannot replay ${file}, line ${lines.length + 1}: this is no JSON`)
    assert.strictEqual((await world.samp("replay", world.path("nowhere"))).code, 10)
  })

  it("exit 9: a file that is there is replaced only with --overwrite, and never by a hub that does not start", async () => {
    await using world = new World()
    const file = world.path("session.jsonl")
    writeFileSync(file, "precious\n", { mode: 0o644 })
    const refused = await world.samp("hub", "--record", file)
    assert.strictEqual(refused.code, 9)
    assert.match(refused.stderr, /there already.*--overwrite/u)
    assert.strictEqual(readFileSync(file, "utf8"), "precious\n")
    assert.isFalse(existsSync(world.lockfile))
    const running = await world.hub()
    assert.strictEqual((await world.samp("hub", "--record", file, "--overwrite")).code, 8)
    assert.strictEqual(readFileSync(file, "utf8"), "precious\n")
    const fresh = world.path("fresh.jsonl")
    assert.strictEqual((await world.samp("hub", "--record", fresh)).code, 8)
    assert.isFalse(existsSync(fresh))
    await running.program.kill()
    const hub = await world.hub(["--record", file, "--overwrite"])
    await ping(hub.url)
    await until("the recording", () => modeOf(file) === "600")
    assert.include(linesOf(file)[0], "\"recording\":1")
    const directory = await world.samp("record", world.home, "--overwrite")
    assert.strictEqual(directory.code, 9, directory.stderr)
    await hub.program.kill()
  })

  it("a full disk ends the recording with a warning, and the hub goes on", async () => {
    await using world = new World()
    // The shell's limit of a file's size is met like the end of a disk; 8 blocks of 1024 bytes.
    const program = world.shell("ulimit -f 8; exec samp hub --json --record full.jsonl")
    const hub = await world.ready(program)
    const client = await world.client(hub, "e2e.note")
    // so long that the limit is in the middle of a line, wherever the others end
    for (let i = 0; i < 20; i++) await client.ask("declareMetadata", { "samp.name": "x".repeat(1_300) })
    await until("the warning", () => /recording full\.jsonl ends here/u.test(program.stderr))
    for (let i = 0; i < 20; i++) await client.ask("getMetadata", client.id)
    assert.isAtMost(statSync(world.path("full.jsonl")).size, 8 * 1024)
    const { code, stdout } = await world.samp("replay", world.path("full.jsonl"), "--json")
    assert.strictEqual(code, 0, stdout)
    assert.isTrue(eventsOf(stdout)[0]?.["cutOff"])
  })
})

describe("samp replay --hub", () => {
  it(
    "exit 0: stand-ins play a session into another hub of ours, with nothing different",
    { timeout: 60_000 },
    async () => {
      await using world = new World()
      const file = put(world, told.text)
      const other = world.path("other.jsonl")
      const hub = await world.hub(["--record", other])
      const witness = await world.client(hub, "e2e.*")
      const { code, stdout, stderr } = await world.samp("replay", file, "--json", "--speed", "max", "--hub")
      assert.strictEqual(code, 0, stdout + stderr)
      const events = eventsOf(stdout)
      assert.deepInclude(events.at(-1) ?? {}, { event: "played", same: true, differences: 0, clients: 4 })
      const [death = {}, stop = {}] = events
      assert.match(String(death["text"]), /^c4 died: its stand-in stopped listening, /u)
      assert.strictEqual(stop["text"], "the hub stopped, which a client cannot bring about")
      assert.lengthOf(events, 3)
      assert.lengthOf(witness.got("e2e.note"), 1)
      assert.deepStrictEqual(ofKind(witness, "Call").length, 1)
      await until(
        "the stand-ins have gone",
        () => linesOf(other).filter((line) => line.includes("\"Left\"")).length === 4
      )
      assert.strictEqual((await world.samp("replay", other)).code, 0)
    }
  )

  it("exit 12: tells what a hub does otherwise, and keeps the time of the recording or another", {
    timeout: 60_000
  }, async () => {
    await using world = new World()
    const file = put(world, told.text)
    const lines = linesOf(file).map((line) =>
      line.includes("\"NotifyAll\"")
        ? line.replace("\"value\":[\"c2\"]", "\"value\":[\"c2\",\"c3\"]").replace(
          "\"to\":[\"c2\"]",
          "\"to\":[\"c2\",\"c3\"]"
        )
        : line
    )
    writeFileSync(file, `${lines.join("\n")}\n`)
    await world.hub()
    const span = Number(eventsOf((await world.samp("replay", file, "--json")).stdout)[0]?.["span"])
    const before = performance.now()
    const { code, stdout } = await world.samp("replay", file, "--hub", "--json")
    assert.isAbove(performance.now() - before, Math.min(span, 1_000))
    assert.strictEqual(code, 12, stdout)
    const found = eventsOf(stdout).filter(({ event }) => event === "difference")
    assert.deepStrictEqual(
      found.map(({ client, what }) => ({ client, what })),
      [{ client: "c1", what: "answer" }, { client: "c3", what: "missing" }]
    )
  })

  it(
    "exit 3: a hub that is killed in the middle ends the play, and is no difference",
    { timeout: 60_000 },
    async () => {
      await using world = new World()
      const lines = linesOf(put(world, told.text))
      const killed = async (mark: string, last: string) => {
        // A break of ten minutes, so that the hub is surely killed before the end.
        const from = lines.findIndex((line) => line.includes(last))
        assert.isAbove(from, 0)
        const later = lines.map((line, i) =>
          i < from ? line : line.replace(/^\{"at":[\d.]+/u, (at) => `{"at":${Number(at.slice(6)) + 600_000}`)
        )
        const file = put(world, `${later.join("\n")}\n`)
        const log = world.path(`${from}.jsonl`)
        const hub = await world.hub(["--record", log])
        const playing = world.start(["replay", file, "--json", "--hub"])
        await until(
          mark,
          () => readFileSync(log, "utf8").includes(mark) || playing.failIfEnded("samp replay")
        )
        await hub.program.kill()
        const { code, stderr, stdout } = await playing.ended
        assert.strictEqual(code, 3, stdout + stderr)
        assert.include(stderr, `The hub at ${hub.url} has gone`)
        assert.notInclude(stdout, "\"difference\"")
        assert.notInclude(stdout, "\"played\"")
      }
      await killed("callee", "\"NotifyAll\"") // while nothing is to be done
      await killed("\"NotifyAll\"", "\"Unregister\"") // while much is
    }
  )

  it("exit 2 and exit 3: a speed that is none, and no hub", async () => {
    await using world = new World()
    const file = put(world, told.text)
    assert.strictEqual((await world.samp("replay", file, "--speed", "fast")).code, 2)
    assert.strictEqual((await world.samp("replay", file, "--play", "--hub", "nobody")).code, 3)
    assert.strictEqual((await world.samp("replay", "--hub")).code, 2)
  })
})

describe("samp record", () => {
  it(
    "exit 0: records what a client sees, which is replayed and played like the rest",
    { timeout: 60_000 },
    async () => {
      await using world = new World()
      const hub = await world.hub()
      const early = await world.client(hub, "e2e.note")
      await early.ask("declareMetadata", { "samp.name": "early", note: early.key })
      const file = world.path("outside.jsonl")
      const recorder = world.start(["record", file, "--json"])
      await until("the recorder", () => recorder.json.length > 0 || recorder.failIfEnded("samp record"))
      const late = await world.client(hub, "e2e.note")
      await late.ask("notifyAll", message("e2e.note", { n: "1" }))
      await late.ask("callAll", "t1", message("e2e.note", { n: "2" }))
      await late.ask("notify", early.id, message("e2e.note", { n: "unseen" }))
      await late.ask("unregister")
      await until("the leaving", () => linesOf(file).some((line) => line.includes("Unregister")))
      recorder.signal("SIGINT")
      const { code, stdout } = await recorder.ended
      assert.strictEqual(code, 0, stdout)
      assert.deepInclude(eventsOf(stdout)[1] ?? {}, { event: "recorded", clients: 2, messages: 2 })
      assert.strictEqual(modeOf(file), "600")
      const text = readFileSync(file, "utf8")
      assert.notInclude(text, "unseen")
      const replayed = await world.samp("replay", file)
      assert.strictEqual(replayed.code, 0)
      assert.include(replayed.stdout, "recorded by a client, from outside")
      const played = await world.samp("replay", file, "--hub", "--speed", "max", "--json")
      assert.strictEqual(played.code, 0, played.stdout)
      assert.deepInclude(eventsOf(played.stdout).at(-1) ?? {}, {
        event: "played",
        same: true,
        kind: "client",
        clients: 2
      })
      assert.lengthOf(early.got("e2e.note"), 5)
    }
  )

  it("exit 0: a session in which nothing was seen is a recording, also in place of an older one", {
    timeout: 60_000
  }, async () => {
    await using world = new World()
    await world.hub()
    const file = put(world, told.text)
    const fresh = world.path("fresh.jsonl")
    for (const args of [["record", fresh], ["record", file, "--overwrite"]]) {
      const recorder = world.start([...args, "--json"])
      await until("the recorder", () => recorder.json.length > 0 || recorder.failIfEnded("samp record"))
      recorder.signal("SIGINT")
      const { code, stdout } = await recorder.ended
      assert.strictEqual(code, 0, stdout)
      assert.deepInclude(eventsOf(stdout)[1] ?? {}, { event: "recorded", clients: 0, messages: 0 })
      const path = String(args[1])
      assert.lengthOf(linesOf(path), 1)
      assert.include(linesOf(path)[0], "\"kind\":\"client\"")
      assert.strictEqual((await world.samp("replay", path)).code, 0)
      assert.strictEqual((await world.samp("replay", path, "--hub")).code, 0)
    }
  })
})
