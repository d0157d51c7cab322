/** What is demanded of a command that has ended. */
import { assert } from "@effect/vitest"
import { type Ended, type JsonRecord, record } from "../harness.ts"

/** An exit code, and on stderr a reason for people that says these things. */
export const ended = ({ code, stderr }: Ended, expected: number, ...says: ReadonlyArray<string>): void => {
  assert.strictEqual(code, expected, stderr)
  for (const text of says) assert.include(stderr, text)
  assert.notMatch(stderr, /\n\s+at /u, "no stack")
}

/** The same of one that did nothing: the reason is short, and stdout is empty. */
export const refused = (end: Ended, expected: number, ...says: ReadonlyArray<string>): void => {
  ended(end, expected, ...says)
  assert.strictEqual(end.stdout, "")
  assert.isAtMost(end.stderr.trim().split("\n").length, 3, end.stderr)
}

/** The JSON objects on stdout, one a line. */
export const objects = ({ stdout }: Ended): ReadonlyArray<JsonRecord> =>
  stdout.split("\n").slice(0, -1).map((line) => record(JSON.parse(line)))

/** The JSON objects of a command that went well. */
export const printed = (end: Ended): ReadonlyArray<JsonRecord> => {
  ended(end, 0)
  return objects(end)
}
