/** Bodies that are no XML-RPC, or no SAMP: each is answered with a fault that says why, and nobody else notices. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { checkPrompt } from "../support/promptness.ts"
import { type Hub, pause, until, World } from "./harness.ts"
import { type Client, message, okResponse, ping, post } from "./support/Client.ts"
import { Pulse } from "./support/Pulse.ts"
import { Fault, readAnswer, type Value, writeCall } from "./support/Wire.ts"

/** Milliseconds in which a healthy client is served whatever others send; a stall takes longer. */
const promptMs = 2_000

const deep = (levels: number): Value => levels === 0 ? "x" : [deep(levels - 1)]
const call = (inner: string): string => `<?xml version="1.0"?><methodCall>${inner}</methodCall>`
const param = (inner: string): string =>
  call(`<methodName>samp.hub.ping</methodName><params><param><value>${inner}</value></param></params>`)

/** Name, body, and what the fault must say. */
const malformed: ReadonlyArray<readonly [string, string | Buffer, RegExp]> = [
  ["an empty body", "", /empty/u],
  ["no XML at all", "hello", /not well-formed/u],
  ["JSON", "{\"method\": \"samp.hub.ping\"}", /not well-formed/u],
  ["an unclosed element", "<methodCall><methodName>samp.hub.ping</methodName>", /not well-formed/u],
  ["crossed elements", "<methodCall><a><b></a></b></methodCall>", /not well-formed/u],
  ["two roots", `${call("<methodName>samp.hub.ping</methodName>")}<a></a>`, /not well-formed/u],
  ["text after the root", `${call("<methodName>samp.hub.ping</methodName>")}x`, /not well-formed/u],
  ["another document", "<html></html>", /<html>.*<methodCall>/u],
  ["an answer", "<methodResponse></methodResponse>", /<methodResponse>.*<methodCall>/u],
  ["no method name", call("<params></params>"), /methodName/u],
  ["a method name with blanks", call("<methodName>a b</methodName>"), /'a b'/u],
  ["a bare ampersand", param("a & b"), /not well-formed/u],
  ["an unknown entity", param("&eacute;"), /not well-formed/u],
  ["a control character", param("a\u0001b"), /not well-formed/u],
  ["a reference to one", param("a&#1;b"), /not well-formed|character/u],
  ["a lone ]]>", param("a]]>b"), /not well-formed/u],
  ["bytes that are no UTF-8", Buffer.from(param("caf\u00e9"), "latin1"), /UTF-8/u],
  ["a character that SAMP has not", param("caf\u00e9"), /U\+00E9/u],
  ["an unknown type", param("<float>1</float>"), /<float>/u],
  ["two values in one", param("<string>a</string><string>b</string>"), /more than one/u],
  ["an array without data", param("<array></array>"), /<data>/u],
  ["a member without name", param("<struct><member><value>a</value></member></struct>"), /<member>/u],
  ["elements in a string", param("<string><b>a</b></string>"), /<string>/u],
  ["a nesting bomb of values", writeCall("samp.hub.ping", [deep(300)]), /nested/u],
  ["a nesting bomb of elements", "<a>".repeat(20_000), /nested/u],
  [
    "an entity bomb",
    `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${
      param("&b;")
    }`,
    /DOCTYPE/u
  ],
  [
    "an external entity",
    `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${param("&x;")}`,
    /DOCTYPE/u
  ],
  [
    "a parameter entity",
    `<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]>${param("")}`,
    /DOCTYPE/u
  ]
]

