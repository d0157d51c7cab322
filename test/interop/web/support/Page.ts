/** A page with sampjs in Chromium, as a party. */
import { createHash } from "node:crypto"
import type { BrowserContext, Page as BrowserPage } from "playwright-core"
import * as Json from "../../support/Json.ts"
import * as Program from "../../support/Program.ts"
import * as Pages from "./Pages.ts"
import type { Params, Party } from "./Party.ts"
import * as Sampjs from "./Sampjs.ts"

export interface Page extends Party {
  readonly kind: "page"
  readonly browserPage: BrowserPage
  /** The map that it got when it registered. */
  readonly registration: Json.JsonRecord
  /** What it has read through the hub's translator because a table came. */
  readonly loaded: () => Promise<ReadonlyArray<Read>>
  /** Reads a URL through the translator. */
  readonly read: (url: string) => Promise<Read>
  /** What its ClientTracker has been told and knows. */
  readonly changes: () => Promise<ReadonlyArray<string>>
  readonly tracked: () => Promise<Json.JsonRecord>
  /** What it says beside its buttons: Yes, No, or why not. */
  readonly status: () => Promise<string>
}

/** Runs an expression in a page; what comes back is JSON at most. */
const evaluate = (page: BrowserPage, expression: string): Promise<unknown> => page.evaluate(expression)

const literal = (values: ReadonlyArray<unknown>): string =>
  values.map((value) => JSON.stringify(value)).join(", ")

const list = (value: unknown): ReadonlyArray<unknown> => {
  if (!Array.isArray(value)) throw new Error(`expected a list, found ${JSON.stringify(value)}`)
  return value
}

const text = (value: unknown): string => {
  if (typeof value !== "string") throw new Error(`expected a string, found ${JSON.stringify(value)}`)
  return value
}

/** What a page has got for a URL: the digest of all bytes, and the text that they begin with. */
export interface Read {
  readonly url: unknown
  readonly status: unknown
  readonly digest: string
  readonly text: string
}

/** The digest of bytes that a page would give. */
export const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const asRead = (value: unknown): Read => {
  const { digest, error, status, text, url } = Json.record(value)
  return { url, status: error ?? status, digest: String(digest), text: String(text) }
}

/** The site on which the pages are, and these files too, or in their place. */
export const site = async (files: Readonly<Record<string, string>> = {}): Promise<Pages.Site> =>
  Pages.serve({
    "/": Pages.asset("sampjs.html"),
    "/world.js": Pages.asset("world.js"),
    "/samp.js": files["/samp.js"] ?? await Sampjs.source(),
    ...files
  })

/** Opens a page that has not registered. */
export const open = async (context: BrowserContext, origin: string, name: string): Promise<BrowserPage> => {
  const page = await context.newPage()
  await page.goto(`${origin}/?name=${encodeURIComponent(name)}`)
  return page
}

/** What the page says beside its buttons. */
export const statusOf = (page: BrowserPage): Promise<string> =>
  page.locator("#buttons > span").last().innerText()

/** Clicks on Register, and waits until the page is registered and has declared all. */
export const register = async (page: BrowserPage): Promise<Page> => {
  await page.getByRole("button", { name: "Register", exact: true }).click()
  const registration = Json.record(
    await Program.eventually("the page's registration", async () => {
      const info = await evaluate(page, "world.registration()")
      if (info === null && (await statusOf(page)).startsWith("no (")) throw new Error(await statusOf(page))
      return info ?? undefined
    })
  )
  const ask = (method: string, ...args: ReadonlyArray<unknown>): Promise<unknown> =>
    evaluate(page, `world.ask(${literal([method, ...args])})`)
  const id = Json.text(registration, "samp.self-id")
  const message = (mtype: string, params: Params = {}) => ({ "samp.mtype": mtype, "samp.params": params })
  const self: Page = {
    kind: "page",
    id,
    browserPage: page,
    registration,
    clients: async () => list(await ask("getRegisteredClients")).map(text),
    known: async (other) => ({
      metadata: await ask("getMetadata", other),
      subscriptions: await ask("getSubscriptions", other)
    }),
    notify: async (to, mtype, params) => void await ask("notify", to, message(mtype, params)),
    notifyAll: async (mtype, params) => list(await ask("notifyAll", message(mtype, params))).map(text),
    call: async (to, tag, mtype, params) => {
      await evaluate(page, `world.expect(${literal([tag])})`)
      return text(await ask("call", to, tag, message(mtype, params)))
    },
    callAll: async (tag, mtype, params) => Json.record(await ask("callAll", tag, message(mtype, params))),
    callAndWait: async (to, mtype, params) =>
      Json.record(await ask("callAndWait", to, message(mtype, params), "20")),
    received: async () => list(await evaluate(page, "world.received")).map(Json.record),
    leave: () => page.getByRole("button", { name: "Unregister", exact: true }).click(),
    loaded: async () => list(await evaluate(page, "world.loaded")).map(asRead),
    read: async (url) => asRead(await evaluate(page, `world.read(${literal([url])})`)),
    changes: async () => list(await evaluate(page, "world.changes")).map(text),
    tracked: async () => Json.record(await evaluate(page, "world.tracked()")),
    status: () => statusOf(page)
  }
  await Program.eventually("the page's subscriptions", async () => {
    const { subscriptions } = await self.known(id)
    return JSON.stringify(subscriptions).includes("table.load.votable") || undefined
  })
  return self
}
