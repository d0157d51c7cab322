import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, test } from "vitest"
import { connect, startHub } from "../../../src/promise.ts"
import { compileCache } from "../../support/bundle.ts"
import { eventually } from "../../support/callSender.ts"
import { ok, peer } from "../../support/xmlRpcPeer.ts"
import { rejection, tagOf, until, World } from "./world.ts"

const nameOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await rejection(promise)
  return error instanceof Error ? error.name : error
}

/** Runs a program to its end; one that does not end by itself within forty seconds is killed. */
const run = (world: World, code: string) =>
  new Promise<{ readonly code: unknown; readonly output: string }>((resolve, reject) => {
    const library = pathToFileURL(join(import.meta.dirname, "..", "..", "..", "src", "promise.ts")).href
    const file = join(world.home, "program.mjs")
    const head = `import { connect, startHub } from ${JSON.stringify(library)}\n` +
      `const lockfile = ${JSON.stringify(world.hub.lockfile)}\n`
    writeFileSync(file, head + code)
    const env = { PATH: process.env["PATH"] ?? "", HOME: world.home, NODE_COMPILE_CACHE: compileCache }
    const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "pipe"] })
    const limit = setTimeout(() => child.kill("SIGKILL"), 40_000)
    let output = ""
    child.stdout.on("data", (chunk: Buffer) => output += chunk.toString())
    child.stderr.on("data", (chunk: Buffer) => output += chunk.toString())
    child.on("error", reject)
    child.on("close", (code, signal) => {
      clearTimeout(limit)
      resolve({ code: code ?? signal, output })
    })
  })

const ended = { code: 0, output: "" }

