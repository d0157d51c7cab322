/**
 * Records the zoo: real peers talk to real hubs through taps, and what they say becomes `fixtures/*.json`.
 *
 *     npx node test/zoo/record.ts [hand-made] [jsamp] [astropy] [ds9] [topcat]
 *
 * Needs what the scenario's name says, a JDK for the JSAMP peer (it is one Java source file), and for DS9 and
 * TOPCAT a display: `xvfb-run -a npx node test/zoo/record.ts ds9 topcat`. Other paths: JSAMP_JAR, ZOO_PYTHON.
 * Without names, everything. Each scenario lives in a temporary home; nobody's own `~/.samp` is touched.
 * `hand-made` needs nothing: it only writes down `record/HandMade*.ts`.
 */
import fs from "node:fs"
import net from "node:net"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { entries, type Source, sources, write, writeIndex } from "./Fixture.ts"
import { requests } from "./record/HandMadeRequests.ts"
import { responses } from "./record/HandMadeResponses.ts"
import * as Peers from "./record/Peers.ts"
import { probes } from "./record/Probes.ts"
import { type Piece, pieces, select } from "./record/Select.ts"
import { openTap, type Tap } from "./record/Tap.ts"

const versions = {
  jsamp: () =>
    `JSAMP ${/[\d.]+\d/.exec(Peers.output("java", ["-jar", Peers.jsamp, "-version"]))?.[0] ?? "?"}`,
  astropy: () =>
    `astropy ${Peers.output(Peers.python, ["-c", "import astropy; print(astropy.__version__)"]).trim()}`,
  pyvo: () => `pyvo ${Peers.output(Peers.python, ["-c", "import pyvo; print(pyvo.__version__)"]).trim()}`
}

const scene = async (play: (stage: Peers.Stage) => Promise<void>): Promise<ReadonlyArray<Piece>> => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "zoo-"))
  const stage: Peers.Stage = { home, tape: [], children: [], taps: [] }
  try {
    await play(stage)
  } finally {
    await Peers.close(stage)
  }
  return pieces(stage.tape, home)
}

const index = (source: Source): void => {
  const others = sources().filter((other) => other.file !== source.file)
  writeIndex([...others, source].toSorted((a, b) => a.file.localeCompare(b.file)))
}

const keep = (
  file: string,
  peer: string,
  version: string,
  all: ReadonlyArray<Piece>,
  wanted: (piece: Piece) => boolean,
  most?: number
): void => {
  const list = select(all, wanted, most)
  write(file, list)
  const source: Source = { file, peer, version, how: "recorded", entries: list.length }
  index(source)
  console.log(`${file}: ${list.length} of ${all.filter(wanted).length}`)
}

/** Words of a peer's own, or its answers to our probes. */
const words = (role: Piece["role"], ...peers: ReadonlyArray<string>) => (piece: Piece): boolean =>
  piece.role === role && peers.includes(piece.peer) &&
  (piece.peer !== "probe" || piece.direction === "response")

/** Sends raw bytes to a port and waits for the end or half a second of silence. */
const poke = (port: number, bytes: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"))
    socket.setTimeout(500, () => socket.destroy())
    socket.on("error", () => socket.destroy())
    socket.on("close", () => resolve())
    socket.resume()
  })

/** Pokes the first callback server that a tap's client names. */
const pokeCallback = async (stage: Peers.Stage, tap: Tap, target: string): Promise<void> => {
  await Peers.until("a callback server", () => tap.callbacks.length > 0)
  const [address] = tap.callbacks
  if (address === undefined) return
  const probe = await openTap({ peer: "probe", asks: "hub", target: address }, stage.tape)
  stage.taps.push(probe)
  for (const bytes of probes(target)) await poke(probe.port, bytes)
}

const java = (stage: Peers.Stage, lockfile: string, ...args: ReadonlyArray<string>) =>
  Peers.start(stage, lockfile, "java", [
    "-Xmx128m",
    "-cp",
    Peers.jsamp,
    Peers.beside("JsampPeer.java"),
    ...args
  ])

const jsamp = async (): Promise<void> => {
  const all = await scene(async (stage) => {
    Peers.jsampHub(stage)
    const peer = await Peers.tapHub(stage, "jsamp")
    const running = java(stage, peer.lockfile)
    await pokeCallback(stage, peer.tap, "/xmlrpc")
    await Peers.finish(running, 60)
    const { tap } = await Peers.tapHub(stage, "probe")
    for (const probe of probes("/xmlrpc")) await poke(tap.port, probe)
  })
  keep(
    "jsamp-client.json",
    "JSAMP client library",
    versions.jsamp(),
    all,
    words("client to hub", "jsamp", "probe"),
    40
  )
  keep("jsamp-hub.json", "JSAMP hub", versions.jsamp(), all, words("hub to client", "jsamp", "probe"), 40)
}

