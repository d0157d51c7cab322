/** Every method of the Standard Profile: what it takes, what it means, and what it refuses. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { Operation } from "../../src/domain/HubInput.ts"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { ClientId, MessageId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { map, type SampValue } from "../../src/domain/SampValue.ts"
import { type Asked, callback, readAsked } from "../../src/domain/StandardProfile.ts"

const key = PrivateKey("k:1")
const id = ClientId("c7")
const content = map({ "samp.mtype": "a.b", "samp.params": map({}) })
const url = "http://127.0.0.1:2525/xmlrpc?x=1"

const ask = (method: string, params: ReadonlyArray<SampValue>) => readAsked({ method, params })
const asks = (operation: Operation): Asked => ({ _tag: "Operation", operation })

interface Row {
  readonly ids: string
  readonly method: string
  readonly params: ReadonlyArray<SampValue>
  readonly asked: Asked
}

/** The table of section 4.2, as calls and their meanings. */
const rows: ReadonlyArray<Row> = [
  {
    ids: "STD-10 HUB-02",
    method: "samp.hub.register",
    params: ["s"],
    asked: { _tag: "Register", secret: "s" }
  },
  {
    ids: "STD-11 HUB-03",
    method: "samp.hub.unregister",
    params: [key],
    asked: asks({ _tag: "Unregister", key })
  },
  {
    ids: "STD-12 STD-06 STD-07 HUB-16",
    method: "samp.hub.setXmlrpcCallback",
    params: [key, url],
    asked: asks({ _tag: "SetCallback", key, callback: { _tag: "Post", url } })
  },
  {
    ids: "STD-14 HUB-04",
    method: "samp.hub.declareMetadata",
    params: [key, content],
    asked: asks({ _tag: "DeclareMetadata", key, metadata: content })
  },
  {
    ids: "STD-15 HUB-05",
    method: "samp.hub.getMetadata",
    params: [key, id],
    asked: asks({ _tag: "GetMetadata", key, id })
  },
  {
    ids: "STD-16 HUB-06",
    method: "samp.hub.declareSubscriptions",
    params: [key, content],
    asked: asks({ _tag: "DeclareSubscriptions", key, subscriptions: content })
  },
  {
    ids: "STD-17 HUB-07",
    method: "samp.hub.getSubscriptions",
    params: [key, id],
    asked: asks({ _tag: "GetSubscriptions", key, id })
  },
  {
    ids: "STD-18 HUB-08",
    method: "samp.hub.getRegisteredClients",
    params: [key],
    asked: asks({ _tag: "GetRegisteredClients", key })
  },
  {
    ids: "STD-19 HUB-09",
    method: "samp.hub.getSubscribedClients",
    params: [key, "a.b"],
    asked: asks({ _tag: "GetSubscribedClients", key, mtype: "a.b" })
  },
  {
    ids: "STD-20 HUB-10",
    method: "samp.hub.notify",
    params: [key, id, content],
    asked: asks({ _tag: "Notify", key, recipient: id, message: content })
  },
  {
    ids: "STD-21 HUB-11",
    method: "samp.hub.notifyAll",
    params: [key, content],
    asked: asks({ _tag: "NotifyAll", key, message: content })
  },
  {
    ids: "STD-22 HUB-12 DLV-01",
    method: "samp.hub.call",
    params: [key, id, "", content],
    asked: asks({ _tag: "Call", key, recipient: id, tag: "", message: content })
  },
  {
    ids: "STD-23 HUB-13 DLV-01",
    method: "samp.hub.callAll",
    params: [key, " tag\n", content],
    asked: asks({ _tag: "CallAll", key, tag: " tag\n", message: content })
  },
  {
    ids: "STD-24 HUB-14",
    method: "samp.hub.callAndWait",
    params: [key, id, content, "10"],
    asked: asks({ _tag: "CallAndWait", key, recipient: id, message: content, timeoutSeconds: 10 })
  },
  {
    ids: "STD-25 HUB-15",
    method: "samp.hub.reply",
    params: [key, "m:1", content],
    asked: asks({ _tag: "Reply", key, msgId: MessageId("m:1"), response: content })
  },
  { ids: "our own", method: "x-samp.hub.stop", params: ["s"], asked: { _tag: "Stop", secret: "s" } },
  { ids: "our own", method: "x-samp.hub.status", params: ["s"], asked: { _tag: "Status", secret: "s" } }
]

