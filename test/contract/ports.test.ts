/** What adapters in memory and those of Node have in common: the laws of the ports that hand data over and run programs. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Fs from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as Downloads from "../../src/adapters/memory/Downloads.ts"
import * as Files from "../../src/adapters/memory/Files.ts"
import * as Programs from "../../src/adapters/memory/Programs.ts"
import * as Web from "../../src/adapters/memory/Web.ts"
import * as CommandRunnerNode from "../../src/adapters/node/CommandRunnerNode.ts"
import * as LockfileStoreNode from "../../src/adapters/node/LockfileStoreNode.ts"
import * as NodeDataPlatform from "../../src/apps/NodeDataPlatform.ts"
import { type Command, CommandRunner } from "../../src/ports/CommandRunner.ts"
import type { DataServer, Download } from "../../src/ports/DataServer.ts"
import { FileStore } from "../../src/ports/FileStore.ts"
import { LockfileStore } from "../../src/ports/LockfileStore.ts"
import { WebReader } from "../../src/ports/WebReader.ts"
import { bytes, file, pattern, serve } from "../support/dataServer.ts"

/** A directory to work in, and a pen. */
class Desk extends Context.Service<Desk, {
  readonly directory: string
  readonly write: (path: string, bytes: Uint8Array) => Effect.Effect<void>
}>()("test/contract/Desk") {}

type Ports = CommandRunner | DataServer | Desk | FileStore | LockfileStore | WebReader

const delayed = (ms: number): Programs.Program => () => Effect.as(Effect.sleep(ms), {})

/** A shell that knows what the tests ask of it. */
const shell: Programs.Program = ({ args: [, script = ""], env, stdin }) => {
  switch (script) {
    case "echo out; echo err >&2; exit 10":
      return Effect.succeed({ code: 10, stdout: "out\n", stderr: "err\n" })
    case "printf %s \"$SAMP_X\"; cat":
      return Effect.succeed({ stdout: `${env["SAMP_X"]}${stdin}` })
    case "head -c 2000000 /dev/zero":
      return Effect.succeed({ stdout: "\0".repeat(2_000_000) })
    default:
      return delayed(60_000)({ command: "", args: [], env, stdin })
  }
}

const memory: Layer.Layer<Ports> = Layer.mergeAll(
  Downloads.layer,
  Desktop.lockfilesOnWeb,
  Layer.effect(Desk, Effect.map(Files.Files, ({ write }) => ({ directory: "/home/astronomer", write }))),
  Layer.effectDiscard(Programs.Programs.use(({ install }) => install("/bin/sh", shell)))
).pipe(
  Layer.provideMerge(Layer.mergeAll(Files.layer, Web.layer, Desktop.keys, Programs.layer))
)

const node: Layer.Layer<Ports> = Layer.mergeAll(
  NodeDataPlatform.layer,
  LockfileStoreNode.layer,
  CommandRunnerNode.layer,
  Layer.effect(
    Desk,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() => Fs.mkdtempSync(join(tmpdir(), "samp-test-"))),
        (directory) => Effect.sync(() => Fs.rmSync(directory, { recursive: true, force: true }))
      ),
      (directory) => ({
        directory,
        write: (path, content) => Effect.sync(() => Fs.writeFileSync(path, content))
      })
    )
  )
)

const reasonOf = <A, E extends { readonly reason?: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.flip(effect), ({ reason }) => reason)

const at = (name: string) => Effect.map(Desk, ({ directory }) => join(directory, name))

const write = (name: string, content: Uint8Array) =>
  Effect.gen(function*() {
    const path = yield* at(name)
    yield* Desk.use((desk) => desk.write(path, content))
    return path
  })

const piece = (url: string, offset: number, length: number) =>
  WebReader.use((reader) => reader.piece(url, offset, length))

const run = (command: string, args: ReadonlyArray<string>, rest: Partial<Command> = {}) =>
  CommandRunner.use((runner) => runner.run({ command, args, env: {}, stdin: "", ...rest }))

