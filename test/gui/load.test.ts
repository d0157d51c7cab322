/** What `samp load`, `point`, `listen` and the client library do with TOPCAT, DS9 and STILTS (issue item 3). */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { connect } from "../../src/promise.ts"
import * as Json from "../interop/support/Json.ts"
import * as InteropPeers from "../interop/support/Peers.ts"
import * as Program from "../interop/support/Program.ts"
import * as Samp from "../interop/support/Samp.ts"
import { file, start } from "../support/dataServer.ts"
import * as Fits from "../support/fits.ts"
import * as Desktop from "./support/Desktop.ts"
import * as Peers from "./support/Peers.ts"
import * as Samples from "./support/Samples.ts"
import * as Screen from "./support/Screen.ts"
import * as Shell from "./support/Shell.ts"

/** The button of TOPCAT's tool bar that broadcasts the current table. */
const broadcastButton = { x: 115, y: 40 }
/** What TOPCAT covers of DS9 ends above this part, in which DS9 shows its frames. */
const frames = { x: 50, y: 400, width: 650, height: 300 }

describe("samp load, point and listen on a desktop", () => {
  let desktop: Desktop.Desktop
  let shell: Shell.Shell
  let home: string
  let ds9: Peers.Client
  let topcat: Peers.Client

  beforeAll(async () => {
    desktop = await Desktop.open()
    home = desktop.home.path
    shell = await Shell.make(desktop.home)
    const image = desktop.open(Peers.startDs9(desktop.home, desktop.screen))
    ds9 = await Peers.ds9Registered(desktop.home, image)
    // The later one lies on top: there is no window manager, and its button is to be clicked.
    const table = desktop.open(Peers.startTopcat(desktop.home, desktop.screen))
    topcat = await Peers.topcatRegistered(desktop.home, table)
    Program.ended(await InteropPeers.runPython(desktop.home, 30_000, "content_files.py", home), 0)
  })
  afterAll(() => desktop.close())

  const path = (name: string): string => join(home, name)
  const save = (name: string, content: Uint8Array): void => writeFileSync(path(name), content)
  const only = (result: Program.Result): Json.JsonRecord => {
    const lines = Json.lines(result.stdout)
    expect(lines).toHaveLength(1)
    return Json.record(lines[0])
  }
  /** Runs a command line that is to load something into one program; its one JSON line. */
  const loaded = async (line: string, ...args: ReadonlyArray<string>): Promise<Json.JsonRecord> => {
    const result = await shell(line, ...args)
    Program.ended(result, 0)
    const reply = only(result)
    expect(reply).toMatchObject({ status: "samp.ok", url: expect.any(String) })
    return reply
  }
  const ask = async (to: string, mtype: string, ...params: ReadonlyArray<string>) => {
    const result = await desktop.samp("send", mtype, ...params, "--to", to, "--wait", "--json")
    Program.ended(result, 0)
    return Json.record(Json.record(result.objects()[0]?.["response"])["samp.result"])
  }
  /** TOPCAT's current table, as TOPCAT writes it. */
  const current = async (format = "csv"): Promise<ReadonlyArray<string>> => {
    const { url } = await ask(topcat.id, "table.get.stil", `format=${format}`)
    const answer = await fetch(String(url), { signal: AbortSignal.timeout(10_000) })
    return (await answer.text()).trim().split(/\r?\n/u)
  }
  const get = async (command: string): Promise<string> =>
    Json.text(await ask(ds9.id, "ds9.get", `cmd=${command}`), "value")
  const listening = async (...args: ReadonlyArray<string>): Promise<Program.Program> => {
    const listen = desktop.open(Samp.start(desktop.home, "listen", ...args, "--client-name", "sink"))
    await Program.eventually("samp listen subscribed", async () => {
      const known = (await Peers.clients(desktop.home)).find(({ name }) => name === "sink")
      return known !== undefined && known.mtypes.length > 0 ? known : undefined
    })
    return listen
  }

  /** A table that no other test loads: TOPCAT's answer tells which one it is. */
  const rowsOf = (name: string): typeof Samples.stars => [[name, 1.5, -2.25], ["Wega", 279.23, 38.78]]
  const own = (name: string, folder = home) => Samples.table(folder, `${name}.vot`, rowsOf(name))
  const csvOf = (name: string) => ["name,ra,dec", ...rowsOf(name).map((row) => row.join(","))]

  describe("tables into TOPCAT", () => {
    test("cat table.vot | samp load - --to topcat --wait --json", async () => {
      own("table")
      const reply = await loaded("cat table.vot | samp load - --to topcat --wait --json")
      expect(reply).toMatchObject({ id: topcat.id, name: "topcat", mtype: "table.load.votable" })
      expect(await current()).toEqual(csvOf("table"))
    })

    test("a gzipped VOTable from a pipe, and from a file", async () => {
      own("piped")
      await loaded("gzip -c piped.vot | samp load - --to topcat --json")
      expect(await current()).toEqual(csvOf("piped"))
      own("zipped")
      await loaded("gzip zipped.vot; samp load zipped.vot.gz --to topcat --json")
      expect(await current()).toEqual(csvOf("zipped"))
    })

    test.each([
      ["piped_column", "cat t.fits | samp load - --to topcat --json"],
      ["zipped_column", "gzip -c t.fits | samp load - --to topcat --json"],
      ["file_column", "samp load t.fits --to topcat --json"],
      ["served_column", "samp load t.fits --to topcat --json --serve http"]
    ])("a FITS table with %s: %s", async (column, line) => {
      save("t.fits", Fits.concat(Fits.primary(), Fits.table([column, "other"], 3)))
      expect(await loaded(line)).toMatchObject({ mtype: "table.load.fits" })
      expect(await current()).toEqual([`${column},other`, "0.0,0.0", "0.0,0.0", "0.0,0.0"])
    })

    test.each(["two words", "caf\u00e9", "100%", "%20", "a#b?c", "a+b & c"])(
      "WIRE-66: a file in a folder called %s",
      async (name) => {
        mkdirSync(path(name))
        const label = `in ${Array.from(name, (letter) => letter.charCodeAt(0)).join("-")}`
        await loaded(`samp load "$1" --to topcat --json`, own(label, path(name)).path)
        expect(await current()).toEqual(csvOf(label))
      }
    )

    test("a URL of another server, given on as it is", async () => {
      const server = await start()
      const { url } = await server.serve(file(own("web").path), {
        mediaType: "text/xml",
        name: "web.vot"
      })
      expect(await loaded(`samp load "$1" --to topcat --json`, url)).toMatchObject({ url })
      expect(await current()).toEqual(csvOf("web"))
      await server.close()
    })

    test("MTY-123, RSP-05: a truncated VOTable is refused, by file and by http: samp.error and exit 6", async () => {
      save("cut.vot", readFileSync(own("whole").path).subarray(0, -60))
      for (
        const [line, scheme] of [
          ["samp load cut.vot --to topcat --json", "http:"],
          ["samp load cut.vot --to topcat --json --serve file", "file:"],
          ["cat cut.vot | samp load - --to topcat --json", "http:"]
        ] as const
      ) {
        const result = await shell(line)
        Program.ended(result, 6)
        const reply = only(result)
        expect(new URL(String(reply["url"])).protocol).toBe(scheme)
        expect(reply).toMatchObject({
          status: "samp.error",
          response: { "samp.error": { "samp.errortxt": expect.stringContaining("as VOTable") } }
        })
      }
    })

    test("sendTable of rows: their values survive", async () => {
      await using client = await connect({ name: "rows", hub: desktop.home.lockfile })
      const [sent] = await client.sendTable([
        { name: "M 31", ra: 10.6847, tiny: 1e-300, big: 2 ** 40, good: true, note: null },
        { name: "<\u00e9&\">", ra: -0.5, tiny: 5e-324, big: -1, good: false, note: "x, y" }
      ], { to: "topcat", name: "my rows", columns: { ra: { unit: "deg" } } })
      expect(sent?.error).toBeUndefined()
      expect(sent?.client.id).toBe(topcat.id)
      expect(await current()).toEqual([
        "name,ra,tiny,big,good,note",
        `M 31,10.6847,1.0E-300,${2 ** 40},true,`,
        `"<\u00e9&"">",-0.5,4.9E-324,-1,false,"x, y"`
      ])
      const votable = (await current("votable")).join("\n")
      expect(votable).toMatch(/<FIELD [^>]*name="ra" unit="deg"\/>/u)
      expect(votable).toMatch(/<TABLE name="my rows" nrows="2">/u)
    })
  })

  describe("images into DS9", () => {
    test.each([
      ["image.fits", "image.fits", "40 50"],
      ["int16.fits.gz", "int16.fits.gz", "40 50"],
      ["compressed.fits", "compressed.fits", "40 50"],
      ["mef.fits", "mef.fits[SCI]", "40 50"],
      ["cube.fits", "cube.fits", "40 50"],
      ["image-and-table.fits", "image-and-table.fits", "40 50"]
    ])("MTY-40: samp load %s", async (name, shown, size) => {
      const reply = await loaded(`samp load ${name} --to ds9 --json`)
      expect(reply).toMatchObject({ id: ds9.id, mtype: "image.load.fits" })
      expect(await get("file")).toBe(path(shown))
      expect(await get("fits size")).toBe(size)
    })

    test.each([
      ["cat i.fits | samp load - --to ds9 --json", 11],
      ["gzip -c i.fits | samp load - --to ds9 --json", 12],
      ["samp load i.fits --to ds9 --json --serve http", 13],
      ["gzip -f i.fits; samp load i.fits.gz --to ds9 --json --serve http", 14]
    ])("MTY-40: %s", async (line, side) => {
      save("i.fits", Fits.primary([side, 7]))
      await loaded(line)
      expect(await get("fits size")).toBe(`${side} 7`)
    })

    test("an extension from a pipe, and a folder that DS9 cannot read the URL of", async () => {
      save("e.fits", Fits.concat(Fits.primary(), Fits.image([21, 22], ["EXTNAME", "SCI"])))
      await loaded("cat e.fits | samp load - --to ds9 --json")
      expect(await get("fits size")).toBe("21 22")
      mkdirSync(path("caf\u00e9 100%"))
      save("caf\u00e9 100%/i.fits", Fits.primary([23, 24]))
      await loaded(`samp load "$1" --to ds9 --json`, "caf\u00e9 100%/i.fits")
      expect(await get("fits size")).toBe("23 24")
    })

    test("MTY-60: samp point moves DS9, and TOPCAT takes it", async () => {
      const axis = (number: number, type: string, value: number): ReadonlyArray<Fits.Card> => [
        [`CTYPE${number}`, type],
        [`CRPIX${number}`, 50],
        [`CRVAL${number}`, value],
        [`CDELT${number}`, number === 1 ? -0.01 : 0.01],
        [`CUNIT${number}`, "deg"]
      ]
      save("sky.fits", Fits.primary([100, 100], [...axis(1, "RA---TAN", 10.5), ...axis(2, "DEC--TAN", 41)]))
      await loaded("samp load sky.fits --to ds9 --json")
      Program.ended(await shell("samp point 10.68 41.27"), 0)
      const at = async () => (await get("pan wcs icrs degrees")).split(/\s+/u).map(Number)
      await Program.eventually("DS9 moved", async () => {
        const [ra = NaN, dec = NaN] = await at()
        return Math.abs(ra - 10.68) < 1e-4 && Math.abs(dec - 41.27) < 1e-4 ? true : undefined
      })
      const result = await shell("samp point 0h42m0s 41d0m0s --wait --json")
      Program.ended(result, 0)
      const statuses = Object.fromEntries(Json.lines(result.stdout).map(({ id, status }) => [id, status]))
      // TOPCAT warns when none of its windows had a use for the position (MTY-123), which depends on what is open.
      expect(statuses).toEqual({
        [ds9.id]: "samp.ok",
        [topcat.id]: expect.stringMatching(/^samp\.(?:ok|warning)$/u)
      })
      const [ra, dec] = await at()
      expect(ra).toBeCloseTo(10.5, 4)
      expect(dec).toBeCloseTo(41, 4)
    })

    test("the window shows what was piped into it", async () => {
      const { path } = Samples.image(home)
      await loaded(`cat "$1" | samp load - --to ds9 --json`, path)
      Program.ended(await desktop.samp("send", "ds9.set", "cmd=single", "--to", ds9.id, "--wait"), 0)
      Program.ended(await desktop.samp("send", "ds9.set", "cmd=zoom to fit", "--to", ds9.id, "--wait"), 0)
      const picture = await Program.eventually("the gradient in DS9's window", async () => {
        const now = await desktop.screen.picture()
        return Screen.colours(now, frames) > 20 ? now : undefined
      }, 20_000)
      Screen.keep("load", picture)
    })
  })

  describe("STILTS sends", () => {
    const send = (format: string) =>
      shell(`stilts-here tpipe in=stilts.vot omode=samp format=${format} client=sink`)

    test("to samp listen: one JSON line each, and STILTS ends well", async () => {
      own("stilts")
      const listen = await listening("table.load.votable", "table.load.fits", "--count", "2")
      for (const format of ["votable", "fits"]) {
        const result = await send(format)
        Program.ended(result, 0)
        expect(result.stdout).toContain("Response samp.ok")
      }
      expect((await listen.exit).code).toBe(0)
      expect(Json.lines(listen.stdout())).toMatchObject(
        ["votable", "fits"].map((format) => ({
          kind: "call",
          senderName: "STILTS",
          mtype: `table.load.${format}`,
          params: { url: expect.stringMatching(/^http:/u), name: "stars" }
        }))
      )
    })

    test("to samp listen --exec, which reads the table and answers", async () => {
      own("stilts")
      const listen = await listening(
        "table.load.*",
        "--count",
        "3",
        "--exec",
        `sh -c 'case {mtype} in *cdf) exit 3; esac; exec stilts tpipe in="$1" omode=count' sh {url}`
      )
      for (const format of ["votable", "fits"]) {
        const result = await send(format)
        Program.ended(result, 0)
        expect(result.stdout).toContain("Response samp.ok")
      }
      const refused = await desktop.samp("send", "table.load.cdf", "url=x", "--to", "sink", "--wait")
      Program.ended(refused, 6)
      expect((await listen.exit).code).toBe(0)
      const counts = { exitCode: 0, result: { value: expect.stringMatching(/rows: 2\b/u) } }
      expect(Json.lines(listen.stdout())).toMatchObject([counts, counts, { exitCode: 3 }])
    })
  })

  test("MTY-123: who refuses a file: URL gets the file by http", async () => {
    const { path } = own("elsewhere")
    const exec = "curl --proto =http --silent --show-error --fail --output /dev/null {url}"
    const listen = await listening("table.load.votable", "--count", "2", "--exec", exec)
    const reply = await loaded(`samp load "$1" --to sink --json`, path)
    expect(reply["url"]).toMatch(/^http:.*elsewhere\.vot$/u)
    expect((await listen.exit).code).toBe(0)
    expect(Json.lines(listen.stdout())).toMatchObject([
      { params: { url: expect.stringMatching(/^file:/u) }, error: expect.any(String) },
      { params: { url: reply["url"] }, exitCode: 0 }
    ])
  })

  // These come last: they open DS9's catalogue windows over the others.
  test("what TOPCAT's broadcast button sends, samp listen --exec reads", async () => {
    const listen = await listening(
      "table.load.votable",
      "--count",
      "1",
      "--exec",
      "stilts tpipe in={url} omode=count"
    )
    await loaded(`samp load "$1" --to topcat --json`, own("broadcast").path)
    await desktop.screen.click(broadcastButton.x, broadcastButton.y)
    const seen = Json.parse(await listen.line((line) => line.startsWith("{"), 20_000))
    expect(seen).toMatchObject({ sender: topcat.id, senderName: "topcat", mtype: "table.load.votable" })
    expect(seen).toMatchObject({ exitCode: 0, result: { value: expect.stringMatching(/rows: 2\b/u) } })
    expect((await listen.exit).code).toBe(0)
  })

  test("DS9, which answers first and fetches a VOTable then, gets it all the same", async () => {
    const states: Array<string> = []
    await using client = await connect({ name: "to DS9", hub: desktop.home.lockfile })
    const [sent] = await client.sendTable([{ ra: 10.6847, dec: 41.2687 }], {
      to: ds9.id,
      onDownload: ({ state }) => states.push(state)
    })
    expect(sent?.error).toBeUndefined()
    expect(states.at(-1)).toBe("Done")
  })

  test("HUB-13: samp load table.vot, to nobody in particular, is answered by TOPCAT and DS9", async () => {
    own("both")
    const result = await shell("samp load both.vot --json")
    Program.ended(result, 0)
    expect(Json.lines(result.stdout).map(({ id, status }) => ({ id, status }))).toEqual(
      expect.arrayContaining([topcat.id, ds9.id].map((id) => ({ id, status: "samp.ok" })))
    )
    expect(await current()).toEqual(csvOf("both"))
    Screen.keep("load-both", await desktop.screen.picture())
    expect(desktop.hub.program.stderr()).not.toMatch(/WARN|ERROR/u)
  })
})
