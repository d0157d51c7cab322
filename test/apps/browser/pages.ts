/** Pages beside a hub that a test scripts, in a browser that it pretends. */
import { assert, vi } from "@effect/vitest"
import { xmlCodec } from "../../../src/adapters/xml/XmlCodecFxp.ts"
import { type BrowserClient, connect, type ConnectOptions, Unreachable } from "../../../src/browser.ts"
import { rejection } from "../../support/promises.ts"
import { type FakeHub, fakeHub, type Manners } from "../../support/webHub.ts"

/** What a test has begun, and ends with it. */
export class Begun {
  readonly #ends: Array<() => unknown> = []

  readonly start = async (manners?: Manners): Promise<FakeHub> => {
    const hub = await fakeHub(manners)
    this.#ends.push(() => hub[Symbol.asyncDispose]())
    return hub
  }

  readonly page = async (hub: FakeHub, options: ConnectOptions = {}): Promise<BrowserClient> => {
    const client = await connect({ name: "page", url: hub.url, parseXml: xmlCodec.parse, ...options })
    this.#ends.push(() => client.close())
    return client
  }

  readonly end = async (): Promise<void> => {
    for (const end of this.#ends.splice(0).reverse()) await end()
    vi.unstubAllGlobals()
  }
}

/** The reason why there is no hub. */
export const reasonOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await rejection(promise)
  assert.instanceOf(error, Unreachable)
  return error.reason
}

/** A page, as far as the client looks at it. */
export class FakePage {
  state: "granted" | "prompt" | "denied" = "granted"
  isActive = false
  readonly listeners = new Map<string, (event: { readonly persisted: boolean }) => void>()
  private readonly changed = new Set<() => void>()

  constructor() {
    vi.stubGlobal("isSecureContext", true)
    vi.stubGlobal("origin", "https://page.example")
    vi.stubGlobal("location", {
      hostname: "page.example",
      protocol: "https:",
      origin: "https://page.example"
    })
    const { changed } = this
    const status = {
      addEventListener: (_: string, listener: () => void) => changed.add(listener),
      removeEventListener: (_: string, listener: () => void) => changed.delete(listener)
    }
    vi.stubGlobal("navigator", {
      permissions: {
        query: async ({ name }: { readonly name: string }) => {
          if (name !== "loopback-network") throw new TypeError("unknown")
          return { ...status, state: this.state }
        }
      },
      userActivation: this
    })
    vi.stubGlobal(
      "addEventListener",
      (type: string, listener: () => void) => this.listeners.set(type, listener)
    )
    vi.stubGlobal("removeEventListener", (type: string) => this.listeners.delete(type))
  }

  set(state: "granted" | "prompt" | "denied"): void {
    this.state = state
    for (const listener of this.changed) listener()
  }

  /** The user goes elsewhere, or comes back to the page as it was. */
  turn(type: "pagehide" | "pageshow"): void {
    this.listeners.get(type)?.({ persisted: true })
  }
}
