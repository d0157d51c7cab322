/** Command lines without a shell, and the responses that the ends of commands make. */
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { execFileSync, spawnSync } from "node:child_process"
import { run, split } from "../../../src/apps/cli/ForEach.ts"
import { pairs } from "../../../src/apps/cli/Session.ts"
import { type Incoming, responseOf } from "../../../src/apps/client/Handling.ts"
import { ClientId, MessageId } from "../../../src/domain/Identifiers.ts"
import { map, type SampMap, toJson } from "../../../src/domain/SampValue.ts"
import { type Command, CommandNotRun, CommandRunner, type Ended } from "../../../src/ports/CommandRunner.ts"
import { awkward, runs, seed } from "../../support/arbitraries.ts"
import { below, pick, random } from "../../support/seeded.ts"

const words = (text: string): ReadonlyArray<string> | string => Result.merge(split(text))

describe("words of a command line", () => {
  it.each<readonly [string, ReadonlyArray<string>]>([
    ["a b  c", ["a", "b", "c"]],
    ["  a\tb\nc ", ["a", "b", "c"]],
    ["stilts tpipe in={url} omode=meta", ["stilts", "tpipe", "in={url}", "omode=meta"]],
    ["a 'b  c' \"d  e\"", ["a", "b  c", "d  e"]],
    ["a'b'\"c\"d", ["abcd"]],
    ["''", [""]],
    ["a '' \"\" b", ["a", "", "", "b"]],
    ["a\\ b \\\\ \\' \\\"", ["a b", "\\", "'", "\""]],
    ["'a\\b' 'a\"b'", ["a\\b", "a\"b"]],
    ["\"a\\\"b\" \"\\$x\" \"\\`\" \"\\\\\" \"\\n\" \"it's\"", ["a\"b", "$x", "`", "\\", "\\n", "it's"]],
    ["a\\\nb c\\\n d \\\n e \"f\\\ng\" 'h\\\ni'", ["ab", "c", "d", "e", "fg", "h\\\ni"]],
    ["a\u00a0b \u2003", ["a\u00a0b", "\u2003"]],
    ["a\rb", ["a\rb"]],
    ["\u{1f52d} '\u{1f52d}'", ["\u{1f52d}", "\u{1f52d}"]],
    ["$HOME *.fits | x > y; z # w", ["$HOME", "*.fits", "|", "x", ">", "y;", "z", "#", "w"]]
  ])("%j", (text, expected) => {
    assert.deepStrictEqual(words(text), expected)
  })

  it.each<readonly [string, string]>([
    ["", "the command is empty"],
    [" \t\n ", "the command is empty"],
    ["\\\n", "the command is empty"],
    ["a 'b", "the command has a quote that is not closed: a 'b"],
    ["a \"b\\\"", "the command has a quote that is not closed: a \"b\\\""],
    ["a b'c' d\"", "the command has a quote that is not closed: a b'c' d\""],
    ["a\\", "the command ends with a backslash: a\\"]
  ])("not %j", (text, expected) => {
    assert.strictEqual(words(text), expected)
  })

  const hasBash = spawnSync("bash", ["-c", "exit 0"]).status === 0

  it.skipIf(!hasBash)(`as bash splits them (seed ${seed})`, () => {
    const dice = random(seed)
    // nothing that a shell does more with, as with the end of a line
    const parts: readonly [string, ...ReadonlyArray<string>] = [
      "a",
      "B1",
      " ",
      "\t",
      "'",
      "\"",
      "\\",
      "\\\n",
      "-",
      "=",
      "/",
      ".",
      "%",
      "\u00e9",
      "\r",
      "''",
      "\"\"",
      ","
    ]
    let compared = 0
    let script = ""
    const expected: Array<string> = []
    for (let i = 0; i < 3_000; i++) {
      let text = ""
      for (let n = below(dice, 12); n >= 0; n--) text += pick(dice, parts)
      const ours = split(text)
      if (Result.isFailure(ours) || /(?<!\\)(?:\\\\)+\n/u.test(text)) continue
      compared++
      script += `printf '<%s>' ${text}\nprintf '|'\n`
      expected.push(ours.success.map((word) => `<${word}>`).join(""))
    }
    assert.isAbove(compared, 300)
    const shown = execFileSync("bash", ["-c", script], { encoding: "utf8" }).split("|")
    for (const [i, line] of expected.entries()) assert.strictEqual(shown[i], line)
  })

  it.prop("of any text, or why there are none", { text: Schema.String }, ({ text }) => {
    const split = words(text)
    assert.isTrue(typeof split === "string" || split.length > 0)
  }, runs(500))

  it.prop("that were quoted come back", { text: Schema.String }, ({ text }) => {
    const single = `'${text.replaceAll("'", "'\\''")}'`
    const double = `"${text.replace(/["\\$`]/gu, "\\$&")}"`
    assert.deepStrictEqual(words(`${single} ${double}`), [text, text])
  }, runs(300))

  it("that are long take no long time", () => {
    for (
      const text of ["'".repeat(20_001), "\\".repeat(20_001), "\"\\".repeat(10_000), "a'b".repeat(10_001)]
    ) {
      assert.isString(words(text))
    }
  })
})

