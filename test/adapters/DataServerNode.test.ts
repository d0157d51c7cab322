/** Served data over time: how URLs begin and end, and what becomes of readers and files that do not behave. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { execFileSync, spawn } from "node:child_process"
import * as Fs from "node:fs"
import { get, type IncomingMessage } from "node:http"
import { join } from "node:path"
import { layer } from "../../src/adapters/http/DataServerNode.ts"
import { layer as keys } from "../../src/adapters/node/KeySourceNode.ts"
import type { Download } from "../../src/ports/DataServer.ts"
import { peakBytes } from "../bench/ProcessStats.ts"
import {
  ask,
  bytes,
  directory,
  file,
  latin1,
  pattern,
  request,
  serve,
  type Served,
  withServer
} from "../support/dataServer.ts"
import { isRefusal } from "../support/echoServer.ts"
import { checkPrompt } from "../support/promptness.ts"
import { open } from "../support/rawHttp.ts"

const linux = process.platform === "linux"

/** More than the buffers of a connection hold, so that a reader who stops reading stops the server. */
const much = 40_000_000

/** Paths of this process's open files. */
const openFiles = (): ReadonlyArray<string> =>
  Fs.readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [Fs.readlinkSync(`/proc/self/fd/${fd}`)]
    } catch {
      return []
    }
  })

const eventually = (what: string, holds: () => boolean, limitMs = 20_000) =>
  Effect.gen(function*() {
    for (let waited = 0; !holds(); waited += 5) {
      if (waited > limitMs) assert.fail(`not within ${limitMs} ms: ${what}`)
      yield* Effect.sleep("5 millis")
    }
  })

/** A reader that stops after the first bytes of the answer. */
const stopped = ({ path, port }: Served) =>
  Effect.promise(async () => {
    const connection = open(port)
    connection.send(request("GET", path))
    await new Promise((resolve) => connection.socket.once("data", resolve))
    connection.socket.pause()
    return connection
  })

/** A large file, served; what is told of its downloads is collected. */
const large = Effect.gen(function*() {
  const path = join(yield* directory, "large.fits")
  Fs.writeFileSync(path, "")
  Fs.truncateSync(path, much)
  const told: Array<Download> = []
  const served = yield* serve(file(path), { onDownload: (download) => told.push(download) })
  return { path, served, told, last: () => told.at(-1)?.state }
})

describe("URLs", () => {
  it.live("WIRE-67 end with the scope of their serve; others stay, and the server too", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const other = yield* serve(bytes(5))
      const served = yield* Scope.provide(serve(bytes(10)), scope)
      assert.strictEqual((yield* ask(served)).status, 200)
      yield* Scope.close(scope, Exit.void)
      isRefusal(yield* ask(served), 404)
      assert.strictEqual((yield* ask(other)).status, 200)
      assert.strictEqual((yield* ask(yield* serve(bytes(1)))).status, 200)
    }).pipe(withServer()))

  it.live("a server listens from the first serve until its layer ends", () =>
    Effect.gen(function*() {
      const listening = () =>
        process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length
      const before = listening()
      const scope = yield* Scope.make()
      const context = yield* Scope.provide(Layer.build(Layer.provide(layer(), keys)), scope)
      assert.strictEqual(listening(), before)
      const both = Effect.all([serve(bytes(1)), serve(bytes(2))], { concurrency: "unbounded" })
      const [one, two] = yield* Effect.provide(Scope.provide(both, scope), context)
      assert.strictEqual(one.port, two.port)
      assert.strictEqual(listening(), before + 1)
      const idle = open(one.port)
      idle.send(request("GET", one.path))
      yield* Effect.promise(() => idle.response())
      const begun = performance.now()
      yield* Scope.close(scope, Exit.void)
      const took = performance.now() - begun
      yield* Effect.promise(() => checkPrompt("closing", took, 300))
      assert.strictEqual(listening(), before)
      yield* Effect.promise(() => idle.closed)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.tryPromise(() => fetch(one.url)))))
    }))

  it.live("ERR-05 what cannot be served is said at once", () =>
    Effect.gen(function*() {
      const folder = yield* directory
      const reasonOf = (content: Parameters<typeof serve>[0], mediaType = "a/b") =>
        Effect.map(Effect.flip(serve(content, { mediaType })), (error) => {
          assert.strictEqual(error._tag, "DataError")
          assert.match(error.message, /^cannot serve [^\n]{20,}$/u)
          return error.reason
        })
      assert.strictEqual(yield* reasonOf(file(join(folder, "none.fits"))), "NotFound")
      assert.strictEqual(yield* reasonOf(file(folder)), "NotAFile")
      assert.strictEqual(yield* reasonOf(bytes(1), "text/plain\r\nX: y"), "BadMediaType")
      if (!linux) return
      execFileSync("mkfifo", [join(folder, "pipe")])
      assert.strictEqual(yield* Effect.timeout(reasonOf(file(join(folder, "pipe"))), "1 second"), "NotAFile")
    }).pipe(withServer()))

  it.live("a relative path is that of the time of serving", () =>
    Effect.gen(function*() {
      const relative = join("test", "support", "dataServer.ts")
      const served = yield* serve(file(relative))
      assert.strictEqual((yield* ask(served)).body, Fs.readFileSync(relative, "latin1"))
    }).pipe(withServer()))
})