describe("giving up", () => {
  test("a signal that is aborted already does nothing but reject, with its reason", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    let calls = 0
    await bob.bind("a.b", () => {
      calls++
    })
    const reason = new Error("mine")
    const signal = AbortSignal.abort(reason)
    const options = { signal }
    const attempts = [
      ann.call(to, "a.b", {}, options),
      ann.callAndWait(to, "a.b", {}, options),
      ann.notify(to, "a.b", {}, options),
      ann.notifyAll("a.b", {}, options),
      ann.callTagged(to, "t", "a.b", {}, options),
      ann.callAllTagged("t", "a.b", {}, options),
      ann.reply("x", {}, options),
      ann.ping(options),
      ann.clients(options),
      ann.connected(options),
      ann.getRegisteredClients(options),
      ann.getMetadata(to, options),
      ann.getSubscriptions(to, options),
      ann.getSubscribedClients("a.b", options),
      ann.declareMetadata({}, options),
      ann.declareSubscriptions({}, options),
      ann.findClient("bob", options),
      ann.findClients("bob", options),
      ann.sendTable([{ a: 1 }], options),
      ann.sendProduct({ bytes: new Uint8Array(1) }, options),
      ann.sendImage({ bytes: new Uint8Array(1) }, options),
      ann.sendSpectrum({ bytes: new Uint8Array(1) }, options),
      connect({ hub: world.hub.lockfile, signal })
    ]
    for (const attempt of attempts) assert.strictEqual(await rejection(attempt), reason)
    assert.strictEqual((await bob.clients()).size, 2)
    assert.strictEqual(calls, 0)
  })

  test("a signal ends a wait, with its reason, Error or not", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", () => new Promise<void>(() => {}))
    assert.strictEqual(
      await nameOf(ann.call(to, "a.silent", {}, { signal: AbortSignal.timeout(30) })),
      "TimeoutError"
    )
    const controller = new AbortController()
    const call = ann.callAndWait(to, "a.silent", {}, { signal: controller.signal })
    setTimeout(() => controller.abort("enough"), 30)
    assert.strictEqual(await rejection(call), "enough")
    await ann.ping()
  })

  test("connect gives up waiting for a hub, and leaves nothing behind", async () => {
    await using world = await World.start()
    const hub = join(world.home, "other.samp")
    const signal = AbortSignal.timeout(60_000)
    assert.strictEqual(await tagOf(connect({ hub, signal })), "NoHub")
    const waiting = await connect({ hub, whenNoHub: "wait" })
    assert.strictEqual((await waiting.status())._tag, "Searching")
    assert.strictEqual(await nameOf(waiting.connected({ signal: AbortSignal.timeout(30) })), "TimeoutError")
    await using _ = await startHub({ lockfile: hub })
    assert.strictEqual((await waiting.connected()).hub.lockfile, hub)
    await waiting.close()
  })

  test("GEN-10 a client whose connecting is given up half-way does not stay registered", async () => {
    const member = (name: string) => `<member><name>${name}</name><value>x</value></member>`
    const registration = ["samp.hub-id", "samp.self-id", "samp.private-key"].map(member).join("")
    const answer =
      `<methodResponse><params><param><value><struct>${registration}</struct></value></param></params>` +
      "</methodResponse>"
    const giveUp = new AbortController()
    await Effect.gen(function*() {
      const hub = yield* peer((_, socket) => {
        giveUp.abort()
        setTimeout(() => socket.write(ok(answer)), 100)
      })
      const { signal } = giveUp
      const given = connect({ name: "x", hub: { url: hub.url, secret: "s" }, signal })
      assert.strictEqual(yield* Effect.promise(() => nameOf(given)), "AbortError")
      yield* eventually(() => hub.requests.length === 2)
      const methods = hub.requests.map(({ body }) => /<methodName>samp\.hub\.(\w+)/u.exec(body)?.[1])
      assert.deepStrictEqual(methods, ["register", "unregister"])
    }).pipe(Effect.scoped, Effect.runPromise)
  })

  test("every promise is rejected with a tagged error that has a message", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", () => new Promise<void>(() => {}))
    const attempts: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
      ["CallError", () => ann.call("nobody", "a.b")],
      ["CallError", () => ann.getMetadata("nobody")],
      ["BadMessage", () => ann.notifyAll("a.*")],
      ["BadMessage", () => ann.notify(to, "a.b", { text: "\u00e9" })],
      ["BadMessage", () => ann.reply("x", { "samp.status": "\u00e9" })],
      ["BadMessage", () => ann.declareMetadata({ "my.key": "\u00e9" })],
      ["NoResponse", () => ann.call(to, "a.silent", {}, { timeoutSeconds: 0.05 })],
      ["NoSuchClient", () => ann.findClient("nobody")],
      ["NobodySubscribed", () => ann.sendTable([{ a: 1 }])],
      ["FileError", () => ann.sendProduct({ file: join(world.home, "none.fits") })],
      ["HubRunning", () => startHub({ lockfile: world.hub.lockfile })]
    ]
    for (const [tag, attempt] of attempts) {
      const error = await rejection(attempt())
      assert.propertyVal(error, "_tag", tag)
      assert.isTrue(error instanceof Error && error.message.length > 5, tag)
    }
  })
})

describe("leaving", () => {
  test("SHUT-04 close unregisters, twice as well as once; await using closes", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.close()
    await bob.close()
    assert.notInclude(await ann.getRegisteredClients(), to)
    {
      await using _ = await world.client("cid")
      assert.strictEqual((await ann.findClient("cid")).name, "cid")
    }
    assert.strictEqual(await tagOf(ann.findClient("cid")), "NoSuchClient")
  })

  test("a closed client says so, whatever it is asked", async () => {
    await using world = await World.start()
    const { ann, to } = await world.pair()
    await ann.close()
    assert.strictEqual((await ann.status())._tag, "Disconnected")
    const attempts = [
      () => ann.ping(),
      () => ann.notifyAll("a.b"),
      () => ann.call(to, "a.b"),
      () => ann.connected(),
      () => ann.clients(),
      () => ann.bind("a.b", () => undefined),
      () => ann.declareMetadata({}),
      () => ann.reconnect(),
      () => ann.accessibleTable([{ a: 1 }])
    ]
    for (const attempt of attempts) {
      const limit = { signal: AbortSignal.timeout(20_000) }
      const late = new Promise((_, reject) => limit.signal.addEventListener("abort", () => reject("late")))
      assert.strictEqual(await tagOf(Promise.race([attempt(), late])), "NotConnected", String(attempt))
    }
  })

  test("closing ends what is waited for", async () => {
    await using world = await World.start()
    const { ann, bob, to } = await world.pair()
    await bob.bind("a.silent", () => new Promise<void>(() => {}))
    const ends = [
      tagOf(ann.call(to, "a.silent")),
      (async () => {
        for await (const _ of ann.statuses) continue
      })(),
      (async () => {
        for await (const _ of ann.clientChanges) continue
      })(),
      (async () => {
        for await (const _ of ann.responses) continue
      })(),
      (async () => {
        for await (const { error } of ann.callAll("a.silent")) return error?._tag
        return "none"
      })()
    ]
    await new Promise((resolve) => setTimeout(resolve, 50))
    await ann.close()
    const late = new Promise((resolve) => setTimeout(resolve, 20_000, "late"))
    const outcomes = await Promise.all(ends.map((end) => Promise.race([end, late])))
    assert.deepStrictEqual(outcomes.slice(0, 4), ["Disconnected", undefined, undefined, undefined])
    assert.include(["Disconnected", "none"], outcomes[4])
  })

  test("a hub that stops tells its clients, and settles ended", async () => {
    await using world = await World.start()
    const ann = await world.client("ann")
    const reason = world.hub.ended
    await world.hub.stop()
    await until("the end", async () => (await ann.status())._tag !== "Connected")
    assert.isString(await Promise.race([reason, new Promise((resolve) => setTimeout(resolve, 20_000, 0))]))
  })
})

