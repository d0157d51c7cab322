/** The lockfile of one hub: what is in it, whose it is, when it may be taken over, and when it goes. */
import { assert, describe, it } from "@effect/vitest"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import * as Net from "node:net"
import { type Hub, modeOf, tokensOf, until, World } from "./harness.ts"
import { message, ping } from "./support/Client.ts"

/** A port at which nothing listens, or a server with a way of its own to treat callers. */
const port = async (world: World, onConnection?: (socket: Net.Socket) => void): Promise<number> => {
  const server = Net.createServer(onConnection)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  // a TCP server's address is an AddressInfo
  const { port } = server.address() as Net.AddressInfo
  if (onConnection === undefined) await new Promise((resolve) => server.close(resolve))
  else world.atEnd(() => server.close())
  return port
}

/** The id of a process that has ended. */
const deadPid = async (world: World): Promise<number> => {
  const program = world.start(["0"], { entry: "-p" })
  await program.ended
  return program.pid
}

const lockfileText = (port: number, pid?: number): string =>
  `# SAMP\nsamp.secret=0123456789abcdef\nsamp.hub.xmlrpc.url=http://127.0.0.1:${port}/xmlrpc\n` +
  `samp.profile.version=1.3\n${pid === undefined ? "" : `hub.pid=${pid}\n`}`

const refusal = async (world: World, ...args: ReadonlyArray<string>): Promise<string> => {
  const { code, stderr, stdout } = await world.samp("hub", "--json", ...args)
  assert.strictEqual(code, 8, stderr)
  assert.strictEqual(stdout, "")
  assert.notMatch(stderr, /\n\s+at /u, "no stack")
  return stderr
}

