/**
 * A value that one client calls another with, through a hub, and that comes back as the result, is the value that was sent:
 * for the clients and hubs of ours, of astropy and of JSAMP in all combinations.
 *
 * The first line of an input names hub, sender and recipient; then comes the value as tagged JSON.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import * as Platform from "../../../src/apps/NodePlatform.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import { illegalCharacter, isList, map, type SampValue } from "../../../src/domain/SampValue.ts"
import { throughOthers } from "../../interop/support/Deviations.ts"
import * as Home from "../../interop/support/Home.ts"
import * as Hubs from "../../interop/support/Hubs.ts"
import * as Json from "../../interop/support/Json.ts"
import type { Partner } from "../../interop/support/Partner.ts"
import * as Peers from "../../interop/support/Peers.ts"
import { readSamp, write } from "../../interop/support/Tagged.ts"
import { show } from "../../support/arbitraries.ts"
import { pick, type Random } from "../../support/seeded.ts"
import { type Outcome, shape, type Target } from "../engine/Target.ts"
import { value } from "./ValueGrammar.ts"

const kinds = ["ours", "astropy", "jsamp"] as const
type Kind = (typeof kinds)[number]

/** The astropy hub loses the response to `callAndWait` if it comes at once (WIRE-77). */
const pauseMs = 60
/** Seconds that the astropy hub lives, should it not be ended. */
const lifeSeconds = "7200"

/** One who sends and echoes. */
interface Party {
  readonly id: string
  /** Calls a client with a value; what comes back. Rejects when nothing does. */
  readonly call: (to: string, value: SampValue) => Promise<SampValue>
  readonly end: () => Promise<void>
}

