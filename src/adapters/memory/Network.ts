/**
 * A network in memory: the call server and the call sender without sockets, for simulations and for tests of programs
 * that use SAMP. Time passes by Effect's clock only, dice are thrown by Effect's seeded `Random` only, so under a
 * `TestClock` a run is the same each time.
 *
 * Faults are set per host while a simulation runs: a host may be slow, lose calls, hang, or be dead.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { code } from "../../domain/Fault.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
import { CallError, type CallOptions, CallSender } from "../../ports/CallSender.ts"
import { type CallHandler, CallServer, ListenError } from "../../ports/CallServer.ts"

/** How one endpoint behaves. */
export interface Behaviour {
  /** Milliseconds that a call takes to arrive: at least, and at most. */
  readonly delayMs: readonly [number, number]
  /** Share of calls whose connection breaks before they arrive. */
  readonly lost: number
  /** Share of calls that arrive but whose answer is lost. */
  readonly answerLost: number
  /** `dead` refuses connections; `hung` takes calls and never answers. */
  readonly health: "well" | "hung" | "dead"
}

/** The behaviour of an endpoint that nobody has disturbed. */
export const undisturbed: Behaviour = { delayMs: [0, 0], lost: 0, answerLost: 0, health: "well" }

/** Steers the network from outside. */
export class Network extends Context.Service<Network, {
  /** Changes how the endpoint at a URL behaves. */
  readonly disturb: (url: string, behaviour: Partial<Behaviour>) => Effect.Effect<void>
  /** URLs of all open endpoints in order of opening. */
  readonly endpoints: Effect.Effect<ReadonlyArray<string>>
}>()("samp/adapters/memory/Network") {}

interface Place {
  readonly handler: CallHandler
  behaviour: Behaviour
}

const make = () => {
  const places = new Map<string, Place>()
  let nextPort = 1

  const listen: CallServer["Service"]["listen"] = ({ address, port }, handler) =>
    Effect.acquireRelease(
      Effect.suspend(() => {
        const chosen = port === 0 ? nextPort++ : port
        const url = `http://${address}:${chosen}/xmlrpc`
        if (places.has(url)) {
          return Effect.fail(new ListenError({ reason: "PortTaken", address, port, detail: "in use" }))
        }
        places.set(url, { handler, behaviour: undisturbed })
        return Effect.succeed({ url })
      }),
      ({ url }) => Effect.sync(() => places.delete(url))
    )

  const fail = (url: string, reason: CallError["reason"], detail: string, code?: number) =>
    Effect.fail(new CallError({ reason, url, detail, ...code === undefined ? {} : { code } }))

  const exchange = (url: string, call: MethodCall, { onWritten }: CallOptions) =>
    Effect.gen(function*() {
      const place = places.get(url)
      if (place === undefined || place.behaviour.health === "dead") {
        return yield* fail(url, "Refused", "nothing listens there")
      }
      const { answerLost, delayMs: [least, most], health, lost } = place.behaviour
      const wait = most > least ? yield* Random.nextIntBetween(least, most + 1) : least
      const dice = lost + answerLost > 0 ? yield* Random.next : 1
      onWritten?.()
      if (wait > 0) yield* Effect.sleep(wait)
      if (dice < lost) return yield* fail(url, "Lost", "the connection broke")
      if (!places.has(url)) return yield* fail(url, "Lost", "the endpoint closed")
      if (health === "hung") return yield* Effect.never
      const result = yield* Effect.result(place.handler(call))
      if (dice < lost + answerLost) return yield* fail(url, "Lost", "the connection broke within the answer")
      return Result.isSuccess(result)
        ? result.success
        : yield* fail(url, "RemoteFault", result.failure.text, code(result.failure.reason))
    })

  const call: CallSender["Service"]["call"] = (url, methodCall, options) => {
    const asked = exchange(url, methodCall, options)
    return options.timeoutMs === 0 ? asked : Effect.timeoutOrElse(asked, {
      duration: options.timeoutMs,
      orElse: () => fail(url, "Timeout", `no answer within ${options.timeoutMs} ms`)
    })
  }

  const listens = (url: string): boolean => {
    const place = places.get(url)
    return place !== undefined && place.behaviour.health !== "dead"
  }

  return {
    server: CallServer.of({ listen }),
    sender: CallSender.of({
      call,
      deliver: (url, methodCall, options) => Effect.asVoid(call(url, methodCall, options)),
      probe: (url) => Effect.sync(() => listens(url))
    }),
    network: Network.of({
      disturb: (url, behaviour) =>
        Effect.sync(() => {
          const place = places.get(url)
          if (place !== undefined) place.behaviour = { ...place.behaviour, ...behaviour }
        }),
      endpoints: Effect.sync(() => [...places.keys()])
    })
  }
}

/** A network of its own: server, sender and control over one set of endpoints. */
export const layer: Layer.Layer<CallServer | CallSender | Network> = Layer.effectContext(Effect.sync(() => {
  const { network, sender, server } = make()
  return Context.make(CallServer, server).pipe(Context.add(CallSender, sender), Context.add(Network, network))
}))
