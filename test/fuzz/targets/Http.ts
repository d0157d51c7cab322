/**
 * The HTTP surface of a running hub, over sockets. Bytes come whole and in pieces, with an end, without one, and with a
 * reset; every connection that was ended is closed by the hub, what comes back are HTTP responses, the same in pieces as
 * whole; and the hub stays well: pings are answered meanwhile, no descriptor and no memory is left behind.
 *
 * The first line of an input says how it is sent: `end`, `stay` or `reset`, and the sizes of the pieces.
 */
import { existsSync, readdirSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { setImmediate as breathe, setTimeout as pause } from "node:timers/promises"
import { answerOf } from "../../../src/adapters/http/XmlRpcBody.ts"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../../src/domain/Limits.ts"
import { writeCall } from "../../../src/domain/XmlRpcWriter.ts"
import { type RunningHub, startHub } from "../../../src/promise.ts"
import * as Home from "../../interop/support/Home.ts"
import { open, post } from "../../support/rawHttp.ts"
import { bytesOf, type Outcome, shape, type Target, type Wrong } from "../engine/Target.ts"
import { generate, keyPlace, pieces, secret, seeds } from "./HttpGrammar.ts"

/** Small, so that going beyond it is cheap. */
const limits = { ...defaults, bodyBytes: 32_768 }
/** Milliseconds that a hub may take on a busy machine: to close, and to answer a ping. */
const patienceMs = 8_000
/** Milliseconds for which a connection without an end is watched. */
const watchMs = 15
const mostHeap = 700 * 1024 * 1024
/** Inputs after which another hub takes over, so that ending is tried too. */
const inputsPerHub = 10_000
/** Descriptors that may be open beyond those at the start: sockets that are about to go. */
const spareDescriptors = 40

interface Plan {
  readonly mode: "end" | "stay" | "reset"
  readonly sizes: ReadonlyArray<number>
  readonly bytes: string
}

const planOf = (input: string): Plan => {
  const [whole = "", mode, sizes = ""] = /^(end|stay|reset)((?: \d{1,4}){0,12})\n/u.exec(input) ?? []
  return {
    mode: mode === "stay" || mode === "reset" ? mode : "end",
    sizes: sizes.split(" ").filter((size) => size !== "").map(Number),
    bytes: input.slice(whole.length)
  }
}

interface Heard {
  readonly text: string
  readonly closed: boolean
}

const write = async (socket: Socket, bytes: Buffer, sizes: ReadonlyArray<number>): Promise<void> => {
  let at = 0
  for (const size of sizes) {
    if (socket.destroyed || at >= bytes.length) break
    socket.write(bytes.subarray(at, at + size))
    at += size
    await breathe()
    await breathe()
  }
  if (!socket.destroyed) socket.write(bytes.subarray(at))
}

/** Sends as the plan says; what came back. */
const talk = (port: number, { bytes, mode, sizes }: Plan): Promise<Heard> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
    const received: Array<Buffer> = []
    let late = false
    const done = (closed: boolean): void => {
      clearTimeout(limit)
      socket.destroy()
      resolve({ text: Buffer.concat(received).toString("latin1"), closed: closed && !late })
    }
    const limit = setTimeout(() => {
      late = true
      done(false)
    }, patienceMs)
    socket.setNoDelay(true)
    socket.on("data", (chunk: Buffer) => received.push(chunk))
    socket.on("end", () => done(true)).on("close", () => done(true)).on("error", () => {})
    socket.on("connect", () => {
      void write(socket, bytesOf(bytes), sizes).then(async () => {
        if (mode === "end") socket.end()
        else if (mode === "reset") socket.resetAndDestroy()
        else {
          await pause(watchMs)
          done(true)
        }
      })
    })
  })

interface Response {
  readonly status: number
  readonly body: string
}

/** Takes apart what came; undefined when it is no sequence of whole responses. */
const responsesIn = (text: string): ReadonlyArray<Response> | undefined => {
  const found: Array<Response> = []
  for (let rest = text; rest !== "";) {
    const head = /^HTTP\/1\.1 (\d{3}) [\x20-\x7e]+\r\n(?:[!-~]+: [\x20-\x7e]*\r\n)*\r\n/u.exec(rest)
    if (head === null) return undefined
    const status = Number(head[1])
    const length = status === 100 ? 0 : Number(/^content-length: (\d+)\r$/imu.exec(head[0])?.[1] ?? "NaN")
    if (!(head[0].length + length <= rest.length)) return undefined
    found.push({ status, body: rest.slice(head[0].length, head[0].length + length) })
    rest = rest.slice(head[0].length + length)
  }
  return found
}

/** Bodies without what is different each time: ids and keys. */
const plain = (responses: ReadonlyArray<Response>): string =>
  JSON.stringify(responses.map(({ body, status }) => [status, body.replace(/[A-Za-z0-9_-]{16,}|\d+/gu, "0")]))

const badBody = ({ body, status }: Response): Wrong | undefined => {
  if (body.includes("failed to handle this")) return { kind: "a defect of the hub", detail: body }
  if (status >= 400 && !/^[\x20-\x7e]+\n$/u.test(body)) {
    return { kind: "a refusal that is no line of ASCII", detail: body }
  }
  if (status !== 200 || !body.startsWith("<?xml")) return undefined
  const answer = answerOf(xmlCodec, Buffer.from(body, "latin1"), defaults)
  const unread = answer._tag === "Failure" && answer.failure._tag === "Fault"
  return unread ? { kind: "an answer that cannot be read", detail: body } : undefined
}

