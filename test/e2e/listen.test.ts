/** `samp listen` without a command: what it prints, answers and declares, and how it ends. */
import { assert, describe, it } from "@effect/vitest"
import { pause, until, World } from "./harness.ts"
import { message } from "./support/Client.ts"
import { ended, printed, refused } from "./support/Ends.ts"
import { answerOf, listening, scene, subscribed } from "./support/Listening.ts"
import { textAt } from "./support/Wire.ts"

const within = (ms: number) => ({ timeout: ms })

describe.concurrent("samp listen", () => {
  it("exit 0, MSG-05, RSP-09: prints notifications and calls as JSON lines, and answers calls with samp.ok", async () => {
    await using world = new World()
    const s = await scene(world)
    const { id, program } = await listening(s, ["a.b", "c.*", "--count", "3"])
    const params = { text: "a\nb \"q\"", list: ["", []], map: { "x.y": "1" } }
    await s.talker.ask("notify", id, { ...message("a.b", params), "x.extra": "kept" })
    const response = await answerOf(s, id, "c.d.e", { n: "1" })
    assert.deepStrictEqual(response, { "samp.status": "samp.ok", "samp.result": {} })
    await s.talker.ask("notifyAll", message("a.bc")) // not asked for
    await s.talker.ask("notifyAll", message("c.f"))
    const end = await program.ended
    const lines = printed(end).map(({ msgId, time, ...rest }) => {
      assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/u)
      assert.strictEqual(typeof msgId, rest["kind"] === "call" ? "string" : "undefined")
      return rest
    })
    const from = { sender: s.talker.id, senderName: "Talker" }
    assert.deepStrictEqual(lines, [
      { kind: "notification", ...from, mtype: "a.b", params, extra: { "x.extra": "kept" } },
      { kind: "call", ...from, mtype: "c.d.e", params: { n: "1" } },
      { kind: "notification", ...from, mtype: "c.f", params: {} }
    ])
    assert.strictEqual(end.stderr, "")
    await until("its end", () => s.talker.got("samp.hub.event.unregister").length === 1)
  })

  it("META-02: --annotate, --client-name and --client-meta are what the others see", async () => {
    await using world = new World()
    const s = await scene(world)
    const args = ["--annotate", "x-samp.mostly-harmless=1", "--annotate", "a=b=c"]
    const { id } = await listening(s, [
      "a.*",
      ...args,
      "--client-name",
      "my script",
      "--client-meta",
      "author.name=A. B."
    ])
    const subscriptions = await s.talker.ask("getSubscriptions", id)
    assert.deepStrictEqual(subscriptions, {
      ...subscriptions as object,
      "a.*": { "x-samp.mostly-harmless": "1", "a": "b=c" }
    })
    assert.include(await s.talker.ask("getMetadata", id), {
      "samp.name": "my script",
      "author.name": "A. B."
    })
  })

  it("exit 2: what cannot be subscribed to, and numbers that mean nothing", async () => {
    await using world = new World()
    await world.hub()
    const wrong: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> = [
      ["a*", "a*"],
      ["*.b", "*.b"],
      ["''", ""],
      ["mtype"],
      ["-1", "a.b", "--count", "-1"],
      ["-1", "a.b", "--timeout", "-1"],
      ["jobs", "a.b", "--jobs", "0"],
      ["novalue", "a.b", "--annotate", "novalue"],
      ["U+00E9", "a.b", "--annotate", "a=\u00e9"],
      ["empty", "a.b", "--exec", " "],
      ["quote", "a.b", "--exec", "echo 'x"]
    ]
    await Promise.all(wrong.map(async ([says, ...args]) => {
      const end = await world.samp("listen", ...args)
      ended(end, 2, says)
      assert.strictEqual(end.stdout, "")
    }))
  })

  it("exit 3: no hub, a hub that shuts down, a hub that was killed", within(40_000), async () => {
    await using world = new World()
    refused(await world.samp("listen", "a.b"), 3, world.lockfile)
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const s = await scene(world)
      const { program } = await listening(s, ["a.b", "--count", "1"])
      s.hub.program.signal(signal)
      refused(await program.ended, 3, "hub")
    }
  })

  it("exit 7: --timeout before --count is reached; exit 0 without --count", async () => {
    await using world = new World()
    const s = await scene(world)
    const { id, program } = await listening(s, ["a.b", "--count", "2", "--timeout", "2"])
    await answerOf(s, id, "a.b")
    const end = await program.ended
    ended(end, 7, "1 of 2", "2 s")
    assert.lengthOf(end.stdout.trim().split("\n"), 1)
    refused(await world.samp("listen", "a.b", "--timeout", "1"), 0)
  })

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`exit 0, GEN-10: ${signal} is how it is meant to end; it unregisters`, async () => {
      await using world = new World()
      const s = await scene(world)
      const { id, program } = await listening(s, ["a.b"])
      program.signal(signal)
      refused(await program.ended, 0)
      assert.notInclude(await s.talker.others(), id)
    })
  }

  it("CLI-21: --wait waits for the first hub, and for the next one", within(60_000), async () => {
    await using world = new World()
    const program = world.start(["listen", "a.b", "--wait", "--count", "2"])
    for (const n of ["1", "2"]) {
      const s = await scene(world)
      const id = await subscribed(s.talker, program, "a.b")
      await s.talker.ask("notify", id, message("a.b", { n }))
      await until("the line", () => program.json.length === Number(n))
      if (n === "1") await s.hub.program.kill()
    }
    assert.deepStrictEqual(printed(await program.ended).map(({ params }) => params), [{ n: "1" }, { n: "2" }])
  })

  it("prints each of many, and ends when nobody reads on", async () => {
    await using world = new World()
    const s = await scene(world)
    const { id, program } = await listening(s, ["a.b", "--count", "200"])
    const sent = [...Array(200).keys()].map((n) => ({ n: String(n) }))
    for (const params of sent) await s.talker.ask("notify", id, message("a.b", params))
    const lines = printed(await program.ended)
    // their order is the hub's affair (DLV-08)
    assert.sameDeepMembers(lines.map(({ params }) => params), sent)
    const script = world.shell("samp listen x.y | head -n 1; echo ${PIPESTATUS[0]}")
    const one = await subscribed(s.talker, script, "x.y")
    await answerOf(s, one, "x.y", { n: "0" })
    await pause(300) // until the reader has gone, which nobody but the next line can find out
    await s.talker.ask("notify", one, message("x.y", { n: "1" }))
    const end = await script.ended
    assert.match(end.stdout, /^\{.*"n":"0".*\}\n0\n$/u)
    assert.strictEqual(end.stderr, "")
  })

  it("takes what is more than --count asks for no further, with an error", async () => {
    await using world = new World()
    const s = await scene(world)
    const { id, program } = await listening(s, ["a.b", "--count", "1", "--exec", "sleep 1"])
    const [first, second] = await Promise.all([answerOf(s, id, "a.b"), answerOf(s, id, "a.b")])
    const both = [first, second].map((response) => textAt(response as never, "samp.status"))
    assert.sameMembers(both, ["samp.ok", "samp.error"])
    ended(await program.ended, 0)
  })
})
