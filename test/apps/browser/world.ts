/** A hub with its Web Profile, in this process and with real sockets, and its clients; all of it ends with the world. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import * as Scope from "effect/Scope"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import * as Hub from "../../../src/apps/Hub.ts"
import * as NodePlatform from "../../../src/apps/NodePlatform.ts"
import * as NodeWebPlatform from "../../../src/apps/NodeWebPlatform.ts"
import { WebHub } from "../../../src/apps/WebHub.ts"
import { type BrowserClient, connect, type ConnectOptions } from "../../../src/browser.ts"
import { Consent, type ConsentRequest, type Verdict } from "../../../src/ports/Consent.ts"
import { connect as connectStandard, type PromiseClient } from "../../../src/promise.ts"

const allowed: Verdict = { _tag: "Allowed", send: ["*"], receive: ["*"], by: "the test" }

export class World implements AsyncDisposable {
  /** Who has asked to be let in. */
  readonly asked: Array<ConsentRequest> = []
  /** What the user says. */
  answer: () => Promise<Verdict> | Verdict = () => allowed
  url = ""
  readonly home = mkdtempSync(join(tmpdir(), "samp-browser-"))
  readonly #ends: Array<() => Promise<unknown>> = []
  #hub: Scope.Closeable | undefined

  static async start(): Promise<World> {
    const world = new World()
    await world.startHub()
    return world
  }

  get lockfile(): string {
    return join(this.home, ".samp")
  }

  /** Starts the hub; on the port it had before, if it was stopped. */
  async startHub(): Promise<void> {
    const scope = await Effect.runPromise(Scope.make())
    const consent = Layer.succeed(Consent, {
      ask: (request) =>
        Effect.promise(async () => {
          this.asked.push(request)
          return this.answer()
        }),
      withdrawn: () => Effect.succeed(false)
    })
    const port = this.url === "" ? 0 : Number(new URL(this.url).port)
    const layer = Hub.withWeb({ lockfile: this.lockfile, web: { port } }).pipe(
      Layer.provide(Layer.mergeAll(
        NodePlatform.layer(),
        NodeWebPlatform.layer(),
        consent,
        Layer.succeed(References.MinimumLogLevel, "None")
      ))
    )
    const context = await Effect.runPromise(Scope.provide(Layer.build(layer), scope))
    const state = await Effect.runPromise(Context.get(context, WebHub).state)
    if (state._tag === "Off") throw new Error(state.why)
    this.url = state.url
    this.#hub = scope
  }

  async stopHub(): Promise<void> {
    const hub = this.#hub
    this.#hub = undefined
    if (hub !== undefined) await Effect.runPromise(Scope.close(hub, Exit.void))
  }

  /** A client of the Web Profile. */
  async page(name: string, options: ConnectOptions = {}): Promise<BrowserClient> {
    const client = await connect({ name, url: this.url, parseXml: xmlCodec.parse, ...options })
    this.#ends.push(() => client.close())
    return client
  }

  /** A client of the Standard Profile. */
  async desktop(name: string): Promise<PromiseClient> {
    const client = await connectStandard({ name, hub: this.lockfile })
    this.#ends.push(() => client.close())
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()))
    await this.stopHub()
    rmSync(this.home, { recursive: true, force: true })
  }
}
