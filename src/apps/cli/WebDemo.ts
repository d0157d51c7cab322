/** `samp web-demo`: example pages for a browser on this machine. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import * as DataServerNode from "../../adapters/http/DataServerNode.ts"
import * as SiteServerNode from "../../adapters/http/SiteServerNode.ts"
import * as KeySourceNode from "../../adapters/node/KeySourceNode.ts"
import { webPort } from "../../domain/WebProfile.ts"
import * as WebDemo from "../WebDemo.ts"
import { ending } from "./Ending.ts"
import { codes, Stop } from "./Exit.ts"
import { withOwnExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"

const port = (name: string, least: number, otherwise: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: least, maximum: 65_535 }))),
    Flag.withMetavar("PORT"),
    Flag.withDescription(description),
    Flag.withDefault(otherwise)
  )

const flags = {
  port: port(
    "port",
    0,
    WebDemo.sitePort,
    `port to serve the pages on; 0 takes any free one, but then a hub that remembers pages does not know these (default: ${WebDemo.sitePort})`
  ),
  hubPort: port(
    "web-port",
    1,
    webPort,
    `port on which the hub lets web pages in, if it was started with another --web-port (default: ${webPort})`
  ),
  json: Flags.json
}

const platform = Layer.mergeAll(
  SiteServerNode.layer,
  DataServerNode.layer().pipe(Layer.provide(KeySourceNode.layer))
)

/** `samp web-demo`. */
export const command = Command.make(
  "web-demo",
  flags,
  ({ hubPort, json, port }) =>
    Effect.scoped(Effect.gen(function*() {
      ending.meant = true
      // beside this file, once it is bundled
      const directory = join(import.meta.dirname, "web-demo")
      const url = yield* WebDemo.serve({ directory, port, hubPort })
      yield* json
        ? Print.json({ event: "ready", url })
        : Print.line(
          `Open ${url} in a browser on this machine. The pages need a hub: samp hub. End with Ctrl-C.`
        )
      const lastWord = Effect.suspend(() =>
        json ? Print.json({ event: "ended", reason: ending.signal ?? "interrupted" }) : Effect.void
      )
      return yield* Effect.onInterrupt(Effect.never, () => lastWord)
    })).pipe(
      Effect.catchTag("SiteError", (error) =>
        Effect.fail(
          new Stop({ code: codes.cannotStart, text: `${error.message}. Install effect-samp anew` })
        )),
      Effect.provide(platform)
    )
).pipe(
  Command.withDescription(
    "Serve example pages for a browser on this machine: send a table, receive, point the sky"
  ),
  Command.withExamples([
    { command: "samp web-demo", description: "prints the URL to open, and serves until Ctrl-C" },
    { command: "samp web-demo --json", description: "the same, with the URL in a JSON object" }
  ]),
  withOwnExits({ cannotStart: "the pages cannot be served: port taken" }, "cannotStart")
)
