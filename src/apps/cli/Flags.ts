/** Flags that several commands share. */
import * as Flag from "effect/cli/Flag"
import * as Schema from "effect/Schema"

/** Which hub to talk to. */
export const hub = Flag.String("hub").pipe(
  Flag.withMetavar("LABEL|PATH|URL"),
  Flag.withDescription("the hub to use: its label, or the path or URL of its lockfile"),
  Flag.optional
)

/** Machine-readable output. */
export const json = Flag.Boolean("json").pipe(
  Flag.withDescription("print JSON, one object a line"),
  Flag.withDefault(false)
)

/** Whether a recording may take the place of a file. */
export const overwrite = Flag.Boolean("overwrite").pipe(
  Flag.withDescription("replace the recording if it is there already"),
  Flag.withDefault(false)
)

/** Whole seconds, none negative. */
export const seconds = (name: string, description: string) =>
  Flag.Int(name).pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 }))),
    Flag.withMetavar("SECONDS"),
    Flag.withDescription(description)
  )

/** Ids or names of recipients. */
export const to = Flag.String("to").pipe(
  Flag.withMetavar("NAME|ID"),
  Flag.withDescription("only to this client; may be given several times (default: all that subscribe)"),
  Flag.atLeast(0)
)

/** How this command presents itself to the others. */
export const identity = {
  clientName: Flag.String("client-name").pipe(
    Flag.withMetavar("NAME"),
    Flag.withDescription("name under which this command registers"),
    Flag.optional
  ),
  clientMeta: Flag.String("client-meta").pipe(
    Flag.withMetavar("KEY=VALUE"),
    Flag.withDescription("metadata of this command; may be given several times"),
    Flag.atLeast(0)
  )
}

/** What commands share that send something and may wait for responses. */
export const responses = {
  timeout: seconds("timeout", "how long to wait for responses; 0 for ever (default: 60)").pipe(
    Flag.withDefault(60)
  ),
  ...identity,
  hub,
  json
}
