/** What the words of a hub mean, and how the end of a registration is told; the same for every kind of client. */
import type { Ending } from "./ClientOutput.ts"

/** Whether the text of a fault says that time is up; faults carry no portable code (ERR-04), so their words have to do. */
export const saysTimeout = (fault: string): boolean => /time[d ]?[- ]?out|in time/iu.test(fault)

/** Why a client that was closed does nothing any more. */
export const closedWhy = "it has been closed"

/** Why a client is not registered any more. */
export const whyOf = (ending: Ending): string => {
  switch (ending._tag) {
    case "HubStopped":
      return "the hub has shut down"
    case "Ejected":
      return `the hub has disconnected this client: ${ending.reason}`
    case "HubLost":
      return `the hub has gone: ${ending.detail}`
  }
}
