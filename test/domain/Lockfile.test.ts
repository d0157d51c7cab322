/** The lockfile: read in every form that was ever written, written in the one that everybody reads. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import {
  type HubRecord,
  isLockfileValue,
  parse,
  readRecord,
  readSampHub,
  render,
  type Tokens
} from "../../src/domain/Lockfile.ts"
import { runs } from "../support/arbitraries.ts"

const tokens = (entries: { readonly [name: string]: string }): Tokens => new Map(Object.entries(entries))

const secret = "9d3cbbf0a6e2f5d1c0f4a71be0d7a1c9"
const url = "http://127.0.0.1:42195/xmlrpc"
const hub = { "samp.secret": secret, "samp.hub.xmlrpc.url": url }

const record = (entries: { readonly [name: string]: string }): HubRecord =>
  Result.getOrThrow(readRecord(tokens(entries)))

/** `read_lockfile` as pyvo and astropy have it (WIRE-52): undefined where it raises ValueError. */
const asPyvo = (text: string): Tokens | undefined => {
  const found = new Map<string, string>()
  for (const line of text.replace(/\n$/u, "").split("\n")) {
    if (line.startsWith("#")) continue
    const parts = line.split("=")
    const [name = "", value = ""] = parts
    if (parts.length !== 2) return undefined
    found.set(name.trim(), value.trim())
  }
  return found
}

describe("reading tokens", () => {
  it("STD-36 STD-37 the file of the standard's example", () => {
    const text = `# SAMP Standard Profile lockfile written 2024-05-01T10:00:00Z
samp.secret=${secret}
samp.hub.xmlrpc.url=${url}
samp.profile.version=1.3
hub.impl=product 1.0
`
    assert.deepStrictEqual(
      parse(text),
      tokens({ ...hub, "samp.profile.version": "1.3", "hub.impl": "product 1.0" })
    )
  })

  it.each([["LF", "\n"], ["CR", "\r"], ["CR LF", "\r\n"]])("STD-50 WIRE-57 lines end with %s", (_, end) => {
    const lines = ["# a comment", "a=1", "", "b.c-d_E=2", "", "", "z=3"]
    const expected = tokens({ a: "1", "b.c-d_E": "2", z: "3" })
    assert.deepStrictEqual(parse(lines.join(end)), expected)
    assert.deepStrictEqual(parse(lines.join(end) + end), expected)
  })

  it("STD-50 the first = divides, and a value may hold more of them", () => {
    assert.deepStrictEqual(parse("a==\nb=c=d\ne=\n"), tokens({ a: "=", b: "c=d", e: "" }))
  })

  it("STD-38 lines of no known form are skipped", () => {
    assert.deepStrictEqual(
      parse("no equals sign\n=value\nb b=1\n\u00e9=2\na/b=3\n##=4\n#c=5\n;d=6\n!e=7\nok=8\n\u0000"),
      tokens({ ok: "8" })
    )
  })

  it("STD-51 the last of two equal names wins", () => {
    assert.deepStrictEqual(parse("a=1\nb=2\na=3\n"), tokens({ a: "3", b: "2" }))
  })

  it("DT-13 names that JavaScript knows are names", () => {
    assert.deepStrictEqual(
      parse("__proto__=1\nconstructor=2\n"),
      new Map([["__proto__", "1"], ["constructor", "2"]])
    )
  })

  it("STD-50 nothing gives nothing", () => {
    for (const text of ["", "\n", "\r\n\r", "#", "# only a comment"]) assert.strictEqual(parse(text).size, 0)
  })
})

