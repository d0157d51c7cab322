/** How waiting ends that only the client of Node does, and processes with clients. What all clients have in common is in ../facade. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, describe, test } from "vitest"
import { connect, startHub } from "../../../src/promise.ts"
import { compileCache } from "../../support/bundle.ts"
import * as CallSender from "../../support/callSender.ts"
import { eventually } from "../../support/eventually.ts"
import { nameOf, rejection, soon, tagOf } from "../../support/promises.ts"
import { ok, peer } from "../../support/xmlRpcPeer.ts"
import { World } from "./world.ts"

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
    const { ann } = await world.pair()
    const reason = new Error("mine")
    const options = { signal: AbortSignal.abort(reason) }
    const source = { bytes: new Uint8Array(1) }
    const attempts = [
      ann.sendTable([{ a: 1 }], options),
      ann.sendProduct(source, options),
      ann.sendImage(source, options),
      ann.sendSpectrum(source, options),
      ann.fetchUrl("http://127.0.0.1:1/", options)
    ]
    const errors = await Promise.all(attempts.map(rejection))
    assert.deepStrictEqual(errors.map((error) => error === reason), attempts.map(() => true))
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
      yield* CallSender.eventually(() => hub.requests.length === 2)
      const methods = hub.requests.map(({ body }) => /<methodName>samp\.hub\.(\w+)/u.exec(body)?.[1])
      assert.deepStrictEqual(methods, ["register", "unregister"])
    }).pipe(Effect.scoped, Effect.runPromise)
  })

  test("promises of data and hubs are rejected with tagged errors that have a message", async () => {
    await using world = await World.start()
    const ann = await world.client("ann")
    const attempts: ReadonlyArray<readonly [string, () => Promise<unknown>]> = [
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
  test("SHUT-04 one who has left is not found from then on", async () => {
    await using world = await World.start()
    const ann = await world.client("ann")
    {
      await using _ = await world.client("cid")
      assert.strictEqual((await ann.findClient("cid")).name, "cid")
    }
    assert.strictEqual(await tagOf(ann.findClient("cid")), "NoSuchClient")
  })

  test("a closed client makes no table accessible, and says so", async () => {
    await using world = await World.start()
    const ann = await world.client("ann")
    await ann.close()
    assert.strictEqual(await soon(tagOf(ann.accessibleTable([{ a: 1 }]))), "NotConnected")
  })

  test("a hub that stops tells its clients, and settles ended", async () => {
    await using world = await World.start()
    const ann = await world.client("ann")
    const reason = world.hub.ended
    await world.hub.stop()
    await eventually(async () => (await ann.status())._tag !== "Connected")
    assert.isString(await soon(reason))
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
