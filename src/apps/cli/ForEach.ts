/** A command for each message, and the response that its end makes. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ascii } from "../../domain/content/Product.ts"
import { fromJson, isMap, type Json, map, type SampMap, toJson } from "../../domain/SampValue.ts"
import { type CommandNotRun, CommandRunner, type Ended } from "../../ports/CommandRunner.ts"
import { Failure, type Incoming, Warning } from "../client/Handling.ts"
import type { Line } from "./Messages.ts"
import * as Print from "./Print.ts"

/** The exit code that stands for `samp.warning`. */
const warningCode = 10

/** A word of a command line: bare and quoted parts in any order; or what begins none. */
const wordOrOdd = /((?:[^ \t\n"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)|([^ \t\n])/gsu

/** A quoted or escaped part of a word. */
const quoted = /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gsu

/** An escaped character by itself; an escaped end of line is none at all. */
const escaped = (character: string): string => character === "\n" ? "" : character

/**
 * Splits a command line into words as a shell does, but for its variables, patterns, pipes, comments and the like: no
 * shell is run. The end of a line is a blank like the others.
 *
 * @returns why it cannot be split: there is nothing in it, or a quote without its end
 */
export const split = (text: string): Result.Result<ReadonlyArray<string>, string> => {
  const words: Array<string> = []
  for (const [, word, odd] of text.matchAll(wordOrOdd)) {
    if (word === undefined) {
      const what = odd === "\\" ? "ends with a backslash" : "has a quote that is not closed"
      return Result.fail(`the command ${what}: ${text}`)
    }
    if (/^(?:\\\n)+$/u.test(word)) continue
    words.push(word.replace(quoted, (_, double?: string, single?: string, other?: string) => {
      if (other !== undefined) return escaped(other)
      return single ?? (double ?? "").replace(/\\(["\\$`\n])/gu, (_, special: string) => escaped(special))
    }))
  }
  return words.length === 0 ? Result.fail("the command is empty") : Result.succeed(words)
}

const text = (value: Json | undefined): string =>
  value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)

/**
 * A word with the values of parameters in place of their names. `{sender}` and `{mtype}` are the message's own, whatever its
 * parameters say; names of nothing stay as they are.
 */
const filled = (word: string, values: ReadonlyMap<string, string>): string =>
  word.replace(/\{([0-9A-Za-z_.-]+)\}/gu, (whole, name: string) => values.get(name) ?? whole)

const variable = (name: string): string => `SAMP_PARAM_${name.toUpperCase().replace(/[^0-9A-Z]/gu, "_")}`

/**
 * Characters of the longest value that goes into a variable of its own. Systems start no program with much more, 128 KiB
 * for one on Linux; the whole message is on the standard input.
 */
const longestVariable = 65_536

const variables = (params: ReadonlyArray<readonly [name: string, value: string]>) =>
  Object.fromEntries(
    params.filter(([, value]) => value.length <= longestVariable)
      .map(([name, value]) => [variable(name), value.replaceAll("\0", "")])
  )

/** What a command wrote, as a result: a JSON object as it is, any other text as `value`. */
const resultOf = (stdout: string): SampMap => {
  const trimmed = stdout.trim()
  if (trimmed === "") return new Map()
  if (trimmed.startsWith("{")) {
    const parsed = Result.try(() => JSON.parse(trimmed) as unknown)
    const read = Result.isSuccess(parsed) ? fromJson(parsed.success) : undefined
    if (read !== undefined && Result.isSuccess(read) && isMap(read.success)) return read.success
  }
  return map({ value: ascii(trimmed) })
}

const lastLine = (written: string): string | undefined =>
  written.split("\n").map((line) => line.trim()).findLast((line) => line !== "")

const response = ({ code, stderr, stdout }: Ended): Effect.Effect<SampMap, Failure | Warning> => {
  const result = resultOf(stdout)
  if (code === 0) return Effect.succeed(result)
  const said = lastLine(stderr)
  return code === warningCode
    ? Effect.fail(new Warning({ text: said ?? "the command has a warning", result }))
    : Effect.fail(
      new Failure({
        text: said ?? `the command ended with code ${code}`,
        code: `exit.${code}`,
        debugtxt: stderr.slice(-2_000),
        result
      })
    )
}

/**
 * Runs the command for a message, and prints a line of the message with what came of it. The result is that of the
 * response; a failure makes it one of `samp.warning` or `samp.error`.
 *
 * @param words - the command; `{url}` and the like stand for parameters
 * @param line - the message, which the command reads from its standard input
 * @param seconds - how long the command may take; 0 for ever
 */
export const run = (
  words: ReadonlyArray<string>,
  incoming: Incoming,
  line: Line,
  seconds: number
): Effect.Effect<SampMap, Failure | Warning | CommandNotRun, CommandRunner> =>
  Effect.gen(function*() {
    const { run } = yield* CommandRunner
    const params = Object.entries(toJson(incoming.params)).map(([name, value]) =>
      [name, text(value)] as const
    )
    const values = new Map([...params, ["sender", incoming.sender], ["mtype", incoming.mtype]])
    const [command = "", ...args] = words.map((word) => filled(word, values))
    const env = {
      SAMP_MTYPE: incoming.mtype,
      SAMP_SENDER: incoming.sender,
      SAMP_SENDER_NAME: text(line["senderName"]),
      SAMP_MSG_ID: incoming.msgId ?? "",
      ...variables(params)
    }
    const running = run({ command, args, env, stdin: `${JSON.stringify(line)}\n` })
    const ended = yield* Effect.result(Effect.mapError(
      seconds === 0 ? running : Effect.timeoutOrElse(running, {
        duration: seconds * 1000,
        orElse: () =>
          Effect.fail(
            new Failure({ text: `the command took longer than ${seconds} s`, code: "exit.timeout" })
          )
      }),
      (error) => error._tag === "Failure" ? error : new Failure({ text: error.message, code: "exit.not-run" })
    ))
    const said = Result.isSuccess(ended)
      ? yield* Effect.result(response(ended.success))
      : Result.fail(ended.failure)
    yield* Print.json({
      ...line,
      exitCode: Result.isSuccess(ended) ? ended.success.code : null,
      ...Result.isSuccess(said) ? { result: toJson(said.success) } : { error: said.failure.message }
    })
    return yield* Effect.fromResult(said)
  })