describe("STD-36..38 STD-52 reading a hub", () => {
  it("STD-36 STD-38 secret and URL are enough; no version is asked for", () => {
    assert.deepStrictEqual(record(hub), {
      secret,
      url,
      id: undefined,
      impl: undefined,
      pid: undefined,
      label: undefined,
      owner: undefined,
      group: undefined
    })
    assert.strictEqual(record({ ...hub, "samp.profile.version": "9.9" }).url, url)
  })

  it.each([
    ["nothing", {}],
    ["no secret", { "samp.hub.xmlrpc.url": url }],
    ["an empty secret", { ...hub, "samp.secret": "" }],
    ["no URL", { "samp.secret": secret }],
    ["an empty URL", { ...hub, "samp.hub.xmlrpc.url": "" }],
    ["a path", { ...hub, "samp.hub.xmlrpc.url": "/xmlrpc" }],
    ["an https URL, at which nobody would listen", {
      ...hub,
      "samp.hub.xmlrpc.url": "https://127.0.0.1:1/xmlrpc"
    }],
    ["a file URL", { ...hub, "samp.hub.xmlrpc.url": "file:///xmlrpc" }],
    ["a URL without a host", { ...hub, "samp.hub.xmlrpc.url": "http:///xmlrpc" }],
    ["a URL with a port that cannot be", { ...hub, "samp.hub.xmlrpc.url": "http://127.0.0.1:99999/xmlrpc" }],
    ["a URL with half an address", { ...hub, "samp.hub.xmlrpc.url": "http://[::1/xmlrpc" }]
  ])("STD-38 %s: no hub, and it is said why", (_, entries) => {
    const result = readRecord(tokens(entries))
    assert.isTrue(Result.isFailure(result) && /samp\.secret|samp\.hub\.xmlrpc\.url/u.test(result.failure))
  })

  it("WIRE-45 backslashes of old hubs are taken out of the URL", () => {
    const old = { ...hub, "samp.hub.xmlrpc.url": "http\\://127.0.0.1\\:8001/" }
    assert.strictEqual(record(old).url, "http://127.0.0.1:8001/")
  })

  it.each(
    [
      ["hub.label", "samp.hub.label", "label"],
      ["hub.owner.name", "samp.hub.owner", "owner"],
      ["hub.owner.group", "samp.hub.owner_group", "group"]
    ] as const
  )("STD-52 %s of astropy and SAMPy comes before %s of 2008", (newer, older, field) => {
    assert.strictEqual(record({ ...hub, [older]: "old" })[field], "old")
    assert.strictEqual(record({ ...hub, [newer]: "new" })[field], "new")
    assert.strictEqual(record({ ...hub, [older]: "old", [newer]: "new" })[field], "new")
    assert.strictEqual(record({ ...hub, [older]: "old", [newer]: "" })[field], "old")
    assert.isUndefined(record({ ...hub, [newer]: "" })[field])
  })

  it.each([["123", 123], ["0", undefined], ["-1", undefined], ["x", undefined], ["1.5", undefined], [
    "",
    undefined
  ]])(
    "STD-37 hub.pid %j is %s",
    (text, pid) => assert.strictEqual(record({ ...hub, "hub.pid": text }).pid, pid)
  )
})

const printable = Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[\x20-\x7e]{0,24}$/)))
const odd = [
  "\u0000",
  "\t",
  "\n",
  "\r",
  "\r\n",
  " ",
  "=",
  "#",
  "\\",
  "\x7f",
  "\u00e9",
  "\u2028",
  "\u{1f52d}",
  "a",
  "samp.secret=x"
]
const anything = Arbitrary.map(
  Arbitrary.array(Arbitrary.schema(Schema.Literals(odd)), { maxLength: 6 }),
  (parts) => parts.join("")
)
const secrets = Arbitrary.schema(Schema.String.check(Schema.isPattern(/^[\x21-\x3c\x3e-\x7e]{1,24}$/)))

/** Records as starters of hubs may name them. */
const generated = Arbitrary.all({
  secret: secrets,
  id: printable,
  impl: printable,
  label: printable,
  owner: anything,
  group: anything,
  started: anything
})

