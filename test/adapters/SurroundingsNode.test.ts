/** What the operating system shows of itself, on the machine of the test. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import { join } from "node:path"
import { layer } from "../../src/adapters/node/SurroundingsNode.ts"
import { Surroundings } from "../../src/ports/Surroundings.ts"
import { directory } from "../support/lockfiles.ts"

const unix = process.platform !== "win32"

const open = (server: Net.Server) =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        // a TCP server's address is an AddressInfo
        resume(Effect.succeed((server.address() as Net.AddressInfo).port))
      })
    }),
    () => Effect.sync(() => server.close())
  )

/** A web server that answers every request with this. */
const answering = (status: number, text: string, seen: Array<Http.IncomingHttpHeaders> = []) =>
  open(Http.createServer((request, response) => {
    seen.push(request.headers)
    response.writeHead(status).end(text)
  }))

describe("the surroundings", () => {
  it.live.skipIf(!unix)(
    "tells kind, mode and owner of what is at a path",
    () =>
      Effect.gen(function*() {
        const around = yield* Surroundings
        const home = yield* directory
        const path = join(home, "file")
        assert.isUndefined(yield* around.file(path))
        Fs.writeFileSync(path, "x")
        Fs.chmodSync(path, 0o640)
        Fs.chmodSync(home, 0o1777)
        const owner = process.getuid?.()
        assert.deepStrictEqual(yield* around.file(path), { kind: "file", mode: 0o640, owner })
        assert.deepStrictEqual(yield* around.file(home), { kind: "directory", mode: 0o1777, owner })
        assert.strictEqual((yield* around.file("/dev/null"))?.kind, "other")
        Fs.symlinkSync(path, join(home, "link"))
        assert.strictEqual((yield* around.file(join(home, "link")))?.kind, "file")
        Fs.rmSync(path)
        assert.deepStrictEqual(yield* around.file(join(home, "link")), { kind: "dangling link" })
      }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("STD-34 tells the account, what is writable, and what is free", () =>
    Effect.gen(function*() {
      const around = yield* Surroundings
      const home = yield* directory
      assert.strictEqual(around.account.uid, unix ? process.getuid?.() : undefined)
      assert.isString(around.account.home)
      assert.isTrue(yield* around.isWritable(home))
      assert.isFalse(yield* around.isWritable(join(home, "none")))
      assert.isAbove((yield* around.freeBytes(home)) ?? 0, 0)
      assert.isUndefined(yield* around.freeBytes(join(home, "none")))
      assert.strictEqual(around.variable("PATH"), process.env["PATH"])
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("WIRE-42 resolves names and addresses, and takes what does not resolve", () =>
    Effect.gen(function*() {
      const around = yield* Surroundings
      assert.isTrue(yield* around.hasLoopback)
      assert.deepStrictEqual(yield* around.resolve("192.0.2.1"), ["192.0.2.1"])
      assert.deepStrictEqual(yield* around.resolve("::1"), ["::1"])
      assert.deepStrictEqual(yield* around.resolve(""), [])
      assert.deepStrictEqual(yield* around.resolve("no such host"), [])
    }).pipe(Effect.provide(layer)))

  it.live.skipIf(process.platform !== "linux")(
    "tells who listens on a port, without his arguments",
    () =>
      Effect.gen(function*() {
        const around = yield* Surroundings
        const port = yield* open(Net.createServer())
        const listener = (yield* around.listeners)?.find((each) => each.port === port)
        assert.include(listener, { uid: process.getuid?.(), pid: process.pid, home: process.env["HOME"] })
        assert.match(listener?.command ?? "", /^node/u)
        assert.notInclude(listener?.command ?? "", "/")
        assert.strictEqual(yield* around.ownerOf(process.pid), process.getuid?.())
        assert.isUndefined(yield* around.ownerOf(2 ** 30))
        assert.isTrue(yield* around.sharesNetwork(process.ppid))
        assert.isUndefined(yield* around.sharesNetwork(2 ** 30))
      }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.live("tells a Web Profile hub from other programs, and from nobody", () =>
    Effect.gen(function*() {
      const around = yield* Surroundings
      const seen: Array<Http.IncomingHttpHeaders> = []
      const ask = (port: number) => around.askWebPort(port, 300)
      assert.strictEqual(yield* ask(yield* answering(200, "<methodResponse/>", seen)), "WebProfile")
      assert.strictEqual(seen[0]?.["content-type"], "text/xml")
      assert.strictEqual(seen[0]?.origin, "http://127.0.0.1")
      assert.strictEqual(yield* ask(yield* answering(404, "no")), "Other")
      assert.strictEqual(
        yield* ask(yield* open(Net.createServer((socket) => socket.end("SSH-2.0\r\n")))),
        "Other"
      )
      assert.strictEqual(yield* ask(yield* open(Net.createServer((socket) => socket.destroy()))), "Other")
      const sockets: Array<Net.Socket> = []
      yield* Effect.addFinalizer(() => Effect.sync(() => sockets.forEach((socket) => socket.destroy())))
      const silent = Net.createServer((socket) => void sockets.push(socket.on("error", () => {})))
      assert.strictEqual(yield* ask(yield* open(silent)), "Silent")
      assert.strictEqual(yield* ask(1), "Free")
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
