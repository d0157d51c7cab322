/** `samp listen --exec`: what the command is given, what its end means, and that it never outlives the listener. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { type JsonRecord, record, until, World } from "./harness.ts"
import { message } from "./support/Client.ts"
import { ended, printed } from "./support/Ends.ts"
import { answerOf, listening, type Scene, scene } from "./support/Listening.ts"

/** The one response, and the one line, of a command that runs for one call. */
const once = async (
  s: Scene,
  exec: string,
  params: JsonRecord = {},
  ...args: ReadonlyArray<string>
): Promise<{ readonly response: JsonRecord; readonly line: JsonRecord }> => {
  const { id, program } = await listening(s, ["x.y", "--count", "1", "--exec", exec, ...args])
  const response = await answerOf(s, id, "x.y", params)
  const end = await program.ended
  const [line = {}] = printed(end)
  assert.deepStrictEqual([printed(end).length, end.stderr], [1, ""], JSON.stringify(response).slice(0, 2_000))
  return { response, line }
}

const alive = (pid: number): boolean => {
  try {
    return /^\d+ \(.*\) [^ZX]/su.test(readFileSync(`/proc/${pid}/stat`, "latin1"))
  } catch {
    return false
  }
}

describe.concurrent("samp listen --exec", () => {
  it("code 0 is samp.ok; text is the value, a JSON object the result, and nothing is none", {
    timeout: 60_000
  }, async () => {
    await using world = new World()
    const s = await scene(world)
    const ok = (result: object) => ({ "samp.status": "samp.ok", "samp.result": result })
    for (
      const [exec, result] of [
        ["printf ' two\\nlines \\n'", { value: "two\nlines" }],
        ["echo '{\"a\": [1, {\"b\": true}], \"c.d\": \"x\"}'", { "a": ["1", { b: "1" }], "c.d": "x" }],
        ["echo '[1]'", { value: "[1]" }],
        ["echo '{broken'", { value: "{broken" }],
        ["echo 'caf\u00e9 \u2713'", { value: "cafe ?" }],
        ["true", {}]
      ] as const
    ) {
      const { line, response } = await once(s, exec)
      assert.deepStrictEqual(response, ok(result), exec)
      assert.deepStrictEqual([line["exitCode"], line["result"], line["mtype"]], [0, result, "x.y"], exec)
    }
  })

  it("code 10 is samp.warning; the last line on stderr says why", async () => {
    await using world = new World()
    const s = await scene(world)
    const { line, response } = await once(
      s,
      "sh -c 'echo half; echo noise >&2; echo 3 rows lost >&2; exit 10'"
    )
    assert.deepStrictEqual(response, {
      "samp.status": "samp.warning",
      "samp.result": { value: "half" },
      "samp.error": { "samp.errortxt": "3 rows lost" }
    })
    assert.include(line, { exitCode: 10, error: "3 rows lost" })
  })

  it(
    "every other end is samp.error: a code, a signal, no such program, a time limit",
    { timeout: 60_000 },
    async () => {
      await using world = new World()
      const s = await scene(world)
      for (
        const [exec, exitCode, code, text] of [
          ["sh -c 'echo no such object >&2; exit 1'", 1, "exit.1", "no such object"],
          ["sh -c 'exit 3'", 3, "exit.3", "the command ended with code 3"],
          ["sh -c 'kill -9 $$'", 137, "exit.137", "the command ended with code 137"],
          ["./no-such-program {a}", null, "exit.not-run", "no-such-program"],
          ["sleep 60", null, "exit.timeout", "longer than 1 s"],
          ["sh -c 'sleep 60 & sleep 60'", null, "exit.timeout", "longer than 1 s"]
        ] as const
      ) {
        const { line, response } = await once(s, exec, {}, "--exec-timeout", "1")
        assert.strictEqual(response["samp.status"], "samp.error", exec)
        const error = record(response["samp.error"])
        assert.strictEqual(error["samp.code"], code)
        assert.include(String(error["samp.errortxt"]), text)
        assert.strictEqual(line["exitCode"], exitCode)
        assert.include(String(line["error"]), text)
      }
    }
  )

  it("{parameters} are put into single arguments, whatever is in them; no shell sees them", async () => {
    await using world = new World()
    const s = await scene(world)
    const params = {
      "url": "file:///data/it's \"mine\".vot; $(touch evil) `id` | & > *",
      "opt": "-x",
      "c.d-e_f": "\ttab\nnewline",
      "brace": "{opt}",
      "list": ["a", { b: "c" }],
      "empty": ""
    }
    const words =
      "{url} {opt} {c.d-e_f} {brace} {list} {empty} {none} {} x{opt}y '{opt} {opt}' {mtype} {sender}"
    const { line } = await once(s, `printf '<%s>' -- ${words}`, params)
    const { list: _, ...strings } = params
    const { brace, empty, opt, url, "c.d-e_f": dotted } = strings
    const expected = [
      "--",
      url,
      opt,
      dotted,
      brace,
      "[\"a\",{\"b\":\"c\"}]",
      empty,
      "{none}",
      "{}",
      "x-xy",
      "-x -x",
      "x.y",
      s.talker.id
    ]
    assert.strictEqual(record(line["result"])["value"], expected.map((word) => `<${word}>`).join(""))
    assert.isFalse(existsSync(world.path("evil")))
  })

  it("has the message in variables, and as a JSON line on its standard input", async () => {
    await using world = new World()
    const s = await scene(world)
    const show = "printf \"%s|%s|%s|%s|%s\" \"$SAMP_MTYPE\" \"$SAMP_SENDER\" \"$SAMP_SENDER_NAME\" " +
      "\"$SAMP_PARAM_TABLE_ID\" \"$SAMP_PARAM_LIST\"; test -n \"$SAMP_MSG_ID\""
    const params = { "table-id": "-n 'odd' $HOME", "list": ["1"] }
    const shown = await once(s, `sh -c '${show}'`, params)
    assert.deepStrictEqual(shown.response["samp.result"], {
      value: `x.y|${s.talker.id}|Talker|-n 'odd' $HOME|["1"]`
    })
    const { line } = await once(s, "cat", params)
    const read = record(line["result"])
    assert.deepInclude(read, {
      kind: "call",
      sender: s.talker.id,
      senderName: "Talker",
      mtype: "x.y",
      params
    })
    assert.strictEqual(read["msgId"], line["msgId"])
  })

  it("takes no harm from a command that reads nothing, and from one that writes very much", {
    timeout: 60_000
  }, async () => {
    await using world = new World()
    const s = await scene(world)
    const large = { text: "x".repeat(3_000_000) }
    const { response } = await once(s, "sh -c 'exec <&-; exit 4'", { n: "1" })
    assert.strictEqual(record(response["samp.error"])["samp.code"], "exit.4")
    const { line } = await once(s, "sh -c 'head -c 20000000 /dev/zero | tr \"\\0\" y'")
    assert.strictEqual(line["exitCode"], 0)
    assert.strictEqual(String(record(line["result"])["value"]).length, 1_048_576)
    // a system may let no argument or variable be that long, but the standard input is
    const piped = await once(s, "sh -c 'echo ${#SAMP_PARAM_TEXT}; wc -c'", large)
    assert.isUndefined(piped.line["error"], String(piped.line["error"]))
    const [variable, input] = String(record(piped.line["result"])["value"]).split("\n").map(Number)
    assert.strictEqual(variable, 0)
    assert.isAbove(input ?? 0, 3_000_000)
    const argument = await once(s, "true {text}", large)
    assert.include([0, null], argument.line["exitCode"])
    if (argument.line["exitCode"] === null) {
      assert.strictEqual(record(argument.response["samp.error"])["samp.code"], "exit.not-run")
    }
  })

  it("one at a time, or as many as --jobs", async () => {
    await using world = new World()
    const s = await scene(world)
    const script = world.path("job.sh")
    // tells how many run while it does
    writeFileSync(script, "mkdir -p jobs; : > jobs/$$; sleep 0.5; ls jobs | wc -l; rm jobs/$$\n")
    for (const jobs of [1, 3]) {
      const args = ["--count", "3", "--jobs", String(jobs), "--exec", `sh -c 'cd "$HOME" && . ${script}'`]
      const { id, program } = await listening(s, ["x.y", ...args])
      for (let n = 0; n < 3; n++) await s.talker.ask("notify", id, message("x.y"))
      const most = printed(await program.ended).map(({ result }) => Number(record(result)["value"]))
      if (jobs === 1) assert.deepStrictEqual(most, [1, 1, 1])
      else assert.isAbove(Math.max(...most), 1)
    }
  })

  for (const how of ["SIGINT", "the hub's shutdown", "the hub's death"] as const) {
    it(`a command that runs is ended, with what it has started, by ${how}`, { timeout: 40_000 }, async () => {
      await using world = new World()
      const s = await scene(world)
      const file = world.path("pids")
      const exec = `sh -c 'sleep 300 & echo $$ $! > ${file}; wait'`
      const { id, program } = await listening(s, ["x.y", "--exec", exec])
      await s.talker.ask("call", id, "tag", message("x.y"))
      const pids = () => existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").map(Number) : []
      await until("the command", () => pids().length === 2 && pids().every(alive))
      if (how === "SIGINT") program.signal(how)
      else s.hub.program.signal(how === "the hub's death" ? "SIGKILL" : "SIGTERM")
      ended(await program.ended, how === "SIGINT" ? 0 : 3)
      await until("the end of both", () => !pids().some(alive))
    })
  }
})
