/** Examinations under a test clock. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as Network from "../../src/adapters/memory/Network.ts"
import * as SurroundingsMemory from "../../src/adapters/memory/SurroundingsMemory.ts"
import { examine, type Needs } from "../../src/apps/doctor/Doctor.ts"
import type { Diagnosis } from "../../src/domain/diagnosis/Diagnosis.ts"

/** Milliseconds for each question. */
export const limitMs = 2_000
export const options = { limitMs, webPort: 21_012 }

/** The usual lockfile of a desktop in memory. */
export const path = "/home/astronomer/.samp"

/** A network, lockfiles and surroundings in memory. */
export const desktop = (seeded: SurroundingsMemory.Seeded = {}) =>
  SurroundingsMemory.layer(seeded).pipe(Layer.provideMerge(Layer.mergeAll(Network.layer, Desktop.layer)))

/** Examines while time passes, and tells how many milliseconds it took. */
export const examined = (given: { readonly hub?: string } = {}): Effect.Effect<
  Diagnosis & { readonly tookMs: number },
  never,
  Needs
> =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(examine({ ...options, ...given }), { startImmediately: true })
    let tookMs = 0
    while (fiber.pollUnsafe() === undefined && tookMs < 60_000) {
      yield* TestClock.adjust("100 millis")
      tookMs += 100
    }
    return { ...yield* Fiber.join(fiber), tookMs }
  })

/** The codes of all findings. */
export const codes = ({ findings }: Diagnosis): ReadonlyArray<string> => findings.map(({ code }) => code)