describe("downloads", () => {
  it.live("are told of: begun, each piece, done; heads and copies that are still good are none", () =>
    Effect.gen(function*() {
      const told: Array<Download> = []
      const served = yield* serve(bytes(600_000), { onDownload: (download) => told.push(download) })
      const { headers } = yield* ask(served, {}, "HEAD")
      assert.strictEqual((yield* ask(served, { Range: "bytes=600000-" })).status, 416)
      const idle = open(served.port)
      idle.send(request("GET", served.path, { "If-None-Match": headers.get("etag") ?? "" }))
      assert.strictEqual((yield* Effect.promise(() => idle.response({ headOnly: true }))).status, 304)
      idle.destroy()
      assert.deepStrictEqual(told, [])
      yield* ask(served)
      yield* eventually("done", () => told.at(-1)?.state === "Done")
      assert.deepStrictEqual(told[0], { number: 1, state: "Running", sent: 0, total: 600_000, size: 600_000 })
      assert.deepStrictEqual(told.at(-1), {
        number: 1,
        state: "Done",
        sent: 600_000,
        total: 600_000,
        size: 600_000
      })
      assert.isAbove(told.length, 3)
      assert.isTrue(told.every(({ sent }, at) => sent >= (told[at - 1]?.sent ?? 0)))
      told.length = 0
      yield* ask(served, { Range: "bytes=10-19" })
      yield* eventually("done", () => told.at(-1)?.state === "Done")
      assert.deepStrictEqual(told.at(-1), { number: 2, state: "Done", sent: 10, total: 10, size: 600_000 })
    }).pipe(withServer()))

  it.live("that are short of their end when the scope ends are let finish", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const served = yield* Scope.provide(serve(bytes(much)), scope)
      const connection = yield* stopped(served)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* Effect.sleep("50 millis")
      isRefusal(yield* ask(served), 404)
      connection.socket.resume()
      yield* eventually("all is there", () => connection.socket.bytesRead > much, 5_000)
      yield* Effect.sleep("10 millis")
      assert.isTrue(closing.pollUnsafe() !== undefined)
      connection.destroy()
    }).pipe(withServer({ graceMs: 10_000 })))

  it.live("that are still running after the grace are cut, and the file is closed", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const { last, path, served } = yield* Scope.provide(large, scope)
      const connection = yield* stopped(served)
      const begun = performance.now()
      yield* Scope.close(scope, Exit.void)
      const took = performance.now() - begun
      assert.isAtLeast(took, 95)
      yield* Effect.promise(() => checkPrompt("closing", took, 400))
      yield* eventually("told", () => last() === "Broken")
      if (linux) yield* eventually("closed", () => !openFiles().some((name) => name.startsWith(path)))
      connection.socket.resume()
      assert.isBelow((yield* Effect.promise(() => connection.closed)).length, much)
      connection.destroy()
    }).pipe(withServer({ graceMs: 100 })))

  it.live("of a file that shrinks break off, rather than lie about the rest", () =>
    Effect.gen(function*() {
      const { last, path, served } = yield* large
      const connection = yield* stopped(served)
      Fs.truncateSync(path, 1_000)
      connection.socket.resume()
      const rest = yield* Effect.promise(() => connection.closed)
      assert.match(rest, /^HTTP\/1\.1 200 OK\r\n[^]*\r\ncontent-length: 40000000\r\n/iu)
      assert.isBelow(rest.length, much)
      assert.strictEqual(last(), "Broken")
      connection.destroy()
      assert.strictEqual((yield* ask(served)).headers.get("content-length"), "1000")
    }).pipe(withServer()))

  it.live("of a file that has gone are 404, until there is one again", () =>
    Effect.gen(function*() {
      const { path, served } = yield* large
      Fs.rmSync(path)
      const response = yield* ask(served)
      isRefusal(response, 404)
      assert.notInclude(response.body, path)
      Fs.mkdirSync(path)
      isRefusal(yield* ask(served), 404)
      Fs.rmdirSync(path)
      Fs.writeFileSync(path, pattern(10))
      assert.strictEqual((yield* ask(served)).body, latin1(pattern(10)))
    }).pipe(withServer()))

  it.live.runIf(linux && process.getuid?.() !== 0)(
    "of a file that may not be read any more are 503",
    () =>
      Effect.gen(function*() {
        const { path, served } = yield* large
        Fs.chmodSync(path, 0)
        isRefusal(yield* ask(served), 503)
      }).pipe(withServer())
  )

  it.live("are cut when the reader takes nothing for too long; others are served meanwhile", () =>
    Effect.gen(function*() {
      const { last, path, served, told } = yield* large
      const begun = performance.now()
      const connection = yield* stopped(served)
      assert.strictEqual((yield* ask(served, { Range: "bytes=0-9" })).status, 206)
      yield* eventually("told", () => told.some(({ number, state }) => number === 1 && state === "Broken"))
      assert.isAbove(performance.now() - begun, 195)
      assert.strictEqual(last(), "Broken")
      if (linux) yield* eventually("closed", () => !openFiles().some((name) => name.startsWith(path)))
      connection.destroy()
    }).pipe(withServer({ idleMs: 200 })))

  it.live("are not cut for being slow, as long as something is read", () =>
    Effect.gen(function*() {
      const { last, served } = yield* large
      const connection = open(served.port)
      let received = 0
      const begun = performance.now()
      connection.send(request("GET", served.path))
      connection.socket.on("data", (piece: Buffer) => {
        received += piece.length
        if (performance.now() - begun > 1_800) return // longer than a reader may take nothing
        connection.socket.pause()
        setTimeout(() => connection.socket.resume(), 2)
      })
      yield* eventually("all is there", () => received >= much, 20_000)
      assert.isAbove(performance.now() - begun, 1_200)
      yield* eventually("told", () => last() === "Done")
      connection.destroy()
    }).pipe(withServer({ idleMs: 1_200 })))

  it.live("are over when the reader hangs up, and the file is closed", () =>
    Effect.gen(function*() {
      const { last, path, served } = yield* large
      const connection = yield* stopped(served)
      assert.isTrue(!linux || openFiles().includes(path))
      connection.destroy()
      yield* eventually("told", () => last() === "Broken")
      if (linux) yield* eventually("closed", () => !openFiles().includes(path))
    }).pipe(withServer()))

  it.live("of a reader that talks nonsense meanwhile are cut; no refusal gets among the data", () =>
    Effect.gen(function*() {
      const { last, served } = yield* large
      const connection = yield* stopped(served)
      connection.send("nonsense\r\n\r\n")
      yield* eventually("told", () => last() === "Broken")
      connection.socket.resume()
      assert.notInclude(yield* Effect.promise(() => connection.closed), "400 Bad Request")
      connection.destroy()
    }).pipe(withServer()))

  it.live("thirty at once come whole", () =>
    Effect.gen(function*() {
      const path = join(yield* directory, "a.fits")
      Fs.writeFileSync(path, pattern(500_000))
      const served = yield* serve(file(path))
      const answers = yield* Effect.all(Array.from({ length: 30 }, () => ask(served)), {
        concurrency: "unbounded"
      })
      for (const { body } of answers) assert.isTrue(body === latin1(pattern(500_000)))
      if (linux) yield* eventually("closed", () => !openFiles().includes(path))
    }).pipe(withServer()))
})

