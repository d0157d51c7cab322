/**
 * Which connection a request to an endpoint goes over, so that the receiver sees requests in the order of sending.
 *
 * A receiver that was busy for a while looks at its connections in an order of its own: at old ones before it accepts new
 * ones, and at those that it has just read before others that had been silent (event loops on epoll do both). A request
 * must not find a quicker way there than one ahead of it. So, while one ahead of it may still be unread, it goes over
 * - a connection that the receiver must have seen empty since its last request: one that had been free when a request was
 *   sent that has been answered, since for that one the receiver had to look again;
 * - else, and always while one ahead of it is on a new connection, over a new one: new ones are accepted and read in their
 *   order, and after all that was there before.
 */
import type * as Http from "node:http"
import { http } from "./NodeHttp.ts"

/** A place for one connection, which is made when it is needed; it takes one request at a time. */
export interface Lane {
  /** The agent's name for it. */
  readonly name: string
  /** Whether it has taken its first request and no other. */
  isNew: boolean
  /** The number of the request that it took last. */
  request: number
  /** The number of the first request that was sent after it had become free. */
  freeSince: number
}

/** The options of a request, with the name of its lane. */
export interface LaneOptions extends Http.ClientRequestArgs {
  readonly lane?: string
}

/** Keeps a connection in each lane. An idle one is given up before most peers close it, so that few are found stale. */
class LaneAgent extends http.Agent {
  constructor() {
    super({ keepAlive: true, maxFreeSockets: 1, timeout: 4_000 })
  }

  override getName(options?: LaneOptions): string {
    return options?.lane ?? ""
  }
}

/** The agent of all lanes. */
export class Roads {
  readonly agent: Http.Agent = new LaneAgent()
  private made = 0

  /** A lane that nobody has used. */
  lane(): Lane {
    return { name: String(++this.made), isNew: true, request: 0, freeSince: 0 }
  }

  /** Whether a free lane has a connection. */
  isOpen({ name }: Lane): boolean {
    return this.agent.freeSockets[name]?.some(({ destroyed }) => !destroyed) ?? false
  }

  /** Closes a free lane's connection. */
  close({ name }: Lane): void {
    for (const socket of this.agent.freeSockets[name] ?? []) socket.destroy()
  }
}

/** The lanes to one endpoint. */
export class Lanes {
  /** In the order in which they became free. */
  private readonly free: Array<Lane> = []
  private busy = 0
  /** The number of the latest request that was sent, of those that were answered, and of those on a new connection. */
  private sent = 0
  private answered = 0
  private new = 0
  private readonly roads: Roads
  private readonly maxFree: number

  /**
   * @param maxFree - lanes that are kept for later
   */
  constructor(roads: Roads, maxFree: number) {
    this.roads = roads
    this.maxFree = maxFree
  }

  /** A lane for a request that is sent now. */
  enter(): Lane {
    const lane = this.take() ?? this.roads.lane()
    this.busy++
    lane.request = ++this.sent
    if (lane.isNew) this.new = this.sent
    return lane
  }

  /** The request on a lane was answered. */
  answer({ request }: Lane): void {
    this.answered = Math.max(this.answered, request)
  }

  /** The request on a lane has ended. */
  leave(lane: Lane): void {
    this.busy--
    lane.isNew = false
    lane.freeSince = this.sent + 1
    this.free.push(lane)
    const oldest = this.free.length > this.maxFree ? this.free.shift() : undefined
    if (oldest !== undefined) this.roads.close(oldest)
  }

  /**
   * Whether the next request should wait for the answer to this one: it could then go over a connection that is there
   * already. If each went over a new one at once, none of those would be used again while there is something to send.
   */
  shouldWait({ isNew }: Lane): boolean {
    return isNew && this.free.length > 0
  }

  /** The free lane that was used last, of those that may be used. */
  private take(): Lane | undefined {
    const allRead = this.busy === 0 || this.answered === this.sent
    if (!allRead && this.new > this.answered) return undefined
    for (let at = this.free.length - 1; at >= 0; at--) {
      const lane = this.free[at]
      if (lane === undefined || !allRead && lane.freeSince > this.answered) continue
      this.free.splice(at, 1)
      if (this.roads.isOpen(lane)) return lane
    }
    return undefined
  }
}