describe("the process of a client", () => {
  const programs: ReadonlyArray<readonly [string, string]> = [
    [
      "has connected and closed",
      `
      const client = await connect({ name: "x", hub: lockfile })
      await client.bind("a.b", () => undefined)
      await client.close()`
    ],
    [
      "has left loops early",
      `
      await using silent = await connect({ name: "silent", hub: lockfile })
      await silent.bind("a.b", () => new Promise(() => {}))
      await silent.bind("a.c", () => undefined)
      await using other = await connect({ name: "other", hub: lockfile })
      await other.bind("a.b", () => undefined)
      await using client = await connect({ name: "x", hub: lockfile })
      for await (const _ of client.callAll("a.b", {}, { timeoutSeconds: 1000 })) break
      for await (const _ of client.statuses) break
      for await (const _ of client.clientChanges) break`
    ],
    [
      "is in the middle of loops and calls when it closes",
      `
      await using silent = await connect({ name: "silent", hub: lockfile })
      await silent.bind("a.b", () => new Promise(() => {}))
      const { selfId } = await silent.connected()
      const client = await connect({ name: "x", hub: lockfile })
      const loop = (async () => { for await (const _ of client.statuses); })()
      const call = client.call(selfId, "a.b", {}, { timeoutSeconds: 1000 }).catch(() => {})
      await client.ping()
      await client.close()
      await call
      await loop`
    ],
    [
      "could not connect",
      `
      await connect({ hub: lockfile + ".none" }).then(() => console.log("what?"), () => {})`
    ],
    [
      "has given up connecting",
      `
      const waiting = await connect({ hub: lockfile + ".none", whenNoHub: "wait" })
      await waiting.close()`
    ],
    [
      "has run a hub",
      `
      const hub = await startHub({ lockfile: lockfile + ".own" })
      await using client = await connect({ name: "x", hub: hub.lockfile })
      await hub.stop()`
    ],
    [
      "has run a hub for web pages (WEB-01, WEB-10)",
      `
      const hub = await startHub({ lockfile: lockfile + ".own", web: { port: 0, consent: "allow" } })
      const { url } = await hub.web()
      const body = "<methodCall><methodName>samp.webhub.register</methodName><params><param><value><struct><member>" +
        "<name>samp.name</name><value>x</value></member></struct></value></param></params></methodCall>"
      const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "text/xml" }, body })
      if (!(await answer.text()).includes("samp.self-id")) console.log("it is not let in")
      await hub.stop()`
    ],
    [
      "has served a table",
      `
      await using client = await connect({ name: "x", hub: lockfile })
      const table = await client.accessibleTable([{ a: 1 }])
      await (await fetch(table.url)).text()`
    ]
  ]

  test.each(programs)("ends by itself when it %s", async (_, code) => {
    await using world = await World.start()
    assert.deepStrictEqual(await run(world, code), ended)
    assert.strictEqual((await (await world.client("ann")).clients()).size, 1)
  })
})
