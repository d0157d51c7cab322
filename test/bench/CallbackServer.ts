// One client's callback endpoint: an own port, connections kept alive, every request answered at once with a fixed
// success (CLI-12) and only then looked at.
import * as Net from "node:net"
import { HttpFraming } from "./HttpFraming.ts"
import { callbackAnswer } from "./Wire.ts"

export type OnCallback = (source: string, bodyAt: number) => void

export class CallbackServer {
  readonly #server: Net.Server
  readonly #sockets = new Set<Net.Socket>()
  #port = 0
  bytesIn = 0
  bytesOut = 0

  private constructor(onCallback: OnCallback, onFailure: (why: string) => void) {
    this.#server = Net.createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket)
      const framing = new HttpFraming((source, bodyAt, closes) => {
        this.bytesOut += callbackAnswer.length
        if (closes) socket.end(callbackAnswer, "latin1")
        else socket.write(callbackAnswer, "latin1")
        onCallback(source, bodyAt)
      })
      socket.on("data", (chunk: Buffer) => {
        this.bytesIn += chunk.length
        try {
          framing.push(chunk.toString("latin1"))
        } catch (error) {
          onFailure(String(error))
          socket.destroy()
        }
      })
      socket.on("close", () => this.#sockets.delete(socket))
      // A hub may drop its connections whenever it likes; a message lost with one shows in the count.
      socket.on("error", () => socket.destroy())
    })
  }

  static async open(onCallback: OnCallback, onFailure: (why: string) => void): Promise<CallbackServer> {
    const self = new CallbackServer(onCallback, onFailure)
    await new Promise<void>((resolve, reject) => {
      self.#server.once("error", reject)
      self.#server.listen(0, "127.0.0.1", 1024, resolve)
    })
    const address = self.#server.address()
    if (address === null || typeof address === "string") throw new Error("callback server has no port")
    self.#port = address.port
    return self
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/xmlrpc`
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}