const astropy = async (): Promise<void> => {
  const all = await scene(async (stage) => {
    Peers.start(stage, "hub.samp", Peers.python, [Peers.beside("astropy_hub.py")])
    for (const [peer, ...args] of [["astropy"], ["pyvo", "pyvo"]] as const) {
      const { lockfile, tap } = await Peers.tapHub(stage, peer)
      const running = Peers.start(stage, lockfile, Peers.python, [Peers.beside("astropy_peer.py"), ...args])
      if (peer === "astropy") await pokeCallback(stage, tap, "/")
      await Peers.finish(running, 60)
    }
    const { tap } = await Peers.tapHub(stage, "probe")
    for (const probe of probes("/")) await poke(tap.port, probe)
  })
  keep(
    "astropy-client.json",
    "astropy SAMPIntegratedClient",
    versions.astropy(),
    all,
    words("client to hub", "astropy", "probe"),
    40
  )
  keep(
    "astropy-hub.json",
    "astropy SAMPHubServer",
    versions.astropy(),
    all,
    words("hub to client", "astropy", "pyvo", "probe"),
    40
  )
  keep(
    "pyvo-client.json",
    "pyvo.samp helpers",
    `${versions.pyvo()}, ${versions.astropy()}`,
    all,
    words("client to hub", "pyvo"),
    12
  )
}

/** Gives an application with windows a JSAMP hub and a JSAMP visitor that asks it what it knows. */
const visit = (name: string, begin: (stage: Peers.Stage, lockfile: string) => void) =>
  scene(async (stage) => {
    const [image, table] = ["zoo.fits", "zoo.vot"].map((file) => path.join(stage.home, file))
    Peers.output(Peers.python, [Peers.beside("data.py"), stage.home])
    Peers.jsampHub(stage)
    const visitor = await Peers.tapHub(stage, "visitor")
    const watching = java(stage, visitor.lockfile, name, `file://${image}`, `file://${table}`)
    const own = await Peers.tapHub(stage, "app")
    begin(stage, own.lockfile)
    await Peers.until(
      "the end of the visit",
      () => watching.exitCode !== null || fs.existsSync(path.join(stage.home, "visited")),
      150
    )
    const app = stage.children.at(-1)
    await sleep(2000)
    if (name === "topcat" && app !== undefined) Peers.signal(app, "SIGTERM")
    await Peers.finish(watching, 30)
  })

const ofApp = words("client to hub", "app")

const ds9 = async (): Promise<void> => {
  const all = await visit(
    "SAOImageDS9",
    (stage, lockfile) =>
      void Peers.start(stage, lockfile, "ds9", [
        path.join(stage.home, "zoo.fits"),
        "-source",
        Peers.beside("ds9_peer.tcl")
      ])
  )
  const version = /name>ds9\.version<[^]*?<string>([^<]+)/.exec(all.map((piece) => piece.bytes).join("\n"))
    ?.[1]
  keep("ds9-client.json", "SAOImage DS9", `DS9 ${version ?? "?"}`, all, ofApp, 40)
}

const topcat = async (): Promise<void> => {
  const all = await visit(
    "topcat",
    (stage, lockfile) =>
      void Peers.start(stage, lockfile, "topcat", ["-nohub", path.join(stage.home, "zoo.vot")])
  )
  const version = /TOPCAT\/([\d.]+)|topcat\.version<[^]*?<value>([^<]+)/.exec(
    all.map((piece) => piece.bytes).join("\n")
  )
  keep("topcat-client.json", "TOPCAT", `TOPCAT ${version?.[1] ?? version?.[2] ?? "?"}`, all, ofApp, 20)
}

const byHand = async (): Promise<void> => {
  const handMade = [...requests, ...responses]
  write("hand-made.json", handMade)
  index({
    file: "hand-made.json",
    peer: "peers that are not here",
    version: "",
    how: "hand-made",
    entries: handMade.length
  })
}

const scenarios: { readonly [name: string]: () => Promise<void> } = {
  "hand-made": byHand,
  jsamp,
  astropy,
  ds9,
  topcat
}
process.on("SIGINT", () => process.exit(130))
const asked = process.argv.slice(2)
for (const [name, run] of Object.entries(scenarios)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`recording ${name}`)
  await run()
}
console.log(sources().map(({ file }) => `${file}: ${entries(file).length}`).join("\n"))
