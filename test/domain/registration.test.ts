import { assert, describe, it } from "@effect/vitest"
import { ClientId, PrivateKey } from "../../src/domain/Identifiers.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { emptyMap, map } from "../../src/domain/SampValue.ts"
import { hubId, Table } from "../support/Table.ts"

const nobody = { id: ClientId("c99"), key: PrivateKey("KEY-99") }

describe("registration", () => {
  it("REG-02, REG-04, REG-11, STD-08, HUB-02 tells hub-id, self-id and private key", () => {
    const table = new Table()
    const outputs = table.operate({ _tag: "Register", freshKey: PrivateKey("fresh") })
    const info = table.answerIn(outputs, table.lastRequest)
    assert.deepStrictEqual(
      info,
      map({ "samp.hub-id": "hub", "samp.self-id": "c1", "samp.private-key": "fresh" })
    )
    assert.strictEqual(table.sender().id, "c2")
  })

  it("REG-01, HUB-24 nothing but ping and register works without a key", () => {
    const table = new Table()
    assert.strictEqual(table.answerIn(table.operate({ _tag: "Ping" }), 0), "")
    for (const tag of ["Unregister", "GetRegisteredClients"] as const) {
      assert.strictEqual(table.ask(nobody, { _tag: tag }), "fault: UnknownKey", tag)
    }
    assert.strictEqual(
      table.ask(nobody, { _tag: "DeclareMetadata", metadata: emptyMap }),
      "fault: UnknownKey"
    )
    assert.strictEqual(
      table.ask(nobody, { _tag: "Notify", recipient: hubId, message: emptyMap }),
      "fault: UnknownKey"
    )
  })

  it("STD-13 a ping with a key tells whether it is still good", () => {
    const table = new Table()
    const one = table.sender()
    assert.strictEqual(table.ask(one, { _tag: "Ping" }), "")
    table.ask(one, { _tag: "Unregister" })
    assert.strictEqual(table.ask(one, { _tag: "Ping" }), "fault: UnknownKey")
  })

  it("REG-03, REG-08 ids are never used again, and one process may hold several", () => {
    const table = new Table()
    const ids = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const guest = table.sender()
      ids.add(guest.id)
      if (i % 2 === 0) table.ask(guest, { _tag: "Unregister" })
    }
    assert.strictEqual(ids.size, 20)
  })

  it("REG-07 a fresh client has declared nothing", () => {
    const table = new Table()
    const one = table.sender()
    assert.deepStrictEqual(table.ask(one, { _tag: "GetMetadata", id: one.id }), emptyMap)
    assert.deepStrictEqual(table.ask(one, { _tag: "GetSubscriptions", id: one.id }), emptyMap)
  })

  it("REG-09, REG-10, HUB-03 unregistering ends the key and the id, also for a second time", () => {
    const table = new Table()
    const one = table.callable("a.b")
    const two = table.sender()
    assert.strictEqual(table.ask(one, { _tag: "Unregister" }), "")
    assert.strictEqual(table.ask(one, { _tag: "Unregister" }), "fault: UnknownKey")
    assert.deepStrictEqual(table.ask(two, { _tag: "GetRegisteredClients" }), ["hub"])
    assert.strictEqual(table.ask(two, { _tag: "GetMetadata", id: one.id }), "fault: UnknownClient")
    assert.deepStrictEqual(table.ask(two, { _tag: "GetSubscribedClients", mtype: "a.b" }), emptyMap)
  })

  it("REG-05, HUB-08, SUB-08 the hub is listed, the caller is not", () => {
    const table = new Table({ metadata: map({ "samp.name": "Hub" }) })
    const one = table.sender()
    const two = table.sender()
    assert.deepStrictEqual(table.ask(one, { _tag: "GetRegisteredClients" }), ["hub", two.id])
    assert.deepStrictEqual(table.ask(one, { _tag: "GetMetadata", id: hubId }), map({ "samp.name": "Hub" }))
  })

  it("REG-13 no event, id or fault holds a private key", () => {
    const table = new Table()
    const spy = table.callable("*")
    const one = table.callable("a")
    table.ask(one, { _tag: "DeclareMetadata", metadata: map({ "samp.name": "x" }) })
    table.ask(one, { _tag: "Unregister" })
    table.ask(one, { _tag: "Ping" })
    const shown = JSON.stringify(table.outputs, (_, value) => value instanceof Map ? [...value] : value)
    const answers = table.outputs.filter((output) => output._tag === "Answer").length
    assert.strictEqual(
      shown.split(one.key).length - 1,
      2,
      `its own registration and its callback, of ${answers} answers`
    )
    assert.isAbove(table.deliveries(spy).length, 3)
  })

  it("WEB-67 a full hub takes nobody more, and says so", () => {
    const table = new Table({ limits: { ...defaults, clients: 2 } })
    table.sender()
    const second = table.sender()
    const third = table.operate({ _tag: "Register", freshKey: PrivateKey("KEY-3") })
    assert.strictEqual(table.answerIn(third, table.lastRequest), "fault: Limit")
    table.ask(second, { _tag: "Unregister" })
    assert.strictEqual(table.sender().id, "c3")
  })
})

