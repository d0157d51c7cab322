/** Data that we hand out, by URLs of our data server and by file URLs, as other programs read them. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { fileUrl } from "../../src/domain/FileUrl.ts"
import * as Samples from "../gui/support/Samples.ts"
import { bytes, file, pattern, start } from "../support/dataServer.ts"
import * as Home from "./support/Home.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"

describe("data for others", () => {
  const home = Home.make()
  let server: Awaited<ReturnType<typeof start>>
  beforeAll(async () => {
    server = await start()
  })
  afterAll(async () => {
    await server.close()
    home.remove()
  })

  const curl = (...args: ReadonlyArray<string>) =>
    Program.run("curl", ["--silent", "--show-error", ...args], { cwd: home.path, env: home.env })
  const stilts = (url: string) =>
    Program.run("stilts", ["tpipe", `in=${url}`, "omode=count"], {
      cwd: home.path,
      env: home.env,
      limitMs: 60_000
    })
  const astropy = (kind: string, url: string) => Peers.runPython(home, 60_000, "read_data.py", kind, url)

  const isTable = async (url: string): Promise<void> => {
    const count = await stilts(url)
    Program.ended(count, 0)
    expect(count.stdout).toMatch(/rows: 3\b/u)
    const read = await astropy("table", url)
    Program.ended(read, 0)
    expect(read.stdout.trim()).toBe("3")
  }
  const { side } = Samples
  const sum = side * side * (side + 1)
  const isImage = async (url: string): Promise<void> => {
    const read = await astropy("image", url)
    Program.ended(read, 0)
    expect(read.stdout.trim()).toBe(`${side} ${side} ${sum}`)
  }

  test("WIRE-67: stilts and astropy read a served VOTable, from memory and from a file", async () => {
    const { path } = Samples.table(home.path)
    const named = { mediaType: "application/x-votable+xml", name: "three stars.vot" }
    await isTable((await server.serve({ _tag: "Bytes", bytes: readFileSync(path) }, named)).url)
    await isTable((await server.serve(file(path), named)).url)
  })

  test("WIRE-67: astropy reads a served image", async () => {
    await isImage((await server.serve(file(Samples.image(home.path).path))).url)
  })

  test.each(["my data", "100%", "a+b", "a#b?c", "caf\u00e9", "[1]", "%20"])(
    "WIRE-66: stilts and astropy read the file URL of a file in a folder called %s",
    async (name) => {
      const folder = join(home.path, name)
      mkdirSync(folder)
      await isTable(fileUrl(Samples.table(folder).path))
      await isImage(fileUrl(Samples.image(folder).path))
    }
  )

  test("curl reads all, parts, heads, as HTTP/1.0, and resumes what it has begun", async () => {
    const size = 1_000_000
    const { url } = await server.serve(bytes(size))
    const whole = Buffer.from(pattern(size))
    const got = join(home.path, "got")
    for (const version of ["--http1.1", "--http1.0"]) {
      Program.ended(await curl(version, "--fail", "--output", got, url), 0)
      expect(readFileSync(got).equals(whole)).toBe(true)
    }
    Program.ended(await curl("--fail", "--range", "1000-1999", "--output", got, url), 0)
    expect(readFileSync(got).equals(whole.subarray(1_000, 2_000))).toBe(true)
    writeFileSync(got, whole.subarray(0, 300_000))
    Program.ended(await curl("--fail", "--continue-at", "-", "--output", got, url), 0)
    expect(readFileSync(got).equals(whole)).toBe(true)
    const head = await curl("--head", url)
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*content-length: 1000000\r\n/iu)
    const etag = /^etag: (.*)\r$/imu.exec(head.stdout)?.[1] ?? ""
    const again = await curl("--header", `If-None-Match: ${etag}`, "--write-out", "%{http_code}", url)
    expect(again.stdout).toBe("304")
  })

  test("ERR-05: curl is told what is not there any more", async () => {
    const path = join(home.path, "short-lived")
    writeFileSync(path, "x")
    const { url } = await server.serve(file(path))
    Program.ended(await curl("--fail", url), 0)
    rmSync(path)
    Program.ended(await curl("--fail", url), 22)
  })
})
