import { assert, describe, it } from "@effect/vitest"
import { ClientId, PrivateKey } from "../../../src/domain/Identifiers.ts"
import { Aliases, unescape, withoutPlace } from "../../../src/domain/recording/Aliases.ts"
import { dice } from "../../../src/domain/simulation/Dice.ts"

const secret = "the-secret-of-the-lockfile"
const first = PrivateKey("a0-b1_c2.d3(e4)f5")

describe("aliases", () => {
  it("are the same for the same key, and stand wherever it does", () => {
    const aliases = new Aliases([secret])
    assert.strictEqual(aliases.fresh(first), "key-1")
    assert.strictEqual(aliases.key(PrivateKey("key-1")), "key-2")
    assert.strictEqual(aliases.key(first), "key-1")
    assert.strictEqual(aliases.text(`${first}/${first}${secret}`), "key-1/key-1secret-1")
    assert.isTrue(aliases.changed)
    const long = "key-1 ".repeat(5_000)
    const marked = "key--1 ".repeat(5_000)
    assert.strictEqual(aliases.text(`${long}${first}${long}`), `${marked}key-1${marked}`)
    aliases.begin()
    assert.strictEqual(aliases.text("key-one, a key"), "key-one, a key")
    assert.isFalse(aliases.changed)
  })

  it("are never taken for what a client wrote, which can be had back", () => {
    const aliases = new Aliases()
    aliases.fresh(first)
    const chance = dice(7)
    const seen = new Map<string, string>()
    for (let i = 0; i < 3_000; i++) {
      const pieces = ["key", "secret", "-", "--", "1", "27", " ", "x"]
      const text = Array.from({ length: 1 + chance.below(6) }, () => chance.pick(pieces)).join("")
      const written = aliases.text(text)
      assert.notMatch(written, /(?:key|secret)-\d/u)
      assert.strictEqual(unescape(written), text)
      assert.strictEqual(seen.get(written) ?? text, text)
      seen.set(written, text)
    }
  })

  it("of a client that left, and of keys that nobody has, are not kept for ever", () => {
    const aliases = new Aliases()
    aliases.fresh(first)
    aliases.joined(ClientId("c1"), [first])
    for (let i = 0; i < 1_000; i++) aliases.key(PrivateKey(`stranger ${i}`))
    assert.strictEqual(aliases.key(first), "key-1")
    aliases.left(ClientId("c1"))
    assert.strictEqual(aliases.text(first), "key-1")
    for (let i = 0; i < 1_000; i++) {
      const key = PrivateKey(`a client's key ${i}`)
      aliases.fresh(key)
      aliases.joined(ClientId(`c${i + 2}`), [key])
      aliases.left(ClientId(`c${i + 2}`))
    }
    assert.strictEqual(aliases.text(first), first)
  })

  it("leave no port of a callback in what the system said", () => {
    assert.strictEqual(
      withoutPlace("connect ECONNREFUSED 127.0.0.1:4711, [::1]:80 and http://localhost:99/a/b at 12:30"),
      "connect ECONNREFUSED 127.0.0.1:port, [::1]:port and a URL at 12:30"
    )
    const aliases = new Aliases()
    aliases.begin("refused by 127.0.0.1:4711")
    assert.strictEqual(aliases.text("it was refused by 127.0.0.1:4711."), "it was refused by 127.0.0.1:port.")
    aliases.begin()
    assert.strictEqual(aliases.text("http://127.0.0.1:4711/table.vot"), "http://127.0.0.1:4711/table.vot")
  })
})