describe("metadata", () => {
  it("META-01, META-02, META-03, META-04, HUB-04, HUB-05 is replaced as a whole and returned as it came", () => {
    const table = new Table()
    const one = table.sender()
    const two = table.sender()
    const metadata = map({ "samp.name": "x", "own.key": ["1", map({ "": "" })] })
    assert.strictEqual(table.ask(one, { _tag: "DeclareMetadata", metadata }), "")
    assert.strictEqual(table.ask(two, { _tag: "GetMetadata", id: one.id }), metadata)
    table.ask(one, { _tag: "DeclareMetadata", metadata: emptyMap })
    assert.deepStrictEqual(table.ask(one, { _tag: "GetMetadata", id: one.id }), emptyMap)
    assert.strictEqual(table.ask(one, { _tag: "GetMetadata", id: ClientId("c9") }), "fault: UnknownClient")
  })

  it("META-05, EVT-05, EVT-12 is announced whole, to the one who declares it too", () => {
    const table = new Table()
    const one = table.callable("samp.hub.event.metadata")
    const metadata = map({ "samp.name": "x" })
    table.ask(one, { _tag: "DeclareMetadata", metadata })
    assert.deepStrictEqual(table.lastEvent(one, "samp.hub.event.metadata"), map({ id: one.id, metadata }))
    table.ask(one, { _tag: "DeclareMetadata", metadata: emptyMap })
    assert.deepStrictEqual(
      table.lastEvent(one, "samp.hub.event.metadata"),
      map({ id: one.id, metadata: emptyMap })
    )
  })
})

