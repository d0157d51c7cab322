/** What a client declares of itself during one registration: one declaration after the other, so that the last one counts. */
import { uncovered } from "../../domain/client/Bindings.ts"
import { type SampMap, stringAt } from "../../domain/SampValue.ts"
import type { WebConnection } from "./WebConnection.ts"

/** What is declared; both are read when it is their turn. */
export interface Declarations {
  readonly metadata: () => SampMap
  /** Undefined for a client that takes no messages. */
  readonly subscriptions: () => SampMap | undefined
}

/** The declarations of one registration. */
export type Declaring = (what: keyof Declarations) => Promise<void>

/**
 * Whether the hub is astropy's or pyvo's, which after patterns that cover each other takes no further declaration of the
 * same client (WIRE-75).
 */
const isPythonHub = async ({ askMap, hubId }: WebConnection): Promise<boolean> => {
  try {
    return /astropy|pyvo|sampy/iu.test(stringAt(await askMap("getMetadata", [hubId]), "samp.name") ?? "")
  } catch {
    return false
  }
}

/** The declarations of a registration; none is made yet. */
export const declaring = (connection: WebConnection, declarations: Declarations): Declaring => {
  let turn: Promise<unknown> = Promise.resolve()
  const send: { readonly [K in keyof Declarations]: () => Promise<unknown> } = {
    metadata: () => connection.ask("declareMetadata", [declarations.metadata()]),
    subscriptions: async () => {
      const all = declarations.subscriptions()
      if (all === undefined) return
      const fewer = uncovered(all)
      const chosen = fewer.size < all.size && await isPythonHub(connection) ? fewer : all
      await connection.ask("declareSubscriptions", [chosen])
    }
  }
  return async (what) => {
    const mine = turn.then(send[what], send[what])
    turn = mine
    await mine
  }
}
