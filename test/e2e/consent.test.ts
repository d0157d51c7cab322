/** `samp consent` on the file of rules: what is written, what it means, and how it ends. */
import { assert, describe, it } from "@effect/vitest"
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { modeOf, World } from "./harness.ts"
import { ended, printed, refused } from "./support/Ends.ts"

const rulesOf = (world: World): string => world.path(".config", "samp", "consent.json")

const read = (world: World): unknown => JSON.parse(readFileSync(rulesOf(world), "utf8"))

const write = (world: World, text: string): void => {
  mkdirSync(dirname(rulesOf(world)), { recursive: true })
  writeFileSync(rulesOf(world), text, { mode: 0o600 })
}

const consent = (world: World, ...args: ReadonlyArray<string>) => world.samp("consent", ...args)

describe.concurrent("samp consent", { timeout: 240_000 }, () => {
  it("P2: allow, deny and revoke change the rules of this user, and list shows them", async () => {
    await using world = new World()
    const none = await consent(world, "list")
    assert.include(none.stdout, `There are no rules in ${rulesOf(world)}`)
    assert.isFalse(existsSync(rulesOf(world)))
    const allowed = await consent(world, "allow", "HTTPS://Archive.example/", "--note", "ours")
    ended(allowed, 0)
    assert.strictEqual(
      allowed.stdout,
      "https://archive.example is allowed to send and receive what is harmless\n"
    )
    assert.strictEqual(modeOf(rulesOf(world)), "600")
    await consent(
      world,
      "allow",
      "https://*.eso.example",
      "--send",
      "table.load.*",
      "--send",
      "harmless",
      "--expires",
      "2099-01-01",
      "--name",
      "Portal"
    )
    const [told] = printed(await consent(world, "deny", "https://ads.example", "--json"))
    assert.deepInclude(told, {
      event: "remembered",
      rule: { verdict: "deny", origin: "https://ads.example" },
      replaced: []
    })
    assert.deepStrictEqual(read(world), {
      version: 1,
      rules: [
        { verdict: "allow", origin: "https://archive.example", note: "ours" },
        {
          verdict: "allow",
          origin: "https://*.eso.example",
          name: "Portal",
          send: ["table.load.*", "harmless"],
          expires: "2099-01-01"
        },
        { verdict: "deny", origin: "https://ads.example" }
      ]
    })
    const { stdout } = await consent(world, "list")
    assert.match(stdout, /^VERDICT +ORIGIN +WHAT +UNTIL +NAME +NOTE\n/u)
    assert.match(
      stdout,
      /^allow +https:\/\/\*\.eso\.example +send table\.load\.\* harmless; receive nothing +2099-01-01 +Portal +-$/mu
    )
    const lines = printed(await consent(world, "list", "--json"))
    assert.deepStrictEqual(lines[2], {
      kind: "rule",
      verdict: "deny",
      origin: "https://ads.example",
      expired: false
    })
    const [changed] = printed(await consent(world, "deny", "https://archive.example", "--json"))
    assert.deepInclude(changed, {
      replaced: [{ verdict: "allow", origin: "https://archive.example", note: "ours" }]
    })
    ended(await consent(world, "revoke", "https://ads.example"), 0)
    ended(await consent(world, "revoke", "https://*.eso.example"), 0)
    assert.lengthOf(printed(await consent(world, "list", "--json")), 1)
  })

  it("WEB-14: allow says whom else one lets in, and what still stands against it", async () => {
    await using world = new World()
    const { stderr } = await consent(world, "allow", "http://survey.example")
    assert.include(stderr, "not encrypted")
    assert.include((await consent(world, "allow", "null")).stderr, "identifies nobody")
    assert.include((await consent(world, "allow", "local")).stderr, "every program on this machine")
    await consent(world, "deny", "https://a.example", "--name", "Bad")
    assert.include(
      (await consent(world, "allow", "https://a.example")).stderr,
      "still denies it under the name 'Bad'"
    )
    await consent(world, "allow", "https://*.b.example")
    await consent(world, "allow", "https://x.b.example")
    const revoked = await consent(world, "revoke", "https://x.b.example")
    assert.include(revoked.stderr, "the rule for https://*.b.example still allows it")
  })

  const ruled = {
    version: 1,
    rules: [
      { verdict: "allow", origin: "https://*.archive.example", send: ["table.load.*"] },
      { verdict: "deny", origin: "https://ads.archive.example" },
      { verdict: "allow", origin: "https://named.example", name: "Right" }
    ]
  }

  it("P2: test tells what the rules say; exit 13 for what they do not allow", async () => {
    await using world = new World()
    write(world, JSON.stringify(ruled))
    const www = "https://www.archive.example"
    const table = ["--mtype", "table.load.votable"]
    const tests: ReadonlyArray<readonly [ReadonlyArray<string>, number, RegExp]> = [
      [[www], 0, /would be let in: .* is allowed to send table\.load\.\*, and to receive nothing$/mu],
      [[www, ...table, "--send"], 0, /^It may send table\.load\.votable$/mu],
      [[www, ...table], 13, /^It may send table\.load\.votable\nIt may not receive table\.load\.votable$/mu],
      [[www, ...table, "--receive"], 13, /^It may not receive/mu],
      [[www, "--mtype", "image.load.fits", "--send"], 13, /^It may not send image\.load\.fits$/mu],
      [
        ["https://ads.archive.example", "--json"],
        13,
        /"verdict":"deny","allowed":false,"rule":\{"verdict":"deny"/u
      ],
      [["https://other.example"], 13, /is in no rule: it would have to ask/u],
      [["null"], 13, /is in no rule: it would be refused/u],
      [["https://named.example", "--name", "Wrong"], 13, /is in no rule/u],
      [
        ["https://named.example", "--name", "Right", "--json"],
        0,
        /"allowed":true.*"send":\["samp\.app\.\*",/u
      ]
    ]
    await Promise.all(tests.map(async ([args, code, says]) => {
      const end = await consent(world, "test", ...args)
      ended(end, code)
      assert.match(end.stdout, says)
    }))
  })

  it("P2: rules end when they expire, and --for counts from now", async () => {
    await using world = new World()
    await consent(world, "allow", "https://a.example", "--for", "2d")
    const [rule] = printed(await consent(world, "list", "--json"))
    const left = Date.parse(String(rule?.["expires"])) - Date.now()
    assert.isAbove(left, 47 * 3_600_000)
    assert.isAtMost(left, 48 * 3_600_000 + 60_000) // it is written in whole seconds
    write(
      world,
      JSON.stringify({
        version: 1,
        rules: [{ verdict: "allow", origin: "https://a.example", expires: "2020-01-01" }]
      })
    )
    assert.strictEqual((await consent(world, "test", "https://a.example")).code, 13)
    assert.include((await consent(world, "list")).stdout, "2020-01-01 (over)")
  })

  it("exit 2 for what is no origin, MType or time, and says what would be one", async () => {
    await using world = new World()
    const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
      [["allow", "archive.example"], "do you mean https://archive.example"],
      [["allow", "https://archive.example/search"], "an origin has no path: write 'https://archive.example'"],
      [["allow", "https://a.example", "--send", "*.load"], "is no MType"],
      [["allow", "https://a.example", "--expires", "soon"], "use 2027-01-01"],
      [["allow", "https://a.example", "--expires", "2020-01-01"], "over already"],
      [["deny", "https://a.example", "--for", "8 hours"], "30min"],
      [["deny", "https://a.example", "--for", "8h", "--expires", "2099-01-01"], "leave one of them out"],
      [["allow", "https://a.example", "--once", "--note", "x"], "--once answers one question"],
      [["test", "https://*.a.example"], "is a pattern"],
      [["test", "https://a.example", "--send"], "need --mtype"],
      [["test", "https://a.example", "--mtype", "table.*"], "is no MType"]
    ]
    await Promise.all(wrong.map(async ([args, says]) => refused(await consent(world, ...args), 2, says)))
    assert.isFalse(existsSync(rulesOf(world)))
  })

  it("exit 1 where there is nothing to revoke, so that a mistyped origin is noticed", async () => {
    await using world = new World()
    await consent(world, "allow", "https://*.archive.example")
    refused(
      await consent(world, "revoke", "https://archvie.example"),
      1,
      "There is no rule for https://archvie.example"
    )
    refused(
      await consent(world, "revoke", "https://www.archive.example"),
      1,
      "the rule for https://*.archive.example still allows it"
    )
    assert.lengthOf(printed(await consent(world, "list", "--json")), 1)
  })

  it("exit 10 for rules that cannot be read, with the line; they stay as they are", async () => {
    await using world = new World()
    const text =
      "{\n  \"version\": 1,\n  \"rules\": [\n    { \"verdict\": \"allow\", \"orign\": \"https://a.example\" }\n  ]\n}\n"
    write(world, text)
    for (
      const args of [["list"], ["allow", "https://b.example"], ["revoke", "https://b.example"], [
        "test",
        "https://b.example"
      ]]
    ) {
      refused(
        await consent(world, ...args),
        10,
        `${rulesOf(world)}, line 4: rule 1: there is no key 'orign': is it origin`,
        "Nobody is let in"
      )
    }
    assert.strictEqual(readFileSync(rulesOf(world), "utf8"), text)
    write(world, "{}")
    chmodSync(rulesOf(world), 0o666)
    refused(await consent(world, "list"), 10, "others can write to it", "chmod go-w")
    refused(
      await consent(world, "test", "https://a.example", "--file", world.path("none.json")),
      10,
      "there is no such file"
    )
  })

  it("exit 9 for rules that cannot be written", async () => {
    await using world = new World()
    writeFileSync(world.path(".config"), "in the way")
    refused(await consent(world, "allow", "https://a.example"), 9, "cannot write")
  })

  it("has rules of its own with --file, and those of XDG_CONFIG_HOME", async () => {
    await using world = new World()
    const file = world.path("site.json")
    ended(await consent(world, "allow", "https://a.example", "--file", file), 0)
    ended(await consent(world, "test", "https://a.example", "--file", file), 0)
    assert.strictEqual((await consent(world, "test", "https://a.example")).code, 13)
    const env = { XDG_CONFIG_HOME: world.path("xdg") }
    ended(await world.start(["consent", "deny", "https://b.example"], { env }).ended, 0)
    assert.isTrue(existsSync(world.path("xdg", "samp", "consent.json")))
  })

  it("exit 3 for what needs a hub, when none runs", async () => {
    await using world = new World()
    refused(await consent(world, "page"), 3, "Start one with: samp hub")
    refused(await consent(world, "allow", "https://a.example", "--once"), 3, "Start one with: samp hub")
    refused(await consent(world, "list", "--hub", "nobody"), 3)
  })

  it("P2: keeps what many processes say at once", async () => {
    await using world = new World()
    const origins = Array.from({ length: 6 }, (_, i) => `https://x${i}.example`)
    for (const end of await Promise.all(origins.map((origin) => consent(world, "allow", origin)))) {
      ended(end, 0)
    }
    const rules = printed(await consent(world, "list", "--json"))
    assert.sameMembers(rules.map(({ origin }) => origin), origins)
  })
})
