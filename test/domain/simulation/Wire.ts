/** A network machine under test: feeds inputs, and remembers what came out. */
import type { Behaviour } from "../../../src/domain/simulation/Behaviour.ts"
import type { NetworkInput, NetworkOutput } from "../../../src/domain/simulation/NetworkEvents.ts"
import { step } from "../../../src/domain/simulation/NetworkMachine.ts"
import { type NetworkState, start } from "../../../src/domain/simulation/NetworkState.ts"

/** Short forms of outputs: `Returned 0`, `Arrived 0.2` for a second attempt, `Broken 0: why`, `Wake 30`. */
export const show = (output: NetworkOutput): string => {
  switch (output._tag) {
    case "Wake":
      return `Wake ${output.at}`
    case "Arrived":
      return `Arrived ${output.exchange}${output.attempt === 1 ? "" : `.${output.attempt}`}`
    case "Broken":
      return `Broken ${output.exchange}: ${output.why}`
    default:
      return `${output._tag} ${output.exchange}`
  }
}

/** A network with an endpoint `b` of the process `bob`, at the time 0. */
export const wire = (behaviour: Partial<Behaviour> = {}, seed = 0) => {
  let state: NetworkState = start(seed)
  let now = 0
  let sent = 0
  const feed = (input: NetworkInput): ReadonlyArray<string> => {
    const result = step(state, input)
    state = result.state
    return result.outputs.map(show)
  }
  const disturb = (change: Partial<Behaviour>, url = "b") =>
    feed({ _tag: "Disturbed", now, url, behaviour: change })
  feed({ _tag: "Opened", url: "b", process: "bob" })
  disturb(behaviour)
  return {
    feed,
    disturb,
    state: () => state,
    open: (url: string, process: string) => feed({ _tag: "Opened", url, process }),
    send: (from = "ann", url = "b") => feed({ _tag: "Sent", now, exchange: sent++, from, url, what: "ping" }),
    answer: (exchange: number, attempt = 1) => feed({ _tag: "Answered", now, exchange, attempt }),
    cancel: (exchange: number) => feed({ _tag: "Cancelled", now, exchange }),
    close: (url = "b") => feed({ _tag: "Closed", now, url }),
    cut: (one = "ann", other = "bob") => feed({ _tag: "Cut", one, other }),
    mend: (one = "ann", other = "bob") => feed({ _tag: "Mended", now, one, other }),
    freeze: (process = "bob") => feed({ _tag: "Frozen", process }),
    thaw: (process = "bob") => feed({ _tag: "Thawed", now, process }),
    die: (process = "bob") => feed({ _tag: "Died", now, process }),
    quiet: () => feed({ _tag: "Quieted", now }),
    /** Lets the time pass, and the machine know. */
    at: (time: number) => {
      now = time
      return feed({ _tag: "Tick", now })
    }
  }
}
