/** `samp point`: a position for all who show the sky. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Definition from "../../domain/mtypes/Definition.ts"
import { coordPointAtSky } from "../../domain/mtypes/Sky.ts"
import { parse } from "../../domain/SkyPosition.ts"
import * as Clients from "../client/Finding.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import { chooseRecipients } from "./Recipients.ts"
import * as Replies from "./Replies.ts"
import { connect } from "./Session.ts"

const flags = {
  ra: Argument.String("ra").pipe(
    Argument.withDescription("right ascension: degrees, or hours as in 00:42:44.3 or 0h42m44.3s")
  ),
  dec: Argument.String("dec").pipe(
    Argument.withDescription("declination: degrees, or as in +41:16:09 or 41d16m9s")
  ),
  to: Flags.to,
  wait: Flag.Boolean("wait").pipe(
    Flag.withDescription("call, and print the responses"),
    Flag.withDefault(false)
  ),
  ...Flags.responses
}

/** `samp point`. */
export const command = Command.make("point", flags, (given) =>
  Effect.scoped(Effect.gen(function*() {
    const { json } = given
    const position = parse(given.ra, given.dec)
    if (Result.isFailure(position)) return yield* new Stop({ code: codes.usage, text: position.failure })
    const { dec, ra } = position.success
    const message = Definition.message(coordPointAtSky, { ra, dec })
    if (Result.isFailure(message)) return yield* new Stop({ code: codes.usage, text: message.failure.text })
    const connection = yield* connect(given.hub, "point", given)
    const clients = yield* chooseRecipients(connection, given.to, coordPointAtSky.mtype)
    if (given.wait) {
      const show = (reply: Replies.Reply) => Replies.print(reply, json)
      const replies = yield* Replies.collect(connection, clients, message.success, given.timeout, show)
      return yield* Replies.conclude(replies, given.to)
    }
    for (const { id } of clients) yield* connection.notify(id, message.success)
    yield* json
      ? Print.json({ event: "sent", ra, dec, recipients: clients.map(({ id }) => id) })
      : Print.line(`Pointed ${clients.map(Clients.title).join(", ")} to ${ra} ${dec}`)
  }))).pipe(
    Command.withDescription("Point all who show the sky, or some of them, to a position (ICRS)"),
    Command.withExamples([
      { command: "samp point 10.6847 41.2687", description: "in degrees" },
      { command: "samp point 00:42:44.3 +41:16:09 --to aladin", description: "in hours and degrees" }
    ]),
    withExits("noHub", "noSuchClient", "nobodySubscribed", "errorResponse", "timeout")
  )
