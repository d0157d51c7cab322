/** What a page reads of this machine's files through the translator: what was mentioned, and nothing else. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { fileUrl } from "../../src/domain/FileUrl.ts"
import { directory, pattern } from "../support/dataServer.ts"
import { ask, type Asking, eventually, gateway, openFiles, read, token } from "../support/gateway.ts"
import { file, isHarmless, isRefusal } from "../support/gatewayReaders.ts"

const linux = process.platform === "linux"

describe("the translator", () => {
  it.live("WEB-50 WEB-54 serves a file that was mentioned, whole", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const path = yield* file("m31.bin")
      const answer = yield* read(hub, fileUrl(path))
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(new Uint8Array(answer.body), pattern(1000))
      isHarmless(answer)
      assert.strictEqual(answer.headers["content-length"], "1000")
      assert.strictEqual(answer.headers["content-type"], "application/octet-stream")
      assert.strictEqual(answer.headers["accept-ranges"], "bytes")
      yield* eventually("told", () => hub.outcomes.length === 1)
      assert.deepStrictEqual(hub.outcomes, [{ status: 200, url: fileUrl(path), problem: undefined }])
    }).pipe(Effect.scoped))

  it.live("WEB-52 WIRE-118 serves what is meant, whatever the spelling", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const path = yield* file("it's 100% \"new\" + more.bin")
      const plain = `file://${path.replace("100%", "100%25")}`
      hub.mentioned.add(plain)
      const raw = new URL(`http://a.example/?${plain}`).search.slice(1)
      for (const query of [encodeURIComponent(plain), `ref=${encodeURIComponent(plain)}`, raw]) {
        const answer = yield* ask(hub.port, `/proxied/${token}?${query}`)
        assert.strictEqual(answer.status, 200, query)
        assert.strictEqual(answer.body.length, 1000)
      }
    }).pipe(Effect.scoped))

  it.live("WEB-50 tells the media type by the bytes; a page is only bytes", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const folder = yield* directory
      const typeOf = (name: string, content: string) => {
        const path = join(folder, name)
        Fs.writeFileSync(path, content)
        return Effect.map(read(hub, fileUrl(path)), ({ headers }) => headers["content-type"])
      }
      const table =
        "<?xml version='1.0'?><VOTABLE version='1.3' xmlns='http://www.ivoa.net/xml/VOTable/v1.3'>"
      assert.strictEqual(
        yield* typeOf("x.html", `${table}<RESOURCE/></VOTABLE>`),
        "application/x-votable+xml"
      )
      assert.strictEqual(
        yield* typeOf("x.vot", "<html><script>alert(1)</script>"),
        "application/octet-stream"
      )
      assert.strictEqual(
        yield* typeOf("x.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"),
        "application/octet-stream"
      )
      assert.strictEqual(yield* typeOf("empty.fits", ""), "application/octet-stream")
    }).pipe(Effect.scoped))

  it.live("WEB-50 by HEAD, Range, If-Range and If-None-Match", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const url = fileUrl(yield* file("m31.bin"))
      const get = (headers: { readonly [name: string]: string }, method = "GET") =>
        read(hub, url, { headers, method })
      const head = yield* get({}, "HEAD")
      assert.deepStrictEqual([head.status, head.headers["content-length"], head.body.length], [
        200,
        "1000",
        0
      ])
      const etag = head.headers.etag ?? ""
      assert.match(etag, /^"[^"]+"$/u)
      const rows: ReadonlyArray<
        readonly [{ readonly [name: string]: string }, number, string | undefined, number]
      > = [
        [{ Range: "bytes=0-9" }, 206, "bytes 0-9/1000", 10],
        [{ Range: "bytes=990-" }, 206, "bytes 990-999/1000", 10],
        [{ Range: "bytes=-1" }, 206, "bytes 999-999/1000", 1],
        [{ Range: "bytes=990-5000" }, 206, "bytes 990-999/1000", 10],
        [{ Range: "bytes=1000-" }, 416, "bytes */1000", 0],
        [{ Range: "bytes=0-1,5-6" }, 200, undefined, 1000],
        [{ Range: "lines=1-2" }, 200, undefined, 1000],
        [{ Range: "bytes=0-9", "If-Range": etag }, 206, "bytes 0-9/1000", 10],
        [{ Range: "bytes=0-9", "If-Range": "\"old\"" }, 200, undefined, 1000],
        [{ "If-None-Match": etag }, 304, undefined, 0],
        [{ "If-None-Match": "\"old\"" }, 200, undefined, 1000]
      ]
      for (const [headers, status, range, length] of rows) {
        const answer = yield* get(headers)
        const what = JSON.stringify(headers)
        assert.strictEqual(answer.status, status, what)
        assert.strictEqual(answer.headers["content-range"], range, what)
        isHarmless(answer)
        if (status === 416) continue
        assert.strictEqual(answer.body.length, length, what)
        assert.strictEqual(answer.headers.etag, etag)
        const start = Number(/\d+/u.exec(range ?? "0")?.[0])
        if (status === 206) {
          assert.deepStrictEqual(new Uint8Array(answer.body), pattern(1000).slice(start, start + length))
        }
      }
    }).pipe(Effect.scoped))

  it.live("WEB-55 refuses in a sentence: no URL, unknown page, bad URL, not mentioned, other methods", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const url = fileUrl(yield* file("m31.bin"))
      const other = fileUrl(yield* file("secret.bin"))
      hub.mentioned.add(url).add("ftp://a.example/x").add("file://fileserver/x").add("http://a b/")
      const refused = (path: string, status: number, says: RegExp, asking: Asking = {}) =>
        Effect.map(ask(hub.port, `/proxied/${path}`, asking), (answer) => isRefusal(answer, status, says))
      yield* refused(token, 404, /question mark/u)
      yield* refused(`tok-2?${encodeURIComponent(url)}`, 403, /not registered/u)
      yield* refused("tok-2?nonsense", 403, /not registered/u)
      yield* refused(`?${encodeURIComponent(url)}`, 403, /not registered/u)
      yield* refused(`${token}?`, 400, /no absolute URL/u)
      yield* refused(`${token}?/etc/passwd`, 400, /no absolute URL/u)
      yield* refused(`${token}?${encodeURIComponent(other)}`, 403, /mentioned/u)
      yield* refused(`${token}?file:///etc/passwd`, 403, /mentioned/u)
      yield* refused(`${token}?${encodeURIComponent(`${url}/../secret.bin`)}`, 403, /mentioned/u)
      yield* refused(`${token}?ftp://a.example/x`, 400, /no ftp: URLs/u)
      yield* refused(`${token}?ftp://a.example/y`, 403, /mentioned/u)
      yield* refused(`${token}?file://fileserver/x`, 400, /this machine/u)
      yield* refused(`${token}?${encodeURIComponent("http://a b/")}`, 400, /no URL/u)
      for (const method of ["POST", "PUT", "DELETE", "PATCH", "TRACE"]) {
        const answer = yield* ask(hub.port, `/proxied/${token}?${encodeURIComponent(url)}`, { method })
        isRefusal(answer, 405, /GET and HEAD/u)
        assert.strictEqual(answer.headers.allow, "GET, HEAD")
      }
      assert.strictEqual((yield* ask(hub.port, `/proxied/${token}?${encodeURIComponent(url)}`)).status, 200)
      yield* eventually("told", () => hub.outcomes.some(({ status }) => status === 200))
      assert.strictEqual(hub.outcomes.filter(({ problem }) => problem === undefined).length, 1)
      assert.isTrue(hub.outcomes.every(({ problem, status }) => (problem === undefined) === (status === 200)))
      assert.isTrue(hub.outcomes.some((told) => told.status === 403 && told.url === "file:///etc/passwd"))
      hub.tokens.clear()
      yield* refused(`${token}?${encodeURIComponent(url)}`, 403, /not registered/u)
    }).pipe(Effect.scoped))

  it.live.runIf(linux)(
    "WEB-54 serves nothing but files: no directory, link, pipe, socket or device",
    () =>
      Effect.gen(function*() {
        const hub = yield* gateway()
        const target = yield* file("target.bin")
        const folder = yield* directory
        const at = (name: string): string => join(folder, name)
        Fs.symlinkSync(target, at("link"))
        Fs.symlinkSync(at("nothing"), at("dangling"))
        Fs.symlinkSync(folder, at("folder-link"))
        execFileSync("mkfifo", [at("pipe")])
        Fs.symlinkSync(at("pipe"), at("pipe-link"))
        for (const path of [at("link"), at("dangling"), at("folder-link"), at("pipe-link")]) {
          isRefusal(yield* read(hub, fileUrl(path)), 403, /is a symbolic link/u)
        }
        for (
          const path of [
            folder,
            `${folder}/`,
            "/",
            at("pipe"),
            "/dev/zero",
            "/dev/null",
            "/dev/stdin",
            "/proc/self/fd"
          ]
        ) {
          // /dev/stdin is a link
          isRefusal(yield* read(hub, fileUrl(path)), 403, /is a (?:directory|symbolic)/u)
        }
        for (const path of [at("none"), `${target}/x`]) {
          isRefusal(yield* read(hub, fileUrl(path)), 404, /no such file/u)
        }
        // A directory on the way may be a link, as home directories are.
        assert.strictEqual((yield* read(hub, fileUrl(at("folder-link/../folder-link/pipe")))).status, 403)
        Fs.writeFileSync(at("a.bin"), "x")
        assert.strictEqual((yield* read(hub, fileUrl(at("folder-link/a.bin")))).status, 200)
        // An answer is there a moment before its file is closed.
        yield* eventually("closed", () =>
          !openFiles().some((path) => path.startsWith(folder) || path === target))
      }).pipe(Effect.scoped)
  )

  it.live.runIf(linux && process.getuid?.() !== 0)(
    "WEB-55 says that it may not read",
    () =>
      Effect.gen(function*() {
        const hub = yield* gateway()
        const path = yield* file("m31.bin")
        Fs.chmodSync(path, 0)
        isRefusal(yield* read(hub, fileUrl(path)), 403, /no permission/u)
      }).pipe(Effect.scoped)
  )

  it.live("WIRE-66 knows this machine by its name", () =>
    Effect.gen(function*() {
      const hub = yield* gateway()
      const path = yield* file("m31.bin")
      assert.strictEqual((yield* read(hub, `file://${hostname()}${path}`)).status, 200)
      assert.strictEqual((yield* read(hub, `file://localhost${path}`)).status, 200)
    }).pipe(Effect.scoped))
})