/** What is wrong about what came back. */
const judge = (plan: Plan, { closed, text }: Heard): Wrong | undefined => {
  if (plan.mode === "reset") return undefined
  if (!closed) {
    return {
      kind: "a connection stays open",
      detail: `after ${patienceMs} ms there is ${text.slice(0, 500)}`
    }
  }
  // an answer to HEAD has the length of a body that does not come
  if (/HEAD/iu.test(plan.bytes)) return undefined
  const responses = responsesIn(text)
  if (responses === undefined) {
    return plan.mode === "stay"
      ? undefined
      : { kind: "what came is no HTTP", detail: JSON.stringify(text.slice(0, 1_000)) }
  }
  return responses.map(badBody).find((wrong) => wrong !== undefined)
}

/** Open descriptors of this process; 0 where the system does not tell. */
const descriptors = (): number => existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0

const ping = post(writeCall({ method: "samp.hub.ping", params: [] }))

const register = post(writeCall({ method: "samp.hub.register", params: [secret] }))
const alive = (key: string): string =>
  post(writeCall({ method: "samp.hub.getRegisteredClients", params: [key] }))

/** Requests after which the same ones may be answered otherwise. */
const changing = /declare|unregister|reply|call/iu

/** A hub and those who look after it. */
class Ward {
  readonly #home = Home.make()
  readonly #formerHome = process.env["HOME"]
  #hub: RunningHub | undefined
  #port = 0
  #watcher: ReturnType<typeof open> | undefined
  #inputs = 0
  #descriptors = 0
  #key = ""

  async start(): Promise<void> {
    // nothing here may see the hub of whoever runs this
    process.env["HOME"] = this.#home.path
    this.#hub = await startHub({ lockfile: this.#home.lockfile, secret, limits })
    this.#port = Number(new URL(this.#hub.url).port)
    this.#watcher = open(this.#port)
    this.#inputs = 0
    await this.#ask()
    await this.#registered()
    this.#descriptors = descriptors()
  }

  async stop(): Promise<void> {
    this.#watcher?.destroy()
    await this.#hub?.stop()
    this.#hub = undefined
  }

  async end(): Promise<void> {
    await this.stop()
    if (this.#formerHome !== undefined) process.env["HOME"] = this.#formerHome
    this.#home.remove()
  }

  async #ask(): Promise<void> {
    if (this.#watcher?.socket.destroyed !== false) this.#watcher = open(this.#port)
    this.#watcher.send(ping)
    await this.#watcher.response()
    const other = open(this.#port)
    other.send(ping)
    await other.response()
    other.destroy()
  }

  /** Registers the client whose key inputs use, if it is not there (any more). */
  async #registered(): Promise<void> {
    const connection = open(this.#port)
    connection.send(alive(this.#key))
    if ((await connection.response()).body.includes("<fault>")) {
      connection.send(register)
      const { body } = await connection.response()
      this.#key = /samp\.private-key<\/name><value><string>([^<]*)</u.exec(body)?.[1] ?? ""
      if (this.#key.length !== keyPlace.length) throw new Error(`no key of the usual length: ${body}`)
    }
    connection.destroy()
  }

  async check(input: string): Promise<Outcome> {
    this.#inputs++
    // the hub would send to whatever URL a mutation makes
    if (input.includes(keyPlace) && /setXmlrpcCallback/iu.test(input)) return { seen: [] }
    const plan = planOf(input.replaceAll(keyPlace, this.#key))
    const heard = await talk(this.#port, plan)
    const responses = responsesIn(heard.text)
    const seen = [
      `${plan.mode}: ${
        responses?.slice(0, 4).map(({ body, status }) =>
          `${status} ${shape(/>([^<>]+)<\/string>/u.exec(body)?.[1] ?? body)}`
        ).join() ?? "no HTTP"
      }`
    ]
    const wrong = judge(plan, heard)
    if (wrong !== undefined || plan.mode !== "end" || plan.sizes.length === 0) return { seen, wrong }
    if (input.includes(keyPlace) && changing.test(input)) return { seen }
    const whole = await talk(this.#port, { ...plan, sizes: [] })
    const [one, two] = [plain(responses ?? []), plain(responsesIn(whole.text) ?? [])]
    return one === two
      ? { seen }
      : { seen, wrong: { kind: "in pieces it is answered otherwise", detail: `${one}, whole ${two}` } }
  }

  async inspect(): Promise<Wrong | undefined> {
    try {
      await this.#ask()
      await this.#registered()
    } catch (error) {
      return { kind: "a ping without an answer", detail: String(error) }
    }
    const deadline = performance.now() + patienceMs
    while (descriptors() > this.#descriptors + spareDescriptors) {
      if (performance.now() > deadline) {
        return { kind: "descriptors stay open", detail: `${descriptors()}, at first ${this.#descriptors}` }
      }
      await pause(20)
    }
    const heap = process.memoryUsage().heapUsed
    if (heap > mostHeap) return { kind: "memory grows", detail: `${heap} bytes` }
    return this.#inputs < inputsPerHub ? undefined : this.#another()
  }

  async #another(): Promise<Wrong | undefined> {
    const start = performance.now()
    await this.stop()
    const tookMs = performance.now() - start
    await this.start()
    return tookMs < patienceMs ? undefined : { kind: "ends late", detail: `after ${tookMs} ms` }
  }
}

/** The HTTP surface of a hub that is started for it. */
export const http = async (): Promise<Target> => {
  const ward = new Ward()
  await ward.start()
  return {
    name: "http",
    sources:
      /\/src\/(?:adapters\/http\/(?:CallServer|HttpServing|XmlRpcBody)|domain\/(?:StandardProfile|HubMachine|Registry|Routing|Subscriptions|Message|MType|CallTable|Departure|Turn|HubSelf))/u,
    seeds,
    pieces,
    generate,
    check: (input) => ward.check(input),
    inspect: () => ward.inspect(),
    stop: () => ward.end()
  }
}
