/** A hub, right or wrong in a given way, and the conformance kit beside it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as CallSenderNode from "../../../src/adapters/http/CallSenderNode.ts"
import * as CallServerNode from "../../../src/adapters/http/CallServerNode.ts"
import * as RawHttpNode from "../../../src/adapters/http/RawHttpNode.ts"
import * as Desktop from "../../../src/adapters/memory/Desktop.ts"
import * as Network from "../../../src/adapters/memory/Network.ts"
import * as KeySourceNode from "../../../src/adapters/node/KeySourceNode.ts"
import * as XmlCodecFxp from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { type ConformanceOptions, examine, type Report } from "../../../src/apps/conformance/Conformance.ts"
import * as Hub from "../../../src/apps/Hub.ts"
import { StandardHub } from "../../../src/apps/StandardHub.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import type { MethodCall } from "../../../src/domain/XmlRpc.ts"
import { CallSender } from "../../../src/ports/CallSender.ts"
import { type CallHandler, CallServer } from "../../../src/ports/CallServer.ts"
import type { Host } from "../../../src/ports/Host.ts"
import { KeySource } from "../../../src/ports/KeySource.ts"
import { LockfileStore } from "../../../src/ports/LockfileStore.ts"

/** The ports that hub and kit share. */
export type Ports = CallSender | CallServer | Host | KeySource | LockfileStore

/** What is wrong with a hub; a new one for each run, since some have a memory. */
export interface Wrong {
  /** Takes the place of the handler of the hub's endpoint. */
  readonly handler?: (right: CallHandler) => CallHandler
  /** Changes what is delivered: returns the calls to make in place of the right one. */
  readonly deliver?: (call: MethodCall) => ReadonlyArray<MethodCall>
  /** Changes where it is delivered. */
  readonly place?: (url: string) => string
  /** Changes the lockfile. */
  readonly lockfile?: (text: string) => string
}

/** A hub on these ports. */
export const hub = (wrong: Wrong = {}): Effect.Effect<void, unknown, Ports | Scope.Scope> =>
  Effect.gen(function*() {
    const server = yield* CallServer
    const sender = yield* CallSender
    const { deliver = (call: MethodCall) => [call], place = (url: string) => url } = wrong
    const { handler = (right: CallHandler) => right } = wrong
    const ports = yield* Effect.context<Exclude<Ports, CallServer | CallSender>>()
    const bent = Context.make(CallServer, {
      listen: (options, right) => server.listen(options, handler(right))
    }).pipe(Context.add(CallSender, {
      ...sender,
      deliver: (url, call, options) =>
        Effect.forEach(deliver(call), (each) => sender.deliver(place(url), each, options), { discard: true })
    }))
    const layer = Layer.fresh(Hub.layer()).pipe(
      Layer.provide(Layer.succeedContext(Context.merge(ports, bent)))
    )
    const { lockfile } = Context.get(yield* Layer.build(layer), StandardHub)
    if (wrong.lockfile === undefined) return
    const store = yield* LockfileStore
    const text = (yield* store.read(lockfile)) ?? ""
    yield* store.publish(lockfile, wrong.lockfile(text), text)
  })

/** Keys of which none tells another, as the ports of the memory would give. */
const keys = Layer.sync(KeySource, () => {
  let count = 0
  // multiplied by a number without factors in common with 2 to the 64th, neighbours look nothing like each other
  const next = (): string =>
    [1n, 2n, 3n].map((n) =>
      BigInt.asUintN(64, BigInt(++count) * n * 0x9e3779b97f4a7c15n).toString(36).padStart(13, "0")
    ).join("")
  return { next: Effect.sync(next) }
})

/** The ports in memory. */
export const memory: Layer.Layer<Ports> = Layer.mergeAll(Network.layer, Desktop.host, Desktop.lockfiles, keys)

/** The ports over sockets, with lockfiles in memory. */
export const sockets = Layer.mergeAll(
  CallSenderNode.layer({ limits: defaults, userAgent: "test" }),
  CallServerNode.layer({ limits: defaults }),
  RawHttpNode.layer,
  KeySourceNode.layer,
  Desktop.host,
  Desktop.lockfiles
).pipe(Layer.provide(XmlCodecFxp.layer))

/** Checks a hub in memory; time passes by itself, also while the hub ends. */
export const inMemory = (
  wrong: Wrong = {},
  options: ConformanceOptions = {}
): Effect.Effect<Report, unknown> =>
  Effect.gen(function*() {
    yield* Effect.forkScoped(Effect.forever(TestClock.adjust("5 millis")))
    return yield* Effect.scoped(Effect.andThen(hub(wrong), examine(options)))
  }).pipe(Effect.scoped, Effect.provide(Layer.fresh(memory)), Effect.provide(TestClock.layer()))
