/** Clients of astropy and JSAMP, as parties: programs of their own, asked by lines (peers/desk_peer.py, DeskPeer.java). */
import type { Home } from "../../support/Home.ts"
import * as Json from "../../support/Json.ts"
import type * as Partner from "../../support/Partner.ts"
import * as Peers from "../../support/Peers.ts"
import type { Params, Party } from "./Party.ts"

export interface Desk extends Party {
  /** Ends the program. */
  readonly end: () => Promise<void>
}

const flat = (params: Params = {}): ReadonlyArray<string> => Object.entries(params).flat()

const party = async (kind: "astropy" | "jsamp", partner: Partner.Partner): Promise<Desk> => {
  const id = Json.text(await partner.next(), "id")
  // one at a time, since answers have no names
  let last: Promise<unknown> = Promise.resolve()
  const ask = (...words: ReadonlyArray<string>): Promise<unknown> => {
    const answer = last.then(() => partner.ask(words.join("\t"))).then((answer) => {
      if (answer["error"] !== undefined) throw new Error(String(answer["error"]))
      return answer["value"]
    })
    last = answer.catch(() => undefined)
    return answer
  }
  const asRecord = async (...words: ReadonlyArray<string>) => Json.record(await ask(...words))
  const list = async (...words: ReadonlyArray<string>): Promise<ReadonlyArray<unknown>> => {
    const value = await ask(...words)
    if (!Array.isArray(value)) throw new Error(`expected a list, found ${JSON.stringify(value)}`)
    return value
  }
  return {
    kind,
    id,
    clients: async () => (await list("clients")).map(String),
    known: async (other) => {
      const { metadata, subscriptions } = await asRecord("known", other)
      return { metadata, subscriptions }
    },
    notify: async (to, mtype, params) => void await ask("notify", to, mtype, ...flat(params)),
    notifyAll: async (mtype, params) => (await list("notifyAll", mtype, ...flat(params))).map(String),
    call: async (to, tag, mtype, params) => String(await ask("call", to, tag, mtype, ...flat(params))),
    callAll: (tag, mtype, params) => asRecord("callAll", tag, mtype, ...flat(params)),
    callAndWait: (to, mtype, params) => asRecord("callAndWait", to, mtype, ...flat(params)),
    received: async () => (await list("received")).map(Json.record),
    leave: async () => void await ask("leave"),
    end: partner.end
  }
}

/** An astropy client at the hub of this home. */
export const astropy = (home: Home, name: string): Promise<Desk> =>
  party("astropy", Peers.pythonPartner(home, "desk_peer.py", name))

/** A JSAMP client, of the Standard Profile unless SAMP_HUB of this home says `web-appname:`. */
export const jsamp = (home: Home, name: string): Promise<Desk> =>
  party("jsamp", Peers.javaPartner(home, "DeskPeer.java", name))
