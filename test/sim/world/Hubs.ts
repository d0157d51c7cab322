/** Hubs of a world: how they come, and what is done to them. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { Processes } from "../../../src/adapters/memory/Processes.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import { lineOf } from "./Books.ts"
import type { Hub, World } from "./World.ts"

/** Bounds that are met in short lives, so that what happens at them happens here too. */
const limits = { ...defaults, deliveryTimeoutMs: 3_000, idleProbeIntervalMs: 2_000, deliveriesInFlight: 4 }
const tightLimits = { ...limits, outboxMessages: 12, openCallsPerSender: 24, pullMessages: 12 }

/** Pages that were closed, or of whom nobody will ever hear, are gone before all is quiet. */
const webLimits = { pullGraceMs: 5_000, hungUpGraceMs: 1_500, webIdleMs: 6_000 }

/** Hubs that have neither ended nor died. */
export const living = (world: World): Effect.Effect<ReadonlyArray<Hub>> =>
  Effect.filter(
    world.hubs,
    ({ process }) => Effect.map(process.life, (life) => life === "running" || life === "frozen")
  )

/** Starts a hub: the usual one, or a further one with a label. That another has the lockfile is no mistake. */
export const start = (world: World, label?: string, port = 0) =>
  Effect.gen(function*() {
    const name = `${label === undefined ? "hub" : `hub-${label}`}-${world.hubs.length + 1}`
    const watch = world.watch(name)
    const options: SimHub.SimulatedHubOptions = {
      limits: { ...world.plan.tight ? tightLimits : limits, ...world.web === undefined ? {} : webLimits },
      webMTypes: ["samp.app.*", "sim.echo", "sim.note"],
      label,
      multi: label !== undefined,
      port,
      observe: () => (_at, input, outputs, state) => {
        world.events++
        if (input._tag !== "Tick" || outputs.length > 1) world.log("*", name, lineOf(input, outputs))
        watch.see(input, outputs, state)
      }
    }
    const starting = world.web === undefined
      ? SimHub.startHub(options, name)
      : Effect.provideContext(SimHub.startWebHub(options, name), world.web.ports)
    const result = yield* starting.pipe(
      Effect.provideService(Processes, world.processes),
      Scope.provide(world.scope),
      Effect.result
    )
    if (Result.isFailure(result)) return world.log("?", name, `does not start: ${result.failure._tag}`)
    const hub: Hub = { ...result.success, name, watch, touched: false }
    world.secrets.add(hub.record.secret)
    world.log("+", name, `ready, lockfile ${hub.record.lockfile}`)
    for (const other of yield* living(world)) {
      if (other.record.lockfile === hub.record.lockfile) {
        const isThere = yield* stillHolds(world, other)
        if (isThere) world.wrong(`${other.name} and ${name} both hold ${hub.record.lockfile}`)
      }
    }
    world.hubs.push(hub)
  })

/** Whether a hub is more than about to end: its endpoint still listens. */
const stillHolds = (world: World, { record }: Hub): Effect.Effect<boolean> =>
  Effect.map(world.network.endpoints, (endpoints) => endpoints.includes(record.url))

/** Whether the Web Profile of a hub is on. */
export const isOn = ({ web }: Hub): Effect.Effect<boolean> =>
  web === undefined ? Effect.succeed(false) : Effect.map(web.state, ({ _tag }) => _tag === "On")

/** The hub that pages reach, if there is one. */
export const webHub = (world: World): Effect.Effect<Hub | undefined> =>
  Effect.gen(function*() {
    for (const hub of yield* living(world)) if (yield* isOn(hub)) return hub
    return undefined
  })

/** Lets pages in, at some hub. */
export const letPagesIn = (world: World): Effect.Effect<void> =>
  Effect.gen(function*() {
    if (world.web === undefined || (yield* webHub(world)) !== undefined) return
    const usual = (yield* living(world)).find(({ record }) => record.label === undefined)
    if (usual?.web !== undefined) yield* usual.web.switchOn
    world.log("+", usual?.name ?? "", "lets pages in")
  })
