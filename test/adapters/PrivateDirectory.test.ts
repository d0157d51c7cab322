/** Private directories: whose they are, and what is removed of those that killed processes left. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import { basename, join } from "node:path"
import { makePrivateDirectory, removeLeftovers } from "../../src/adapters/node/PrivateDirectory.ts"
import { directory } from "../support/dataServer.ts"

const linux = process.platform === "linux"

/** A process that makes a private directory with a file, and waits. */
const keeper = (parent: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const module = join(import.meta.dirname, "../../src/adapters/node/PrivateDirectory.ts")
      const script = `
        const { makePrivateDirectory } = await import(${JSON.stringify(module)})
        const path = await makePrivateDirectory(${JSON.stringify(parent)}, "samp-test")
        ;(await import("node:fs")).writeFileSync(path + "/a", "x")
        process.stdout.write(path)
        setInterval(() => {}, 1000)`
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      const path = await new Promise<string>((resolve) =>
        child.stdout.once("data", (text: Buffer) => resolve(String(text)))
      )
      const gone = new Promise((resolve) => child.once("exit", resolve))
      return { child, gone, path }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

describe("private directories", () => {
  it.live("of a process that was killed are removed, of one that lives are not", () =>
    Effect.gen(function*() {
      const parent = yield* directory
      const own = yield* Effect.promise(() => makePrivateDirectory(parent, "samp-test"))
      if (linux) assert.strictEqual(Fs.statSync(own).mode & 0o777, 0o700)
      const [dead, alive] = [yield* keeper(parent), yield* keeper(parent)]
      assert.strictEqual(yield* Effect.promise(() => removeLeftovers(parent, "samp-test")), 0)
      dead.child.kill("SIGKILL")
      yield* Effect.promise(() => dead.gone)
      assert.isTrue(Fs.existsSync(dead.path))
      assert.strictEqual(yield* Effect.promise(() => removeLeftovers(parent, "samp-test")), 1)
      assert.deepStrictEqual(Fs.readdirSync(parent).sort(), [basename(own), basename(alive.path)].sort())
    }).pipe(Effect.scoped))

  it.live.runIf(linux)("whose pid another process has now are removed", () =>
    Effect.gen(function*() {
      const parent = yield* directory
      const own = yield* Effect.promise(() => makePrivateDirectory(parent, "samp-test"))
      const earlier = own.replace(/-(\d+)-(\d+)-(\w+)$/u, (_, pid, begin, end) =>
        `-${pid}-${Number(begin) - 1}-${end}`)
      assert.notStrictEqual(earlier, own)
      Fs.mkdirSync(earlier)
      assert.strictEqual(
        yield* Effect.promise(() =>
          removeLeftovers(parent, "samp-test")
        ),
        1
      )
      assert.deepStrictEqual(Fs.readdirSync(parent), [basename(own)])
    }).pipe(Effect.scoped))

  it.live.runIf(linux && process.getuid?.() === 0)(
    "of another user stay, even if root looks",
    () =>
      Effect.gen(function*() {
        const parent = yield* directory
        const own = yield* Effect.promise(() => makePrivateDirectory(parent, "samp-test"))
        const gone = own.replace(/-\d+-(\d*)-(\w+)$/u, "-4194999-$1-$2")
        Fs.renameSync(own, gone)
        Fs.chownSync(gone, 65_534, 65_534)
        assert.strictEqual(yield* Effect.promise(() => removeLeftovers(parent, "samp-test")), 0)
        Fs.chownSync(gone, 0, 0)
        assert.strictEqual(yield* Effect.promise(() => removeLeftovers(parent, "samp-test")), 1)
      }).pipe(Effect.scoped)
  )

  it.live("what is doubtful stays: other names, other machines, files, links, no pid", () =>
    Effect.gen(function*() {
      const parent = yield* directory
      const elsewhere = yield* directory
      Fs.writeFileSync(join(elsewhere, "precious"), "x")
      const own = yield* Effect.promise(() => makePrivateDirectory(parent, "samp-test"))
      const gone = (name: string) => name.replace(/-\d+-(\d*)-/u, "-4194999-$1-") // above all pids
      const here = basename(own)
      const other = here.replace(/(?<=^samp-test-)\w/u, (digit) => digit === "0" ? "1" : "0")
      Fs.mkdirSync(join(parent, gone(other)))
      Fs.mkdirSync(join(parent, gone(here).replace("samp-test", "samp-other")))
      Fs.mkdirSync(join(parent, `${gone(here)}-x`))
      Fs.mkdirSync(join(parent, here.replace(/-\d+-(\d*)-/u, "--$1-")))
      Fs.mkdirSync(join(parent, here.replace(/-\d+-(\d*)-/u, "-0-$1-")))
      Fs.writeFileSync(join(parent, `${gone(here)}f`), "")
      Fs.symlinkSync(elsewhere, join(parent, `${gone(here)}l`))
      const before = Fs.readdirSync(parent)
      assert.strictEqual(before.length, 8)
      assert.strictEqual(yield* Effect.promise(() => removeLeftovers(parent, "samp-test")), 0)
      assert.deepStrictEqual(Fs.readdirSync(parent), before)
      assert.isTrue(Fs.existsSync(join(elsewhere, "precious")))
      Fs.mkdirSync(join(parent, gone(here)))
      assert.strictEqual(yield* Effect.promise(() => removeLeftovers(parent, "samp-test")), 1)
      assert.strictEqual(yield* Effect.promise(() => removeLeftovers(join(parent, "none"), "samp-test")), 0)
    }).pipe(Effect.scoped))
})
