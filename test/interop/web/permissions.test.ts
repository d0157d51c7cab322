/**
 * The browser client in Chromium, on pages of all kinds and with a user of every mind: each says for the right reason why
 * there is no hub to talk to (P1).
 */
import { readFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:net"
import { join } from "node:path"
import type { BrowserContext, Frame, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Reason } from "../../../src/browser.ts"
import { bundleClient } from "../../../tools/bundlePages.mjs"
import { World } from "../../apps/browser/world.ts"
import * as Home from "../support/Home.ts"
import * as Json from "../support/Json.ts"
import * as Program from "../support/Program.ts"
import * as Pages from "./support/Pages.ts"
import * as Public from "./support/Public.ts"

/** What became of a try. */
type Outcome = Reason | "connected"

const permissions = ["granted", "denied", "closed", "refused"] as const
/**
 * What the user says, or has said: `closed` closes the question without an answer, `refused` says no to it. A Chromium
 * without a window is of the latter kind by itself.
 */
type Permission = typeof permissions[number]

const hubs = ["on", "off", "another program", "says no"] as const
type HubState = typeof hubs[number]

const home = Home.make()
const ends: Array<() => Promise<unknown>> = [async () => home.remove()]
let context: BrowserContext
let hub: World
let hubAt: { readonly [S in HubState]: string }
let hanging: string
/** Ports: https and http that are taken for public, https on a campus, and http of this machine. */
let ports: {
  readonly secure: number
  readonly plain: number
  readonly campus: number
  readonly local: number
}

const hosts = { granted: "yes.test", denied: "no.test", closed: "later.test" }
let fresh = 0

/** Who has said no once is not asked again, so that each page that is to ask has a name of its own. */
const hostOf = (permission: Permission): string =>
  permission === "refused" ? `ask${++fresh}.test` : hosts[permission]

/** A page that looks for a hub; its query says what its server forbids, and what it embeds. */
const serve = (request: IncomingMessage, response: ServerResponse): void => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost")
  const header = (name: string, parameter: string): void => {
    const value = searchParams.get(parameter)
    if (value !== null) response.setHeader(name, value)
  }
  header("Permissions-Policy", "permissions")
  header("Content-Security-Policy", "content")
  if (pathname.endsWith(".js")) {
    response.setHeader("Content-Type", "text/javascript")
    response.setHeader("Access-Control-Allow-Origin", "*") // sandboxed frames have no origin
    response.end(readFileSync(join(home.path, pathname)))
    return
  }
  response.setHeader("Content-Type", "text/html; charset=utf-8")
  const src = searchParams.get("frame")
  const attributes = searchParams.get("attributes") ?? ""
  response.end(
    src === null ? Pages.asset("reasons.html") : `<!DOCTYPE html><iframe src="${src}" ${attributes}></iframe>`
  )
}

const portOf = async (listening: Promise<Public.Listening>): Promise<number> => {
  const { close, port } = await listening
  ends.push(close)
  return port
}

/** A server that takes connections and never says a word. */
const silent = async (): Promise<string> => {
  const server = createServer((socket) => void socket.on("error", () => {}))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  ends.push(async () => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`
}

beforeAll(async () => {
  await bundleClient(join(home.path, "browser.js"))
  hub = await World.start()
  const no = await World.start()
  ends.push(() => hub[Symbol.asyncDispose](), () => no[Symbol.asyncDispose]())
  no.answer = () => ({ _tag: "Denied", why: "the user does not want it" })
  const gone = await Public.plain(() => {})
  await gone.close()
  const another = await portOf(Public.plain((_, response) => void response.writeHead(404).end("not here")))
  hubAt = {
    on: hub.url,
    off: `http://127.0.0.1:${gone.port}/`,
    "another program": `http://127.0.0.1:${another}/`,
    "says no": no.url
  }
  hanging = await silent()
  ports = {
    secure: await portOf(Public.secure(home, serve)),
    plain: await portOf(Public.plain(serve)),
    campus: await portOf(Public.secure(home, serve)),
    local: await portOf(Public.plain(serve))
  }
  const said = (host: string, answer: "granted" | "denied") =>
    [ports.secure, ports.campus].map((port) => [`https://${host}:${port}`, answer] as const)
  context = await Public.start(home, {
    said: Object.fromEntries([...said(hosts.granted, "granted"), ...said(hosts.denied, "denied")]),
    spaces: { [ports.secure]: "public", [ports.plain]: "public", [ports.campus]: "private" }
  })
  ends.push(() => context.close())
})
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

