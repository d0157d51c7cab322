/** `samp consent page`: the page on which the user answers, opened in his browser. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { openInBrowser } from "../../../adapters/node/Browser.ts"
import * as FileStoreNode from "../../../adapters/node/FileStoreNode.ts"
import { FileStore } from "../../../ports/FileStore.ts"
import * as ConsentQuery from "../../consent/ConsentQuery.ts"
import { findHub, type FoundHub } from "../../Discovery.ts"
import { codes, Stop } from "../Exit.ts"
import { withExits } from "../Exits.ts"
import * as Flags from "../Flags.ts"
import * as Print from "../Print.ts"

/**
 * A page that leads to another. The address is a secret, and what programs are started with can be read by all users of a
 * machine: so the browser is told of this file, which is the user's alone.
 */
const signpost = (url: string): string =>
  `<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>SAMP consent</title>
<meta http-equiv="refresh" content="0;url=${url}"><p><a href="${url}">The page of consent</a>
`

const ask = (hub: FoundHub) =>
  Effect.flatMap(ConsentQuery.page(hub), (page) =>
    page === undefined
      ? Effect.fail(
        new Stop({
          code: codes.failure,
          text: `The hub at ${hub.url}${
            hub.impl === undefined ? "" : ` (${hub.impl})`
          } has no page of consent; only a hub that was started by samp hub has one`
        })
      )
      : Effect.succeed(page))

/** Looks whether the browser has loaded the page. */
const tries = 100
const betweenMs = 100

/** `samp consent page`. */
export const page = Command.make(
  "page",
  {
    open: Flag.Boolean("open").pipe(
      Flag.withDescription("open it in the browser; --no-open only tells its address"),
      Flag.withDefault(true)
    ),
    hub: Flags.hub,
    json: Flags.json
  },
  Effect.fnUntraced(
    function*({ hub: choice, json, open }) {
      const hub = yield* findHub(Option.getOrUndefined(choice))
      const { url, views } = yield* ask(hub)
      yield* json
        ? Print.json({ event: "page", url })
        : Print.line(
          `The page of consent is at ${url}\nWhoever has this address can answer there: do not pass it on`
        )
      if (!open) return
      const files = yield* FileStore
      const leads = yield* files.temporary(new TextEncoder().encode(signpost(url)), "html")
      if (!(yield* openInBrowser(files.fileUrl(leads)))) {
        return yield* Print.remark(
          "There is no browser to open it here. Open the address in one on this machine"
        )
      }
      for (let attempt = 0; attempt < tries; attempt++) {
        if ((yield* ask(hub)).views > views) return
        yield* Effect.sleep(betweenMs)
      }
      yield* Print.remark("The browser has not opened it. Open the address yourself")
    },
    Effect.scoped,
    Effect.provide(FileStoreNode.layer)
  )
).pipe(
  Command.withDescription(
    "Open the page of the running hub where its questions are answered and its rules are shown"
  ),
  Command.withExamples([
    { command: "samp consent page", description: "open it in the browser" },
    { command: "samp consent page --no-open", description: "only tell its address" }
  ]),
  withExits("noHub", "timeout")
)