describe("writing", () => {
  it("STD-36 a full record", () => {
    const text = render({
      secret,
      url,
      id: "12-x",
      impl: "effect-samp 0.1",
      pid: 12,
      label: "lab",
      owner: "me",
      group: "us",
      started: "2024-05-01T10:00:00Z"
    })
    const lines = text.split("\n")
    assert.strictEqual(lines[0], "# SAMP Standard Profile lockfile written 2024-05-01T10:00:00Z")
    assert.deepStrictEqual(
      parse(text),
      tokens({
        ...hub,
        "samp.profile.version": "1.3",
        "hub.id": "12-x",
        "hub.impl": "effect-samp 0.1",
        "hub.pid": "12",
        "hub.label": "lab",
        "samp.hub.label": "lab",
        "hub.owner.name": "me",
        "samp.hub.owner": "me",
        "hub.owner.group": "us",
        "samp.hub.owner_group": "us"
      })
    )
  })

  it("STD-36 what is not known is not written", () => {
    assert.deepStrictEqual(
      parse(render({ secret, url, started: "now" })),
      tokens({ ...hub, "samp.profile.version": "1.3" })
    )
  })

  it.prop("WIRE-52 every line is a comment or has exactly one =, in ASCII, with LF ends", {
    names: generated
  }, ({ names }) => {
    const text = render({ ...names, url, pid: 7 })
    assert.match(text, /^#[\x20-\x7e]*\n(?:[a-zA-Z0-9._-]+=[\x20-\x3c\x3e-\x7e]*\n)+$/u)
    // One comment, and no line that a starter's text has smuggled in.
    assert.strictEqual(text.split("\n").length, 13 + 1)
    assert.deepStrictEqual(asPyvo(text), parse(text))
  }, runs(300))

  it.prop("STD-50 WIRE-52 what is safe comes back as it was, what is not comes back without harm", {
    names: generated
  }, ({
    names
  }) => {
    const read = Result.getOrThrow(readRecord(parse(render({ ...names, url, pid: 7 }))))
    assert.strictEqual(read.secret, names.secret)
    assert.strictEqual(read.url, url)
    assert.strictEqual(read.pid, 7)
    for (const field of ["label", "owner", "group"] as const) {
      const given = names[field]
      const value = read[field] ?? ""
      if (/^[\x21-\x3c\x3e-\x7e](?:[\x20-\x3c\x3e-\x7e]*[\x21-\x3c\x3e-\x7e])?$/u.test(given)) {
        assert.strictEqual(value, given)
      } else assert.isAtMost(value.length, given.length)
    }
  }, runs(300))

  it.prop("STD-50 comments, blank lines and line ends may be put anywhere", {
    names: generated,
    end: Schema.Literals(["\n", "\r", "\r\n"]),
    noise: Schema.Literals(["", "# c", "#", "no assignment", "unknown.key=x=y", " "])
  }, ({ end, names, noise }) => {
    const text = render({ ...names, url, pid: 7 })
    const dirty = text.split("\n").flatMap((line) => [noise, line]).join(end)
    assert.deepStrictEqual(readRecord(parse(dirty)), readRecord(parse(text)))
  }, runs(100))

  it.each(["a=b", "", " a", "a ", "a\n", "caf\u00e9", "a\tb", "=", "\u0000"])(
    "WIRE-52 %j cannot be a secret",
    (text) => assert.isFalse(isLockfileValue(text))
  )

  it.each([secret, "x", "a b", "#a", "\\", "0", "!\"$%&'()*+,-./:;<>?@[]^_`{|}~"])(
    "STD-36 %j can be a secret",
    (text) => {
      assert.isTrue(isLockfileValue(text))
      assert.strictEqual(
        record(Object.fromEntries(parse(render({ secret: text, url, started: "" })))).secret,
        text
      )
    }
  )
})

describe("STD-30..32 STD-35 SAMP_HUB", () => {
  it("STD-30 WIRE-50 not set, or empty, leaves the default lockfile", () => {
    assert.deepStrictEqual(readSampHub(undefined), Result.succeed(undefined))
    assert.deepStrictEqual(readSampHub(""), Result.succeed(undefined))
  })

  it.each([
    ["std-lockurl:file:///home/me/.samp", "/home/me/.samp"],
    ["std-lockurl:file://localhost/home/a%20b/x", "/home/a b/x"],
    ["std-lockurl:/home/me/.samp", "/home/me/.samp"],
    ["std-lockurl:/home/a%20b=c", "/home/a%20b=c"],
    ["std-lockurl:C:\\Users\\me\\.samp", "C:\\Users\\me\\.samp"],
    ["std-lockurl:c:/Users/me/.samp", "c:/Users/me/.samp"]
  ])("STD-31 STD-35 WIRE-51 %s is a file", (value, path) => {
    assert.deepStrictEqual(readSampHub(value), Result.succeed({ _tag: "File", path }))
  })

  it.each(["http://example.org/lock?a=b", "https://example.org/lock", "HTTP://127.0.0.1:80/x"])(
    "STD-31 WIRE-51 std-lockurl:%s is fetched",
    (given) => {
      assert.deepStrictEqual(readSampHub(`std-lockurl:${given}`), Result.succeed({ _tag: "Url", url: given }))
    }
  )

  it.each([
    "web-appname:me",
    "jsamp-class:org.example.Profile",
    "nonsense",
    "file:///home/me/.samp",
    "/home/me/.samp",
    "STD-LOCKURL:file:///x",
    " std-lockurl:file:///x",
    "std-lockurl:",
    "std-lockurl:relative/.samp",
    "std-lockurl:ftp://example.org/x",
    "std-lockurl:file://fileserver/x",
    "std-lockurl:file:///%zz"
  ])("STD-32 %j is a clear error", (value) => {
    const result = readSampHub(value)
    assert.isTrue(Result.isFailure(result) && result.failure.startsWith("SAMP_HUB "))
  })

  it("STD-32 ERR-05 the error shows a long value only in part", () => {
    const result = readSampHub(`std-lockurl:${"x".repeat(10_000)}`)
    assert.isTrue(Result.isFailure(result) && result.failure.length < 300)
  })
})
