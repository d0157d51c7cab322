/** The hub in memory behind promises, in real time: no test here waits for more than the next turn of the loop. */
import { describe, expect, test, vi } from "vitest"
import * as Peer from "../../../src/apps/testing/Peer.ts"
import { startSimHub } from "../../../src/apps/testing/startSimHub.ts"

const load = "table.load.votable"

describe("startSimHub", () => {
  test("a table that is sent by a client behind promises is loaded by a peer", async () => {
    await using hub = await startSimHub({ peers: [Peer.topcat()] })
    await using client = await hub.connect({ name: "my-script" })
    const [sent] = await client.sendTable([{ name: "M 31", ra: 10.68 }], { to: "topcat" })
    expect(sent?.error).toBeUndefined()
    const [table] = await hub.peer("topcat").loaded()
    expect(new TextDecoder().decode(table?.bytes)).toContain("M 31")
    const got = await hub.peer("topcat").got(load)
    expect(got.params["url"]).toBe(sent?.url)
  })

  test("files and pages are there for peers, and errors come back as they would", async () => {
    await using hub = await startSimHub()
    const peer = await hub.start({ name: "p", answers: { [load]: Peer.loads({ rows: 2 }) } })
    await using client = await hub.connect()
    const id = await peer.id()
    const url = await hub.writeFile("/data/a b.vot", new Uint8Array(3))
    await hub.putPage("http://example.org/t", new Uint8Array(5), "text/xml")
    expect((await client.call(id, load, { url })).result).toEqual({ rows: "2" })
    await client.call(id, load, { url: "http://example.org/t" })
    await expect(client.call(id, load, { url: "http://example.org/u" })).rejects.toThrow(/404/u)
    expect((await peer.loaded()).map(({ bytes }) => bytes.length)).toEqual([3, 5])
    expect((await peer.received()).map(({ mtype }) => mtype)).toEqual([load, load, load])
    expect(() => hub.peer("q")).toThrow(/no peer is called q; there is p$/u)
  })

  test("a peer sends on its own account; the hub goes, and another comes", async () => {
    await using hub = await startSimHub({ peers: [{ name: "p", answers: {} }] })
    await using client = await hub.connect({ name: "mine" })
    const { promise, resolve } = Promise.withResolvers<unknown>()
    await client.bind("x.note", ({ params }) => resolve(params))
    expect(await hub.peer("p").notifyAll("x.note", { n: "1" })).toHaveLength(1)
    expect(await promise).toEqual({ n: "1" })
    await hub.kill()
    await expect(client.ping()).rejects.toThrow(/nothing listens there/u)
    await hub.restart()
    await vi.waitFor(() => client.ping(), 20_000)
  })

  test("waiting can be given up", async () => {
    await using hub = await startSimHub({ peers: [{ name: "p", answers: {} }] })
    const signal = AbortSignal.abort(new Error("enough"))
    await expect(hub.peer("p").got("x", 1, { signal })).rejects.toThrow("enough")
    await hub.stop()
    await expect(hub.connect({ name: "mine" })).rejects.toThrow(/No hub is running/u)
  })

  test("what waits when it is closed is rejected, and whatever is asked for afterwards", async () => {
    const hub = await startSimHub({ peers: [{ name: "p", answers: { "x.note": Peer.ok() } }] })
    const peer = hub.peer("p")
    const client = await hub.connect({ name: "mine" })
    await client.notify(await peer.id(), "x.note")
    await peer.got("x.note")
    await hub.stop()
    const connecting = hub.connect({ name: "late", whenNoHub: "wait" })
    const pending = Promise.allSettled([peer.got("x.never"), connecting, client.connected()])
    await peer.received() // by now they wait
    await hub.close()
    const [never, late, connected] = await pending
    expect(never).toMatchObject({ status: "rejected", reason: { _tag: "SimHubClosed" } })
    expect(late).toMatchObject({ status: "rejected", reason: { _tag: "SimHubClosed" } })
    expect(connected).toMatchObject({ status: "rejected", reason: { _tag: "NotConnected" } })
    await hub.close()
    const asked = [
      () => hub.connect(),
      () => hub.restart(),
      () => hub.kill(),
      () => hub.writeFile("/a", new Uint8Array(1)),
      () => hub.start({ name: "q", answers: {} }),
      () => peer.got("x.note"),
      () => peer.id(),
      () => peer.notifyAll("x.note")
    ]
    for (const ask of asked) await expect(ask()).rejects.toThrow(/the simulated hub is closed/u)
    await expect(client.ping()).rejects.toThrow(/it has been closed/u)
    expect(await peer.received()).toHaveLength(1)
  })

  test("two peers of one name are a mistake", async () => {
    const script = { name: "p", answers: {} }
    await expect(startSimHub({ peers: [script, script] })).rejects.toThrow(/two peers are called p/u)
    await using hub = await startSimHub()
    expect(() => hub.peer("p")).toThrow(/there is none$/u)
    const [one, other] = await Promise.allSettled([hub.start(script), hub.start(script)])
    expect([one.status, other.status]).toEqual(["fulfilled", "rejected"])
    await expect(hub.start(script)).rejects.toThrow(/two peers are called p/u)
  })
})
