// The clients' side towards the hub: raw sockets, one request at a time on each, kept alive when the hub allows it
// and opened anew when it closes after each exchange (JSAMP does, WIRE-60).
import * as Net from "node:net"
import { HttpFraming } from "./HttpFraming.ts"

/** `failure` is "" for a proper, fault-free XML-RPC answer. `source` holds the whole HTTP message. */
export type OnAnswer = (failure: string, source: string, bodyAt: number) => void

const ignoreAnswer: OnAnswer = () => {}

/** All sockets read into this one buffer: each chunk is taken out before the next read starts. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024)

class Connection {
  readonly #pool: HubPool
  readonly #socket: Net.Socket
  #onAnswer: OnAnswer = ignoreAnswer
  #busy = false

  constructor(pool: HubPool, host: string, port: number) {
    const framing = new HttpFraming((source, bodyAt, closes) => this.#answered(source, bodyAt, closes))
    this.#pool = pool
    this.#socket = Net.connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (count) => {
          pool.bytesIn += count
          try {
            framing.push(readBuffer.toString("latin1", 0, count))
          } catch (error) {
            this.#lost(String(error))
          }
          return true
        }
      }
    })
    this.#socket.on("error", (error) => this.#lost(error.message))
    this.#socket.on("close", () => this.#lost("connection closed without an answer"))
  }

  send(request: string | Buffer, onAnswer: OnAnswer): void {
    this.#busy = true
    this.#onAnswer = onAnswer
    this.#pool.bytesOut += request.length
    if (typeof request === "string") this.#socket.write(request, "latin1")
    else this.#socket.write(request)
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #answered(source: string, bodyAt: number, closes: boolean): void {
    if (!this.#busy) return
    const onAnswer = this.#onAnswer
    this.#busy = false
    this.#onAnswer = ignoreAnswer
    this.#pool.done(this, !closes)
    if (closes) this.#socket.destroy()
    onAnswer(failureOf(source, bodyAt), source, bodyAt)
  }

  #lost(why: string): void {
    const onAnswer = this.#onAnswer
    const wasBusy = this.#busy
    this.#busy = false
    this.#onAnswer = ignoreAnswer
    this.#socket.destroy()
    this.#pool.lost(this, wasBusy)
    if (wasBusy) onAnswer(why, "", 0)
  }
}

const failureOf = (source: string, bodyAt: number): string => {
  if (!source.startsWith(" 200", 8)) return source.slice(0, source.indexOf("\r\n"))
  if (source.includes("<fault>", bodyAt)) return source.slice(bodyAt)
  return ""
}

export class HubPool {
  readonly #host: string
  readonly #port: number
  readonly #idle: Array<Connection> = []
  readonly #all = new Set<Connection>()
  /** Requests that wait for their answer. */
  busy = 0
  bytesIn = 0
  bytesOut = 0

  constructor(url: URL) {
    this.#host = url.hostname
    this.#port = Number(url.port)
  }

  send(request: string | Buffer, onAnswer: OnAnswer): void {
    let connection = this.#idle.pop()
    if (connection === undefined) {
      connection = new Connection(this, this.#host, this.#port)
      this.#all.add(connection)
    }
    this.busy++
    connection.send(request, onAnswer)
  }

  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.send(request, (failure, source, bodyAt) => {
        if (failure === "") resolve(source.slice(bodyAt))
        else reject(new Error(failure))
      })
    })
  }

  done(connection: Connection, reusable: boolean): void {
    this.busy--
    if (reusable) this.#idle.push(connection)
    else this.#all.delete(connection)
  }

  lost(connection: Connection, wasBusy: boolean): void {
    if (wasBusy) this.busy--
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  /** Between rounds a hub may close idle connections at any moment: start each round on fresh ones instead. */
  closeAll(): void {
    for (const connection of this.#all) connection.destroy()
    this.#all.clear()
    this.#idle.length = 0
  }
}
