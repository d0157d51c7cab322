/**
 * However a callee goes, every call to it ends, exactly once, with a code that says why. Three ways to call are open at
 * the same time at one callee, which all clients know under an MType of its own.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { checkPrompt } from "../support/promptness.ts"
import { type Hub, pause, until, World } from "./harness.ts"
import { type Client, message, okResponse } from "./support/Client.ts"
import { at, Fault, textAt, type Value } from "./support/Wire.ts"

/** Milliseconds in which the end of a call to a dead callee must be told; its detection takes about one second. */
const promptMs = 2_500
/** Milliseconds in which a second end would come. */
const secondMs = 400

interface Open {
  readonly sender: Client
  readonly healthy: Client
  /** Responses to the waiting calls. */
  readonly waited: Promise<ReadonlyArray<Value>>
  readonly begun: number
}

/** Opens a call, a callAll that also reaches a healthy client, and two callAndWait, one without limit. */
const openCalls = async (world: World, hub: Hub, callee: string, mtype: string): Promise<Open> => {
  const healthy = await world.client(hub, mtype)
  healthy.answerAll(okResponse({ from: "healthy" }))
  const sender = await world.client(hub, "samp.hub.event.unregister")
  const content = message(mtype)
  const begun = performance.now()
  const waited = Promise.all([
    sender.ask("callAndWait", callee, content, "60"),
    sender.ask("callAndWait", callee, content, "0")
  ])
  await sender.ask("call", callee, "one", content)
  const reached = await sender.ask("callAll", "all", content)
  assert.hasAllKeys(reached, [callee, healthy.id], "callAll reaches both")
  return { sender, healthy, waited, begun }
}

/** Demands that all four calls end once with this code, and that the healthy one's answer came too. */
const endsWith = async (open: Open, callee: string, code: string, limitMs = promptMs): Promise<void> => {
  const { begun, healthy, sender, waited } = open
  const from = (id: string, tag: string) => sender.got(tag).filter((delivery) => delivery.from === id)
  const responses = await waited
  const ended = () => from(callee, "one").length > 0 && from(callee, "all").length > 0
  await until("the error responses", ended)
  const took = performance.now() - begun
  await until("the healthy answer", () => from(healthy.id, "all").length > 0)
  await pause(secondMs)

  for (const tag of ["one", "all"]) {
    assert.lengthOf(from(callee, tag), 1, `the ${tag} call ends exactly once`)
    assert.strictEqual(textAt(from(callee, tag)[0]?.content, "samp.error", "samp.code"), code, tag)
  }
  for (const response of responses) {
    assert.strictEqual(textAt(response, "samp.status"), "samp.error")
    assert.strictEqual(textAt(response, "samp.error", "samp.code"), code)
    assert.include(textAt(response, "samp.error", "samp.errortxt"), callee, "the text names the client")
  }
  assert.lengthOf(from(healthy.id, "all"), 1)
  assert.strictEqual(at(from(healthy.id, "all")[0]?.content, "samp.status"), "samp.ok")
  await checkPrompt(`${code} is told`, took, limitMs)
}

/** Whether the hub knows the client, and how often it told that it went. */
const gone = async ({ sender }: Open, callee: string) => ({
  listed: (await sender.others()).includes(callee),
  events:
    sender.got("samp.hub.event.unregister").filter(({ content }) =>
      textAt(content, "samp.params", "id") === callee
    ).length
})

const faultOf = (asked: Promise<Value>): Promise<string> =>
  asked.then(() => assert.fail("no fault"), (error: unknown) => {
    assert.instanceOf(error, Fault)
    return error.message
  })

