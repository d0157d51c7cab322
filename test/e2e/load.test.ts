/** `samp load`: from files, pipes and the web, to those who can load it, with an exit code for each way to fail. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import { primary } from "../support/fits.ts"
import { type Hub, until, World } from "./harness.ts"
import { okResponse } from "./support/Client.ts"
import { disguise } from "./support/Doctored.ts"
import { ended, printed, refused } from "./support/Ends.ts"
import { loader, named, votable } from "./support/Receiver.ts"

const world = new World()
let hub: Hub
const table = world.path("t.vot")

beforeAll(async () => {
  hub = await world.hub()
  writeFileSync(table, votable)
})
afterAll(() => world[Symbol.asyncDispose]())

describe.concurrent("samp load of a file", () => {
  it("exit 0, MTY-20: calls by a file URL, and prints the answer, which is all on stdout", async () => {
    const { client, loaded, urls } = await loader(world, hub, "Plain")
    const end = await world.samp("load", table, "--to", "plain", "--id", "t1")
    ended(end, 0)
    assert.strictEqual(end.stdout, `Plain (${client.id}): samp.ok {"bytes":"${votable.length}"}\n`)
    assert.strictEqual(end.stderr, "")
    assert.deepStrictEqual(urls, [`file://${table}`])
    assert.deepStrictEqual(loaded.map(String), [votable])
    const [call] = client.got("table.load.votable")
    assert.strictEqual(call?.kind, "Call")
    assert.deepStrictEqual(call?.content["samp.params"], {
      "url": `file://${table}`,
      "table-id": "t1",
      "name": "t.vot"
    })
  })

  it("exit 0: --json prints a line for each of several recipients", async () => {
    const [a, b] = [await loader(world, hub, "Several A"), await loader(world, hub, "Several B")]
    await loader(world, hub, "Several C")
    const to = ["--to", "Several A", "--to", b.client.id]
    const lines = printed(await world.samp("load", table, ...to, "--json"))
    const line = ({ client }: typeof a, name: string) => ({
      id: client.id,
      name,
      mtype: "table.load.votable",
      url: `file://${table}`,
      status: "samp.ok",
      response: okResponse({ bytes: String(votable.length) })
    })
    assert.sameDeepMembers([...lines], [line(a, "Several A"), line(b, "Several B")])
  })

  it("exit 0: several, one after the other; if one of them is wrong, none is sent", async () => {
    const { loaded, urls } = await loader(world, hub, "Takes All")
    const second = world.path("second one.vot")
    writeFileSync(second, votable)
    ended(await world.samp("load", table, second, "--to", "takes all"), 0)
    assert.deepStrictEqual(urls, [`file://${table}`, `file://${second}`])
    ended(await world.samp("load", table, world.path("nothing.vot"), "--to", "takes all"), 10, "nothing.vot")
    ended(await world.samp("load", table, second, "--id", "t1", "--to", "takes all"), 2, "--id")
    assert.lengthOf(loaded, 2)
  })

  it("exit 5: --as has the last word, so that nobody gets the data as something else", async () => {
    const { urls } = await loader(world, hub, "Tables Only")
    ended(await world.samp("load", table, "--as", "fits-image", "--to", "tables only"), 5, "image.load.fits")
    assert.lengthOf(urls, 0)
  })

  it("exit 0: without --to it goes to all who subscribe, and to nobody else", async () => {
    await using own = new World()
    const there = await own.hub()
    const [a, b, deaf] = [
      await loader(own, there, "A"),
      await loader(own, there, "B", ["table.load.*"]),
      await loader(own, there, "Deaf", ["image.load.fits"])
    ]
    assert.lengthOf(printed(await own.samp("load", table, "--json")), 2)
    assert.deepStrictEqual([a, b, deaf].map(({ urls }) => urls.length), [1, 1, 0])
  })

  for (
    const [what, name] of [
      ["a blank", "my table.vot"],
      ["accents and others", "\u00e9\u03b1\u4e2d.vot"],
      ["percent signs", "100%25 %zz.vot"],
      ["what URLs are cut at", "a#b?c.vot"],
      ["a quote and a dollar", "it's \"$HOME\".vot"],
      ["a leading dash", "-v.vot"],
      ["a newline", "a\nb.vot"]
    ] as const
  ) {
    it(`WIRE-66: a file named with ${what} arrives whole, by either way`, async () => {
      const { loaded, urls } = await loader(world, hub, `Named ${what}`)
      mkdirSync(world.path("odd"), { recursive: true })
      writeFileSync(world.path("odd", name), votable)
      for (const serve of ["auto", "file", "http"]) {
        const command = "cd odd; exec samp load --serve \"$SERVE\" --to \"$TO\" -- \"$NAME\""
        const env = { NAME: name, SERVE: serve, TO: `Named ${what}` }
        ended(await world.shell(command, { env }).ended, 0)
      }
      assert.deepStrictEqual(loaded.map(String), [votable, votable, votable])
      assert.match(urls[1] ?? "", /^file:\/\/\/[\x20-\x7e]*$/u)
      assert.match(urls[2] ?? "", /^http:\/\/127\.0\.0\.1:\d+\/[\x21-\x7e]*$/u)
    })
  }

  it("exit 10: what is not there, a directory, a device, or nothing that can be recognised", async () => {
    await named(world, hub, "Never", "table.load.votable")
    writeFileSync(world.path("empty"), "")
    writeFileSync(world.path("notes.txt"), "these are notes\n")
    const wrong: ReadonlyArray<readonly [string, string]> = [
      [world.path("missing.vot"), "no such file"],
      [world.home, "directory"],
      [`${world.home}/`, "directory"],
      ["/dev/zero", "not a file"],
      [world.path("empty"), "empty"],
      [world.path("notes.txt"), "notes.txt"],
      [`${table}/under`, "no such file"]
    ]
    await Promise.all(wrong.map(async ([path, says]) => {
      refused(await world.samp("load", path, "--to", "Never"), 10, says)
    }))
  })

  it("exit 10: a file that may not be read", async () => {
    const closed = world.path("closed.vot")
    writeFileSync(closed, votable)
    chmodSync(closed, 0)
    // also for a test that runs as root
    const env = { TEST_UID: "65534", TEST_ACCOUNT_HOME: world.home }
    refused(await world.start(["load", closed], { preload: [disguise], env }).ended, 10, closed, "permission")
  })

  it("exit 2: what cannot be meant", async () => {
    await named(world, hub, "Usage", "table.load.votable")
    const wrong: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> = [
      ["empty", ""],
      ["fits-image", table, "--as", "nonsense"],
      ["auto", table, "--serve", "nonsense"],
      ["-1", table, "--timeout", "-1"],
      ["U+00E9", table, "--id", "\u00e9"],
      ["U+00E9", table, "--client-name", "\u00e9"],
      ["novalue", table, "--client-meta", "novalue"],
      ["--no-wait", table, "--no-wait", "--serve", "http"]
    ]
    await Promise.all(wrong.map(async ([says, ...args]) => {
      refused(await world.samp("load", ...args), 2, says)
    }))
    ended(await world.samp("load"), 2, "file|url|-")
  })

  it("MTY-40: an image goes to those who load images; --as has the last word", async () => {
    const image = world.path("m31.fits")
    writeFileSync(image, primary([4, 4]))
    const ds9 = await loader(world, hub, "Image viewer", ["image.load.fits"])
    const tables = await loader(world, hub, "Table viewer", ["table.load.fits"])
    ended(await world.samp("load", image, "--to", "Image viewer", "--id", "i1"), 0)
    assert.include(ds9.client.got("image.load.fits")[0]?.content["samp.params"], { "image-id": "i1" })
    ended(await world.samp("load", image, "--to", "Table viewer"), 5, "image.load.fits")
    ended(await world.samp("load", image, "--as", "FITS-table", "--to", "Table viewer"), 0)
    assert.lengthOf(tables.urls, 1)
  })

  it("META-02: --client-name and --client-meta are what the others see", async () => {
    const { client } = await loader(world, hub, "Curious")
    let seen: Promise<unknown> = Promise.resolve()
    const load = client.onDelivery
    client.onDelivery = (delivery) => {
      seen = client.ask("getMetadata", delivery.from).finally(() => load(delivery))
    }
    const own = [
      "--client-name",
      "pipeline 7",
      "--client-meta",
      "author.name=A. B.",
      "--client-meta",
      "x=a=b"
    ]
    ended(await world.samp("load", table, "--to", "Curious", ...own), 0)
    assert.include(await seen, { "samp.name": "pipeline 7", "author.name": "A. B.", "x": "a=b" })
  })
})

describe.concurrent("samp load from a pipe", () => {
  it("exit 0: serves what came, as long as it takes, and leaves no file behind", async () => {
    await using own = new World()
    const { loaded, urls } = await loader(own, await own.hub(), "Pipe")
    writeFileSync(own.path("t.vot"), votable)
    const end = await own.shell("cat t.vot | samp load - --json").ended
    assert.include(printed(end)[0], { name: "Pipe", status: "samp.ok" })
    assert.match(urls[0] ?? "", /^http:\/\/127\.0\.0\.1:\d+\/.+\/stdin\.vot$/u)
    assert.deepStrictEqual(loaded.map(String), [votable])
    assert.deepStrictEqual(readdirSync(own.path("tmp")), [])
    assert.strictEqual(await fetch(urls[0] ?? "").then(() => "served", () => "gone"), "gone")
  })

  it("exit 0: 30 MB", async () => {
    const { loaded } = await loader(world, hub, "Large")
    const script = "{ head -c 20 t.vot; head -c 30000000 /dev/zero | tr '\\0' ' '; tail -c +21 t.vot; }"
    ended(await world.shell(`${script} | samp load - --to Large`).ended, 0)
    const [first] = loaded
    assert.strictEqual(first?.length, votable.length + 30_000_000)
    assert.strictEqual(first?.subarray(-20).toString(), votable.slice(-20))
  })

  it("exit 0: bash's <(command), and a named pipe", async () => {
    const { loaded } = await loader(world, hub, "Named pipe")
    ended(await world.shell("samp load <(cat t.vot) --to 'Named pipe'").ended, 0)
    ended(await world.shell("mkfifo fifo; cat t.vot > fifo & samp load fifo --to 'Named pipe'").ended, 0)
    assert.deepStrictEqual(loaded.map(String), [votable, votable])
  })

  it("exit 10: nothing came: an empty pipe, a closed descriptor, a command that failed, a directory", async () => {
    for (
      const script of [
        "true | samp load -",
        "samp load - <&-",
        "samp load - < .",
        "cat gone 2>&- | samp load -"
      ]
    ) {
      refused(await world.shell(script).ended, 10, "empty")
    }
  })

  it("exit 10: a command that ended before it said what it writes", async () => {
    refused(await world.shell("printf '<' | samp load -").ended, 10, "stdin")
  })

  it("exit 2: --no-wait, since nobody could read it after the end", async () => {
    refused(await world.shell("samp load - --no-wait < t.vot").ended, 2, "--no-wait")
    assert.deepStrictEqual(readdirSync(world.path("tmp")).filter((name) => name.includes("samp-")), [])
  })
})

describe.concurrent("samp load of a URL", () => {
  let server: Http.Server
  let base: string
  const open = new Set<string>()

  beforeAll(async () => {
    server = Http.createServer((request, response) => {
      if (request.url === "/t.vot") response.end(votable)
      else if (request.url === "/slow.vot") open.add("slow")
      else if (request.url === "/dribble.vot") response.write("<VOTABLE")
      else response.writeHead(404).end("no")
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server's address is an AddressInfo
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it("exit 0: an http URL goes on as it is; a file URL is a file", async () => {
    const { loaded, urls } = await loader(world, hub, "Web")
    for (const url of [`${base}/t.vot`, `file://localhost${table}`]) {
      ended(await world.samp("load", url, "--to", "Web"), 0)
    }
    assert.deepStrictEqual(urls, [`${base}/t.vot`, `file://${table}`])
    assert.deepStrictEqual(loaded.map(String), [votable, votable])
  })

  it("exit 0: what this program cannot read goes on unread, if the user says what it is", async () => {
    const { urls } = await loader(world, hub, "Unread")
    for (const url of ["ftp://example.org/t.vot", `${base}/later.vot`]) {
      ended(await world.samp("load", url, "--as", "votable", "--no-wait", "--to", "Unread"), 0)
      await until("the notification", () => urls.at(-1) === url)
    }
  })

  it("exit 10: 404, a refused connection, another machine's file, an unknown scheme", async () => {
    const wrong: ReadonlyArray<readonly [string, string]> = [
      [`${base}/none.vot`, "404"],
      ["http://127.0.0.1:59999/t.vot", "59999"],
      ["file://elsewhere/t.vot", "file URLs of this machine"],
      [`file://${world.path("none.vot")}`, "no such file"],
      ["ftp://example.org/t.vot", "http and https"]
    ]
    await Promise.all(wrong.map(async ([url, says]) => refused(await world.samp("load", url), 10, says)))
  })

  it("exit 130: Ctrl-C while a server is slow", async () => {
    const program = world.start(["load", `${base}/slow.vot`])
    await until("the request", () => open.has("slow"))
    program.signal("SIGINT")
    refused(await program.ended, 130)
  })
})

describe.concurrent("samp load --serve", () => {
  const webOnly = (url: string) => url.startsWith("http:")

  it("auto: who cannot read the file is given it by http, and nobody else", async () => {
    const far = await loader(world, hub, "Far", ["table.load.votable"], webOnly)
    const near = await loader(world, hub, "Near")
    const end = await world.samp("load", table, "--to", "Far", "--to", "Near", "--json")
    const urls = new Map(printed(end).map(({ name, url }) => [name, String(url)]))
    assert.match(urls.get("Far") ?? "", /^http:.*\/t\.vot$/u)
    assert.match(urls.get("Near") ?? "", /^file:/u)
    assert.deepStrictEqual(far.loaded.map(String), [votable])
    assert.deepStrictEqual([far, near].map((one) => one.urls.length), [2, 1])
  })

  it("exit 6: file, to one who cannot read it; http is read at once", async () => {
    const { urls } = await loader(world, hub, "Farther", ["table.load.votable"], webOnly)
    const end = await world.samp("load", table, "--to", "Farther", "--serve", "file")
    ended(end, 6)
    assert.match(end.stdout, /^Farther \(\w+\): samp\.error .*cannot open file:/u)
    ended(await world.samp("load", table, "--to", "Farther", "--serve", "http"), 0)
    assert.deepStrictEqual(urls.map((url) => url.split(":")[0]), ["file", "http"])
  })
})

describe.concurrent("samp load in a terminal", () => {
  const skip = spawnSync("script", ["--version"]).status !== 0
  const inTerminal = (command: string) =>
    world.shell("script -qec \"$COMMAND\" /dev/null < /dev/null", { env: { COMMAND: command } }).ended

  it("shows how far it is in one line, and takes it away; --json shows nothing", { skip }, async () => {
    await loader(world, hub, "Watched")
    const shown = await inTerminal("samp load t.vot --serve http --to Watched")
    assert.strictEqual(shown.code, 0, shown.stdout)
    assert.include(shown.stdout, "Sending the VOTable")
    assert.match(shown.stdout, /\r\x1b\[KDownload 1: 100 % of 0\.0 MB\r\x1b\[K/u)
    const json = await inTerminal("samp load t.vot --serve http --to Watched --json")
    assert.match(json.stdout, /^\{.*\}\r\n$/u)
  })

  it("exit 2: - waits for nobody to type a table", { skip }, async () => {
    const { code, stdout } = await inTerminal("samp load -")
    assert.strictEqual(code, 2)
    assert.include(stdout, "cat table.vot | samp load -")
  })
})
