/** The exit codes in the help of each command: those that it can end with, after all else. */
import * as Command from "effect/cli/Command"
import type { HelpDoc } from "effect/cli/HelpDoc"
import * as Context from "effect/Context"
import { codes } from "./Exit.ts"
import * as Print from "./Print.ts"

type Name = keyof typeof codes

/** What the codes mean, in the words of the README. */
const meanings: { readonly [N in Name]: string } = {
  ok: "it worked",
  failure: "something unexpected",
  usage: "the command line is wrong, or SAMP_HUB cannot be followed",
  noHub: "no hub is running, or it has gone",
  noSuchClient: "no client of that id or name",
  nobodySubscribed: "nobody, or not the one you named, is subscribed to the MType",
  errorResponse: "a response was samp.error",
  timeout: "no response in time",
  hubRunning: "a hub is already running there, or has the label",
  cannotStart: "the hub or the recording cannot start: port taken, lockfile or file not writable",
  badData: "the data cannot be read, or are of no kind that is known",
  nonconforming: "the hub does not do what the standard demands",
  difference: "the recording was not replayed as it was recorded",
  notAllowed: "the rules do not allow it: it would be refused, or have to ask",
  interrupted: "interrupted"
}

const Rows = Context.Reference<ReadonlyArray<readonly [Name, string]>>("samp/cli/Exits", {
  defaultValue: () => []
})

/**
 * Lets the help of a command tell its exit codes, some of which mean something of their own there.
 *
 * @param own - what those mean
 * @param names - those beyond `ok`, `failure` and `usage`, which all commands have
 */
export const withOwnExits = (own: { readonly [N in Name]?: string }, ...names: ReadonlyArray<Name>) =>
  Command.annotate(
    Rows,
    (["ok", "failure", "usage", ...names] as const).map((name) => [name, own[name] ?? meanings[name]])
  )

/**
 * Lets the help of a command tell its exit codes.
 *
 * @param names - those beyond `ok`, `failure` and `usage`, which all commands have
 */
export const withExits = (...names: ReadonlyArray<Name>) => withOwnExits({}, ...names)

/** The section of a help that tells them; empty if the command has not said which it has. */
export const section = ({ annotations }: HelpDoc): string => {
  const rows = Context.get(annotations, Rows).map(([name, meaning]) => [`  ${codes[name]}`, meaning])
  return rows.length === 0 ? "" : `\nEXIT CODES\n${Print.table(rows)}`
}
