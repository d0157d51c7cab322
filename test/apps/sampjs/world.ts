/** A hub where pages look for it, and a page as far as the shim needs one. */
import { afterEach, vi } from "vitest"
import { type PlainValue, plainValue } from "../../../src/apps/facade/Plain.ts"
import { toSamp } from "../../../src/apps/sampjs/Values.ts"
import { isMap, type SampMap } from "../../../src/domain/SampValue.ts"
import { samp } from "../../../src/sampjs.ts"
import { FakeHub, type Manners } from "../../support/webHub.ts"

const ends: Array<() => unknown> = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** Runs when the test is over. */
export const atEnd = (end: () => unknown): void => void ends.push(end)

const real = globalThis.fetch

/** What was fetched. */
export interface Fetched {
  readonly url: string
  readonly init: RequestInit
}

/** Lets pages find a hub at http://localhost:21012/, which is at another port; undefined: they find none. */
export const placeHub = (hub: FakeHub | undefined): Array<Fetched> => {
  const fetched: Array<Fetched> = []
  const there = hub?.url ?? "http://127.0.0.1:1/" // nobody listens on this port
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    fetched.push({ url, init })
    return real(url.replace("http://localhost:21012/", there), init)
  })
  return fetched
}

/** A hub that pages find. */
export const begin = async (manners?: Manners) => {
  const hub = await new FakeHub(manners).start()
  ends.push(() => hub[Symbol.asyncDispose]())
  return { hub, fetched: placeHub(hub) }
}

/** Registers; the connection ends with the test. */
export const registered = (name = "page"): Promise<samp.Connection> =>
  new Promise((resolve, reject) => {
    samp.register(name, (connection) => {
      ends.push(() => connection.close())
      resolve(connection)
    }, reject)
  })

/** A SAMP map of a plain object. */
export const sampMap = (plain: { readonly [key: string]: PlainValue }): SampMap => {
  const value = toSamp(plain)
  if (isMap(value)) return value
  throw new Error("no map")
}

/** What was asked, without pulls, as `name(arguments)`. */
export const askedOf = (hub: FakeHub): ReadonlyArray<string> =>
  hub.asked.filter(({ method }) => method !== "pullCallbacks").map(({ method, params }) =>
    `${method}(${params.map((param) => JSON.stringify(plainValue(param))).join(", ")})`
  )

/** What is called back, as a promise; an error as text. */
export const called = <R>(
  run: (ok: (result: R) => void, no: (error: unknown) => void) => unknown
): Promise<unknown> => new Promise((resolve) => run(resolve, (error) => resolve(`error: ${String(error)}`)))

/** An element or a text, as much of one as is needed. */
export class Node {
  readonly name: string
  readonly children: Array<Node | string> = []
  readonly attributes = new Map<string, string>()
  onclick: (() => void) | null = null

  constructor(name: string) {
    this.name = name
  }

  get text(): string {
    return this.children.map((child) => typeof child === "string" ? child : child.text).join("")
  }

  set innerHTML(_: string) {
    this.children.length = 0
  }

  append(...nodes: ReadonlyArray<Node | string>): void {
    this.children.push(...nodes)
  }

  appendChild(node: Node): void {
    this.append(node)
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value)
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name)
  }

  /** All inside with this name. */
  all(name: string): ReadonlyArray<Node> {
    return this.children.flatMap((child) =>
      typeof child === "string" ? [] : [...child.name === name ? [child] : [], ...child.all(name)]
    )
  }
}

/** Lets the shim believe that there is a page. */
export const placeDocument = (): void => {
  const textNode = (text: string): Node => {
    const node = new Node("#text")
    node.append(text)
    return node
  }
  vi.stubGlobal("document", {
    createElement: (name: string) => new Node(name),
    createDocumentFragment: () => new Node("#fragment"),
    addEventListener: () => {},
    removeEventListener: () => {},
    createTextNode: textNode
  })
}

/** Lets the shim believe that it is in a page to which nothing answers, and that its browser says this of it. */
export const placePage = (says: {
  readonly state: string
  readonly secure: boolean
  readonly origin: string
  /** What the policy of the page forbids. */
  readonly blocked: string | undefined
}): void => {
  const listeners = new Set<(event: { readonly blockedURI: string }) => void>()
  atEnd(() => {
    if (listeners.size > 0) throw new Error("a listener was forgotten")
  })
  vi.stubGlobal("location", {
    hostname: new URL(says.origin).hostname,
    protocol: new URL(says.origin).protocol
  })
  vi.stubGlobal("isSecureContext", says.secure)
  vi.stubGlobal("navigator", { permissions: { query: async () => ({ state: says.state }) } })
  vi.stubGlobal("document", {
    addEventListener: (_: string, listener: (event: { readonly blockedURI: string }) => void) =>
      listeners.add(listener),
    removeEventListener: (_: string, listener: (event: { readonly blockedURI: string }) => void) =>
      listeners.delete(listener)
  })
  vi.stubGlobal("fetch", async () => {
    const { blocked } = says
    if (blocked !== undefined) {
      setTimeout(() => listeners.forEach((listen) => listen({ blockedURI: blocked })))
    }
    throw new TypeError("Failed to fetch")
  })
}
