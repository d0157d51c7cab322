/** Residents: clients of ours, which look for hubs and come back to them by themselves. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Client } from "../../../src/apps/client/Client.ts"
import { type Incoming, later, Warning } from "../../../src/apps/client/Handling.ts"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import { stringAt } from "../../../src/domain/SampValue.ts"
import { dice } from "../../../src/domain/simulation/Dice.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"
import { numberKey } from "./Books.ts"
import type { Page, Resident, World } from "./World.ts"

/** What a resident can handle, and how. */
const handlers: {
  readonly [mtype: string]: (n: string) => Effect.Effect<{ n: string } | typeof later, unknown>
} = {
  "sim.echo": (n) => Effect.succeed({ n }),
  "sim.slow": (n) => Effect.as(Effect.sleep(2_500), { n }),
  "sim.fail": () => Effect.fail(new Error("it failed")),
  "sim.never": () => Effect.succeed(later),
  "sim.note.*": (n) => Effect.succeed({ n }),
  "sim.*": (n) => Effect.fail(new Warning({ text: "almost", result: { n } })),
  "x.y": (n) => Effect.succeed({ n })
}

/** MTypes and patterns that a resident can bind. */
export const bindable: ReadonlyArray<string> = Object.keys(handlers)

/** Binds one of them. */
export const bind = (world: World, name: string, client: Client, mtype: string) =>
  client.bind(mtype, (incoming: Incoming) => {
    const number = stringAt(incoming.message, numberKey) ?? ""
    const kind = incoming.msgId === undefined ? "Notification" : "Call"
    world.log(
      "$",
      name,
      `${kind.toLowerCase()} ${number} of ${incoming.sender} ${incoming.mtype}, by ${mtype}`
    )
    world.account(name).got.push({ kind, number, by: mtype })
    return handlers[mtype]?.(number) ?? Effect.void
  })

/** A resident comes, as a program or as a web page; it waits for a hub if there is none. */
export const enter = (world: World, pick: number, page?: Page) =>
  Effect.gen(function*() {
    const thrown = dice(pick)
    const kind = page === undefined ? "resident" : "page"
    const process = yield* Scope.provide(world.processes.start(kind), world.scope)
    const name = process.id
    const come = Effect.gen(function*() {
      const client = yield* SampClient.make({
        name,
        whenNoHub: "wait",
        timeoutSeconds: 4,
        hub: page === undefined ? undefined : { web: webUrl, origin: page.origin }
      }).pipe(Effect.tapError(() => Effect.forkDetach(process.exit))) // its user said no
      const resident: Resident = {
        kind: "resident",
        name,
        process,
        endpoint: undefined,
        touched: false,
        page,
        client,
        metadata: { "samp.name": name },
        bound: new Set(["sim.echo"]),
        extra: []
      }
      for (let i = thrown.below(4); i > 0; i--) resident.bound.add(thrown.pick(bindable))
      world.actors.push(resident)
      const from = page === undefined ? "" : ` comes from ${page.origin ?? "no origin"},`
      world.log("+", name, `${from} handles ${[...resident.bound].join(", ")}`.trim())
      for (const mtype of Array.from(resident.bound)) yield* Effect.ignore(bind(world, name, client, mtype))
    })
    yield* world.begin(process, `${name} comes in`, come)
  })
