/** `samp consent`: which web pages are let in. */
import * as Command from "effect/cli/Command"
import { list, test } from "./consent/Looking.ts"
import { page } from "./consent/Page.ts"
import { allow, deny, revoke } from "./consent/Rules.ts"
import { withExits } from "./Exits.ts"

/** `samp consent`. */
export const command = Command.make("consent").pipe(
  Command.withDescription("Say which web pages may use your desktop programs, and look at what was said"),
  Command.withExamples([
    { command: "samp consent list", description: "what was said, and who waits for an answer" },
    { command: "samp consent allow https://archive.example", description: "let the pages of an archive in" }
  ]),
  withExits(),
  Command.withSubcommands([list, allow, deny, revoke, test, page])
)
