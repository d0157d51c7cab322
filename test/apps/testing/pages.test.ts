/** Web pages in a simulation, behind effects and behind promises. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect, test, vi } from "vitest"
import * as Consents from "../../../src/adapters/memory/Consents.ts"
import { Files } from "../../../src/adapters/memory/Files.ts"
import { Network } from "../../../src/adapters/memory/Network.ts"
import { Pages } from "../../../src/adapters/memory/Pages.ts"
import * as SampClient from "../../../src/apps/client/SampClient.ts"
import * as Peer from "../../../src/apps/testing/Peer.ts"
import * as SimHub from "../../../src/apps/testing/SimHub.ts"
import * as Simulation from "../../../src/apps/testing/Simulation.ts"
import { startSimHub } from "../../../src/apps/testing/startSimHub.ts"
import { webClients } from "../../../src/domain/HubState.ts"
import { webUrl } from "../../../src/domain/web/WebPlace.ts"

const archive = "https://archive.example"
const survey = "https://survey.example"
const answers = { "table.load.votable": Peer.ok({ rows: "3" }) }

/** What the hub knows of its pages. */
const pagesAt = Effect.gen(function*() {
  const { engine } = yield* Effect.flatMap(SimHub.SimHub, ({ current }) => current)
  return webClients(yield* engine.state).map(({ web }) => [web.name, web.origin]).sort()
})

describe("simulated pages", () => {
  it("register where they come from, by the user's leave, and answer calls", () => {
    Simulation.run(
      Effect.gen(function*() {
        const client = yield* SampClient.make({ name: "mine" })
        const id = yield* Effect.flatMap(Peer.get("archive"), (peer) => peer.id)
        const { result } = yield* client.call(id, "table.load.votable", { url: "file:///t.vot" })
        assert.strictEqual(result.get("rows"), "3")
        assert.deepStrictEqual(yield* pagesAt, [["archive", archive], ["survey", survey]])
        const asked = yield* Effect.flatMap(Consents.Consents, ({ asked }) => asked)
        assert.deepStrictEqual(asked.map(({ name }) => name).sort(), ["archive", "survey"])
      }),
      {
        web: true,
        peers: [
          Peer.page({ name: "archive", origin: archive, answers }),
          Peer.page({ name: "survey", origin: survey })
        ]
      }
    )
  })

  it("WEB-60, WEB-61 may send what consent says, and what is harmless", () => {
    Simulation.run(
      Effect.gen(function*() {
        const viewer = yield* Effect.flatMap(Peer.get("viewer"), (peer) => peer.id)
        const outcome = (origin: string, mtype: string) =>
          Effect.gen(function*() {
            const page = yield* SampClient.make({ name: "page", hub: { web: webUrl, origin } })
            const result = yield* Effect.result(page.notify(viewer, mtype))
            return result._tag
          }).pipe(Effect.scoped)
        assert.strictEqual(yield* outcome(archive, "x.run"), "Success")
        assert.strictEqual(yield* outcome(survey, "x.run"), "Failure")
        assert.strictEqual(yield* outcome(survey, "table.load.votable"), "Success")
      }),
      {
        web: true,
        consent: Consents.byOrigin({ [archive]: Consents.allow({ send: ["x.*"] }) }, Consents.allow()),
        peers: [{ name: "viewer", answers: { ...answers, "x.run": Peer.ok() } }]
      }
    )
  })

  it("WEB-53, WEB-54 read what a program of the desktop has told them, and nothing else", () => {
    Simulation.run(
      Effect.gen(function*() {
        const client = yield* SampClient.make({ name: "mine" })
        const page = yield* Peer.get("archive")
        const { web } = yield* page.client.connection
        yield* Effect.forEach(
          ["/a.vot", "/b.vot"],
          (path) => Files.use((files) => files.write(path, new Uint8Array(4)))
        )
        yield* client.notify(yield* page.id, "table.load.votable", { url: "file:///a.vot" })
        const status = (url: string, origin: string) =>
          Pages.use((pages) => pages.read(`${web?.translator}${encodeURIComponent(url)}`, { origin }))
            .pipe(Effect.map(({ status }) => status))
        assert.strictEqual(yield* status("file:///a.vot", archive), 200)
        assert.strictEqual(yield* status("file:///b.vot", archive), 403)
        assert.strictEqual(yield* status("file:///a.vot", survey), 403)
      }),
      { web: true, peers: [Peer.page({ name: "archive", origin: archive, answers })] }
    )
  })

  it("WEB-02 a second hub finds the port taken, and goes on without", () => {
    Simulation.run(
      Effect.gen(function*() {
        const second = yield* SimHub.startWebHub({ multi: true, logLevel: "None" }, "second")
        const state = yield* second.web?.state ?? Effect.undefined
        assert.include(state?._tag === "Off" ? state.why : "", "is taken")
        assert.lengthOf(yield* Effect.flatMap(Network, (network) => network.endpointsOf("second")), 1)
      }),
      { web: true }
    )
  })

  it("a hub without the option has no Web Profile", () => {
    Simulation.run(Effect.gen(function*() {
      const failure = yield* Effect.flip(SampClient.make({ name: "page", hub: { web: webUrl } }))
      assert.strictEqual(failure._tag === "CallError" ? failure.reason : failure._tag, "Refused")
      const { web } = yield* Effect.flatMap(SimHub.SimHub, ({ current }) => current)
      assert.isUndefined(web)
    }))
  })

  it("polls are interrupted when a page is closed, wait for a frozen hub, and break when it dies", () => {
    Simulation.run(
      Effect.gen(function*() {
        const hub = yield* SimHub.SimHub
        const archivist = yield* Peer.get("archive")
        const surveyor = yield* Peer.get("survey")
        const pulls = Effect.map(
          Effect.flatMap(
            Effect.flatMap(SimHub.SimHub, ({ current }) => current),
            ({ engine }) => engine.state
          ),
          (state) => webClients(state).filter(({ web }) => web.pull !== undefined).length
        )
        assert.strictEqual(yield* pulls, 2)
        yield* archivist.process.kill
        assert.strictEqual(yield* pulls, 1)
        yield* hub.freeze
        yield* Effect.sleep("20 seconds")
        assert.strictEqual((yield* surveyor.client.status)._tag, "Connected")
        yield* hub.thaw
        yield* hub.kill
        yield* Effect.sleep("2 seconds")
        assert.strictEqual((yield* surveyor.client.status)._tag, "Searching")
      }),
      {
        web: true,
        peers: [
          Peer.page({ name: "archive", origin: archive }),
          Peer.page({ name: "survey", origin: survey })
        ]
      }
    )
  })
})

describe("simulated pages behind promises", () => {
  test("register, get messages, and are refused", async () => {
    await using hub = await startSimHub({
      web: true,
      consent: Consents.byOrigin({ [archive]: Consents.allow() }, Consents.deny()),
      peers: [Peer.page({ name: "archive", origin: archive, answers })]
    })
    await using client = await hub.connect({ name: "mine" })
    const { result } = await client.call(await hub.peer("archive").id(), "table.load.votable")
    expect(result).toEqual({ rows: "3" })
    await using page = await hub.connect({ name: "mine", hub: { web: webUrl, origin: archive } })
    const got = vi.fn<() => void>()
    await page.bind("table.x", got)
    expect(await client.notifyAll("table.x")).toHaveLength(1)
    await vi.waitFor(() => expect(got).toHaveBeenCalledOnce(), 20_000)
    await expect(hub.connect({ name: "no", hub: { web: webUrl, origin: survey } })).rejects.toThrow(
      /did not let this client in/u
    )
  })
})