/** Opens a page; a permission whose question is to be closed has to be set before each page. */
const open = async (url: string): Promise<Page> => {
  const page = await context.newPage()
  const { hostname, origin, protocol } = new URL(url)
  if (hostname === hosts.closed && protocol === "https:") {
    const session = await context.newCDPSession(page)
    await session.send("Browser.setPermission", {
      permission: { name: "loopback-network" },
      setting: "prompt",
      origin
    })
  }
  await page.goto(url)
  return page
}

/** The place in a page from where a hub is looked for. */
const placeIn = async (page: Page): Promise<Frame> => {
  const frame = () => page.frames().at(-1) ?? page.mainFrame()
  await Program.eventually(
    "the page",
    async () => await frame().evaluate("globalThis.ready === true").catch(() => false) === true || undefined
  )
  return frame()
}

/** Clicks on the button of a page. */
const click = async (place: Frame): Promise<{ readonly outcome: string; readonly text: string }> => {
  await place.evaluate("globalThis.result = undefined")
  await place.getByRole("button").click()
  const result = Json.record(
    await Program.eventually("an outcome", async () => await place.evaluate("globalThis.result") ?? undefined)
  )
  return { outcome: Json.text(result, "outcome"), text: Json.text(result, "text") }
}

/** With leave of the browser, it is the hub that counts. */
const byHub: { readonly [S in HubState]: Outcome } = {
  on: "connected",
  off: "no-hub",
  "another program": "not-a-hub",
  "says no": "refused"
}

/**
 * What a public page hears. Where nothing listens Chromium asks nobody, but one without a window says no all the same; for
 * what a user sees, and does, see test/gui/permission.test.ts.
 */
const ofPublic = (permission: Permission, hub: HubState): Outcome => {
  if (permission === "granted") return byHub[hub]
  if (permission === "closed") return hub === "off" ? "no-hub" : "dismissed"
  return "denied"
}

/** Nobody is asked for leave, and so the hub is not either. */
const lookByHub: { readonly [S in HubState]: string } = { ...byHub, on: "available", "says no": "available" }

/** What the user is told before a click. */
const before = (permission: Permission, hub: HubState): string =>
  permission === "granted" ? lookByHub[hub] : permission === "denied" ? "denied" : "will-ask"

interface Kind {
  /** The page, by the user's mind. */
  readonly url: (permission: Permission) => string
  readonly after: (permission: Permission, hub: HubState) => Outcome
  /** What is told before a click. */
  readonly before: (permission: Permission, hub: HubState) => string
}

const always = (reason: Outcome): Pick<Kind, "after" | "before"> => ({
  after: () => reason,
  before: () => reason
})
const local: Pick<Kind, "after" | "before"> = {
  after: (_, hub) => byHub[hub],
  before: (_, hub) => lookByHub[hub]
}

const secureAt = (permission: Permission): string => `https://${hostOf(permission)}:${ports.secure}/`
const framed = (outer: string, inner: string, attributes: string): string =>
  `${outer}?frame=${encodeURIComponent(inner)}&attributes=${encodeURIComponent(attributes)}`
const frameAt = (): string => `https://frame.test:${ports.secure}/`

const kinds: { readonly [name: string]: Kind } = {
  "an https page": { url: secureAt, after: ofPublic, before },
  "an https page of a campus": {
    url: (permission) => `https://${hostOf(permission)}:${ports.campus}/`,
    // Chromium asks nobody for them, though it says that it would
    after: (permission, hub) => permission === "denied" ? "denied" : byHub[hub],
    before
  },
  "an http page": {
    url: (permission) => `http://${hostOf(permission)}:${ports.plain}/`,
    ...always("not-secure")
  },
  "a page of 127.0.0.1": { url: () => `http://127.0.0.1:${ports.local}/`, ...local },
  "a page of localhost": { url: () => `http://localhost:${ports.local}/`, ...local },
  "a frame of another site": {
    url: (permission) => framed(secureAt(permission), frameAt(), ""),
    ...always("frame-policy")
  },
  "a frame of another site that is let": {
    url: (permission) =>
      framed(secureAt(permission), frameAt(), "allow=\"loopback-network; local-network-access\""),
    after: ofPublic,
    before
  },
  "a frame of the same site": {
    url: (permission) => {
      const site = secureAt(permission)
      return framed(site, site, "")
    },
    after: ofPublic,
    before
  },
  "an https frame in an http page": {
    url: (permission) =>
      framed(`http://${hostOf(permission)}:${ports.plain}/`, frameAt(), "allow=\"loopback-network\""),
    ...always("not-secure")
  },
  "a page whose server keeps the permission from it": {
    url: (permission) => `${secureAt(permission)}?permissions=${encodeURIComponent("loopback-network=()")}`,
    ...always("page-policy")
  },
  "a frame whose outermost page may not": {
    url: (permission) =>
      `${framed(secureAt(permission), frameAt(), "allow=\"loopback-network\"")}&permissions=${
        encodeURIComponent("loopback-network=()")
      }`,
    ...always("frame-policy")
  }
}