const ourParty = async (home: Home.Home, hub: Kind): Promise<Party> => {
  const scope = await Effect.runPromise(Scope.make())
  const made = Effect.gen(function*() {
    const context = yield* Layer.build(Layer.fresh(Platform.layer(defaults)))
    const client = yield* Effect.provideContext(
      SampClient.make({ name: "fuzz", hub: home.lockfile, timeoutSeconds: 10 }),
      context
    )
    yield* client.bind(
      "fuzz.echo",
      ({ params }) =>
        Effect.as(hub === "astropy" ? Effect.sleep(pauseMs) : Effect.void, {
          value: params.get("value") ?? ""
        })
    ).pipe(Scope.provide(scope))
    return { client, id: (yield* client.connected).selfId }
  })
  const { client, id } = await Effect.runPromise(made.pipe(Scope.provide(scope)))
  return {
    id,
    call: (to, sent) =>
      Effect.runPromise(
        Effect.map(client.callAndWait(ClientId(to), "fuzz.echo", map({ value: sent })), ({ result }) =>
          result.get("value") ?? "")
      ),
    end: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}

const partnerParty = async (partner: Partner): Promise<Party> => {
  const id = Json.text(await partner.next(), "id")
  return {
    id,
    call: async (to, sent) => {
      const answer = await partner.ask(`[${JSON.stringify(to)},${write(sent)}]`)
      const back = answer["value"] === undefined ? undefined : readSamp(JSON.stringify(answer["value"]))
      if (back === undefined) throw new Error(JSON.stringify(answer))
      return back
    },
    end: () => partner.end()
  }
}

interface Place {
  readonly parties: Readonly<Record<Kind, Party>>
  readonly end: () => Promise<void>
}

const open = async (kind: Kind): Promise<Place> => {
  const home = Home.make()
  const args = kind === "astropy" ? ["single", "", "0", lifeSeconds] : []
  const hub = await Hubs.start(kind, home, ...args)
  const [ours, astropy, jsamp] = await Promise.all([
    ourParty(home, kind),
    partnerParty(Peers.pythonPartner(home, "fuzz_echo.py", kind === "astropy" ? String(pauseMs) : "0")),
    partnerParty(Peers.javaPartner(home, "FuzzPeer.java", "echo", kind === "astropy" ? String(pauseMs) : "0"))
  ])
  const end = async (): Promise<void> => {
    await Promise.all([ours.end(), astropy.end(), jsamp.end()])
    await hub.program.end()
    home.remove()
  }
  return { parties: { ours, astropy, jsamp }, end }
}

const change = (value: SampValue, how: (text: string) => string): SampValue =>
  typeof value === "string"
    ? how(value)
    : isList(value)
    ? value.map((item) => change(item, how))
    : new Map([...value].map(([key, item]) => [how(key), change(item, how)]))

const isLegal = (value: SampValue): boolean =>
  typeof value === "string"
    ? illegalCharacter(value) === undefined
    : isList(value)
    ? value.every(isLegal)
    : [...value].every(([key, item]) => isLegal(key) && isLegal(item))

const sizes = (value: SampValue): string =>
  typeof value === "string"
    ? ""
    : isList(value)
    ? `[${value.map(sizes).join("")}]`
    : `{${value.size}${[...value.values()].map(sizes).join("")}}`

interface Route {
  readonly hub: Kind
  readonly from: Kind
  readonly to: Kind
}

const isKind = (name: string | undefined): name is Kind => kinds.some((kind) => kind === name)

const routeOf = (line: string): Route => {
  const [hub, from, to] = line.split(" ")
  return { hub: isKind(hub) ? hub : "ours", from: isKind(from) ? from : "ours", to: isKind(to) ? to : "ours" }
}

/** What a value comes to that goes along a route. */
const travel = async (
  places: ReadonlyMap<Kind, Place>,
  { from, hub, to }: Route,
  sent: SampValue
): Promise<Outcome> => {
  const name = `${from} to ${to} through ${hub}`
  const place = places.get(hub)
  if (place === undefined) throw new Error(`no hub ${hub}`)
  const { parties } = place
  const isOurs = hub === "ours" && from === "ours" && to === "ours"
  const known = isOurs ? (text: string) => text : throughOthers
  const expected = change(sent, known)
  // two keys that become one: which of them stays is anybody's guess
  if (sizes(expected) !== sizes(sent)) return { seen: ["keys fall together"] }
  try {
    const back = show(change(await parties[from].call(parties[to].id, sent), known))
    const wrong = back === show(expected)
      ? undefined
      : { kind: `changed from ${name}`, detail: `${show(sent)} came back as ${back}` }
    return { seen: [name], wrong }
  } catch (error) {
    return {
      seen: [name],
      wrong: {
        kind: `no answer from ${name}: ${shape(String(error))}`,
        detail: `${show(sent)}: ${String(error)}`
      }
    }
  }
}

/** Values none of whose keys become the same on the way. */
const distinct = (next: Random): SampValue => {
  for (;;) {
    const made = value(next)
    if (sizes(change(made, throughOthers)) === sizes(made)) return made
  }
}

/** A list of so many random values as tagged JSON. */
export const someValues = (next: Random, count: number): string =>
  write(Array.from({ length: count }, () => distinct(next)))

const generate = (next: Random): string =>
  `${pick(next, kinds)} ${pick(next, kinds)} ${pick(next, kinds)}\n${someValues(next, 6)}`

/** All routes: the first lines of inputs. */
export const routes: ReadonlyArray<string> = kinds.flatMap((hub) =>
  kinds.flatMap((from) => kinds.map((to) => `${hub} ${from} ${to}`))
)

/** The three hubs with the three clients at each. */
export const hubs = async (): Promise<Target> => {
  const places = new Map<Kind, Place>()
  for (const kind of kinds) places.set(kind, await open(kind))
  return {
    name: "hubs",
    sources:
      /\/src\/(?:domain\/(?:XmlRpc|StandardProfile|Message|client\/)|adapters\/http\/|apps\/client\/)/u,
    seeds: routes.map((route) => `${route}\n"x"`),
    pieces: [
      "ours",
      "astropy",
      "jsamp",
      "\"\"",
      "\"\\r\"",
      "{\"l\":[]}",
      "{\"m\":[]}",
      "[\"\",\"x\"]",
      ",",
      "\\n",
      "<",
      "&",
      "]]>",
      " "
    ],
    generate,
    check: async (input) => {
      const at = input.indexOf("\n")
      const sent = readSamp(input.slice(at + 1))
      if (sent === undefined || !isLegal(sent)) return { seen: ["no value"] }
      return travel(places, routeOf(input.slice(0, Math.max(at, 0))), sent)
    },
    stop: async () => {
      await Promise.all([...places.values()].map(({ end }) => end()))
    }
  }
}
