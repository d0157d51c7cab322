/** SAO DS9 on a screen of its own: it loads the image that `samp send` sends, and answers (issue item 2). */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as Json from "../interop/support/Json.ts"
import * as Program from "../interop/support/Program.ts"
import * as Samp from "../interop/support/Samp.ts"
import * as Desktop from "./support/Desktop.ts"
import * as Peers from "./support/Peers.ts"
import * as Samples from "./support/Samples.ts"
import * as Screen from "./support/Screen.ts"

/** The middle of the frame in which DS9 shows the image. */
const frame = { x: 300, y: 400, width: 200, height: 150 }

describe("DS9 at our hub", () => {
  let desktop: Desktop.Desktop
  let ds9: Program.Program
  let client: Peers.Client
  let sample: Samples.Sample

  beforeAll(async () => {
    desktop = await Desktop.open()
    sample = Samples.image(desktop.home.path)
    ds9 = desktop.open(Peers.startDs9(desktop.home, desktop.screen))
    client = await Peers.ds9Registered(desktop.home, ds9)
  })
  afterAll(() => desktop.close())

  const call = async (mtype: string, ...params: ReadonlyArray<string>) => {
    const to = ["--to", client.name, "--wait", "--timeout", "30", "--json"]
    const result = await desktop.samp("send", mtype, ...params, ...to)
    const [reply] = result.objects()
    return { ...result, response: Json.record(reply?.["response"]) }
  }

  /** What DS9 says to an XPA command. */
  const get = async (command: string): Promise<Json.JsonRecord> => {
    const result = await call("ds9.get", `cmd=${command}`)
    Program.ended(result, 0)
    expect(result.response).toMatchObject({ "samp.status": "samp.ok" })
    return Json.record(result.response["samp.result"])
  }

  test("WIRE-54, WIRE-90, WIRE-91: it finds the lockfile by itself, and samp clients shows it", () => {
    expect(client.name).toMatch(/ds9/iu)
    expect(client.metadata).toMatchObject({ "samp.name": client.name, "ds9.version": expect.any(String) })
    expect(client.mtypes).toEqual(
      expect.arrayContaining([
        "samp.app.ping",
        "samp.hub.event.shutdown",
        "image.load.fits",
        "ds9.get",
        "ds9.set"
      ])
    )
  })

  test("WIRE-92, WIRE-101, WIRE-102: it answers a ping at the host name it gives out", async () => {
    const result = await call("samp.app.ping")
    Program.ended(result, 0)
    expect(result.response).toMatchObject({ "samp.status": "samp.ok" })
  })

  test("MTY-40, WIRE-94, WIRE-100: image.load.fits --wait is answered samp.ok, exit 0", async () => {
    const result = await call("image.load.fits", `url=${sample.url}`, "name=gradient", "image-id=gradient-1")
    Program.ended(result, 0)
    expect(result.response).toMatchObject({ "samp.status": "samp.ok", "samp.result": {} })
  })

  test("MTY-69: ds9.get answers with the file, its size and its header", async () => {
    expect(await get("file")).toEqual({ value: sample.path })
    expect(await get("fits size")).toEqual({ value: `${Samples.side} ${Samples.side}` })
    expect(await get("fits header keyword OBJECT")).toEqual({ value: "GRADIENT" })
    expect(await get("frame")).toEqual({ value: "1" })
  })

  test("MTY-69, WIRE-103, WIRE-66: ds9.get of pixels answers with the URL of a file", async () => {
    const { url } = await get("data image 10 20 2 1 yes")
    const path = fileURLToPath(String(url).replace("//localhost/", "///"))
    const values = readFileSync(path, "latin1").trim().split(/\s+/u).map(Number)
    expect(values.toSorted()).toEqual([30, 31])
  })

  test("MTY-68, MTY-40: ds9.set zooms, and the window shows the image", async () => {
    const result = await call("ds9.set", "cmd=zoom to fit")
    Program.ended(result, 0)
    const picture = await Program.eventually("the gradient in DS9's window", async () => {
      const now = await desktop.screen.picture()
      return Screen.colours(now, frame) > 20 ? now : undefined
    }, 20_000)
    Screen.keep("ds9", picture)
  })

  test("MTY-69, RSP-04: an unknown command is answered samp.error with a text, exit 6", async () => {
    const result = await call("ds9.get", "cmd=no such command")
    Program.ended(result, 6)
    expect(result.response).toMatchObject({ "samp.error": { "samp.errortxt": expect.any(String) } })
  })

  test("WIRE-103, RSP-09: a call that it fails to answer ends with an error of the hub, not with a wait", async () => {
    const result = await call("client.env.get", "name=NO_SUCH_VARIABLE")
    Program.ended(result, 6)
    expect(result.milliseconds).toBeLessThan(10_000)
    expect(result.response).toMatchObject({
      "samp.status": "samp.error",
      "samp.error": { "samp.errortxt": expect.any(String) }
    })
    Program.ended(await call("samp.app.ping"), 0)
    expect(ds9.stderr()).toBe("")
  })

  test("HUB-11, WIRE-90, WIRE-97: its broadcast comes through to samp snoop", async () => {
    const snoop = desktop.open(
      Samp.start(desktop.home, "snoop", "--mtype", "image.load.fits", "--count", "1")
    )
    await Program.eventually("samp snoop registered", async () => {
      const known = await Peers.clients(desktop.home)
      return known.some(({ mtypes }) => mtypes.includes("image.load.fits") && !mtypes.includes("ds9.get"))
        ? known
        : undefined
    })
    Program.ended(await call("ds9.set", "cmd=samp broadcast image"), 0)
    const seen = Json.parse(await snoop.line((line) => line.includes("image.load.fits"), 10_000))
    expect(seen).toMatchObject({
      kind: "notification",
      sender: client.id,
      mtype: "image.load.fits",
      params: { url: expect.stringMatching(/^file:\/\/localhost\/.*\.fits$/u) }
    })
    expect((await snoop.exit).code).toBe(0)
  })

  // DS9 8.4 takes any connection without a request for an internal error, and says so in a box on its window.
  test("GEN-06, WIRE-93, WIRE-100: left alone for 40 seconds it has nothing to complain of", async () => {
    const earlier = ds9.stderr()
    const deadline = performance.now() + 40_000
    while (performance.now() < deadline && ds9.stderr() === earlier) await Program.pause(100)
    if (ds9.stderr() !== earlier) Screen.keep("ds9-complains", await desktop.screen.picture())
    expect(ds9.stderr().slice(earlier.length)).toBe("")
    Program.ended(await call("samp.app.ping"), 0)
    expect(desktop.hub.program.stderr()).not.toMatch(/WARN|ERROR/u)
    expect((await Peers.clients(desktop.home)).map(({ id }) => id)).toContain(client.id)
  })
})
