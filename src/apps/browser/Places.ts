/** Where pages look for a hub, and whether it is there. */
import { anyOf, type WebCall, webCalls } from "../../adapters/web/WebCalls.ts"
import type { ParseXml } from "../../adapters/web/XmlCodecDom.ts"
import type { Abortable } from "../facade/Types.ts"
import { type Availability, hubUrls, look, pause } from "./Reaching.ts"

/** Where a hub is looked for, and how its answers are read. */
export interface PlaceOptions extends Abortable {
  /** The hub's endpoint; for tests, since pages find hubs at one place only (WEB-01). */
  readonly url?: string | undefined
  /** Reads XML; needed where there is no `DOMParser`, and then only for answers in an unusual form. */
  readonly parseXml?: ParseXml | undefined
}

/** Where to look. */
export const urlsOf = ({ url }: PlaceOptions): ReadonlyArray<string> => url === undefined ? hubUrls : [url]

/** How to ask there. */
export const callsOf = ({ parseXml }: PlaceOptions): WebCall => webCalls(parseXml)

/** Whether there is a hub that this page can reach, and if not, why; the browser is never made to ask its user. */
export const availability = (options: PlaceOptions = {}): Promise<Availability> =>
  look(callsOf(options), urlsOf(options), options.signal)

/** The availability now, and whenever it has changed. Looks quietly, and only where the browser asks nobody. */
export async function* watch(options: PlaceOptions = {}): AsyncGenerator<Availability, void, void> {
  const signal = anyOf(options.signal)
  let last: Availability | undefined
  for (let turn = 0; !signal.aborted; turn++) {
    try {
      const now = await look(callsOf(options), urlsOf(options), signal)
      if (now.reason !== last?.reason || last === undefined) {
        last = now
        turn = 0
        yield now
      }
      await pause(turn, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}
