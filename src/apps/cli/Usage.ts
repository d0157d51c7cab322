/** What is wrong with a command line, in plain words. */
import { type CliError, ValidationError } from "effect/cli/CliError"

/** What the parser expects, by how it says so; the first that fits. */
const expectations: ReadonlyArray<readonly [RegExp, string]> = [
  [/Expected a value between (-?\d+) and (-?\d+)/u, "a number between $1 and $2"],
  [/Expected a value greater than or equal to (-?\d+)/u, "a number of $1 or more"],
  [/Expected a value greater than (-?\d+)/u, "a number above $1"],
  [/^(?:Expected:? )?a string representing a finite number$/u, "a number"],
  [/^(?:Expected:? )?(?:an )?integer$/u, "a whole number"],
  [/^(?:Expected:? )?(?:a )?string$/u, "a value"],
  [/"true" \| .*"false"/u, "true or false"]
]

/** Names to choose from: `"a" | "b"` is a, b. */
const choices = (text: string): string =>
  text.replace(/^Expected:? /u, "").replaceAll(/"([^"]*)"/gu, "$1").replaceAll(" | ", ", ")

const plainly = (expected: string): string => {
  for (const [pattern, words] of expectations) {
    const found = pattern.exec(expected)
    if (found !== null) return found[0].replace(pattern, words)
  }
  return expected.includes(" | ") ? `one of ${choices(expected)}` : choices(expected)
}

/** Where people look for a subcommand, and what it is called. */
const moved: ReadonlyMap<string, string> = new Map([
  ["stop", "samp hub stop"],
  ["status", "samp hub status"]
])

/** An error in plain words. */
export const plain = (error: CliError): CliError => {
  if (error._tag === "InvalidValue") {
    const { expected, kind, option, value } = error
    const name = kind === "argument" ? `<${option}>` : `--${option}`
    const given = value === "" ? "nothing" : value
    return new ValidationError({ message: `${name}: ${plainly(expected)} is expected, not ${given}` })
  }
  const meant = error._tag === "UnknownSubcommand" && error.parent?.length === 1
    ? moved.get(error.subcommand)
    : undefined
  return meant === undefined
    ? error
    : new ValidationError({ message: `${error.message.split("\n")[0]}. Did you mean: ${meant}` })
}
