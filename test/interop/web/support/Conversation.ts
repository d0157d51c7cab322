/** What two parties say to each other: each way of sending there is, and each kind of response. */
import { expect } from "vitest"
import type * as Json from "../../support/Json.ts"
import * as Program from "../../support/Program.ts"
import { matching, type Party, receives } from "./Party.ts"

let count = 0

/** Responses of a party, by what it is asked; of warnings and errors sampjs makes its own. */
const answers = (party: Party, params: Json.JsonRecord) =>
  [
    ["test.open", { "samp.status": "samp.ok", "samp.result": { echo: params } }],
    ["samp.app.ping", { "samp.status": "samp.ok", "samp.result": {} }],
    [
      "coord.pointAt.sky",
      {
        "samp.status": "samp.warning",
        "samp.result": party.kind === "page" ? {} : { seen: params },
        "samp.error": { "samp.errortxt": party.kind === "page" ? "no action" : "half done" }
      }
    ],
    [
      "spectrum.load.ssa-generic",
      {
        "samp.status": "samp.error",
        ...party.kind === "client" ? { "samp.result": {} } : {},
        "samp.error": party.kind === "page"
          ? { "samp.errortxt": "Error: could not" }
          : { "samp.errortxt": "could not", "samp.code": "42" }
      }
    ]
  ] as const

/** One sends, another answers. */
export const converse = async (sender: Party, recipient: Party): Promise<void> => {
  const params = { stamp: `${sender.kind} ${++count}`, odd: "1 < 2 & \"three\"", empty: "" }
  const at = { from: sender.id, params }

  await sender.notify(recipient.id, "test.open", params)
  await receives(recipient, { kind: "notification", mtype: "test.open", ...at })
  expect(await sender.notifyAll("table.load.votable", params)).toContain(recipient.id)
  await receives(recipient, { kind: "notification", mtype: "table.load.votable", ...at })

  for (const [mtype, response] of answers(recipient, params)) {
    const tag = `${mtype} ${count}`
    expect(await sender.call(recipient.id, tag, mtype, params)).not.toBe("")
    await receives(recipient, { kind: "call", mtype, ...at })
    expect(await receives(sender, { kind: "response", from: recipient.id, tag })).toMatchObject({ response })
    expect(await sender.callAndWait(recipient.id, mtype, params)).toEqual(response)
    // astropy's client answers a ping before anybody is told of it
    const calls = () => matching(recipient, { kind: "call", mtype, ...at })
    await Program.eventually("both calls", async () => (await calls()).length > 1 || undefined)
    expect(await calls()).toHaveLength(2)
    expect(await matching(sender, { kind: "response", from: recipient.id, tag })).toHaveLength(1)
  }

  const tag = `all ${count}`
  const called = await sender.callAll(tag, "test.open", params)
  expect(called).toHaveProperty([recipient.id])
  expect(called).not.toHaveProperty([sender.id])
  expect(await receives(sender, { kind: "response", from: recipient.id, tag })).toMatchObject({
    response: answers(recipient, params)[0][1]
  })
  await expect(sender.call(recipient.id, "nobody", "table.nobody.wants", params)).rejects.toThrow(
    /fault|subscribed/iu
  )
}
