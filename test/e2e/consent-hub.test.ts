/** Consent at a running hub: pages ask, the user answers, by rule, by command and on the page. */
import { assert, describe, it } from "@effect/vitest"
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { type Hub, type Program, record, type Start, until, World } from "./harness.ts"
import { ping } from "./support/Client.ts"
import { ended, printed, refused } from "./support/Ends.ts"
import { asks, call } from "./support/WebPage.ts"

const a = "https://a.example"
const b = "https://b.example"

/** A hub for web pages, and where these find it. */
const webHub = async (
  world: World,
  consent: string,
  options: Start = {}
): Promise<Hub & { readonly web: string }> => {
  const hub = await world.hub(["--web-port", "0", "--web-consent", consent], options)
  return { ...hub, web: String(record(hub.ready["web"])["url"]) }
}

const consent = (world: World, ...args: ReadonlyArray<string>) => world.samp("consent", ...args)

const asked = (program: Program, origin: string) =>
  until(
    `the question about ${origin}`,
    () => program.stderr.includes(`${origin}, which claims`) || program.failIfEnded("the hub")
  )

describe.concurrent("consent at a hub", { timeout: 240_000 }, () => {
  it("WEB-15: without a terminal nobody is asked; the log says how to allow, and then it is allowed", async () => {
    await using world = new World()
    const hub = await world.hub(["--web-port", "0"])
    const web = String(record(hub.ready["web"])["url"])
    assert.match(
      await asks(web, { origin: a }).said,
      /^out: .*no rule allows https:\/\/a\.example.*samp consent allow https:\/\/a\.example/u
    )
    await until("the log", () => hub.program.stderr.includes("samp consent allow https://a.example"))
    ended(await consent(world, "allow", a), 0)
    assert.match(await asks(web, { origin: a }).said, /^in /u)
    assert.match(await asks(web, { origin: b }).said, /^out/u)
  })

  it("P2: a rule that is made while a question is open answers it; a later one puts the page out", async () => {
    await using world = new World()
    const hub = await webHub(world, "page")
    const page = asks(hub.web, { origin: a, name: "Archive" })
    const other = asks(hub.web, { origin: b })
    await asked(hub.program, a)
    await asked(hub.program, b)
    const questions = printed(await consent(world, "list", "--json"))
    assert.deepInclude(questions[0], { kind: "question", origin: a, names: ["Archive"], waiting: 1 })
    assert.include(
      (await consent(world, "list")).stdout,
      "Waits for an answer: https://a.example, which claims 'Archive'"
    )
    ended(await consent(world, "allow", a), 0)
    assert.match(await page.said, /^in /u)
    assert.isUndefined(other.heard)
    ended(await consent(world, "deny", b), 0)
    assert.match(await other.said, /^out: .*a rule denies https:\/\/b\.example/u)
    const key = (await page.said).slice(3)
    await call(hub.web, "ping", [key], { origin: a }).answer
    ended(await consent(world, "revoke", a), 0)
    const out = () =>
      call(hub.web, "getRegisteredClients", [key], { origin: a }).answer.then(() => false, () => true)
    let isOut = false
    const look = setInterval(() => void out().then((now) => isOut ||= now), 100)
    world.atEnd(() => clearInterval(look))
    await until("the page is out", () => isOut)
  })

  it("P2: --once answers what is open now, and remembers nothing", async () => {
    await using world = new World()
    const hub = await webHub(world, "page")
    refused(await consent(world, "allow", a, "--once"), 1, "has not asked", "Nobody waits for an answer")
    const page = asks(hub.web, { origin: a })
    const other = asks(hub.web, { origin: undefined })
    await asked(hub.program, a)
    await asked(hub.program, "a program without an origin")
    refused(
      await consent(world, "deny", b, "--once"),
      1,
      "These wait for an answer: https://a.example, local"
    )
    ended(await consent(world, "allow", a, "--once"), 0)
    ended(await consent(world, "deny", "local", "--once"), 0)
    assert.match(await page.said, /^in /u)
    assert.match(await other.said, /^out: .*the user did not let a program without an origin in/u)
    assert.include((await consent(world, "list")).stdout, "Let in once, and in no rule: https://a.example")
    assert.isFalse(existsSync(world.path(".config", "samp", "consent.json")))
    ended(await consent(world, "revoke", a), 0)
    assert.notInclude((await consent(world, "list")).stdout, "Let in once")
  })

  it("P2: the page is opened in the browser by a file of the user's, answers there, and dies with the hub", async () => {
    await using world = new World()
    const hub = await webHub(world, "page")
    const page = asks(hub.web, { origin: a, name: "<b>Archive" })
    await asked(hub.program, a)
    // a browser that follows what it is given, once it has looked who else could read it
    const bin = world.path("bin")
    mkdirSync(bin)
    const script =
      `#!/bin/sh\nfile=$(printf %s "$1" | sed 's|^file://||')\nstat -c %a "$file" > "$HOME/mode"\nprintf %s "$1" > "$HOME/given"\nurl=$(sed -n 's/.*0;url=\\([^"]*\\)".*/\\1/p' "$file")\n'${process.execPath}' -e 'fetch(process.argv[1]).then((r) => r.text()).then((t) => process.stdout.write(t))' "$url" > "$HOME/seen"\n`
    writeFileSync(`${bin}/xdg-open`, script)
    chmodSync(`${bin}/xdg-open`, 0o755)
    const env = { DISPLAY: ":0", PATH: `${bin}:${process.env["PATH"]}` }
    const opened = await world.start(["consent", "page"], { env }).ended
    ended(opened, 0)
    assert.strictEqual(opened.stderr, "")
    const url = /(http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/)/u.exec(opened.stdout)?.[1] ?? ""
    assert.strictEqual(readFileSync(world.path("mode"), "utf8").trim(), "600")
    const given = readFileSync(world.path("given"), "utf8")
    assert.notInclude(given, url.split("/")[3] ?? url, "the address is in nobody's list of processes")
    assert.isFalse(existsSync(given.replace("file://", "")), "and the file is gone")
    const seen = readFileSync(world.path("seen"), "utf8")
    assert.include(seen, "&lt;b&gt;Archive")
    const id = /name="question" value="(\d+)"/u.exec(seen)?.[1] ?? ""
    const { origin } = new URL(url)
    const answer = await fetch(`${url}act`, {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ do: "answer", question: id, answer: "always" })
    })
    assert.strictEqual(answer.status, 200)
    assert.match(await page.said, /^in /u)
    const [rule] = printed(await consent(world, "list", "--json")).filter(({ kind }) => kind === "rule")
    assert.include(rule, { verdict: "allow", origin: a })
    assert.match(await (await fetch(url)).text(), /<td>c\d+<\/td>/u, "who is connected is shown")
    await world.samp("hub", "stop")
    await hub.program.ended
    assert.isTrue(await fetch(url).then(() => false, () => true))
  })

  it("P2: the page's address is told, where there is no browser or none is wanted", async () => {
    await using world = new World()
    await webHub(world, "policy")
    const [told] = printed(await consent(world, "page", "--no-open", "--json"))
    assert.match(String(told?.["url"]), /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}\/$/u)
    const end = await consent(world, "page")
    ended(end, 0, "There is no browser to open it here")
    assert.include(end.stdout, String(told?.["url"]))
  })

  it("WEB-15: rules that break while the hub runs let nobody in, and are said to be broken, with the line", async () => {
    await using world = new World()
    const hub = await webHub(world, "policy")
    ended(await consent(world, "allow", a), 0)
    assert.match(await asks(hub.web, { origin: a }).said, /^in /u)
    const file = world.path(".config", "samp", "consent.json")
    const text = readFileSync(file, "utf8")
    writeFileSync(file, text.replace("\"allow\"", "\"alow\""))
    const said = await asks(hub.web, { origin: a }).said
    assert.match(said, /^out: .*rules of consent cannot be read/u)
    assert.notInclude(said, world.home, "pages are told no paths")
    await until("the log", () => hub.program.stderr.includes(`${file}, line 5: rule 1: verdict: `))
    writeFileSync(file, text)
    assert.match(await asks(hub.web, { origin: a }).said, /^in /u)
  })

  it("WEB-60: samp consent test knows what the running hub takes for harmless, or is told", async () => {
    await using world = new World()
    await world.hub(["--web-port", "0", "--web-mtype", "ds9.*"])
    ended(await consent(world, "allow", a), 0)
    const send = ["test", a, "--mtype", "ds9.set", "--send"]
    const end = await consent(world, ...send)
    ended(end, 0, "the running hub takes these for harmless, too: ds9.*")
    assert.include(end.stdout, "It may send ds9.set")
    const [told] = printed(await consent(world, "test", a, "--json"))
    assert.include(told?.["send"], "ds9.*")
    assert.strictEqual((await consent(world, "test", a, "--mtype", "x.y")).code, 13)
    // a file that was named may be for another hub
    const file = world.path("site.json")
    ended(await consent(world, "allow", a, "--file", file), 0)
    assert.strictEqual((await consent(world, ...send, "--file", file)).code, 13)
    ended(await consent(world, ...send, "--file", file, "--web-mtype", "ds9.*"), 0)
    await world.samp("hub", "stop")
    assert.strictEqual((await consent(world, ...send)).code, 13)
  })

  it("P2: --web-consent-file is where the hub's rules are, and samp consent says so", async () => {
    await using world = new World()
    const home = world.path("caf\u00e9")
    mkdirSync(home)
    const file = `${home}/site.json`
    const hub = await world.hub(["--web-port", "0", "--web-consent-file", file])
    const web = String(record(hub.ready["web"])["url"])
    const shown = `the running hub has its rules in ${file.replace("\u00e9", "?")}`
    assert.include((await consent(world, "allow", a)).stderr, shown)
    assert.match(await asks(web, { origin: a }).said, /^out/u)
    assert.include((await consent(world, "list")).stderr, shown)
    assert.include((await consent(world, "test", a)).stderr, shown)
    assert.include((await consent(world, "revoke", a)).stderr, shown)
    const allowed = await consent(world, "allow", a, "--file", file)
    ended(allowed, 0)
    assert.strictEqual(allowed.stderr, "")
    assert.match(await asks(web, { origin: a }).said, /^in /u)
    await world.samp("hub", "stop")
    refused(
      await world.samp("hub", "--web-consent", "allow", "--web-consent-file", file),
      2,
      "--web-consent allow heeds no rules"
    )
  })

  it("P2: rules of a user whose home is not ASCII are the running hub's", async () => {
    await using world = new World()
    const env = { XDG_CONFIG_HOME: world.path("caf\u00e9") }
    const hub = await world.hub(["--web-port", "0"], { env })
    const allowed = await world.start(["consent", "allow", a], { env }).ended
    ended(allowed, 0)
    assert.strictEqual(allowed.stderr, "")
    assert.match(await asks(String(record(hub.ready["web"])["url"]), { origin: a }).said, /^in /u)
  })

  it("P2: allow and deny let everybody in or nobody, and samp consent says that rules do not matter then", async () => {
    await using world = new World()
    const hub = await webHub(world, "allow")
    assert.match(await asks(hub.web, { origin: a }).said, /^in /u)
    assert.match(await asks(hub.web, { origin: undefined }).said, /^in /u)
    assert.include((await consent(world, "deny", a)).stderr, "started with --web-consent allow")
    await world.samp("hub", "stop")
    await hub.program.ended
    const closed = await webHub(world, "deny")
    assert.match(await asks(closed.web, { origin: b }).said, /^out: .*lets no web client in/u)
  })

  it("P2, P5: 50 pages that wait disturb nobody, and neither they nor their questions keep the hub from ending", async () => {
    await using world = new World()
    const hub = await webHub(world, "page")
    const pages = Array.from({ length: 50 }, (_, i) => asks(hub.web, { origin: `https://p${i}.example${i}` }))
    for (let i = 0; i < 50; i++) await asked(hub.program, `https://p${i}.example${i}`)
    for (let i = 0; i < 200; i++) await ping(hub.url)
    assert.deepStrictEqual(pages.map(({ heard }) => heard).filter((heard) => heard !== undefined), [])
    pages[0]?.giveUp()
    const { stdout } = await consent(world, "list")
    assert.isAtLeast(stdout.match(/Waits for an answer/gu)?.length ?? 0, 49)
    hub.program.signal("SIGTERM")
    ended(await hub.program.ended, 0)
    for (const { said } of pages) assert.match(await said, /^out/u)
    assert.isFalse(existsSync(hub.lockfile))
  })

  it("WEB-64: takes no word from who does not know the secret of the hub", async () => {
    await using world = new World()
    const hub = await webHub(world, "page")
    const page = asks(hub.web, { origin: a })
    await asked(hub.program, a)
    writeFileSync(world.path("forged"), readFileSync(hub.lockfile, "utf8").replace(hub.secret, "wrong"))
    const forged = ["--hub", world.path("forged")]
    refused(await consent(world, "page", ...forged), 1, "has no page of consent")
    await consent(world, "allow", a, "--once", ...forged)
    assert.isUndefined(page.heard)
  })
})
