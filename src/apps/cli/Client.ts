/** A command's own client, for commands that do more than one message. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Client, ClientOptions } from "../client/Client.ts"
import type { BadMessage, ConnectError } from "../client/ClientErrors.ts"
import type { ClientPorts } from "../client/Registration.ts"
import * as SampClient from "../client/SampClient.ts"
import type { Stop } from "./Exit.ts"
import { type Identity, metadataOf } from "./Session.ts"

/** What the user says about the client that a command is, and about its hub. */
export interface Given extends Identity {
  readonly hub: Option.Option<string>
}

/** Registers under a name that shows which command it is, unless the user wants another. */
export const connect = (
  given: Given,
  command: string,
  options: ClientOptions = {}
): Effect.Effect<Client, ConnectError | BadMessage | Stop, ClientPorts | Scope.Scope> =>
  Effect.flatMap(
    metadataOf(command, given),
    (metadata) => SampClient.make({ hub: Option.getOrUndefined(given.hub), metadata, ...options })
  )
