/** Which addresses and hosts are at hand, and which are of the internet. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { BlockList, isIP } from "node:net"
import { bareHost, isAddress, isLocalHost, isPublic } from "../../../src/domain/web/Addresses.ts"
import { runs } from "../../support/arbitraries.ts"

describe("WEB-54 addresses", () => {
  it.each([
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.2",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.251",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::FFFF:10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b::127.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:1::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::2",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::fb",
    "",
    "localhost",
    "1.2.3",
    "1.2.3.256",
    "1:2",
    ":::",
    "1::2::3",
    "12345::"
  ])("%s is not public", (address) => assert.isFalse(isPublic(address)))

  it.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.1",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2a00:1450::1",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1"
  ])("%s is public", (address) => assert.isTrue(isPublic(address)))

  const Byte = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))
  const Bytes = Schema.Array(Byte).check(Schema.isMinLength(16), Schema.isMaxLength(16))

  it.prop("IPv6 spellings of one address are judged alike", { bytes: Bytes }, ({ bytes }) => {
    const words = Array.from({ length: 8 }, (_, at) => (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0))
    const plain = words.map((word) => word.toString(16)).join(":")
    const short = new URL(`http://[${plain}]/`).hostname.slice(1, -1)
    assert.strictEqual(isIP(short), 6)
    const dotted = `${plain.split(":").slice(0, 6).join(":")}:${bytes.slice(12).join(".")}`
    assert.isTrue([plain, short, dotted].every(isAddress))
    assert.strictEqual(isPublic(short), isPublic(plain))
    assert.strictEqual(isPublic(dotted), isPublic(plain))
  }, runs(300))

  it.prop("what Node knows to be inside a private block is not public", { bytes: Bytes }, ({ bytes }) => {
    const blocks = new BlockList()
    for (
      const [net, bits] of [["10.0.0.0", 8], ["127.0.0.0", 8], ["172.16.0.0", 12], [
        "100.64.0.0",
        10
      ]] as const
    ) blocks.addSubnet(net, bits, "ipv4")
    // Half of them begin as the blocks do, since few of all addresses are in one.
    const first = [10, 127, 172, 100][(bytes[4] ?? 0) % 8] ?? bytes[0] ?? 0
    const address = [first, ...bytes.slice(1, 4)].join(".")
    if (blocks.check(address, "ipv4")) assert.isFalse(isPublic(address))
    for (const spelling of [`::ffff:${address}`, `64:ff9b::${address}`, `::${address}`]) {
      assert.strictEqual(isPublic(spelling), isPublic(address), spelling)
    }
  }, runs(300))
})

describe("WEB-54 hosts", () => {
  it.each([
    "localhost",
    "LOCALHOST.",
    "nas",
    "nas.local",
    "a.b.localhost",
    "db.internal",
    "tv.home.arpa",
    "127.0.0.1",
    "[::1]",
    "192.168.1.2",
    "0.0.0.0",
    "[::ffff:7f00:1]"
  ])("%s is knowingly local", (host) => assert.isTrue(isLocalHost(host)))

  it.each([
    "example.org",
    "localhost.example.org",
    "evillocal.example",
    "1.1.1.1",
    "[2606:4700:4700::1111]",
    "127.0.0.1.example.org",
    "xlocal.org"
  ])("%s is not", (host) => assert.isFalse(isLocalHost(host)))

  it("names of this machine and own domains are, and those below them", () => {
    const own = ["ws12.obs.example", "obs.example"]
    assert.isTrue(isLocalHost("ws12.obs.example", own))
    assert.isTrue(isLocalHost("Archive.Obs.Example.", own))
    assert.isFalse(isLocalHost("evilobs.example", own))
    assert.isFalse(isLocalHost("obs.example.org", own))
    assert.strictEqual(bareHost("[FE80::1]"), "fe80::1")
  })

  it("no spelling of an address in a URL hides what it is", () => {
    for (
      const host of [
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "①27.0.0.1",
        "[::ffff:127.0.0.1]"
      ]
    ) {
      assert.isFalse(isPublic(bareHost(new URL(`http://${host}/`).hostname)), host)
    }
  })
})