describe.each([["memory", memory], ["Node", node]] as const)("ports on %s", (_, layer) => {
  const law = (title: string, test: Effect.Effect<void, unknown, Ports | Scope.Scope>) =>
    it.live(title, () => test.pipe(Effect.scoped, Effect.provide(layer, { local: true })))

  law(
    "FileStore: parts of files, what they are, and what is not there",
    Effect.gen(function*() {
      const store = yield* FileStore
      const path = yield* write("a file.fits", pattern(100))
      assert.deepStrictEqual([...yield* store.head(path, 90, 20)], Array.from(pattern(100).slice(90)))
      assert.strictEqual((yield* store.head(path, 200, 5)).length, 0)
      const { kind, size } = yield* store.info(path)
      assert.deepStrictEqual([kind, size], ["File", 100])
      const folder = yield* at("")
      assert.strictEqual((yield* store.info(folder)).kind, "Directory")
      assert.strictEqual(yield* reasonOf(store.head(folder, 0, 1)), "NotAFile")
      assert.strictEqual(yield* reasonOf(store.head(`${path}.no`, 0, 1)), "NotFound")
      assert.strictEqual(yield* reasonOf(store.info(`${path}.no`)), "NotFound")
      assert.strictEqual(store.fileUrl(path), `file://${path}`)
    })
  )

  law(
    "FileStore: temporary files are there for nobody else, and until the scope ends",
    Effect.gen(function*() {
      const store = yield* FileStore
      const scope = yield* Scope.make()
      const content = Stream.make(pattern(2), pattern(4))
      const path = yield* store.temporary(content, ".vot").pipe(Scope.provide(scope))
      assert.match(path, /^\/.*\.vot$/u)
      assert.deepStrictEqual([...yield* store.head(path, 0, 99)], [...pattern(2), ...pattern(4)])
      assert.isFalse((yield* store.info(path)).readableByOthers)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* reasonOf(store.info(path)), "NotFound")
      const broken = Stream.concat(Stream.make(pattern(2)), Stream.fail("broken" as const))
      assert.strictEqual(yield* Effect.flip(store.temporary(broken, "vot")), "broken")
    })
  )

  law(
    "DataServer, WebReader: what is served is read in pieces, until the scope ends",
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const told: Array<Download> = []
      const ended = () => told.some(({ state }) => state === "Done")
      const { path, url } = yield* serve(bytes(100), { onDownload: (download) => told.push(download) }).pipe(
        Scope.provide(scope)
      )
      assert.match(path, /\/m31\.fits$/u)
      const { bytes: got, mediaType, size } = yield* piece(url, 90, 20)
      assert.deepStrictEqual([[...got], mediaType, size], [
        Array.from(pattern(100).slice(90)),
        "application/fits",
        100
      ])
      while (!ended()) yield* Effect.sleep(5)
      const { number, sent, size: whole, total } = told.at(-1) ?? {}
      assert.deepStrictEqual({ number, sent, total, whole }, { number: 1, sent: 10, total: 10, whole: 100 })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(piece(`${url}x`, 0, 1))))
      yield* Scope.close(scope, Exit.void)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(piece(url, 0, 1))))
    })
  )

  law(
    "DataServer: files are read anew for each request, and what cannot be served is told apart",
    Effect.gen(function*() {
      const path = yield* write("a.fits", pattern(3))
      const { url } = yield* serve(file(path))
      yield* write("a.fits", pattern(7))
      assert.deepStrictEqual([...(yield* piece(url, 0, 50)).bytes], [...pattern(7)])
      const failure = (of: ReturnType<typeof serve>) => Effect.map(Effect.flip(of), ({ reason }) => reason)
      assert.strictEqual(yield* failure(serve(file(`${path}.no`))), "NotFound")
      assert.strictEqual(yield* failure(serve(file(yield* at("")))), "NotAFile")
      assert.strictEqual(yield* failure(serve(bytes(1), { mediaType: "fits" })), "BadMediaType")
    })
  )

  law(
    "LockfileStore: whole files, published once, replaced and withdrawn by who knows them",
    Effect.gen(function*() {
      const store = yield* LockfileStore
      const path = yield* at(".samp")
      assert.isUndefined(yield* store.read(path))
      assert.isFalse(yield* store.publish(path, "two", "one"))
      assert.isTrue(yield* store.publish(path, "one", undefined))
      assert.isFalse(yield* store.publish(path, "two", undefined))
      assert.isTrue(yield* store.publish(path, "two", "one"))
      assert.strictEqual(yield* store.read(path), "two")
      assert.deepStrictEqual(
        yield* store.list(yield* at(""), ".samp").pipe(Effect.map((all) => all.length)),
        1
      )
      yield* store.withdraw(path, "one")
      assert.strictEqual(yield* store.read(path), "two")
      yield* store.withdraw(path, "two")
      assert.isUndefined(yield* store.read(path))
      assert.deepStrictEqual(yield* store.list(yield* at("nowhere"), ""), [])
    })
  )

  law(
    "STD-31 LockfileStore: fetches what a web server serves, and says what it does not",
    Effect.gen(function*() {
      const store = yield* LockfileStore
      const text = new TextEncoder().encode("samp.secret=x\n")
      const { url } = yield* serve({ _tag: "Bytes", bytes: text }, { mediaType: "text/plain", name: "samp" })
      assert.strictEqual(yield* store.fetch(url), "samp.secret=x\n")
      const error = yield* Effect.flip(store.fetch(`${url}x`))
      assert.match(error.message, /^cannot read the lockfile http:.*404/u)
    })
  )

  law(
    "CommandRunner: outputs and code, variables and input, and what cannot be run",
    Effect.gen(function*() {
      const ended = yield* run("/bin/sh", ["-c", "echo out; echo err >&2; exit 10"])
      assert.deepStrictEqual(ended, { code: 10, stdout: "out\n", stderr: "err\n" })
      const { code, stdout } = yield* run("/bin/sh", ["-c", "printf %s \"$SAMP_X\"; cat"], {
        env: { SAMP_X: "x y|" },
        stdin: "{}"
      })
      assert.deepStrictEqual([code, stdout], [0, "x y|{}"])
      const long = yield* run("/bin/sh", ["-c", "head -c 2000000 /dev/zero"])
      assert.strictEqual(long.stdout.length, 1_048_576)
      const error = yield* Effect.flip(run("no-such-program-here", []))
      assert.match(error.message, /^cannot run no-such-program-here: /u)
      const slow = yield* Effect.forkChild(run("/bin/sh", ["-c", "sleep 60"]), { startImmediately: true })
      yield* Fiber.interrupt(slow)
    })
  )
})
