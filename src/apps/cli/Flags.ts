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

/** Whole seconds, none negative. */
export const seconds = (name: string, description: string) =>
  Flag.Int(name).pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000_000 }))),
    Flag.withMetavar("SECONDS"),
    Flag.withDescription(description)
  )
