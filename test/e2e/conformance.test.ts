/** `samp conformance` as a process: against our hub, and against one that is wrong. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync, writeFileSync } from "node:fs"
import { createServer, request as httpRequest } from "node:http"
import type { AddressInfo } from "node:net"
import { record, until, World } from "./harness.ts"
import { objects, refused } from "./support/Ends.ts"

/** A proxy before the hub of a lockfile, which from now on names the proxy; answers go through `bend`. */
const proxy = async (world: World, bend: (body: string) => string): Promise<void> => {
  const text = readFileSync(world.lockfile, "utf8")
  const [, url = ""] = /^samp\.hub\.xmlrpc\.url=(.*)$/mu.exec(text) ?? []
  const server = createServer((asked, answer) => {
    const onward = httpRequest(url, {
      method: asked.method ?? "GET",
      headers: { ...asked.headers, host: new URL(url).host }
    })
    onward.on("response", (found) => {
      let body = ""
      found.setEncoding("latin1").on("data", (chunk: string) => body += chunk)
      found.on("end", () => {
        const bent = bend(body)
        answer.writeHead(found.statusCode ?? 500, {
          "content-type": "text/xml",
          "content-length": bent.length
        })
        answer.end(asked.method === "HEAD" ? "" : bent)
      })
    })
    onward.on("error", () => answer.destroy())
    asked.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  world.atEnd(() => {
    server.close()
    server.closeAllConnections()
  })
  // listen() on a host and port gives an AddressInfo, never a pipe name
  const { port } = server.address() as AddressInfo
  writeFileSync(world.lockfile, text.replace(url, `http://127.0.0.1:${port}/xmlrpc`))
}

describe.concurrent("samp conformance", () => {
  it("exit 0: finds nothing wrong with our hub, and says so, a line for each requirement", async () => {
    await using world = new World()
    const hub = await world.hub()
    const client = await world.client(hub)
    const { code, stderr, stdout } = await world.samp("conformance", "--only", "reg", "--only", "STD-3")
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.match(stdout, /^pass {10}REG-03 {4}MUST {6}\S/mu)
    assert.match(stdout, /^pass {10}STD-39 /mu, "it looked at the mode of the lockfile")
    assert.match(stdout, /^not testable {2}STD-30 {4}MUST .*\(it is about how a hub starts\)$/mu)
    assert.match(stdout, /^\d+ more concern clients only/mu)
    assert.include(stdout, `effect-samp 0.1.0 at ${hub.url} (lockfile ${world.lockfile}): 0 fail, 0 warn, `)
    assert.notInclude(stdout, hub.secret)
    assert.deepStrictEqual([...await client.others()], ["hub"], "GEN-10: all its clients have unregistered")
  })

  it("leaves other clients in peace, and is not led astray by one that takes and answers everything", async () => {
    await using world = new World()
    const hub = await world.hub()
    const [bystander, nosy] = [await world.client(hub, "table.*", "coord.*"), await world.client(hub, "*")]
    nosy.answerAll({ "samp.status": "samp.ok", "samp.result": {} })
    const { code, stdout } = await world.samp(
      "conformance",
      "--only",
      "GEN",
      "--only",
      "DLV-0",
      "--only",
      "SUB"
    )
    assert.strictEqual(code, 0)
    assert.match(stdout, /: 0 fail, 0 warn, /u)
    assert.deepStrictEqual(bystander.received, [])
    assert.isAbove(nosy.received.length, 20)
    assert.sameMembers([...await bystander.others()], ["hub", nosy.id])
  })

  it("--json prints an object for each requirement, with what was sent and came back, and counts", async () => {
    await using world = new World()
    const hub = await world.hub()
    const end = await world.samp("conformance", "--json", "--only", "META")
    const all = objects(end)
    assert.strictEqual(end.code, 0)
    assert.deepInclude(all.find(({ id }) => id === "META-02"), {
      level: "MUST",
      who: "H",
      status: "pass",
      detail: ""
    })
    assert.include(JSON.stringify(all), "samp.hub.declareMetadata(<key of Alice>".replace("(<", "(\\\"<"))
    assert.deepInclude(all.at(-1), { fail: 0, warn: 0, gone: false, url: hub.url, impl: "effect-samp 0.1.0" })
  })

  it("exit 11: shows what was sent and came back where a hub is wrong", async () => {
    await using world = new World()
    const hub = await world.hub()
    await proxy(
      world,
      (body) =>
        body.replace("<member><name>samp.name</name><value><string>Alice</string></value></member>", "")
    )
    const { code, stdout } = await world.samp("conformance", "--only", "META")
    assert.strictEqual(code, 11)
    assert.match(stdout, /^fail {10}META-03 {3}MUST .*Alice's metadata for Bob is /mu)
    assert.match(stdout, /^ +\d+ ms Alice -> samp\.hub\.declareMetadata\("<key of Alice>"/mu)
    assert.match(stdout, /^ +\d+ ms Bob <- \{/mu)
    assert.match(stdout, /: 1 fail, 0 warn/u)
    assert.notInclude(stdout, hub.secret)
  })

  it("exit 3: says so if there is no hub", async () => {
    await using world = new World()
    const { code, stderr } = await world.samp("conformance")
    assert.strictEqual(code, 3)
    assert.include(stderr, "No hub is running")
  })

  it("exit 3: blames no requirement on a hub that is killed while it is checked", async () => {
    await using world = new World()
    const hub = await world.hub()
    const nosy = await world.client(hub, "*")
    const program = world.start(["conformance"])
    await until("checks to be under way", () => nosy.received.length > 5 || program.failIfEnded("the kit"))
    hub.program.signal("SIGKILL")
    const { code, stderr, stdout } = await program.ended
    assert.strictEqual(code, 3)
    assert.include(stderr, "The hub went, or hung, before the checks were done")
    assert.match(stdout, /: 0 fail, 0 warn, /u)
    assert.match(stdout, /^not testable .*\(the hub does not answer any more\)$/mu)
    assert.notInclude(stdout, "nothing listens there")
  })

  it("WEB-20, WEB-32, WEB-54 --web URL looks at the Web Profile there, too, and says so", async () => {
    await using world = new World()
    const hub = await world.hub(["--web-port", "0", "--web-consent", "allow"])
    const web = String(record(hub.ready["web"])["url"])
    const only = ["--only", "web", "--only", "wire-113", "--only", "HUB-29"]
    const { code, stderr, stdout } = await world.samp("conformance", "--web", web, ...only)
    assert.deepStrictEqual([code, stderr], [0, ""])
    assert.match(stdout, /^pass {10}HUB-29 {4}QOI /mu)
    assert.match(stdout, /^pass {10}WEB-32 {4}MUST /mu)
    assert.match(stdout, /^pass {10}WEB-54 {4}SHOULD {4}/mu)
    assert.match(stdout, /^not testable {2}WEB-13 {4}MUST .*\(only its user sees what a hub asks\)$/mu)
    assert.include(stdout, `(lockfile ${world.lockfile}, Web Profile ${web}): 0 fail, 0 warn, `)
    const all = objects(await world.samp("conformance", "--web", web, "--only", "WEB-20", "--json"))
    assert.deepInclude(all[0], { id: "WEB-20", level: "MUST", who: "H", status: "pass", detail: "" })
    assert.deepInclude(all.at(-1), { fail: 0, pass: 1, url: hub.url, web })
  })

  it("WEB-25 says so where no page is let in, and blames the hub for nothing", async () => {
    await using world = new World()
    const hub = await world.hub(["--web-port", "0", "--web-consent", "deny"])
    const web = String(record(hub.ready["web"])["url"])
    const { code, stdout } = await world.samp("conformance", "--web", web, "--only", "WEB-2")
    assert.strictEqual(code, 0)
    assert.match(stdout, /^not testable {2}WEB-25 .*lets no page of http:\/\/conformance\.example in: /mu)
    assert.match(stdout, /^pass {10}WEB-20 /mu)
  })

  it("exit 11: finds out that the Web Profile is that of another hub", async () => {
    await using world = new World()
    await using elsewhere = new World()
    await world.hub()
    const other = await elsewhere.hub(["--web-port", "0", "--web-consent", "allow"])
    const web = String(record(other.ready["web"])["url"])
    const { code, stdout } = await world.samp("conformance", "--web", web, "--only", "WEB-25")
    assert.strictEqual(code, 11)
    assert.include(stdout, `a page at ${web} is no client at `)
  })

  it("exit 3: says so if nobody is where the Web Profile should be", async () => {
    await using world = new World()
    await world.hub()
    const web = "http://127.0.0.1:9/"
    refused(await world.samp("conformance", "--web", web), 3, `looked at ${web}`)
  })

  it("exit 2: asks where the Web Profile is, and takes no URL that is none", async () => {
    await using world = new World()
    await world.hub()
    refused(
      await world.samp("conformance", "--only", "WEB-20"),
      2,
      "WEB-20 is about the Web Profile",
      "--web http"
    )
    const { code, stderr } = await world.samp("conformance", "--web", "127.0.0.1:21012")
    assert.strictEqual(code, 2)
    assert.include(stderr, "an http URL such as http://127.0.0.1:21012/")
  })

  it("exit 2: refuses an id that there is not", async () => {
    await using world = new World()
    await world.hub()
    const { code, stderr } = await world.samp("conformance", "--only", "XYZ-1")
    assert.strictEqual(code, 2)
    assert.include(stderr, "no requirement has an id that begins with XYZ-1")
  })
})