describe.concurrent("the lockfile", () => {
  it("STD-33, STD-36, STD-39, STD-48, REG-12: holds secret, url, version; only its user may read it, whatever the umask", async () => {
    await using world = new World()
    const hub = await world.hub([], { preload: ["data:text/javascript,process.umask(0)"] })
    assert.strictEqual(hub.lockfile, world.lockfile)
    assert.strictEqual(modeOf(world.lockfile), "600")
    const tokens = tokensOf(world.lockfile)
    assert.match(tokens["samp.hub.xmlrpc.url"] ?? "", /^http:\/\/127\.0\.0\.1:\d+\/\w+$/u)
    assert.strictEqual(tokens["samp.profile.version"], "1.3")
    assert.isAtLeast((tokens["samp.secret"] ?? "").length, 43, "256 bits in base64")
    assert.strictEqual(tokens["hub.pid"], String(hub.program.pid))
    assert.match(readFileSync(world.lockfile, "latin1"), /^#[ -~]*\n(?:[\w.]+=[ -<>-~]*\n)+$/u, "WIRE-52")
    assert.deepStrictEqual(readdirSync(world.home), [".samp"], "no other file is left")
  })

  it("GEN-02, STD-42: kill -9 leaves it behind, and the next hub starts over it", async () => {
    await using world = new World()
    const first = await world.hub()
    const callee = await world.client(first, "e2e.wait")
    const waiting = callee.ask("callAndWait", callee.id, message("e2e.wait"), "0").then(
      () => "answered",
      () => "failed"
    )
    await until("the call", () => callee.got("e2e.wait").length === 1)
    await first.program.kill()
    assert.strictEqual(await waiting, "failed", "SHUT-05")
    assert.isTrue(existsSync(world.lockfile))
    const second = await world.hub()
    assert.strictEqual(tokensOf(world.lockfile)["hub.pid"], String(second.program.pid))
    assert.strictEqual(modeOf(world.lockfile), "600")
    assert.notStrictEqual(second.secret, first.secret)
    await world.sender(second)
  })

  it("GEN-02, STD-42: that of a live hub is never taken", async () => {
    await using world = new World()
    const hub = await world.hub()
    const before = readFileSync(world.lockfile, "latin1")
    const text = await refusal(world)
    assert.include(text, hub.url)
    assert.include(text, "samp hub stop")
    assert.strictEqual(readFileSync(world.lockfile, "latin1"), before)
    await ping(hub.url)
  })

  it("STD-42, STD-43: that of a hub that is stopped (SIGSTOP) is not taken, and the hub goes on later", async () => {
    await using world = new World()
    const hub = await world.hub()
    const client = await world.sender(hub)
    hub.program.signal("SIGSTOP")
    const before = readFileSync(world.lockfile, "latin1")
    const text = await refusal(world)
    assert.include(text, "does not answer")
    assert.include(text, world.lockfile)
    assert.strictEqual(readFileSync(world.lockfile, "latin1"), before)
    hub.program.signal("SIGCONT")
    await client.ask("ping")
  })

  it("STD-42: that of a hub which accepts and never answers is not taken while its process lives", async () => {
    await using world = new World()
    writeFileSync(world.lockfile, lockfileText(await port(world, () => {}), process.pid))
    assert.include(await refusal(world), "does not answer")
  })

  const stale: ReadonlyArray<readonly [string, (world: World) => Promise<string>]> = [
    [
      "names a dead process and a port that refuses",
      async (w) => lockfileText(await port(w), await deadPid(w))
    ],
    ["names no process and a port that refuses", async (w) => lockfileText(await port(w))],
    [
      "names somebody else's process and a port that refuses",
      async (w) => lockfileText(await port(w), process.pid)
    ],
    [
      "names a port where another program answers",
      async (w) =>
        lockfileText(
          await port(w, (socket) => socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
        )
    ],
    [
      "names a dead process and a port where another program is silent",
      async (w) => lockfileText(await port(w, () => {}), await deadPid(w))
    ],
    ["holds no hub", () => Promise.resolve("this is not a lockfile\n")],
    ["is empty", () => Promise.resolve("")]
  ]
  for (const [what, text] of stale) {
    it(`STD-42, STD-38: is replaced when it ${what}`, async () => {
      await using world = new World()
      const before = await text(world)
      writeFileSync(world.lockfile, before)
      const hub = await world.hub()
      await ping(hub.url)
      assert.strictEqual(tokensOf(world.lockfile)["samp.hub.xmlrpc.url"], hub.url)
      assert.strictEqual(modeOf(world.lockfile), "600", "STD-39: though the stale one was for all to read")
    })
  }

  it("STD-44: is left alone at the end when it has become another's", async () => {
    await using world = new World()
    const hub = await world.hub()
    writeFileSync(world.lockfile, lockfileText(1))
    hub.program.signal("SIGTERM")
    assert.strictEqual((await hub.program.ended).code, 0)
    assert.strictEqual(readFileSync(world.lockfile, "latin1"), lockfileText(1))
  })

  it("STD-45, STD-46: may vanish meanwhile, and the hub goes on and ends well", async () => {
    await using world = new World()
    const hub = await world.hub()
    rmSync(world.lockfile)
    await ping(hub.url)
    hub.program.signal("SIGTERM")
    const { code, stderr } = await hub.program.ended
    assert.strictEqual(code, 0, stderr)
  })

  it("STD-45: goes even when the signal comes before the hub is ready", async () => {
    await using world = new World()
    const program = world.start(["hub", "--json"])
    await until("the lockfile", () => existsSync(world.lockfile))
    program.signal("SIGTERM")
    assert.strictEqual((await program.ended).code, 0)
    assert.deepStrictEqual(readdirSync(world.home), [])
  })

  it("STD-40: a planted symbolic link is not followed", async () => {
    await using world = new World()
    const target = world.path("target")
    writeFileSync(target, lockfileText(await port(world), await deadPid(world)))
    const before = readFileSync(target, "latin1")
    symlinkSync(target, world.lockfile)
    const hub: Hub = await world.hub()
    assert.strictEqual(readFileSync(target, "latin1"), before)
    assert.strictEqual(tokensOf(world.lockfile)["samp.hub.xmlrpc.url"], hub.url)
  })

  it("STD-40: a symbolic link that leads nowhere makes no file there", async () => {
    await using world = new World()
    symlinkSync(world.path("target"), world.lockfile)
    const program = world.start(["hub", "--json"])
    await until("the hub's decision", () => program.exit !== undefined || program.json.length > 0)
    assert.isFalse(existsSync(world.path("target")))
    if (program.exit !== undefined) {
      assert.strictEqual(program.exit.code, 9, "no hub is running, so it cannot be 8")
      assert.include(program.stderr, world.lockfile)
    }
  })

  it("STD-40: where it cannot be, the hub does not start, and says why", async () => {
    await using world = new World()
    mkdirSync(world.lockfile)
    writeFileSync(world.path("file"), "")
    for (const path of [world.lockfile, world.path("file", "below")]) {
      const { code, stderr } = await world.samp("hub", "--lockfile", path)
      assert.strictEqual(code, 9, stderr)
      assert.include(stderr, path)
    }
  })
})