describe("subscriptions", () => {
  it("SUB-03, SUB-09, HUB-06, HUB-07 are replaced as a whole and returned as declared", () => {
    const table = new Table()
    const one = table.callable("a.b")
    const subscriptions = map({ "c.*": map({ note: "1" }) })
    table.ask(one, { _tag: "DeclareSubscriptions", subscriptions })
    assert.strictEqual(table.ask(one, { _tag: "GetSubscriptions", id: one.id }), subscriptions)
    const two = table.sender()
    assert.deepStrictEqual(table.ask(two, { _tag: "GetSubscribedClients", mtype: "a.b" }), emptyMap)
    assert.strictEqual(
      table.ask(two, { _tag: "GetSubscriptions", id: ClientId("c9") }),
      "fault: UnknownClient"
    )
  })

  it("SUB-07, HUB-09 the annotation is that of the most specific pattern", () => {
    const table = new Table()
    const one = table.callable()
    const note = (text: string) => map({ note: text })
    const subscriptions = map({
      "*": note("all"),
      "a.*": note("a"),
      "a.b.*": note("ab"),
      "a.b.c": note("abc")
    })
    table.ask(one, { _tag: "DeclareSubscriptions", subscriptions })
    const two = table.sender()
    const noteOf = (mtype: string) => {
      const found = table.ask(two, { _tag: "GetSubscribedClients", mtype })
      return found instanceof Map ? found.get(one.id) : undefined
    }
    assert.deepStrictEqual(noteOf("a.b.c"), note("abc"))
    assert.deepStrictEqual(noteOf("a.b.d"), note("ab"))
    assert.deepStrictEqual(noteOf("a.b"), note("a"))
    assert.deepStrictEqual(noteOf("b"), note("all"))
  })

  it("SUB-11, HUB-25 ill-formed ones are refused and the old ones stay", () => {
    const table = new Table()
    const one = table.callable("a.b")
    for (const bad of ["*.b", "a.*.c", "a*", "a.", "", "a..b"]) {
      const subscriptions = map({ good: emptyMap, [bad]: emptyMap })
      assert.strictEqual(
        table.ask(one, { _tag: "DeclareSubscriptions", subscriptions }),
        "fault: Malformed",
        bad
      )
    }
    const flat = map({ a: "no map" })
    assert.strictEqual(
      table.ask(one, { _tag: "DeclareSubscriptions", subscriptions: flat }),
      "fault: Malformed"
    )
    assert.deepStrictEqual(table.ask(one, { _tag: "GetSubscriptions", id: one.id }), map({ "a.b": emptyMap }))
    const two = table.sender()
    assert.deepStrictEqual(
      table.ask(two, { _tag: "GetSubscribedClients", mtype: "a.b" }),
      map({ [one.id]: emptyMap })
    )
  })

  it("SUB-10, GEN-09 those of a client that is not callable wait until it is", () => {
    const table = new Table()
    const one = table.sender()
    const two = table.sender()
    const subscriptions = map({ "a.b": emptyMap })
    assert.strictEqual(table.ask(one, { _tag: "DeclareSubscriptions", subscriptions }), "")
    assert.deepStrictEqual(table.ask(two, { _tag: "GetSubscribedClients", mtype: "a.b" }), emptyMap)
    table.ask(one, { _tag: "SetCallback", callback: { _tag: "Post", url: "http://127.0.0.1:9/" } })
    assert.deepStrictEqual(
      table.ask(two, { _tag: "GetSubscribedClients", mtype: "a.b" }),
      map({ [one.id]: emptyMap })
    )
  })

  it("SUB-13 a pattern is never expanded when it is asked for as an MType", () => {
    const table = new Table()
    table.callable("a.b")
    const wild = table.callable("a.*")
    const two = table.sender()
    assert.deepStrictEqual(
      table.ask(two, { _tag: "GetSubscribedClients", mtype: "a.*" }),
      map({ [wild.id]: emptyMap })
    )
  })

  it("SUB-12, EVT-06 are announced by the new ones: whoever subscribes to the event hears of that", () => {
    const table = new Table()
    const one = table.callable("samp.hub.event.subscriptions")
    const own = map({ id: one.id, subscriptions: map({ "samp.hub.event.subscriptions": emptyMap }) })
    assert.deepStrictEqual(table.lastEvent(one, "samp.hub.event.subscriptions"), own)
    const heard = table.heard(one).length
    table.ask(one, { _tag: "DeclareSubscriptions", subscriptions: emptyMap })
    assert.strictEqual(table.heard(one).length, heard)
  })

  it("STD-06, STD-07 a callback may be set again, and then counts", () => {
    const table = new Table()
    const one = table.callable("a")
    const outputs = table.operate({
      _tag: "SetCallback",
      key: one.key,
      callback: { _tag: "Post", url: "http://127.0.0.1:8/" }
    })
    const callback = { _tag: "Post", url: "http://127.0.0.1:8/" } as const
    assert.deepInclude(outputs, { _tag: "Callable", id: one.id, key: one.key, callback })
    assert.deepStrictEqual(
      table.ask(table.sender(), { _tag: "GetSubscribedClients", mtype: "a" }),
      map({ [one.id]: emptyMap })
    )
  })
})
