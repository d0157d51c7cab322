/** Tests in virtual time. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as Network from "../../src/adapters/memory/Network.ts"
import * as Processes from "../../src/adapters/memory/Processes.ts"
import { VirtualTime } from "../../src/adapters/memory/VirtualTime.ts"
import type { LockfileStore } from "../../src/ports/LockfileStore.ts"

/** Runs a test to its end; afterwards nobody may sleep any more. */
export const inVirtualTime = <E>(test: Effect.Effect<unknown, E, Scope.Scope>, time = new VirtualTime()) => {
  const exit = time.run(Effect.scoped(test))
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  if (time.sleeping > 0) throw new Error(`${time.sleeping} sleep on`)
}

const computer = (seed: number) =>
  Processes.layer({ seed }).pipe(
    Layer.provideMerge(Layer.mergeAll(Network.network({ seed }), Desktop.lockfiles))
  )

/** Runs a test with a computer in memory; afterwards nothing may be on its way. */
export const onComputer = <E>(
  test: Effect.Effect<unknown, E, Network.Network | Processes.Processes | LockfileStore | Scope.Scope>,
  seed = 0
) =>
  inVirtualTime(
    Effect.gen(function*() {
      yield* Effect.scoped(test)
      yield* Effect.sleep(0)
      const pending = yield* Effect.flatMap(Network.Network, (network) => network.pending)
      if (pending > 0) return yield* Effect.die(new Error(`${pending} calls are on their way`))
      return undefined
    }).pipe(Effect.provide(computer(seed)))
  )
