/** What the compiler says of messages: each line marked as an error is one, or the type check of this file fails. */
import { assert, describe, it } from "@effect/vitest"
import type { Client } from "../../../src/apps/client/Client.ts"
import { ClientId } from "../../../src/domain/Identifiers.ts"
import * as MTypes from "../../../src/domain/mtypes/Vocabulary.ts"
import type { PromiseClient } from "../../../src/promise.ts"

/** Never run: it is there to be compiled. */
const compiled = (client: Client, promises: PromiseClient) => {
  const to = ClientId("c1")
  return [
    () => client.notify(to, MTypes.coordPointAtSky, { ra: 1, dec: 2 }),
    () => client.notify(to, "coord.pointAt.sky"),
    () => client.call(to, MTypes.appPing),
    () => client.call(to, MTypes.appPing, {}, { timeoutSeconds: 1 }),
    // @ts-expect-error required parameters are missing
    () => client.notify(to, MTypes.coordPointAtSky),
    // @ts-expect-error one required parameter is missing
    () => client.call(to, MTypes.coordPointAtSky, { ra: 1 }),
    // @ts-expect-error no such parameter
    () => client.notifyAll(MTypes.coordPointAtSky, { ra: 1, dec: 2, dek: 3 }),
    // @ts-expect-error a number, not a string
    () => client.callAll(MTypes.coordPointAtSky, { ra: "1", dec: 2 }),
    () => promises.notifyAll(MTypes.coordPointAtSky, { ra: 1, dec: 2 }, { signal: AbortSignal.timeout(1) }),
    () => promises.call("c1", "any.thing", { n: 1 }),
    // @ts-expect-error required parameters are missing
    () => promises.notifyAll(MTypes.coordPointAtSky),
    // @ts-expect-error no such parameter
    () => promises.callTagged("c1", "t", MTypes.tableHighlightRow, { url: "file:///t", row: 1, rwo: 2 }),
    async () => {
      for await (const { answer } of promises.callAll(MTypes.clientEnvGet, { name: "HOME" })) {
        const value: string | undefined = answer?.result.value
        // @ts-expect-error no such return value
        if (value === "") return answer?.result.text
      }
      return undefined
    },
    async () => {
      const { result } = await promises.call("c1", MTypes.clientEnvGet, { name: "HOME" })
      const value: string = result.value
      // @ts-expect-error no such return value
      return [value, result.text]
    }
  ]
}

describe("MT-04 typed messages", () => {
  it("are held against their definitions by the compiler", () => {
    assert.isFunction(compiled)
  })
})
