/** `samp monitor` on a real pseudo-terminal, which Python makes: how it looks, and how it leaves the terminal. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { entryFile } from "../support/bundle.ts"
import { checkPrompt } from "../support/promptness.ts"
import * as Home from "./support/Home.ts"
import * as Hubs from "./support/Hubs.ts"
import * as Json from "./support/Json.ts"
import * as Peers from "./support/Peers.ts"
import * as Program from "./support/Program.ts"

const entry = await entryFile()
const script = fileURLToPath(new URL("peers/pty_monitor.py", import.meta.url))
const python = process.env["INTEROP_PYTHON"] ?? "/usr/bin/python3"

const enter = "\x1b[?1049h"
const leave = "\x1b[?7h\x1b[?25h\x1b[?1049l"

/** A command on a pseudo-terminal. */
interface Pty {
  readonly tell: (what: Json.JsonRecord) => void
  readonly output: () => string
  /** Waits until this has been written, since the last time. */
  readonly shows: (text: RegExp) => Promise<void>
  readonly ended: Promise<{ readonly code: number; readonly restored: boolean }>
  readonly child: ChildProcess
}

const start = (home: Home.Home, preload: ReadonlyArray<string> = []): Pty => {
  const args = ["80", "24", process.execPath, ...preload, entry, "monitor"]
  const child = spawn(python, [script, ...args], {
    env: { ...home.env, TERM: "xterm-256color" },
    stdio: ["pipe", "pipe", "inherit"]
  })
  let rest = ""
  let output = ""
  let seen = 0
  const ended = new Promise<{ readonly code: number; readonly restored: boolean }>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n")
      rest = lines.pop() ?? ""
      for (const line of lines) {
        const what = Json.parse(line)
        if (what["event"] === "output") output += String(what["text"])
        else resolve({ code: Number(what["code"]), restored: what["restored"] === true })
      }
    })
  })
  return {
    tell: (what) => child.stdin.write(`${JSON.stringify(what)}\n`),
    output: () => output,
    shows: async (text) => {
      await Program.eventually(`${text}`, () => text.test(output.slice(seen)) ? true : undefined)
      seen = output.length
    },
    ended,
    child
  }
}

describe("samp monitor on a terminal", () => {
  const home = Home.make()
  let hub: Hubs.Hub
  let recipient: Program.Program
  const started: Array<Pty> = []

  beforeAll(async () => {
    hub = await Hubs.start("ours", home)
    recipient = Peers.startPython(home, "astropy_recipient.py", "Receiver", "100")
    await Hubs.event(recipient, "ready")
  })
  afterAll(async () => {
    for (const { child } of started) child.kill("SIGKILL")
    await recipient.end()
    await hub.program.end()
    home.remove()
  })

  const monitor = async (preload?: ReadonlyArray<string>): Promise<Pty> => {
    const pty = start(home, preload)
    started.push(pty)
    await pty.shows(/connected[^]*Receiver/u)
    expect(pty.output().startsWith(enter)).toBe(true)
    return pty
  }

  const leftWell = async (pty: Pty, code: number): Promise<void> => {
    const end = await pty.ended
    expect(end).toEqual({ code, restored: true })
    expect(pty.output().split(leave)).toHaveLength(2)
  }

  test("keys, a new size, and the end by q and by Ctrl-C", async () => {
    const pty = await monitor()
    pty.tell({ type: "P" })
    await pty.shows(/hub[^]*\d ms/u) // of all clients here, the hub is sure to take pings
    pty.tell({ resize: [120, 30] })
    await pty.shows(/\x1b\[2J[^]*\x1b\[30;1H[^]*SUBSCRIPTIONS|\x1b\[2J[^]*SUBSCRIPTIONS[^]*\x1b\[30;1H/u)
    pty.tell({ type: "?" })
    await pty.shows(/Messages between/u)
    pty.tell({ type: "\x1b" })
    await pty.shows(/Receiver/u)
    pty.tell({ type: "q" })
    await leftWell(pty, 0)
    const other = await monitor()
    other.tell({ type: "\x03" })
    await leftWell(other, 0)
  })

  test("each signal leaves the terminal as it was", async () => {
    for (const signal of [1, 2, 15]) {
      const pty = await monitor()
      pty.tell({ signal })
      await leftWell(pty, 0)
    }
  })

  test("a crash leaves the terminal as it was, and says there why", async () => {
    const crash = "process.on('SIGUSR2', () => { throw new Error('a crash of the test') })"
    const pty = await monitor(["--import", `data:text/javascript,${encodeURIComponent(crash)}`])
    pty.tell({ signal: 12 })
    const { restored } = await pty.ended
    expect(restored).toBe(true)
    const [, after = ""] = pty.output().split(leave)
    expect(after).toContain("a crash of the test")
  })

  test("a terminal that is closed ends it at once", async () => {
    const pty = await monitor()
    const begun = performance.now()
    pty.tell({ hangup: true })
    await pty.ended
    await checkPrompt("the end", performance.now() - begun, 2_000)
  })
})
