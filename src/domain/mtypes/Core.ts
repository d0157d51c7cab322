/** The MTypes of the standard itself (section 6.4), `samp.*`, and queries about the session. */
import * as Schema from "effect/Schema"
import { define } from "./Definition.ts"
import { SampFloat, SampInt, SampList, SampOpenMap, SampString } from "./Scalars.ts"

const optionalString = Schema.optionalKey(SampString)
const optionalFloat = Schema.optionalKey(SampFloat)

/** MTY-01: the hub is about to stop. */
export const hubEventShutdown = define({ mtype: "samp.hub.event.shutdown" })

/** MTY-02: a client registered; `id` is its public id. */
export const hubEventRegister = define({ mtype: "samp.hub.event.register", params: { id: SampString } })

/** MTY-03: a client is gone; `id` was its public id. */
export const hubEventUnregister = define({ mtype: "samp.hub.event.unregister", params: { id: SampString } })

/** MTY-04: a client declared metadata; `metadata` is all of it. */
export const hubEventMetadata = define({
  mtype: "samp.hub.event.metadata",
  params: { id: SampString, metadata: SampOpenMap }
})

/** MTY-05: a client declared subscriptions; `subscriptions` are all of them, with their annotations. */
export const hubEventSubscriptions = define({
  mtype: "samp.hub.event.subscriptions",
  params: { id: SampString, subscriptions: SampOpenMap }
})

/** MTY-06: the hub has thrown the receiver out, perhaps saying why. */
export const hubDisconnect = define({ mtype: "samp.hub.disconnect", params: { reason: optionalString } })

/** MTY-07: are you alive? `waitMillis` (JSAMP's extension): answer after so many milliseconds. */
export const appPing = define({
  mtype: "samp.app.ping",
  params: { waitMillis: Schema.optionalKey(SampInt) }
})

/** MTY-08: the sender's status, as text for people. */
export const appStatus = define({ mtype: "samp.app.status", params: { txt: SampString } })

/** MTY-09: the sender is about to exit. */
export const appEventShutdown = define({ mtype: "samp.app.event.shutdown" })

/**
 * MTY-10: how far the work on a call is. `msgid` names the call as its recipient knows it, `percent` goes from 0 to 100,
 * `timeLeft` is in seconds.
 */
export const msgProgress = define({
  mtype: "samp.msg.progress",
  params: { msgid: SampString, txt: SampString, percent: optionalFloat, timeLeft: optionalFloat }
})

const byMeta = { params: { key: SampString, value: SampString }, result: { ids: SampList(SampString) } }

/** MTY-80: the public ids of clients whose metadata has exactly this value under this key; hubs answer. */
export const queryByMeta = define({ mtype: "x-samp.query.by-meta", ...byMeta })

/** MTY-80, WIRE-68: the name that {@link queryByMeta} has in older JSAMP. */
export const queryByMetaOld = define({ mtype: "samp.query.by-meta", ...byMeta })