describe("large files", () => {
  it.live.runIf(linux)("cost the serving process no memory", () =>
    Effect.gen(function*() {
      const size = 6 * 10 ** 8 + 5
      const path = join(yield* directory, "large.fits")
      Fs.writeFileSync(path, "begin")
      Fs.truncateSync(path, size)
      const script = join(import.meta.dirname, "..", "support", "bigData.ts")
      const child = spawn(process.execPath, [script, path], { stdio: ["pipe", "pipe", "inherit"] })
      yield* Effect.addFinalizer(() => Effect.sync(() => child.kill()))
      const url = yield* Effect.promise(() =>
        new Promise<string>((resolve) =>
          child.stdout.once("data", (text: Buffer) => resolve(String(text).trim()))
        )
      )
      const before = peakBytes(child.pid ?? 0) ?? 0
      const received = yield* Effect.promise(() =>
        new Promise<number>((resolve, reject) =>
          get(url, (response: IncomingMessage) => {
            let count = 0
            response.on("data", (piece: Buffer) => (count += piece.length))
            response.once("end", () => resolve(count))
            response.once("error", reject)
          })
        )
      )
      assert.strictEqual(received, size)
      const cost = (peakBytes(child.pid ?? 0) ?? Infinity) - before
      assert.isBelow(cost, 60_000_000, `${Math.round(cost / 1e6)} MB`)
      child.stdin.end()
      assert.strictEqual(
        yield* Effect.promise(() => new Promise((resolve) => child.once("exit", resolve))),
        0
      )
    }).pipe(Effect.scoped), 120_000)
})