describe("SUB-11 pairs", () => {
  it.effect("are split at the first equals sign", () =>
    Effect.gen(function*() {
      const made = yield* pairs(["a=b=c", "x-samp.mostly-harmless=1", "e=", "__proto__=p"])
      assert.deepStrictEqual([...made], [["a", "b=c"], ["x-samp.mostly-harmless", "1"], ["e", ""], [
        "__proto__",
        "p"
      ]])
    }))

  it.effect.each(["a", "=b", ""])("%j is none", (pair) =>
    Effect.gen(function*() {
      const stop = yield* Effect.flip(pairs(["k=v", pair]))
      assert.deepStrictEqual([stop.code, stop.text], [2, `'${pair}' is not KEY=VALUE`])
    }))
})

const params = map({
  url: "http://x/a b;id",
  "table-id": "t 1",
  sender: "somebody else",
  rows: ["1", "2"],
  name: "{url} $(id)"
})

const incoming = (values: SampMap = params): Incoming => ({
  sender: ClientId("c7"),
  mtype: "table.load.votable",
  params: values,
  message: map({ "samp.mtype": "table.load.votable", "samp.params": values }),
  msgId: MessageId("m1"),
  progress: () => Effect.void
})

const line = { mtype: "table.load.votable", senderName: "topcat" }

/** Runs a command that ends so; gives the command, the response, and the line that was printed. */
const ran = (
  command: ReadonlyArray<string>,
  end: Partial<Ended> | CommandNotRun | "never" = {},
  values: SampMap = params,
  seconds = 0
) =>
  Effect.gen(function*() {
    const commands: Array<Command> = []
    const printed: Array<string> = []
    const console = yield* Console.Console
    const exit = yield* run(command, incoming(values), line, seconds).pipe(
      Effect.exit,
      Effect.provideService(CommandRunner, {
        run: (command) => {
          commands.push(command)
          if (end === "never") return Effect.never
          return end instanceof CommandNotRun
            ? Effect.fail(end)
            : Effect.succeed({ code: 0, stdout: "", stderr: "", ...end })
        }
      }),
      Effect.provideService(Console.Console, { ...console, log: (text: string) => void printed.push(text) })
    )
    const response = responseOf(Exit.map(exit, (result) => result))
    return {
      command: commands[0],
      response: response === undefined ? undefined : JSON.parse(JSON.stringify(toJson(response))) as unknown,
      printed: printed.map((text) => JSON.parse(text) as unknown)
    }
  })

