/** `samp listen`, started and ready. */
import { type Hub, type JsonRecord, type Program, type Start, until, type World } from "../harness.ts"
import type { Client } from "./Client.ts"
import { textAt } from "./Wire.ts"

/** A hub with a client that talks, and that sees who subscribes. */
export interface Scene {
  readonly world: World
  readonly hub: Hub
  readonly talker: Client
}

/** Makes the scene. */
export const scene = async (world: World): Promise<Scene> => {
  const hub = await world.hub()
  const talker = await world.client(hub, "samp.hub.event.subscriptions", "samp.hub.event.unregister")
  await talker.ask("declareMetadata", { "samp.name": "Talker" })
  return { world, hub, talker }
}

/** Waits until a client that is not in `known` has subscribed to a pattern. */
export const subscribed = async (
  talker: Client,
  program: Program,
  pattern: string,
  known: ReadonlyArray<string> = []
): Promise<string> => {
  const found = () =>
    talker.got("samp.hub.event.subscriptions").map(({ content }) => {
      const id = textAt(content, "samp.params", "id")
      const all = content["samp.params"]
      return !known.includes(id) && JSON.stringify(all).includes(`"${pattern}":`) ? id : undefined
    }).find((id) => id !== undefined)
  await until("the subscription", () => found() !== undefined || program.failIfEnded("samp listen"))
  return found() ?? ""
}

/** Starts `samp listen` and waits until it takes messages. */
export const listening = async (
  { talker, world }: Scene,
  args: readonly [pattern: string, ...rest: ReadonlyArray<string>],
  options: Start = {}
): Promise<{ readonly program: Program; readonly id: string }> => {
  const known = talker.got("samp.hub.event.subscriptions").map(({ content }) =>
    textAt(content, "samp.params", "id")
  )
  const program = world.start(["listen", ...args], options)
  return { program, id: await subscribed(talker, program, args[0], known) }
}

let tags = 0

/** Calls a client, and waits for the response. */
export const answerOf = async (
  { talker }: Scene,
  id: string,
  mtype: string,
  params: JsonRecord = {}
): Promise<JsonRecord> => {
  const tag = `tag ${++tags}`
  // params of the tests are strings
  await talker.ask("call", id, tag, { "samp.mtype": mtype, "samp.params": params as Record<string, string> })
  await until("the response", () => talker.got(tag).length > 0)
  return talker.got(tag)[0]?.content ?? {}
}