describe.concurrent("a callee that goes", () => {
  const world = new World()
  let hub: Hub
  beforeAll(async () => {
    hub = await world.hub(["--delivery-timeout", "1"])
  })
  afterAll(() => world[Symbol.asyncDispose]())

  for (const state of ["at work", "stopped"] as const) {
    it(`DLV-23, GEN-06, EVT-03: kill -9 of a process ${state} ends every open call, even those without limit`, async () => {
      const mtype = `e2e.killed-${state.replace(" ", "-")}`
      const { ids: [callee = ""], program } = await world.peer(hub, 1, mtype)
      const open = await openCalls(world, hub, callee, mtype)
      await until("four calls at the callee", () => program.messages.length === 5)
      if (state === "stopped") {
        program.signal("SIGSTOP")
        await pause(200)
      }
      await program.kill()
      const killed = performance.now()
      await endsWith({ ...open, begun: killed }, callee, "hub.recipient-dead")
      assert.deepStrictEqual(await gone(open, callee), { listed: false, events: 1 })
      assert.include(await faultOf(open.sender.ask("getMetadata", callee)), callee, "REG-10")
    })
  }

  it("DLV-23, EVT-03, REG-10: unregistering ends every open call at once", async () => {
    const callee = await world.client(hub, "e2e.unregistered")
    const open = await openCalls(world, hub, callee.id, "e2e.unregistered")
    await until("four calls at the callee", () => callee.got("e2e.unregistered").length === 4)
    const [first] = callee.got("e2e.unregistered")
    const begun = performance.now()
    await callee.ask("unregister")
    await endsWith({ ...open, begun }, callee.id, "hub.recipient-unregistered", 1_000)
    assert.deepStrictEqual(await gone(open, callee.id), { listed: false, events: 1 })
    await faultOf(callee.ask("reply", first?.label ?? "", okResponse()))
  })

  it("DLV-09, GEN-06, WIRE-151: a callback port that refuses ends every call, and the registration", async () => {
    const callee = await world.client(hub, "e2e.refuses")
    await callee.refuse()
    const open = await openCalls(world, hub, callee.id, "e2e.refuses")
    await endsWith(open, callee.id, "hub.recipient-dead")
    assert.deepStrictEqual(await gone(open, callee.id), { listed: false, events: 1 })
    await faultOf(callee.ask("getRegisteredClients"))
  })

  for (const manner of ["fault", "status 500"] as const) {
    it(`DLV-09, WIRE-34: a callback answered with a ${manner} ends the call, and the client stays`, async () => {
      const mtype = `e2e.${manner.replace(" ", "-")}`
      const callee = await world.client(hub, mtype)
      callee.manner = manner
      const open = await openCalls(world, hub, callee.id, mtype)
      await endsWith(open, callee.id, "hub.recipient-refused", 1_000)
      assert.deepStrictEqual(await gone(open, callee.id), { listed: true, events: 0 })
      assert.lengthOf(callee.got(mtype), 4, "nothing is delivered twice")
      // DLV-15: what it refused it cannot answer afterwards
      await faultOf(callee.ask("reply", callee.got(mtype)[0]?.label ?? "", okResponse()))
    })
  }

  it("DLV-08, WIRE-150, WIRE-151: a callback that is never answered ends the call, and the client stays", async () => {
    const callee = await world.client(hub, "e2e.silent")
    callee.manner = "silent"
    const open = await openCalls(world, hub, callee.id, "e2e.silent")
    await endsWith(open, callee.id, "hub.recipient-unresponsive")
    assert.deepStrictEqual(await gone(open, callee.id), { listed: true, events: 0 })
    assert.lengthOf(callee.got("e2e.silent"), 4, "nothing is delivered twice")
  })

  it("DLV-15: a callee that answers just before it is killed has answered, and nothing comes after", async () => {
    const sender = await world.client(hub)
    const callee = await world.client(hub, "e2e.answered")
    callee.answerAll(okResponse({ value: "1" }))
    const waited = await sender.ask("callAndWait", callee.id, message("e2e.answered"), "0")
    await sender.ask("call", callee.id, "answered", message("e2e.answered"))
    await until("the response", () => sender.got("answered").length === 1)
    await callee.refuse()
    await faultOf(callee.ask("reply", callee.got("e2e.answered")[1]?.label ?? "", okResponse()))
    await callee.ask("unregister")
    await pause(secondMs)
    assert.strictEqual(textAt(waited, "samp.result", "value"), "1")
    assert.lengthOf(sender.got("answered"), 1)
  })

  it("DLV-23, DLV-17: a caller that hangs up is forgotten, and its callee told so when it answers", async () => {
    const sender = await world.sender(hub)
    const callee = await world.client(hub, "e2e.hangup")
    const waiting = sender.ask("callAndWait", callee.id, message("e2e.hangup"), "0")
    waiting.catch(() => {})
    await until("the call", () => callee.got("e2e.hangup").length === 1)
    await sender.vanish()
    await pause(secondMs)
    const text = await faultOf(callee.ask("reply", callee.got("e2e.hangup")[0]?.label ?? "", okResponse()))
    assert.include(text, "msg-id")
  })

  it("DLV-12, DLV-14, DLV-22: a limit that passes is a fault, and the late answer is one too", async () => {
    const sender = await world.sender(hub)
    const callee = await world.client(hub, "e2e.late")
    const begun = performance.now()
    const text = await faultOf(sender.ask("callAndWait", callee.id, message("e2e.late"), "1"))
    const took = performance.now() - begun
    assert.include(text, "in time")
    assert.isAbove(took, 990)
    await checkPrompt("the fault", took, promptMs)
    await faultOf(callee.ask("reply", callee.got("e2e.late")[0]?.label ?? "", okResponse()))
  })
})