/** The fault of a body. */
const faultOf = async (url: string, body: string | Buffer): Promise<Fault> => {
  const answer = await post(url, body)
  try {
    readAnswer(answer)
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  return assert.fail(`no fault but ${answer}`)
}

describe.concurrent("a body that is no SAMP", () => {
  const world = new World()
  let hub: Hub
  let client: Client
  let pulse: Pulse

  beforeAll(async () => {
    hub = await world.hub()
    client = await world.client(hub, "e2e.echo")
    pulse = new Pulse(await world.sender(hub))
  })
  afterAll(async () => {
    try {
      await pulse.end()
      assert.isAbove(pulse.beats, 5)
      await checkPrompt("a healthy client is served meanwhile", pulse.slowest, promptMs)
    } finally {
      await world[Symbol.asyncDispose]()
    }
  })

  for (const [name, body, says] of malformed) {
    it(`ERR-02, ERR-03, ERR-05, ERR-06, WIRE-154: ${name} is a fault that says so`, async () => {
      const { code, message } = await faultOf(hub.url, body)
      assert.strictEqual(code, "1")
      assert.match(message, says)
      assert.match(message, /^[ -~]{1,400}$/u, "one line of legal characters")
      await ping(hub.url)
    })
  }

  it("WIRE-28, DT-04: sixty levels of lists, and ten thousand items, are no bomb", async () => {
    const metadata = { deep: deep(60), wide: Array.from({ length: 10_000 }, (_, i) => String(i)) }
    const sender = await world.sender(hub)
    await sender.ask("declareMetadata", metadata)
    assert.deepStrictEqual(await client.ask("getMetadata", sender.id), metadata)
  })

  it("HUB-22, HUB-23, HUB-24: wrong arity, wrong types, unknown methods and keys are named", async () => {
    const key = client.key
    const wrong: ReadonlyArray<readonly [RegExp, string, ...ReadonlyArray<Value>]> = [
      [/samp\.hub\.register takes 1 \(secret\), not 0/u, "samp.hub.register"],
      [/not 2/u, "samp.hub.register", hub.secret, "more"],
      [/secret/u, "samp.hub.register", "wrong"],
      [/argument 1 .* a map.* string/u, "samp.hub.register", {}],
      [/argument 2 .* a string.* map/u, "samp.hub.declareMetadata", key, "name"],
      [/argument 2 .* a list.* map/u, "samp.hub.declareSubscriptions", key, []],
      [/argument 3 .* map/u, "samp.hub.notify", key, "hub", ["a.b"]],
      [/takes 4/u, "samp.hub.callAndWait", key, "hub", message("samp.app.ping")],
      [/'1\.5' is not an integer/u, "samp.hub.callAndWait", key, "hub", message("samp.app.ping"), "1.5"],
      [/private key/u, "samp.hub.getRegisteredClients", "no-such-key"],
      [/private key/u, "samp.hub.getRegisteredClients", ""],
      [/no client 'c999'/u, "samp.hub.getMetadata", key, "c999"],
      [/no method 'samp\.hub\.nothing'/u, "samp.hub.nothing", key],
      [/no method 'constructor'/u, "constructor"],
      [/no method '__proto__'/u, "__proto__"],
      [/not an absolute http URL/u, "samp.hub.setXmlrpcCallback", key, "localhost:80"],
      [/not an absolute http URL/u, "samp.hub.setXmlrpcCallback", key, "https://127.0.0.1:1/"],
      [/msg-id/u, "samp.hub.reply", key, "no-such-message", okResponse()],
      [/secret/u, "x-samp.hub.stop", "wrong"],
      [/secret/u, "x-samp.hub.status", "wrong"]
    ]
    for (const [says, method, ...params] of wrong) {
      const { message } = await faultOf(hub.url, writeCall(method, params))
      assert.match(message, says)
      assert.notInclude(message, key, "ERR-05, REG-13")
    }
  })

  it("MSG-01..04, SUB-11, SUB-13, DT-02, DT-06: ill-formed maps are faults and change nothing", async () => {
    const before = { "samp.name": "kept" }
    const sender = await world.client(hub, "e2e.kept")
    await sender.ask("declareMetadata", before)
    const wrong: ReadonlyArray<readonly [RegExp, string, ...ReadonlyArray<Value>]> = [
      [/samp\.mtype/u, "notifyAll", {}],
      [/samp\.mtype/u, "notifyAll", { "samp.mtype": ["a.b"] }],
      [/samp\.params/u, "notifyAll", { "samp.mtype": "a.b", "samp.params": "x" }],
      [/'a\.\*'/u, "notifyAll", message("a.*")],
      [/'a b'/u, "callAll", "tag", message("a b")],
      [/'\*\.b'/u, "declareSubscriptions", { "*.b": {} }],
      [/annotation of 'a\.b'/u, "declareSubscriptions", { "a.b": "" }],
      [/U\+00E9/u, "declareMetadata", { "samp.name": "caf\u00e9" }],
      [/U\+2713/u, "declareMetadata", { "\u2713": "key" }]
    ]
    for (const [says, method, ...params] of wrong) {
      const error: unknown = await sender.ask(method, ...params).catch((error: unknown) => error)
      assert.instanceOf(error, Fault)
      assert.match(error instanceof Fault ? error.message : "", says)
    }
    assert.deepStrictEqual(await client.ask("getMetadata", sender.id), before, "HUB-25")
    assert.deepStrictEqual(await client.ask("getSubscriptions", sender.id), { "e2e.kept": {} }, "HUB-25")
  })

  it("DT-13, META-03, GEN-14: __proto__, constructor and the empty string are keys like any other", async () => {
    const strange: Value = JSON.parse(
      "{\"__proto__\":{\"polluted\":\"1\",\"__proto__\":\"deep\"},\"constructor\":\"c\",\"\":\"empty\",\"toString\":[]}"
    )
    const sender = await world.sender(hub)
    await sender.ask("declareMetadata", strange)
    const text = JSON.stringify(strange)
    assert.strictEqual(JSON.stringify(await client.ask("getMetadata", sender.id)), text)
    await sender.ask("notify", client.id, JSON.parse(`{"samp.mtype":"e2e.echo","samp.params":${text}}`))
    await until("the message", () => client.got("e2e.echo").length === 1)
    assert.strictEqual(JSON.stringify(client.got("e2e.echo")[0]?.content["samp.params"]), text)
    const other = await world.sender(hub)
    assert.strictEqual(
      JSON.stringify(await client.ask("getMetadata", other.id)),
      "{}",
      "nothing leaks into others"
    )
  })

  it("DT-04, DT-05: every legal character comes back as it went", async () => {
    const legal = ["\t\n\r", ...Array.from({ length: 0x60 }, (_, i) => String.fromCharCode(0x20 + i))].join(
      ""
    )
    const metadata = { text: legal, [`k${legal}`]: " \n ", crlf: "\r\n\r\n" }
    const sender = await world.sender(hub)
    await sender.ask("declareMetadata", metadata)
    assert.deepStrictEqual(await client.ask("getMetadata", sender.id), metadata)
  })
})

describe.concurrent("a body made to cost time", () => {
  const half = 512 * 1024
  const repeat = (text: string): string => text.repeat(Math.ceil(half / text.length))
  /** Bodies that take an XML reader with nested searches quadratic time. */
  const costly: ReadonlyArray<readonly [string, string]> = [
    ["comments that never end", repeat("<!--")],
    ["comments that never end, inside", `<a>${repeat("<!-- - ")}`],
    ["CDATA sections that never end", repeat("<![CDATA[")],
    ["tags that never end", `${repeat("<a").repeat(4)}/>`],
    ["processing instructions that never end", repeat("<?a ")],
    ["attributes", `<a ${repeat("b='c' ")}></a>`],
    ["open quotes", `<a ${repeat("b='\"")}`],
    ["character references", `<a>${repeat("&#38;")}</a>`],
    ["empty elements", `<a>${repeat("<b/>")}</a>`]
  ]

  /** Whether the hub serves others while it has this to read. */
  const check = async (cost: (world: World, hub: Hub) => Promise<unknown>): Promise<void> => {
    await using world = new World()
    const hub = await world.hub()
    await ping(hub.url)
    const sent = cost(world, hub)
    sent.catch(() => {})
    await pause(50)
    const begun = performance.now()
    const served = Promise.all([sent, ping(hub.url)]).then(() => performance.now() - begun)
    const took = await Promise.race([served, pause(40_000)])
    assert.isNumber(took, "served at all")
    // half a megabyte takes an honest reader a tenth of a second
    await checkPrompt("the hub serves", took ?? Infinity, 4_000)
  }

  for (const [name, body] of costly) {
    it(`WIRE-154, HUB-28: ${name} do not stall the hub`, () => check((_, hub) => faultOf(hub.url, body)))
  }

  it("WIRE-154, HUB-28, MT-01: an MType of a hundred thousand atoms does not", () =>
    check(async (world, hub) => {
      const sender = await world.sender(hub)
      return sender.ask("notifyAll", message(`${"a.".repeat(100_000)}a`)).catch((error: unknown) => {
        if (!(error instanceof Fault)) throw error
      })
    }))
})
