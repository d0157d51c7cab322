/**
 * Playing a recording into a live hub, be it ours or another's.
 *
 * Theory of operation. The steps are played one after the other, each when its time has come, and each after the one ahead
 * has been answered: so the live hub takes them in the recorded order. A `callAndWait`, which is answered when its call
 * ends, waits beside. What the recorded hub delivered in a step is expected from then on; before a stand-in replies it waits
 * for the call, and before it leaves it waits for what it is still to get.
 *
 * What only a hub sees cannot be played. A client that died stops listening, as the dead do, and unregisters when
 * the live hub notices nothing; one that was ejected unregisters; a call that was not taken is answered as the hub answered it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Recording } from "../../domain/recording/Recording.ts"
import { CallSender } from "../../ports/CallSender.ts"
import type { CallServer } from "../../ports/CallServer.ts"
import { attentive, type HubGone } from "./Attentive.ts"
import { Player } from "./Player.ts"
import type { Played, PlayOptions } from "./PlayOptions.ts"

/**
 * Plays a recording into a live hub, from the first thing that a client did; the stand-ins unregister at the end of the
 * scope. It fails at once when the hub has gone: what a dead hub does not do is no difference.
 */
export const play = (
  recording: Recording,
  options: PlayOptions
): Effect.Effect<Played, HubGone, CallSender | CallServer | Scope.Scope> =>
  Effect.gen(function*() {
    const hub = attentive(yield* CallSender, options.hub.url)
    const live: PlayOptions = {
      ...options,
      onDifference: (difference) => hub.isGone() || options.onDifference(difference),
      onUnplayable: (unplayable) => hub.isGone() || options.onUnplayable(unplayable)
    }
    const playing = Effect.provideService(playSteps(recording, live), CallSender, hub.sender)
    return yield* Effect.raceFirst(playing, hub.gone)
  })

const playSteps = (recording: Recording, options: PlayOptions) =>
  Effect.gen(function*() {
    const sender = yield* CallSender
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    const player = new Player(recording, options, sender, (effect) => void fork(effect))
    const now = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)
    const first = recording.steps.findIndex(({ input }) => input._tag === "Asked")
    const steps = first < 0 ? [] : recording.steps.slice(first)
    const beginning = steps[0]?.at ?? 0
    const begun = yield* now
    let behind = 0
    for (const step of steps) {
      if (options.speed > 0) {
        const late = (yield* now) - begun - (step.at - beginning) / options.speed
        if (late < 0) yield* Effect.sleep(-late)
        behind = Math.max(behind, late)
      }
      yield* player.step(step)
      if (step.input._tag === "Stop") break // the recorded hub said no to all that came then
    }
    yield* player.end
    return { ...player.played, behind: Math.round(behind) }
  })
