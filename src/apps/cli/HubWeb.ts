/** `samp hub web`: whether web pages reach a running hub, and switching that on and off. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readWebState, webMethod, type WebState } from "../../domain/HubStatus.ts"
import { type CallError, CallSender } from "../../ports/CallSender.ts"
import { findHub, type FoundHub } from "../Discovery.ts"
import { codes, Stop } from "./Exit.ts"
import { withOwnExits } from "./Exits.ts"
import { said } from "./Fault.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"

/** Milliseconds for the answer. */
const limitMs = 10_000

/** The Web Profile of a hub, once it is as it is wished. */
const webStateOf = (hub: FoundHub, wish: "on" | "off" | "") =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const call = { method: webMethod, params: [hub.secret, wish] }
    const unable = ({ detail }: CallError) =>
      new Stop({
        code: codes.failure,
        text: `The hub at ${hub.url}${
          hub.impl === undefined ? "" : ` (${hub.impl})`
        } does not tell of its Web Profile: ${said(detail)}. Look where it was started`
      })
    const answer = yield* Effect.catchIf(
      sender.call(hub.url, call, { timeoutMs: limitMs }),
      ({ reason }) => reason === "RemoteFault",
      (error) => Effect.fail(unable(error))
    )
    const state = readWebState(answer)
    return state ?? (yield* new Stop({
      code: codes.failure,
      text: `The hub at ${hub.url} said something else than how its Web Profile is`
    }))
  })

/** How it is, for people. */
export const sentence = (state: WebState): string =>
  state._tag === "On"
    ? `Web pages reach the hub at ${state.url}`
    : `Web pages do not reach the hub: ${state.why}`

/** How it is, for programs. */
export const asJson = (state: WebState) =>
  state._tag === "On" ? { state: "on", url: state.url } : { state: "off", why: state.why }

/** `samp hub web`. */
export const command = Command.make(
  "web",
  {
    wish: Argument.Literals("on|off|status", ["on", "off", "status"]).pipe(
      Argument.withDescription("on lets web pages in, off disconnects them, status changes nothing"),
      Argument.withDefault("status")
    ),
    hub: Flags.hub,
    json: Flags.json
  },
  Effect.fnUntraced(function*({ hub, json, wish }) {
    const found = yield* findHub(Option.getOrUndefined(hub))
    const state = yield* webStateOf(found, wish === "status" ? "" : wish)
    yield* json ? Print.json({ hub: found.url, ...asJson(state) }) : Print.line(sentence(state))
    if (wish === "on" && state._tag === "Off") {
      return yield* new Stop({
        code: codes.cannotStart,
        text: json ? sentence(state) : "End what has the port, and try again with: samp hub web on"
      })
    }
  })
).pipe(
  Command.withDescription(
    "Tell whether web pages reach a running hub, or switch that on and off; its other clients stay"
  ),
  Command.withExamples([
    { command: "samp hub web", description: "how it is" },
    { command: "samp hub web off", description: "web pages are told, and disconnected" },
    { command: "samp hub web on --hub red1 --json", description: "another hub, for a script" }
  ]),
  withOwnExits(
    { cannotStart: "web pages cannot be let in: the port is taken" },
    "noHub",
    "timeout",
    "cannotStart"
  )
)