describe.each(Object.entries(kinds))("P1 %s", (_, kind) => {
  test.each(permissions.flatMap((permission) => hubs.map((hub) => [permission, hub] as const)))(
    "P1 knows why: the permission is %s, the hub %s",
    async (permission, hub) => {
      const page = await open(kind.url(permission))
      const place = await placeIn(page)
      await place.evaluate(`globalThis.hub = ${JSON.stringify(hubAt[hub])}`)
      expect(await place.evaluate("look()")).toBe(kind.before(permission, hub))
      await place.evaluate(`globalThis.closing = ${kind.after(permission, hub) === "dismissed"}`)
      const { outcome, text } = await click(place)
      expect(outcome).toBe(kind.after(permission, hub))
      expect(text).toMatch(outcome === "connected" ? /^$/u : /^[A-Z].{30,}\./u)
      expect(text.includes("the user does not want it")).toBe(outcome === "refused")
      await page.close()
    }
  )
})

describe("P1 a page", () => {
  test("P1 asks nobody before a click, though a hub is there", async () => {
    const page = await open(`${secureAt("refused")}?hub=${encodeURIComponent(hubAt.on)}`)
    const place = await placeIn(page)
    expect(await place.evaluate("early")).toMatchObject({ outcome: "will-ask" })
    expect(await place.evaluate("look()")).toBe("will-ask") // and not "denied", which it would be if it had asked
    expect((await click(place)).outcome).toBe("denied")
    expect(await place.evaluate("look()")).toBe("denied")
    await page.close()
  })

  test("P1 connects without a click where leave is given, and not where it was denied", async () => {
    for (const [permission, outcome] of [["granted", "connected"], ["denied", "denied"]] as const) {
      const page = await open(`${secureAt(permission)}?hub=${encodeURIComponent(hubAt.on)}`)
      expect(await (await placeIn(page)).evaluate("early")).toMatchObject({ outcome })
      await page.close()
    }
  })

  test("P1 knows its own Content-Security-Policy", async () => {
    const policy = encodeURIComponent("connect-src 'self'")
    for (const permission of ["granted", "refused"] as const) {
      const page = await open(`${secureAt(permission)}?content=${policy}`)
      const place = await placeIn(page)
      await place.evaluate(`globalThis.hub = ${JSON.stringify(hubAt.on)}`)
      expect((await click(place)).outcome).toBe("content-policy")
      await page.close()
    }
  })

  test("WEB-18 knows that it has no origin", async () => {
    const attributes = "sandbox=\"allow-scripts\" allow=\"loopback-network *\""
    const page = await open(framed(secureAt("granted"), frameAt(), attributes))
    const place = await placeIn(page)
    expect(await place.evaluate("origin")).toBe("null")
    for (const [hub, outcome] of [["on", "no-origin"], ["off", "no-hub"]] as const) {
      await place.evaluate(`globalThis.hub = ${JSON.stringify(hubAt[hub])}`)
      expect((await click(place)).outcome).toBe(outcome)
    }
    await page.close()
  })

  test("P1 knows that a hub hangs", async () => {
    const page = await open(secureAt("granted"))
    const place = await placeIn(page)
    await place.evaluate(`globalThis.hub = ${JSON.stringify(hanging)}`)
    expect((await click(place)).outcome).toBe("busy")
    await page.close()
  })

  test("WEB-39 is unregistered when it is left, and registered again when the user goes back to it as it was", async () => {
    const page = await open(secureAt("granted"))
    await (await placeIn(page)).evaluate(`stay(${JSON.stringify(hubAt.on)})`)
    const watcher = await hub.page("watcher")
    const isKnown = async (): Promise<boolean> =>
      [...(await watcher.clients()).values()].some(({ name }) => name === "stays")
    await Program.eventually("the page", async () => await isKnown() || undefined)
    await page.evaluate("globalThis.wasHere = true")
    await page.goto(`http://127.0.0.1:${ports.local}/`)
    await Program.eventually("the end of the page", async () => !await isKnown() || undefined)
    await page.goBack({ waitUntil: "commit" }) // a page that was kept is not loaded
    expect(await page.evaluate("globalThis.wasHere")).toBe(true)
    await Program.eventually("the page again", async () => await isKnown() || undefined)
    await page.close() // of which hubs hear nothing, since Chromium lets no page reach them that is not there any more
    await watcher.close()
  })
})
