/** The live view: keys in, frames out. All that it knows is in the model; here is only what has effects. */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as References from "effect/References"
import type { ClientId } from "../../../domain/Identifiers.ts"
import { Terminal, type TerminalInput } from "../../../ports/Terminal.ts"
import type { Client } from "../../client/Client.ts"
import { type Action, press, readKeys } from "./Keys.ts"
import { initial, type MonitorEvent, update } from "./Model.ts"
import { enter, type Frame, leave, paint } from "./Paint.ts"
import { ping } from "./Pinging.ts"
import { render } from "./Screen.ts"
import type { View } from "./Texts.ts"
import type { Watching } from "./Watching.ts"

/** Milliseconds between two drawings: ten a second. */
const drawMs = 100
/** Milliseconds between two looks at the clock, for rates. */
const tickMs = 1_000
/** Seconds that pings wait. */
const pingSeconds = 5
/** Pings at a time. */
const pingsAtOnce = 32

/**
 * Shows a session until the user has seen enough.
 *
 * @param messages - whether messages are watched
 */
export const show = (
  client: Client,
  watching: Watching,
  messages: boolean
): Effect.Effect<void, never, Terminal> =>
  Effect.scoped(Effect.gen(function*() {
    const terminal = yield* Terminal
    const clock = yield* Clock.Clock
    const now = (): number => clock.currentTimeMillisUnsafe()
    const inputs = yield* Queue.unbounded<TerminalInput>()
    const pings = yield* Queue.unbounded<ReadonlyArray<ClientId>>()
    const stale = yield* Latch.make(false)
    const done = yield* Deferred.make<void>()
    let model = initial(now(), messages)
    let frame: Frame | undefined
    let rest = ""

    const dispatch = (event: MonitorEvent) =>
      Effect.suspend(() => {
        model = update(model, event)
        return stale.open
      })

    const look = Effect.gen(function*() {
      const { columns, rows } = yield* terminal.size
      const local = DateTime.setZone(yield* DateTime.now, DateTime.zoneMakeLocal())
      return { columns, rows, offsetMs: DateTime.zonedOffset(local) } satisfies View
    })

    const draw = Effect.gen(function*() {
      yield* stale.await
      yield* stale.close
      const view = yield* look
      const next = paint(render(model, view), view.columns, terminal.colours, frame)
      frame = next.frame
      if (next.output !== "") yield* terminal.write(next.output)
      yield* Effect.sleep(drawMs)
    })

    const follow = Effect.gen(function*() {
      for (const event of yield* watching.next) yield* dispatch(event)
    })

    const pingOne = (id: ClientId) =>
      Effect.gen(function*() {
        const target = model.clients.get(id)
        if (target === undefined || target.ping?._tag === "Pinging") return
        const { status } = model
        yield* dispatch({ _tag: "Pinging", at: now(), id })
        const hubId = status._tag === "Connected" ? status.hubId : undefined
        const outcome = yield* ping(client, target, hubId, pingSeconds)
        yield* dispatch({ _tag: "Pinged", at: now(), id, outcome })
      })

    const act = (action: Action): Effect.Effect<unknown> => {
      switch (action._tag) {
        case "Quit":
          return Deferred.succeed(done, undefined)
        case "Ping":
          return Queue.offer(pings, action.ids)
        case "Reconnect":
          return client.reconnect
        case "Redraw":
          return Effect.sync(() => {
            frame = undefined
          })
      }
    }

    const take = Effect.gen(function*() {
      const input = yield* Queue.take(inputs)
      if (input._tag === "Closed") yield* Deferred.succeed(done, undefined)
      else if (input._tag === "Resized") frame = undefined
      else {
        const read = readKeys(rest + input.text)
        rest = read.rest
        const view = yield* look
        for (const key of read.keys) {
          const pressed = press(model, key, view)
          model = pressed.model
          for (const action of pressed.actions) yield* act(action)
        }
      }
      yield* stale.open
    })

    yield* terminal.take(enter, leave, (input) => {
      Queue.offerUnsafe(inputs, input)
    })
    const tick = Effect.andThen(
      Effect.sleep(tickMs),
      Effect.suspend(() => dispatch({ _tag: "Tick", at: now() }))
    )
    for (const work of [draw, follow, take, tick]) yield* Effect.forkScoped(Effect.forever(work))
    yield* Effect.forkScoped(Effect.forever(Effect.flatMap(Queue.take(pings), (ids) =>
      Effect.forkScoped(Effect.forEach(ids, pingOne, { concurrency: pingsAtOnce, discard: true })))))
    yield* Deferred.await(done)
  })).pipe(
    // whatever else is written would be written across the screen
    Effect.provideService(References.MinimumLogLevel, "None")
  )
