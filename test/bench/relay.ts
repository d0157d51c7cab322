// The upper baseline: what plain node:http can move when the hub does nothing. It reads no XML. The load generator
// sends it the bodies that a hub would send on, and says in the path what a hub would look up:
//
//   POST /setup          one callback URL a line; line i is client i
//   POST /n/<to>         notify: answer, forward to one
//   POST /a/<count>      notifyAll: answer, forward to clients 0..count-1
//   POST /c/<to>         call: answer with a msg-id, forward to one
//   POST /r/<to>         the callee's reply to a call: answer, forward to the sender
//   POST /w/<to>/<wait>  callAndWait: forward to one, hold the answer
//   POST /d/<wait>       the callee's reply to a callAndWait: answer, and answer the waiter with this body
//
// As in a hub (DLV-07), the sender is answered before anything is forwarded.
import * as Http from "node:http"
import { listResponse, stringResponse, voidResponse } from "./Wire.ts"

const agent = new Http.Agent({ keepAlive: true })
const headers = { "Content-Type": "text/xml" }

let targets: ReadonlyArray<Http.RequestOptions> = []
const waiters = new Map<string, Http.ServerResponse>()

const voidAnswer = Buffer.from(voidResponse)
const idAnswer = Buffer.from(stringResponse(`m${"0".repeat(31)}`))
let listAnswer = voidAnswer

const answer = (response: Http.ServerResponse, body: Buffer): void => {
  response.writeHead(200, { ...headers, "Content-Length": body.length })
  response.end(body)
}

const forward = (target: Http.RequestOptions | undefined, body: Buffer): void => {
  if (target === undefined) return
  const request = Http.request(
    { ...target, headers: { ...headers, "Content-Length": body.length } },
    (response) => {
      response.resume()
    }
  )
  request.on("error", (error) => process.stderr.write(`relay: ${error.message}\n`))
  request.end(body)
}

const setup = (body: Buffer): void => {
  targets = body.toString().trim().split("\n").map((line) => {
    const url = new URL(line)
    return { agent, host: url.hostname, port: Number(url.port), path: url.pathname, method: "POST" }
  })
}

const handle = (path: string, body: Buffer, response: Http.ServerResponse): void => {
  const [, verb = "", first = "", wait = ""] = path.split("/")
  switch (verb) {
    case "n":
    case "r":
      answer(response, voidAnswer)
      return forward(targets[Number(first)], body)
    case "c":
      answer(response, idAnswer)
      return forward(targets[Number(first)], body)
    case "a":
      answer(response, listAnswer)
      for (let i = 0; i < Number(first); i++) forward(targets[i], body)
      return
    case "w":
      waiters.set(wait, response)
      return forward(targets[Number(first)], body)
    case "d": {
      answer(response, voidAnswer)
      const waiter = waiters.get(first)
      waiters.delete(first)
      if (waiter !== undefined) answer(waiter, body)
      return
    }
    default:
      setup(body)
      listAnswer = Buffer.from(listResponse(targets.slice(0, 100).map((_, i) => `c${i + 1}`)))
      return answer(response, voidAnswer)
  }
}

const server = Http.createServer((request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const [first] = chunks
    handle(
      request.url ?? "",
      chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks),
      response
    )
  })
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("relay has no port")
  const ready = { event: "ready", url: `http://127.0.0.1:${address.port}/xmlrpc`, pid: process.pid }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
})

// The starter holds the other end of standard input: when it dies, however it dies, so does the relay.
process.stdin.on("end", () => process.exit(0)).resume()
