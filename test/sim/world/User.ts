/** The user, who is asked whether pages may register: says yes or no, at once or late, or is not there. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import { dice } from "../../../src/domain/simulation/Dice.ts"
import { Consent, type Verdict } from "../../../src/ports/Consent.ts"

/** Origins of the pages of a world, and what each may do beyond what is harmless. */
export const origins = {
  /** May send whatever it likes. */
  archive: "https://archive.example",
  /** Gets notes and echoes only. */
  survey: "https://survey.example",
  /** Is as others are. */
  blog: "http://127.0.0.1:8080"
} as const

/** The user of a world. */
export interface User {
  readonly consent: Consent["Service"]
  /** Takes back what an origin was allowed; its pages are refused from then on. */
  readonly revoke: (origin: string | undefined) => void
  /** From now on the user is there and says yes, to whoever waits for an answer, too. */
  readonly relent: Effect.Effect<void>
}

const allowed = (origin: string | undefined): Verdict => ({
  _tag: "Allowed",
  send: origin === origins.archive ? ["*"] : undefined,
  receive: origin === origins.survey ? ["sim.echo", "sim.note.*", "samp.app.*"] : undefined,
  by: "the user"
})

const denied: Verdict = { _tag: "Denied", why: "the user does not want it" }

/** A user with moods of their own. */
export const make = (seed: number): Effect.Effect<User> =>
  Effect.gen(function*() {
    const mood = dice(seed ^ 0x05e2)
    const calm = yield* Deferred.make<void>()
    const revoked = new Set<string | undefined>()
    let kind = false

    const decide = (origin: string | undefined): Effect.Effect<Verdict> => {
      if (kind) return Effect.succeed(allowed(origin))
      if (revoked.has(origin)) return Effect.succeed(denied)
      const drawn = mood.below(100)
      if (drawn < 70) return Effect.succeed(allowed(origin))
      if (drawn < 82) return Effect.as(Effect.sleep(200 + mood.below(5_000)), allowed(origin))
      if (drawn < 90) return Effect.as(Effect.sleep(mood.below(500)), denied)
      return Effect.as(Deferred.await(calm), allowed(origin)) // nobody is there
    }

    return {
      consent: Consent.of({
        ask: ({ origin }) => Effect.suspend(() => decide(origin)),
        withdrawn: ({ origin }) => Effect.sync(() => revoked.has(origin))
      }),
      revoke: (origin) => void revoked.add(origin),
      relent: Effect.suspend(() => {
        kind = true
        revoked.clear()
        return Deferred.succeed(calm, undefined)
      })
    }
  })