const titled = rows.map((row) => [`${row.ids} ${row.method}`, row] as const)

const isMalformed = (method: string, params: ReadonlyArray<SampValue>): boolean => {
  const asked = ask(method, params)
  return Result.isFailure(asked) && asked.failure.reason === "Malformed" &&
    asked.failure.text.includes(method)
}

describe("STD-10..25 HUB-02..16 HUB-22 methods", () => {
  it.each(titled)("%s is understood", (_, { asked, method, params }) => {
    assert.deepStrictEqual(ask(method, params), Result.succeed(asked))
  })

  it("HUB-20 STD-04 all operations have their names", () => {
    const names = rows.map(({ method }) => method.replace("samp.hub.", "")).sort()
    assert.deepStrictEqual(names, [
      "call",
      "callAll",
      "callAndWait",
      "declareMetadata",
      "declareSubscriptions",
      "getMetadata",
      "getRegisteredClients",
      "getSubscribedClients",
      "getSubscriptions",
      "notify",
      "notifyAll",
      "register",
      "reply",
      "setXmlrpcCallback",
      "unregister",
      "x-status",
      "x-stop"
    ])
  })

  it.each(titled)("HUB-22 %s with one argument less or more is a fault", (_, { method, params }) => {
    assert.isTrue(isMalformed(method, params.slice(0, -1)), "the last one missing")
    assert.isTrue(isMalformed(method, params.slice(1)), "the first one missing")
    assert.isTrue(isMalformed(method, []), "none")
    for (const extra of ["", [], map({})]) {
      assert.isTrue(isMalformed(method, [...params, extra]), "one too many")
    }
  })

  it.each(titled)("HUB-22 STD-02 %s with an argument of another type is a fault", (_, { method, params }) => {
    for (const [index, param] of params.entries()) {
      const others: ReadonlyArray<SampValue> = typeof param === "string"
        ? [[param], map({}), []]
        : ["", [], [param]]
      for (const other of others) {
        assert.isTrue(isMalformed(method, params.with(index, other)), `argument ${index + 1}`)
      }
    }
  })

  it("HUB-22 ERR-05 the fault says which argument is wrong, and never what a string argument was", () => {
    const asked = ask("samp.hub.notify", ["k:secret-key", id, "oops"])
    assert.isTrue(Result.isFailure(asked) && asked.failure.text.includes("argument 3"))
    for (
      const params of [["k:secret-key", [], content], ["k:secret-key"], ["k:secret-key", id, content, "x"]]
    ) {
      const refused = ask("samp.hub.notify", params)
      assert.isTrue(Result.isFailure(refused) && !refused.failure.text.includes("secret"))
    }
  })
})

describe("ping", () => {
  it("STD-13 HUB-01 needs no argument, and takes a key", () => {
    assert.deepStrictEqual(ask("samp.hub.ping", []), Result.succeed(asks({ _tag: "Ping" })))
    assert.deepStrictEqual(ask("samp.hub.ping", [key]), Result.succeed(asks({ _tag: "Ping", key })))
    assert.deepStrictEqual(
      ask("samp.hub.ping", [""]),
      Result.succeed(asks({ _tag: "Ping", key: PrivateKey("") }))
    )
  })

  it("STD-13 HUB-22 takes nothing else", () => {
    for (const params of [[key, key], [[]], [map({})]]) assert.isTrue(isMalformed("samp.hub.ping", params))
  })
})

describe("HUB-23 unknown methods", () => {
  it.each([
    "samp.hub.nosuch",
    "samp.hub.Notify",
    "samp.hub.",
    "notify",
    "samp.webhub.register",
    "samp.client.receiveCall",
    "system.listMethods",
    "__proto__",
    "constructor",
    "toString",
    "samp.hub.ping "
  ])("HUB-23 WEB-05 %j is a fault of its own, and named", (method) => {
    const asked = ask(method, [])
    assert.isTrue(Result.isFailure(asked) && asked.failure.reason === "UnknownMethod")
    assert.isTrue(Result.isFailure(asked) && asked.failure.text.includes(method))
  })

  it("ERR-05 HUB-23 a long or odd name makes a short line", () => {
    const asked = ask(`a\n\u00e9${"b".repeat(5_000)}`, [])
    assert.isTrue(Result.isFailure(asked) && /^[\x20-\x7e]{1,150}$/u.test(asked.failure.text))
  })
})

