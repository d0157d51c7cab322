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
    expect(() => hub.peer("q")).toThrow(/no peer is called q/u)
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
})
