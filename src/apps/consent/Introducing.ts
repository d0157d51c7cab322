/** Tells the page of consent who is connected over the Web Profile. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { webClients } from "../../domain/HubState.ts"
import { HubEngine } from "../HubEngine.ts"
import { ConsentPage } from "./PageAsker.ts"

/** The engine of the hub tells the page of its web clients. */
export const layer: Layer.Layer<never, never, HubEngine | ConsentPage> = Layer.effectDiscard(
  Effect.gen(function*() {
    const { introduce } = yield* ConsentPage
    const engine = yield* HubEngine
    yield* introduce(
      Effect.map(engine.state, (state) =>
        webClients(state).map(({ id, web: { name, origin } }) => ({
          id,
          name,
          origin: origin === "" ? undefined : origin
        })))
    )
  })
)
