/** Consent at the hub's terminal: a real one, made by script(1), with a shell that knows foreground and background. */
import { assert, describe, it } from "@effect/vitest"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { killGroup, pause, tokensOf, until, World } from "./harness.ts"
import { ping } from "./support/Client.ts"
import { asks } from "./support/WebPage.ts"

const canScript = spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0

/** An interactive shell at a terminal, and what is on its screen. */
class Seat implements AsyncDisposable {
  screen = ""
  readonly #script: ChildProcess
  readonly #ended: Promise<void>
  readonly #world: World

  constructor(world: World) {
    world.bin()
    const env = {
      PATH: `${world.path("bin")}:${process.env["PATH"]}`,
      HOME: world.home,
      TERM: "dumb",
      SAMP_WEB_PORT: "0",
      PS1: "$ ",
      HISTFILE: "/dev/null"
    }
    const options = {
      env,
      cwd: world.home,
      detached: true,
      stdio: ["pipe", "pipe", "ignore"] as ["pipe", "pipe", "ignore"]
    }
    this.#script = spawn("script", ["-qec", "bash --norc --noprofile -i", "/dev/null"], options)
    this.#script.stdout?.on("data", (chunk: Buffer) => this.screen += chunk.toString())
    this.#ended = new Promise((resolve) => this.#script.once("close", () => resolve()))
    this.#world = world
  }

  type(text: string): void {
    this.#script.stdin?.write(text)
  }

  /** Waits until something stands on the screen, after what is there now or after a mark. */
  async see(what: string, from = 0): Promise<void> {
    await until(
      `"${what}" on the screen:\n${this.screen.slice(from)}`,
      () => this.screen.slice(from).includes(what),
      120_000
    )
  }

  get mark(): number {
    return this.screen.length
  }

  /** The address for pages that the hub has told. */
  get web(): string {
    return /Web pages reach it at (\S+)/u.exec(this.screen)?.[1] ?? ""
  }

  /** Ends a hub that a failed test has left behind, and the shell. */
  async [Symbol.asyncDispose](): Promise<void> {
    const pid = existsSync(this.#world.lockfile) ? Number(tokensOf(this.#world.lockfile)["hub.pid"]) : 0
    if (pid > 0) process.kill(pid, "SIGKILL")
    this.type("\u0003\nexit\n")
    await Promise.race([this.#ended, pause(10_000)])
    killGroup(this.#script)
    await this.#ended
  }
}

const lockfileUrl = (world: World): string => tokensOf(world.lockfile)["samp.hub.xmlrpc.url"] ?? ""

/** Milliseconds after which the terminal takes an answer: nobody has read a question faster. */
const readMs = 1_000

describe.skipIf(!canScript)("consent at a terminal", { timeout: 300_000, concurrent: true }, () => {
  it("WEB-13, P2: is asked for there by default; others are served meanwhile, and Ctrl-C ends the hub with a question open", async () => {
    await using world = new World()
    await using seat = new Seat(world)
    seat.type("samp hub; echo \"code $?\"\n")
    await seat.see("Web pages reach it at")
    const page = asks(seat.web, { origin: "https://a.example", name: "Archive" })
    await seat.see("Let it in?")
    assert.match(
      seat.screen,
      /A web page asks to use SAMP:\s+origin {3}https:\/\/a\.example\s+claims {3}'Archive' \(it can call itself anything\)/u
    )
    for (let i = 0; i < 20; i++) await ping(lockfileUrl(world))
    await pause(readMs)
    const mark = seat.mark
    seat.type("perhaps\n")
    await seat.see("Please type y for this once", mark)
    assert.isUndefined(page.heard)
    seat.type("always\n")
    assert.match(await page.said, /^in /u)
    await seat.see("now and ever after")
    await until("the rule", () => existsSync(world.path(".config", "samp", "consent.json")))
    const other = asks(seat.web, { origin: "https://b.example" })
    await seat.see("https://b.example")
    seat.type("\u0003")
    await seat.see("code 0")
    assert.match(await other.said, /^out/u)
    assert.isFalse(existsSync(world.lockfile))
  })

  it("P2: in the background it is only told of, and neither reading nor typing stops the hub; fg asks", async () => {
    await using world = new World()
    await using seat = new Seat(world)
    seat.type("samp hub &\n")
    await seat.see("Web pages reach it at")
    const page = asks(seat.web, { origin: "https://a.example" })
    await seat.see("asks to be let in; answer with: samp consent allow https://a.example")
    seat.type("echo typ''ed\n")
    await seat.see("typed")
    await ping(lockfileUrl(world))
    assert.notInclude(seat.screen, "Let it in?")
    const foreground = seat.mark
    seat.type("fg\n")
    await seat.see("Let it in?", foreground)
    await pause(readMs)
    seat.type("\u001a")
    await seat.see("Stopped", foreground)
    const background = seat.mark
    seat.type("bg\n")
    await seat.see("samp hub &", background)
    seat.type("echo ag''ain; jobs -r\n")
    await seat.see("again", background)
    await ping(lockfileUrl(world))
    assert.isUndefined(page.heard)
    const back = seat.mark
    seat.type("fg\n")
    await seat.see("still waits", back)
    seat.type("n\n")
    assert.match(await page.said, /^out: .*the user did not let https:\/\/a\.example in/u)
    seat.type("\u0003")
    await seat.see("SAMP hub ends: SIGINT", back)
  })
})