describe("commands for messages", () => {
  it.effect("have parameters in place of their names, each within its word", () =>
    Effect.gen(function*() {
      const { command } = yield* ran([
        "{mtype}",
        "{url}",
        "in={table-id}",
        "{sender}",
        "{rows}",
        "{name}",
        "{no} {} {a b}"
      ])
      assert.strictEqual(command?.command, "table.load.votable")
      assert.deepStrictEqual(command?.args, [
        "http://x/a b;id",
        "in=t 1",
        "c7",
        "[\"1\",\"2\"]",
        "{url} $(id)",
        "{no} {} {a b}"
      ])
    }))

  it.effect("have the message on their input and in variables", () =>
    Effect.gen(function*() {
      const { command } = yield* ran(["x"])
      assert.strictEqual(command?.stdin, `${JSON.stringify(line)}\n`)
      assert.deepStrictEqual(command?.env, {
        SAMP_MTYPE: "table.load.votable",
        SAMP_SENDER: "c7",
        SAMP_SENDER_NAME: "topcat",
        SAMP_MSG_ID: "m1",
        SAMP_PARAM_URL: "http://x/a b;id",
        SAMP_PARAM_TABLE_ID: "t 1",
        SAMP_PARAM_SENDER: "somebody else",
        SAMP_PARAM_ROWS: "[\"1\",\"2\"]",
        SAMP_PARAM_NAME: "{url} $(id)"
      })
    }))

  it.effect("get no variable that is too long to start a program with, and none that steers it", () =>
    Effect.gen(function*() {
      const { command } = yield* ran(
        ["x"],
        {},
        map({ rows: "1".repeat(65_537), few: "1".repeat(65_536), PATH: "/x" })
      )
      assert.deepStrictEqual(
        Object.keys(command?.env ?? {}).filter((name) =>
          !/^SAMP_(?:MTYPE|SENDER|SENDER_NAME|MSG_ID)$/u.test(name)
        ),
        ["SAMP_PARAM_FEW", "SAMP_PARAM_PATH"]
      )
    }))

  it.effect.each<readonly [string, Partial<Ended>, unknown, object]>([
    ["RSP-02 0 and nothing", { stderr: "chatter" }, { "samp.status": "samp.ok", "samp.result": {} }, {
      result: {}
    }],
    [
      "text",
      { stdout: " caf\u00e9\u0007\n" },
      { "samp.status": "samp.ok", "samp.result": { value: "cafe?" } },
      { result: { value: "cafe?" } }
    ],
    [
      "a JSON object",
      { stdout: "{\"n\": 1, \"ok\": true}\n" },
      { "samp.status": "samp.ok", "samp.result": { n: "1", ok: "1" } },
      { result: { n: "1", ok: "1" } }
    ],
    [
      "JSON that SAMP cannot carry",
      { stdout: "{\"n\": null}" },
      { "samp.status": "samp.ok", "samp.result": { value: "{\"n\": null}" } },
      { result: { value: "{\"n\": null}" } }
    ],
    [
      "a JSON list",
      { stdout: "[1]" },
      { "samp.status": "samp.ok", "samp.result": { value: "[1]" } },
      { result: { value: "[1]" } }
    ],
    [
      "RSP-03 10",
      { code: 10, stdout: "half", stderr: "first\n some rows\n\n" },
      {
        "samp.status": "samp.warning",
        "samp.result": { value: "half" },
        "samp.error": { "samp.errortxt": "some rows" }
      },
      { error: "some rows" }
    ],
    [
      "10 without a word",
      { code: 10 },
      {
        "samp.status": "samp.warning",
        "samp.result": {},
        "samp.error": { "samp.errortxt": "the command has a warning" }
      },
      { error: "the command has a warning" }
    ],
    [
      "RSP-04 another code",
      { code: 3, stderr: "Traceback\nError: no" },
      {
        "samp.status": "samp.error",
        "samp.result": {},
        "samp.error": {
          "samp.errortxt": "Error: no",
          "samp.code": "exit.3",
          "samp.debugtxt": "Traceback\nError: no"
        }
      },
      { error: "Error: no" }
    ],
    [
      "a signal",
      { code: 143 },
      {
        "samp.status": "samp.error",
        "samp.result": {},
        "samp.error": {
          "samp.errortxt": "the command ended with code 143",
          "samp.code": "exit.143",
          "samp.debugtxt": ""
        }
      },
      { error: "the command ended with code 143" }
    ]
  ])("whose end is %s, make a response and a line", ([, end, response, said]) =>
    Effect.gen(function*() {
      const came = yield* ran(["x"], end)
      assert.deepStrictEqual(came.response, response)
      assert.deepStrictEqual(came.printed, [{ ...line, exitCode: end.code ?? 0, ...said }])
    }))

  it.effect("that cannot be run are told of, both there and here", () =>
    Effect.gen(function*() {
      const came = yield* ran(["x"], new CommandNotRun({ command: "x", detail: "spawn x ENOENT" }))
      assert.deepStrictEqual(came.response, {
        "samp.status": "samp.error",
        "samp.result": {},
        "samp.error": { "samp.errortxt": "cannot run x: spawn x ENOENT", "samp.code": "exit.not-run" }
      })
      assert.deepStrictEqual(came.printed, [{
        ...line,
        exitCode: null,
        error: "cannot run x: spawn x ENOENT"
      }])
    }))

  it.live("that take too long are ended", () =>
    Effect.gen(function*() {
      const came = yield* ran(["x"], "never", params, 0.05)
      assert.deepStrictEqual(came.response, {
        "samp.status": "samp.error",
        "samp.result": {},
        "samp.error": { "samp.errortxt": "the command took longer than 0.05 s", "samp.code": "exit.timeout" }
      })
      assert.deepStrictEqual(came.printed, [{
        ...line,
        exitCode: null,
        error: "the command took longer than 0.05 s"
      }])
    }))

  it.effect("whatever they write, make a response that SAMP can carry", () =>
    Effect.gen(function*() {
      for (const text of [...awkward, "{", "{}", "{\"a\":{\"\u00e9\":1}}", "\u{1f52d}", "\0"]) {
        for (const code of [0, 10, 1]) {
          const came = yield* ran(["x"], { code, stdout: text, stderr: text })
          assert.match(JSON.stringify(came.response), /^[\t\n\r\x20-\x7f]*$/u)
        }
      }
    }))
})
