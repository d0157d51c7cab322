/**
 * What other processes of the user ask the hub about consent, over its Standard Profile endpoint: whoever knows the secret of
 * the lockfile. It is taken up before the hub's own methods, so that neither knows of the other.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { questionOf } from "../../domain/consent/ConsentState.ts"
import {
  type ConsentCall,
  isConsentCall,
  readCall,
  statusOf,
  writePlace,
  writeStatus
} from "../../domain/consent/ConsentStatus.ts"
import { type Fault, fault } from "../../domain/Fault.ts"
import { sameSecret } from "../../domain/Identifiers.ts"
import type { SampValue } from "../../domain/SampValue.ts"
import { type CallHandler, CallServer } from "../../ports/CallServer.ts"
import { ConsentDesk } from "./ConsentDesk.ts"
import { ConsentPage } from "./PageAsker.ts"

/** Who answers here, for logs and notes. */
export const by = "the user with samp consent"

const perform = (call: ConsentCall): Effect.Effect<SampValue, Fault, ConsentDesk | ConsentPage> =>
  Effect.gen(function*() {
    const desk = yield* ConsentDesk
    switch (call._tag) {
      case "Status":
        return writeStatus(statusOf(yield* desk.state, desk.file, yield* Clock.currentTimeMillis))
      case "Answer": {
        const question = questionOf(yield* desk.state, call.subject)
        if (question === undefined) return "0"
        return (yield* desk.answer(question.id, call.answer, by)) ? "1" : "0"
      }
      case "Forget":
        yield* desk.forget(call.subject)
        return ""
      case "Page": {
        const page = yield* Effect.flatMap(ConsentPage, ({ served }) => served)
        return page === undefined
          ? yield* Effect.fail(fault("Limit", "the page of consent cannot be served; the hub's log says why"))
          : writePlace({ url: page.url, views: yield* page.views })
      }
    }
  })

/** Answers these calls. */
export const handler = (
  secret: string
): Effect.Effect<CallHandler, never, ConsentDesk | ConsentPage> =>
  Effect.map(Effect.context<ConsentDesk | ConsentPage>(), (context): CallHandler => (called) => {
    const read = readCall(called)
    if (Result.isFailure(read)) return Effect.fail(read.failure)
    return sameSecret(read.success.secret, secret)
      ? Effect.provide(perform(read.success.call), context)
      : Effect.fail(fault("BadSecret", "this is not the secret of the lockfile"))
  })

/**
 * A call server at whose endpoints these calls are answered, too.
 *
 * @param secret - of the lockfile
 */
export const layer = (
  secret: string
): Layer.Layer<CallServer, never, CallServer | ConsentDesk | ConsentPage> =>
  Layer.effect(
    CallServer,
    Effect.gen(function*() {
      const server = yield* CallServer
      const own = yield* handler(secret)
      return CallServer.of({
        listen: (options, others) =>
          server.listen(options, (call) => isConsentCall(call) ? own(call) : others(call))
      })
    })
  )
