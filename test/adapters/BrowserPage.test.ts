/** What is read of a page, in browsers that tell much, little and nothing. */
import { assert, describe, it } from "@effect/vitest"
import {
  isUserActive,
  isVisible,
  onPageTurn,
  onPermissionChange,
  pageFacts,
  watchedPolicy
} from "../../src/adapters/web/BrowserPage.ts"
import type { Globals, PolicyViolation } from "../../src/adapters/web/Globals.ts"

const at = (url: string): Globals => {
  const { hostname, origin, protocol } = new URL(url)
  const self = {}
  return { isSecureContext: true, location: { hostname, origin, protocol }, origin, self, top: self }
}

type State = "granted" | "prompt" | "denied"

/** A permission of some names, with its listeners. */
const permission = (states: { readonly [name: string]: State }, asked: Array<string> = []) => {
  const listeners = new Set<() => void>()
  const permissions: NonNullable<NonNullable<Globals["navigator"]>["permissions"]> = {
    query: async ({ name }) => {
      asked.push(name)
      const state = states[name]
      if (state === undefined) throw new TypeError(`${name} is no permission`)
      return {
        state,
        addEventListener: (_, listener) => listeners.add(listener),
        removeEventListener: (_, listener) => listeners.delete(listener)
      }
    }
  }
  return { permissions, listeners }
}

const documentOf = (policy?: { readonly [feature: string]: boolean }, visibilityState = "visible") => {
  const listeners = new Set<(event: PolicyViolation) => void>()
  const document: NonNullable<Globals["document"]> = {
    title: "page",
    visibilityState,
    ...policy === undefined ? {} : {
      featurePolicy: {
        features: () => Object.keys(policy),
        allowsFeature: (name) => policy[name] === true
      }
    },
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener)
  }
  return { document, listeners }
}

const open = { secure: true, named: true, framed: false, allowed: true }

describe("P1 what is known of a page", () => {
  it("P1 a program is no page, and local", async () => {
    assert.deepStrictEqual(await pageFacts({}), { ...open, local: true, permission: "unknown" })
    assert.deepStrictEqual(await pageFacts(), { ...open, local: true, permission: "unknown" })
  })

  it.each([
    "http://localhost:8888/lab",
    "http://127.0.0.1/",
    "http://127.9.9.9/",
    "http://[::1]:80/",
    "http://notebook.localhost/",
    "file:///home/me/page.html"
  ])("P1 %s is local", async (url) => assert.isTrue((await pageFacts(at(url))).local))

  it.each([
    "https://archive.example/",
    "https://localhost.example/",
    "https://127.0.0.1.example/",
    "https://192.168.0.7/",
    "https://mylocalhost/"
  ])("P1 %s is not local", async (url) => assert.isFalse((await pageFacts(at(url))).local))

  it("P1 takes the permission under its new name, and else under its old one", async () => {
    const asked: Array<string> = []
    const page = at("https://archive.example/")
    const facts = (states: { readonly [name: string]: State }) =>
      pageFacts({ ...page, navigator: { permissions: permission(states, asked).permissions } })
    const both = await facts({ "loopback-network": "prompt", "local-network-access": "denied" })
    assert.strictEqual(both.permission, "prompt")
    assert.deepStrictEqual(asked.splice(0), ["loopback-network"])
    assert.strictEqual((await facts({ "local-network-access": "granted" })).permission, "granted")
    assert.deepStrictEqual(asked.splice(0), ["loopback-network", "local-network-access"])
    assert.strictEqual((await facts({})).permission, "unknown")
    assert.strictEqual((await pageFacts({ ...page, navigator: {} })).permission, "unknown")
  })

  it("P1 knows whether the permission policy leaves it to the page, if the browser tells", async () => {
    const page = at("https://archive.example/")
    const allowed = async (
      states: { readonly [name: string]: State },
      policy: { readonly [name: string]: boolean }
    ) =>
      (await pageFacts({
        ...page,
        ...documentOf(policy),
        navigator: { permissions: permission(states).permissions }
      })).allowed
    const denied = { "loopback-network": "denied" } as const
    assert.isFalse(await allowed(denied, { "loopback-network": false }))
    assert.isTrue(await allowed(denied, { "loopback-network": true, "local-network-access": false }))
    assert.isTrue(await allowed(denied, { camera: false })) // a policy that does not know it says nothing
    assert.isFalse(await allowed({ "local-network-access": "denied" }, { "local-network-access": false }))
    assert.isTrue(await allowed({}, { "loopback-network": false }))
  })

  it("P1 knows frames, pages that are not secure, and those without an origin", async () => {
    const page = at("https://archive.example/")
    assert.isTrue((await pageFacts({ ...page, top: {} })).framed)
    assert.isFalse((await pageFacts({ ...page, isSecureContext: false })).secure)
    assert.isFalse((await pageFacts({ ...page, origin: "null" })).named)
  })

  it("P1 whether the user has just clicked, and sees the page", () => {
    assert.isTrue(isUserActive({}))
    assert.isTrue(isUserActive({ navigator: { userActivation: { isActive: true } } }))
    assert.isFalse(isUserActive({ navigator: { userActivation: { isActive: false } } }))
    assert.isTrue(isVisible({}))
    assert.isFalse(isVisible(documentOf(undefined, "hidden")))
  })
})

describe("P1 what happens to a page", () => {
  it("P1 tells of a change of the permission, until it is not asked any more", async () => {
    const { listeners, permissions } = permission({ "loopback-network": "prompt" })
    const controller = new AbortController()
    let changes = 0
    await onPermissionChange(() => changes++, controller.signal, { navigator: { permissions } })
    for (const listener of listeners) listener()
    assert.strictEqual(changes, 1)
    controller.abort()
    assert.strictEqual(listeners.size, 0)
    await onPermissionChange(() => changes++, controller.signal, { navigator: { permissions } })
    assert.strictEqual(listeners.size, 0)
    await onPermissionChange(() => changes++, new AbortController().signal, {})
  })

  it("WEB-39 tells that the page is left, and gone back to as it was", () => {
    const listeners = new Map<string, (event: { readonly persisted: boolean }) => void>()
    const turns: Array<boolean> = []
    const off = onPageTurn((isLeft) => turns.push(isLeft), {
      addEventListener: (type, listener) => listeners.set(type, listener),
      removeEventListener: (type) => listeners.delete(type)
    })
    listeners.get("pageshow")?.({ persisted: false }) // that is how every page begins
    listeners.get("pagehide")?.({ persisted: true })
    listeners.get("pageshow")?.({ persisted: true })
    assert.deepStrictEqual(turns, [true, false])
    off()
    assert.strictEqual(listeners.size, 0)
    onPageTurn(() => {}, {})()
  })

  it("P1 notices what the page's own policy forbids, and nothing else", async () => {
    const { document, listeners } = documentOf()
    const places = ["http://127.0.0.1:21012/", "http://localhost:21012/"]
    const told = (...blocked: ReadonlyArray<string>) =>
      watchedPolicy(places, async (isForbidden) => {
        for (const blockedURI of blocked) for (const listener of listeners) listener({ blockedURI })
        return isForbidden()
      }, { document })
    assert.isFalse(await told())
    assert.isFalse(await told("", "inline", "https://ads.example/", "http://127.0.0.1:21012/proxied/x"))
    assert.isTrue(await told("http://localhost:21012/"))
    assert.isTrue(await told("http://127.0.0.1:21012"))
    assert.strictEqual(listeners.size, 0)
    assert.strictEqual(await watchedPolicy(places, async () => "run", {}), "run")
  })
})
