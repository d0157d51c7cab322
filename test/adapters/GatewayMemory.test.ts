/** What goes through the gateway costs the hub's process no memory, however much it is (P4). */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as Fs from "node:fs"
import { get, type IncomingMessage, request } from "node:http"
import { join } from "node:path"
import { fileUrl } from "../../src/domain/FileUrl.ts"
import { peakBytes } from "../bench/ProcessStats.ts"
import { directory } from "../support/dataServer.ts"
import { foreign, token } from "../support/gateway.ts"

const linux = process.platform === "linux"

/** Bytes of a test; `SAMP_TEST_BIG=2000000000` tries more. */
const bytes = (usual: number): number => Number(process.env["SAMP_TEST_BIG"] ?? usual)

/** All that the process may ever hold: it has Node, Effect and the compiler of the tests' TypeScript in it. */
const limit = 150_000_000

const process_ = (mentioned: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const script = join(import.meta.dirname, "..", "support", "bigGateway.ts")
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, [script, ...mentioned], { stdio: ["pipe", "pipe", "inherit"] })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const port = yield* Effect.promise(() =>
      new Promise<number>((resolve) =>
        child.stdout.once("data", (text: Buffer) => resolve(Number(String(text))))
      )
    )
    const begun = peakBytes(child.pid ?? 0) ?? 0
    const isFrugal = (): void => {
      const peak = peakBytes(child.pid ?? 0) ?? Infinity
      console.log(begun, peak)
      assert.isBelow(peak, limit, `from ${Math.round(begun / 1e6)} to ${Math.round(peak / 1e6)} MB`)
    }
    return { port, isFrugal }
  })

/** Reads all that is at a URL through the gateway, and counts it. */
const count = (port: number, url: string) =>
  Effect.promise(() =>
    new Promise<number>((resolve, reject) =>
      get(
        `http://127.0.0.1:${port}/proxied/${token}?${encodeURIComponent(url)}`,
        (response: IncomingMessage) => {
          let received = 0
          response.on("data", (piece: Buffer) => (received += piece.length))
          response.once("end", () => resolve(received))
          response.once("error", reject)
        }
      )
    )
  )

const piece = Buffer.alloc(262_144, "data")

/** A body of the size, made as it is taken. */
function* body(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= piece.length) yield piece.subarray(0, Math.min(left, piece.length))
}

/** Writes a body as fast as it is taken. */
const pour = async (
  size: number,
  into: { write: (piece: Buffer, done: (error?: Error | null) => void) => unknown }
): Promise<void> => {
  for (const part of body(size)) {
    await new Promise<void>((resolve, reject) =>
      into.write(part, (error) => error === undefined || error === null ? resolve() : reject(error))
    )
  }
}

describe.runIf(linux)("the gateway's memory", () => {
  it.live("P4 stays small while a stream of the web goes through", () =>
    Effect.gen(function*() {
      const size = bytes(300_000_000)
      const web = yield* foreign((_, response) => {
        pour(size, response).then(() => response.end(), () => response.destroy())
      })
      const { isFrugal, port } = yield* process_([web.url])
      assert.strictEqual(yield* count(port, web.url), size)
      isFrugal()
    }).pipe(Effect.scoped), 300_000)

  it.live("P4 stays small while a file goes through", () =>
    Effect.gen(function*() {
      const size = bytes(100_000_000)
      const path = join(yield* directory, "large.fits")
      Fs.writeFileSync(path, "begin")
      Fs.truncateSync(path, size)
      const { isFrugal, port } = yield* process_([fileUrl(path)])
      assert.strictEqual(yield* count(port, fileUrl(path)), size)
      isFrugal()
    }).pipe(Effect.scoped), 300_000)

  it.live("P4 stays small while a page publishes", () =>
    Effect.gen(function*() {
      const size = bytes(150_000_000)
      const { isFrugal, port } = yield* process_([])
      const status = yield* Effect.promise(() =>
        new Promise<number>((resolve, reject) => {
          const path = `/published/${token}?name=large.fits`
          const upload = request({ host: "127.0.0.1", port, path, method: "POST" }, (response) => {
            response.resume()
            resolve(response.statusCode ?? 0)
          })
          upload.on("error", reject)
          pour(size, upload).then(() => upload.end(), reject)
        })
      )
      assert.strictEqual(status, 201)
      isFrugal()
    }).pipe(Effect.scoped), 300_000)
})
