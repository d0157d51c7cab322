/**
 * Who takes part in a conversation: a page, or a client of astropy or JSAMP. All of them answer the same MTypes, and are
 * asked the same things, so that a test need not know which is which.
 *
 * `table.load.votable` and `samp.app.ping` get `samp.ok`; `test.open`, annotated as harmless (WEB-61), its parameters as
 * `echo`; `coord.pointAt.sky` a warning; `spectrum.load.ssa-generic` an error. `test.closed` is nothing that a web client
 * may send unless its hub was told so.
 */
import type * as Json from "../../support/Json.ts"
import * as Program from "../../support/Program.ts"

/** Parameters of a message, as far as a party can be told to send them. */
export type Params = Readonly<Record<string, string>>

/** What a party got: a notification, a call or a response. */
export type Received = Json.JsonRecord

export interface Party {
  readonly kind: "page" | "client" | "astropy" | "jsamp"
  readonly id: string
  readonly clients: () => Promise<ReadonlyArray<string>>
  /** Metadata and subscriptions of another, as this one is shown them. */
  readonly known: (id: string) => Promise<{ readonly metadata: unknown; readonly subscriptions: unknown }>
  readonly notify: (to: string, mtype: string, params?: Params) => Promise<void>
  readonly notifyAll: (mtype: string, params?: Params) => Promise<ReadonlyArray<string>>
  readonly call: (to: string, tag: string, mtype: string, params?: Params) => Promise<string>
  readonly callAll: (tag: string, mtype: string, params?: Params) => Promise<Json.JsonRecord>
  readonly callAndWait: (to: string, mtype: string, params?: Params) => Promise<Json.JsonRecord>
  /** All that it has received, in order. */
  readonly received: () => Promise<ReadonlyArray<Received>>
  /** Unregisters. */
  readonly leave: () => Promise<void>
}

const has = (item: Received, wanted: Json.JsonRecord): boolean =>
  Object.entries(wanted).every(([key, value]) => JSON.stringify(item[key]) === JSON.stringify(value))

/** All received so far that have these members. */
export const matching = async (party: Party, wanted: Json.JsonRecord): Promise<ReadonlyArray<Received>> =>
  (await party.received()).filter((item) => has(item, wanted))

/** The first that is received with these members. */
export const receives = (party: Party, wanted: Json.JsonRecord): Promise<Received> =>
  Program.eventually(
    `at ${party.kind} ${party.id}: ${JSON.stringify(wanted)}`,
    async () => (await matching(party, wanted))[0]
  )

/** Waits until one party sees that another is subscribed. */
export const sees = (party: Party, other: Party, mtype = "table.load.votable"): Promise<true> =>
  Program.eventually(`${party.kind} ${party.id} sees ${other.kind} ${other.id}`, async () => {
    if (!(await party.clients()).includes(other.id)) return undefined
    return JSON.stringify((await party.known(other.id)).subscriptions).includes(`"${mtype}"`) || undefined
  })