describe("DLV-11 DLV-13 timeouts", () => {
  const wait = (timeout: string) => ask("samp.hub.callAndWait", [key, id, content, timeout])
  const seconds = (timeout: string): number | undefined => {
    const asked = wait(timeout)
    return Result.isSuccess(asked) && asked.success._tag === "Operation" &&
        asked.success.operation._tag === "CallAndWait"
      ? asked.success.operation.timeoutSeconds
      : undefined
  }

  it.each([["0", 0], ["1", 1], ["+5", 5], ["-1", -1], ["0600", 600], ["2147483647", 2_147_483_647]])(
    "DLV-11 %j seconds",
    (timeout, expected) => assert.strictEqual(seconds(timeout), expected)
  )

  it.each(["", " ", "1.0", "1e3", "abc", "10s", " 10", "10 ", "0x10", "NaN", "infinity", "--1"])(
    "DLV-13 %j is a fault",
    (timeout) => {
      const asked = wait(timeout)
      assert.isTrue(Result.isFailure(asked) && asked.failure.reason === "Malformed")
      assert.isTrue(Result.isFailure(asked) && asked.failure.text.includes("timeout"))
    }
  )

  it.each(["9007199254740993", "9223372036854775807"])(
    "DLV-11 DT-07 %j is an int, so it is no fault",
    (timeout) => {
      assert.isAbove(seconds(timeout) ?? 0, 1e9)
    }
  )
})

describe("STD-07 callback URLs", () => {
  const set = (address: string) => ask("samp.hub.setXmlrpcCallback", [key, address])

  it.each([
    "http://127.0.0.1:1234/xmlrpc",
    "http://127.0.0.1:1234",
    "http://somehost:1234/",
    "http://somehost.example.org:1234/RPC2?a=b&c",
    "http://[::1]:1234/",
    "http://127.0.0.1/",
    "HTTP://127.0.0.1:1234/"
  ])("STD-07 WIRE-101 %s is kept as it is", (address) => {
    assert.deepStrictEqual(
      set(address),
      Result.succeed(asks({ _tag: "SetCallback", key, callback: { _tag: "Post", url: address } }))
    )
  })

  it.each([
    "",
    "xmlrpc",
    "/xmlrpc",
    "127.0.0.1:1234",
    "//127.0.0.1:1234/",
    "http:",
    "http://",
    "http:///xmlrpc",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:port/",
    "http://[::1/",
    "http://a b/",
    "file:///a/x",
    "javascript:alert(1)",
    "ftp://127.0.0.1/"
  ])("STD-07 %j is no endpoint, and a fault", (address) => {
    const asked = set(address)
    assert.isTrue(Result.isFailure(asked) && asked.failure.reason === "Malformed")
  })

  it("STD-07 STD-01 an https URL is a fault, as callbacks go by plain http", () => {
    assert.isTrue(Result.isFailure(set("https://127.0.0.1:1234/")))
  })
})

describe("STD-05 STD-26..28 CLI-01..03 callbacks", () => {
  const cases: ReadonlyArray<readonly [string, Delivery, string, ReadonlyArray<SampValue>]> = [
    [
      "STD-26 CLI-01",
      { _tag: "Notification", sender: id, message: content },
      "samp.client.receiveNotification",
      [key, id, content]
    ],
    [
      "STD-27 CLI-02",
      { _tag: "Call", sender: id, msgId: MessageId("m"), message: content },
      "samp.client.receiveCall",
      [key, id, "m", content]
    ],
    [
      "STD-28 CLI-03",
      { _tag: "Response", responder: id, tag: "t", response: content },
      "samp.client.receiveResponse",
      [key, id, "t", content]
    ]
  ]

  it.each(cases)(
    "%s STD-05 %o goes out with the recipient's own key first",
    (_, delivery, method, params) => {
      assert.deepStrictEqual(callback(key, delivery), { method, params })
    }
  )
})
