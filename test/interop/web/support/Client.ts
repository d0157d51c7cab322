/** A page with our client in Chromium, as a party. */
import type { BrowserContext, Page } from "playwright-core"
import * as Json from "../../support/Json.ts"
import * as Program from "../../support/Program.ts"
import type { Params, Party } from "./Party.ts"

/** What it takes a party for, and more. */
export interface Client extends Party {
  readonly kind: "client"
  readonly page: Page
  readonly status: () => Promise<Json.JsonRecord>
  /** Names of the others, as it has heard of them. */
  readonly names: () => Promise<ReadonlyArray<unknown>>
  readonly read: (url: string) => Promise<Json.JsonRecord>
  readonly publish: (text: string, name: string, type: string) => Promise<string>
}

const list = (value: unknown): ReadonlyArray<unknown> => {
  if (!Array.isArray(value)) throw new Error(`expected a list, found ${JSON.stringify(value)}`)
  return value
}

/** Opens a page, and connects by a click. */
export const connect = async (context: BrowserContext, origin: string, name: string): Promise<Client> => {
  const page = await context.newPage()
  await page.goto(`${origin}/client.html?name=${encodeURIComponent(name)}`)
  await page.getByRole("button").click()
  const begun = await Program.eventually(
    "the page",
    async () => await page.evaluate("window.begun") ?? undefined
  )
  if (begun !== "connected") throw new Error(String(begun))
  const world = (method: string, ...args: ReadonlyArray<unknown>): Promise<unknown> =>
    page.evaluate(`world.${method}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`)
  const ask = (method: string, ...args: ReadonlyArray<unknown>): Promise<unknown> =>
    world("ask", method, ...args)
  const params = (given: Params = {}): Params => given
  return {
    kind: "client",
    id: String(await world("id")),
    page,
    clients: async () => list(await ask("getRegisteredClients")).map(String),
    known: async (id) => ({
      metadata: await ask("getMetadata", id),
      subscriptions: await ask("getSubscriptions", id)
    }),
    notify: async (to, mtype, given) => void await ask("notify", to, mtype, params(given)),
    notifyAll: async (mtype, given) => list(await ask("notifyAll", mtype, params(given))).map(String),
    call: async (to, tag, mtype, given) => String(await ask("callTagged", to, tag, mtype, params(given))),
    callAll: async (tag, mtype, given) => Json.record(await ask("callAllTagged", tag, mtype, params(given))),
    callAndWait: async (to, mtype, given) => Json.record(await world("wait", to, mtype, params(given))),
    received: async () => list(await page.evaluate("world.received")).map(Json.record),
    leave: async () => void await ask("close"),
    status: async () => Json.record(await world("status")),
    names: async () => list(await world("names")),
    read: async (url) => Json.record(await world("read", url)),
    publish: async (text, name, type) => String(await world("publish", text, { name, type }))
  }
}
