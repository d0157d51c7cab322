/** TOPCAT and SAO DS9 load what is served over HTTP, and files whose paths are not plain. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { fileUrl } from "../../src/domain/FileUrl.ts"
import type { Download } from "../../src/ports/DataServer.ts"
import * as Json from "../interop/support/Json.ts"
import * as Program from "../interop/support/Program.ts"
import { file, start } from "../support/dataServer.ts"
import * as Desktop from "./support/Desktop.ts"
import * as Peers from "./support/Peers.ts"
import * as Samples from "./support/Samples.ts"

/** Folders whose names DS9 8.4 can follow too: it decodes nothing. */
const plain = ["two words", "a+b", "m31, r=2 & more (new)"]
/** Names that have to be encoded. */
const encoded = ["100%", "a#b?c", "caf\u00e9", "%20"]

describe("data handed over", () => {
  let desktop: Desktop.Desktop
  let server: Awaited<ReturnType<typeof start>>
  let ds9: string

  beforeAll(async () => {
    desktop = await Desktop.open()
    server = await start()
    const topcat = desktop.open(Peers.startTopcat(desktop.home, desktop.screen))
    const image = desktop.open(Peers.startDs9(desktop.home, desktop.screen))
    await Peers.topcatRegistered(desktop.home, topcat)
    ds9 = (await Peers.ds9Registered(desktop.home, image)).name
  })
  afterAll(async () => {
    await server.close()
    await desktop.close()
  })

  const call = async (to: string, mtype: string, ...params: ReadonlyArray<string>) => {
    const result = await desktop.samp(
      "send",
      mtype,
      ...params,
      "--to",
      to,
      "--wait",
      "--timeout",
      "20",
      "--json"
    )
    Program.ended(result, 0)
    const response = Json.record(result.objects()[0]?.["response"])
    expect(response).toMatchObject({ "samp.status": "samp.ok" })
    return Json.record(response["samp.result"])
  }
  const folder = (name: string): string => {
    const path = join(desktop.home.path, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const loadTable = (url: string) => call("topcat", "table.load.votable", `url=${url}`)
  const loadImage = async (url: string) => {
    await call(ds9, "image.load.fits", `url=${url}`)
    expect(await call(ds9, "ds9.get", "cmd=fits size")).toEqual({ value: `${Samples.side} ${Samples.side}` })
    return call(ds9, "ds9.get", "cmd=file")
  }

  test("WIRE-67, MTY-20: TOPCAT loads a served table, and that is seen", async () => {
    const told: Array<Download> = []
    const { url } = await server.serve(file(Samples.table(desktop.home.path).path), {
      mediaType: "application/x-votable+xml",
      name: "three stars.vot",
      onDownload: (download) => told.push(download)
    })
    await loadTable(url)
    expect(told.at(-1)?.state).toBe("Done")
  })

  test("WIRE-67, MTY-40: DS9 loads a served image, and that is seen", async () => {
    const told: Array<Download> = []
    const { url } = await server.serve(file(Samples.image(desktop.home.path).path), {
      name: "gradient.fits",
      onDownload: (download) => told.push(download)
    })
    await loadImage(url)
    expect(told.at(-1)?.state).toBe("Done")
  })

  test.each([...plain, ...encoded])("WIRE-66: TOPCAT loads a file in a folder called %s", async (name) => {
    await loadTable(fileUrl(Samples.table(folder(name)).path))
  })

  test.each(plain)("WIRE-66: DS9 loads a file in a folder called %s", async (name) => {
    const { path } = Samples.image(folder(name))
    expect(await loadImage(fileUrl(path))).toEqual({ value: path })
  })
})
