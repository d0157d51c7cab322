/** Each fault of the simulated network, alone. */
import { assert, describe, it } from "@effect/vitest"
import { wire } from "./Wire.ts"

const outputs = (...expected: ReadonlyArray<string>) => [...expected]
const none: ReadonlyArray<string> = []

describe("a network that nobody disturbs", () => {
  it("hands a call over, and its answer back, at once", () => {
    const net = wire()
    assert.deepStrictEqual(net.send(), outputs("Written 0", "Arrived 0"))
    assert.deepStrictEqual(net.answer(0), outputs("Returned 0"))
    assert.strictEqual(net.state().exchanges.size, 0)
  })

  it("refuses where nobody listens, or not any more", () => {
    const net = wire()
    assert.deepStrictEqual(net.send("ann", "nowhere"), outputs("Refused 0"))
    net.close()
    assert.deepStrictEqual(net.send(), outputs("Refused 1"))
  })

  it("tells the endpoint that its caller has hung up", () => {
    const net = wire()
    net.send()
    assert.deepStrictEqual(net.cancel(0), outputs("HungUp 0"))
    assert.deepStrictEqual(net.answer(0), none)
    assert.deepStrictEqual(net.cancel(0), none)
  })

  it("lets what is worked on be answered after the endpoint has closed", () => {
    const net = wire()
    net.send()
    assert.deepStrictEqual(net.close(), none)
    assert.deepStrictEqual(net.answer(0), outputs("Returned 0"))
  })

  it("knows nothing of answers to what it does not know, and of other attempts", () => {
    const net = wire()
    assert.deepStrictEqual(net.answer(7), none)
    net.send()
    assert.deepStrictEqual(net.answer(0, 2), none)
    assert.deepStrictEqual(net.answer(0), outputs("Returned 0"))
  })
})

describe("delay", () => {
  it("takes its time on both ways", () => {
    const net = wire({ delayMs: [10, 10] })
    assert.deepStrictEqual(net.send(), outputs("Written 0", "Wake 10"))
    assert.deepStrictEqual(net.at(10), outputs("Arrived 0"))
    assert.deepStrictEqual(net.answer(0), outputs("Wake 20"))
    assert.deepStrictEqual(net.at(20), outputs("Returned 0"))
  })

  it("asks again to be woken when it is woken too early, and changes nothing else", () => {
    const net = wire({ delayMs: [10, 10] })
    net.send()
    const before = net.state().exchanges
    assert.deepStrictEqual(net.at(9), outputs("Wake 10"))
    assert.deepStrictEqual(net.state().exchanges, before)
  })

  it("asks to be woken earlier when something else comes earlier", () => {
    const net = wire({ delayMs: [10, 10] })
    net.open("c", "carol")
    net.disturb({ delayMs: [3, 3] }, "c")
    net.send()
    assert.deepStrictEqual(net.send("ann", "c"), outputs("Written 1", "Wake 3"))
    assert.deepStrictEqual(net.at(3), outputs("Arrived 1", "Wake 10"))
  })

  it("lets nothing overtake on a way when it becomes shorter", () => {
    const net = wire({ delayMs: [10, 10] })
    net.send()
    net.disturb({ delayMs: [0, 0] })
    assert.deepStrictEqual(net.send(), outputs("Written 1"))
    assert.deepStrictEqual(net.send("eve"), outputs("Written 2", "Arrived 2"))
    assert.deepStrictEqual(net.at(10), outputs("Arrived 0", "Arrived 1"))
    assert.strictEqual(net.state().latest.size, 0)
  })

  it("brings answers in the order in which they were given", () => {
    const net = wire()
    net.send()
    net.send()
    net.disturb({ delayMs: [5, 5] })
    net.answer(1)
    net.answer(0)
    assert.deepStrictEqual(net.at(5), outputs("Returned 1", "Returned 0"))
  })

  it("cannot call back what is on its way: it arrives after its caller has given up", () => {
    const net = wire({ delayMs: [10, 10] })
    net.send()
    assert.deepStrictEqual(net.cancel(0), none)
    assert.deepStrictEqual(net.at(10), outputs("Arrived 0", "HungUp 0"))
    assert.deepStrictEqual(net.answer(0), none)
  })

  it("tells nobody what becomes of a call whose caller has given up", () => {
    const net = wire({ delayMs: [10, 10], lost: 1 })
    net.send()
    net.cancel(0)
    assert.deepStrictEqual(net.at(10), outputs("HungUp 0"))
    net.disturb({ lost: 0, capacity: 0, line: 0 })
    net.send()
    net.cancel(1)
    assert.deepStrictEqual(net.at(20), outputs("HungUp 1"))
    net.send()
    net.cancel(2)
    assert.deepStrictEqual(net.close(), outputs("HungUp 2"))
  })

  it("breaks what is on its way when the endpoint closes", () => {
    const net = wire({ delayMs: [10, 10] })
    net.send()
    assert.deepStrictEqual(net.close(), outputs("Broken 0: the endpoint closed"))
  })
})

describe("accidents", () => {
  it("lost: breaks before it arrives", () => {
    assert.deepStrictEqual(wire({ lost: 1 }).send(), outputs("Written 0", "Broken 0: before it arrived"))
  })

  it("answerLost: arrives, and breaks within the answer", () => {
    const net = wire({ answerLost: 1 })
    assert.deepStrictEqual(net.send(), outputs("Written 0", "Arrived 0"))
    assert.deepStrictEqual(net.answer(0), outputs("Broken 0: within the answer"))
  })

  it("silent: arrives, and nothing is ever heard of it, until its caller gives up", () => {
    const net = wire({ silent: 1 })
    net.send()
    assert.deepStrictEqual(net.answer(0), none)
    assert.deepStrictEqual(net.at(1_000_000), none)
    assert.deepStrictEqual(net.cancel(0), outputs("HungUp 0"))
  })

  it("resent: arrives twice, and the second answer counts", () => {
    const net = wire({ resent: 1 })
    assert.deepStrictEqual(net.send(), outputs("Written 0", "Arrived 0"))
    assert.deepStrictEqual(net.answer(0), outputs("Arrived 0.2"))
    assert.deepStrictEqual(net.answer(0, 1), none)
    assert.deepStrictEqual(net.answer(0, 2), outputs("Returned 0"))
  })

  it("happen in the shares they are asked for, as the dice say when a call is sent", () => {
    const net = wire({ lost: 0.2, answerLost: 0.2, silent: 0.2, resent: 0.2 }, 4)
    const fates = new Map<string, number>()
    for (let j = 0; j < 5_000; j++) {
      const lost = net.send().includes(`Broken ${j}: before it arrived`)
      const fate = lost ? "lost" : net.state().exchanges.get(j)?.fate ?? "?"
      fates.set(fate, (fates.get(fate) ?? 0) + 1)
      net.cancel(j)
    }
    assert.deepStrictEqual([...fates.keys()].sort(), ["answerLost", "lost", "resent", "silent", "well"])
    for (const [fate, count] of fates) assert.approximately(count, 1_000, 120, fate)
  })
})

describe("health", () => {
  it("hung: takes calls, and never answers", () => {
    const net = wire({ health: "hung" })
    assert.deepStrictEqual(net.send(), outputs("Written 0"))
    net.disturb({ health: "well" })
    assert.deepStrictEqual(net.at(10_000), none)
    assert.deepStrictEqual(net.send(), outputs("Written 1", "Arrived 1"))
    assert.deepStrictEqual(net.cancel(0), outputs("HungUp 0"))
  })

  it("dead: refuses connections, and breaks what is on its way", () => {
    const net = wire({ delayMs: [10, 10] })
    net.send()
    net.disturb({ health: "dead" })
    assert.deepStrictEqual(net.send(), outputs("Refused 1"))
    assert.deepStrictEqual(net.at(10), outputs("Broken 0: the endpoint closed"))
  })

  it("hangs also for those in line", () => {
    const net = wire({ capacity: 1 })
    net.send()
    net.send()
    net.disturb({ health: "hung" })
    assert.deepStrictEqual(net.answer(0), outputs("Returned 0"))
    assert.strictEqual(net.state().exchanges.get(1)?.phase, "Mute")
  })

  it("is nothing for endpoints that are not there", () => {
    const net = wire()
    assert.deepStrictEqual(net.disturb({ health: "dead" }, "nowhere"), none)
  })
})

describe("capacity", () => {
  it("lets the others wait in line, in order of arrival, and refuses when the line is full", () => {
    const net = wire({ capacity: 1, line: 2 })
    assert.deepStrictEqual(net.send(), outputs("Written 0", "Arrived 0"))
    assert.deepStrictEqual(net.send("eve"), outputs("Written 1"))
    assert.deepStrictEqual(net.send(), outputs("Written 2"))
    assert.deepStrictEqual(net.send(), outputs("Written 3", "Refused 3"))
    assert.deepStrictEqual(net.answer(0), outputs("Arrived 1", "Returned 0"))
    assert.deepStrictEqual(net.answer(1), outputs("Arrived 2", "Returned 1"))
  })

  it("lets nobody past the line", () => {
    const net = wire({ capacity: 1, line: 1, delayMs: [10, 10] })
    net.send("ann")
    net.at(4)
    net.send("eve")
    net.at(10)
    net.at(14) // eve waits in line
    net.disturb({ delayMs: [0, 0] })
    net.answer(0)
    assert.strictEqual(net.state().exchanges.get(1)?.phase, "In")
    assert.deepStrictEqual(net.send("carol"), outputs("Written 2"))
  })

  it("keeps the order of arrival, whoever set out first", () => {
    const net = wire({ capacity: 1 })
    net.send("dave")
    net.disturb({ delayMs: [10, 10] })
    net.send("ann")
    net.disturb({ delayMs: [0, 0] })
    net.send("eve")
    net.at(10)
    assert.deepStrictEqual(net.answer(0), outputs("Arrived 2", "Returned 0"))
  })

  it("is served when it grows, when somebody hangs up, and is broken when the endpoint closes", () => {
    const net = wire({ capacity: 1 })
    for (let j = 0; j < 4; j++) net.send()
    assert.deepStrictEqual(net.disturb({ capacity: 2 }), outputs("Arrived 1"))
    assert.deepStrictEqual(net.cancel(0), outputs("HungUp 0", "Arrived 2"))
    assert.deepStrictEqual(net.close(), outputs("Broken 3: the endpoint closed"))
  })

  it("takes who has hung up in line when it is his turn", () => {
    const net = wire({ capacity: 1 })
    for (let j = 0; j < 3; j++) net.send()
    assert.deepStrictEqual(net.cancel(1), none)
    assert.deepStrictEqual(net.answer(0), outputs("Arrived 1", "HungUp 1", "Arrived 2", "Returned 0"))
  })
})

describe("a cut way", () => {
  it("holds both directions back, in order, until it is mended", () => {
    const net = wire()
    net.send()
    net.cut("bob", "ann")
    assert.deepStrictEqual(net.answer(0), none)
    assert.deepStrictEqual(net.send(), outputs("Written 1"))
    assert.deepStrictEqual(net.send(), outputs("Written 2"))
    assert.deepStrictEqual(net.send("eve"), outputs("Written 3", "Arrived 3"))
    assert.deepStrictEqual(net.at(99), none)
    assert.deepStrictEqual(net.mend("ann", "bob"), outputs("Returned 0", "Arrived 1", "Arrived 2"))
  })

  it("does not let through that the other end has gone", () => {
    const net = wire()
    net.send()
    net.cut()
    assert.deepStrictEqual(net.die(), none)
    assert.deepStrictEqual(net.mend(), none)
    assert.deepStrictEqual(net.quiet(), outputs("Broken 0: it was half open"))
  })

  it("does not let through that the endpoint has closed", () => {
    const net = wire()
    net.cut()
    net.send()
    assert.deepStrictEqual(net.close(), none)
    assert.deepStrictEqual(net.mend(), none)
    assert.deepStrictEqual(net.cancel(0), outputs("HungUp 0"))
  })

  it("is told by both names, whatever is in them", () => {
    const net = wire()
    net.open("d", "b c")
    net.cut("a b", "c")
    assert.deepStrictEqual(net.send("a", "d"), outputs("Written 0", "Arrived 0"))
  })
})

describe("a frozen process", () => {
  it("keeps what it is sent, and gets it all when it goes on", () => {
    const net = wire({ capacity: 1 })
    net.freeze()
    assert.deepStrictEqual(net.send(), outputs("Written 0"))
    assert.deepStrictEqual(net.send(), outputs("Written 1"))
    assert.deepStrictEqual(net.thaw(), outputs("Arrived 0"))
    assert.deepStrictEqual(net.answer(0), outputs("Arrived 1", "Returned 0"))
  })

  it("does not read its answers", () => {
    const net = wire()
    net.send()
    net.freeze("ann")
    assert.deepStrictEqual(net.answer(0), none)
    assert.deepStrictEqual(net.thaw("ann"), outputs("Returned 0"))
  })

  it("does not serve its line", () => {
    const net = wire({ capacity: 1 })
    net.send()
    net.send()
    net.freeze()
    assert.deepStrictEqual(net.cancel(0), outputs("HungUp 0"))
    assert.deepStrictEqual(net.thaw(), outputs("Arrived 1"))
  })

  it("gets the calls whose callers have given up meanwhile", () => {
    const net = wire()
    net.freeze()
    net.send()
    net.cancel(0)
    assert.deepStrictEqual(net.thaw(), outputs("Arrived 0", "HungUp 0"))
  })

  it("is frozen no more when it dies", () => {
    const net = wire()
    net.freeze()
    net.send()
    assert.deepStrictEqual(net.die(), outputs("Broken 0: the process died"))
    assert.strictEqual(net.state().frozen.size, 0)
  })
})

describe("a process that dies", () => {
  it("breaks what it was called for, refuses from then on, and lets its answers arrive", () => {
    const net = wire()
    net.send()
    net.send()
    net.disturb({ delayMs: [5, 5] })
    net.answer(0)
    assert.deepStrictEqual(net.die(), outputs("Broken 1: the process died"))
    assert.deepStrictEqual(net.send(), outputs("Refused 2"))
    assert.deepStrictEqual(net.at(5), outputs("Returned 0"))
  })

  it("hangs up, and what it has sent still arrives", () => {
    const net = wire()
    net.send()
    net.disturb({ delayMs: [5, 5] })
    net.send()
    assert.deepStrictEqual(net.die("ann"), outputs("HungUp 0"))
    assert.deepStrictEqual(net.at(5), outputs("Arrived 1", "HungUp 1"))
    assert.strictEqual(net.state().exchanges.size, 0)
  })

  it("may have called itself", () => {
    const net = wire()
    net.send("bob")
    assert.deepStrictEqual(net.die(), outputs("Broken 0: the process died"))
  })
})

describe("the end of all faults", () => {
  it("mends ways and endpoints, and breaks what was half open", () => {
    const net = wire({ health: "hung", delayMs: [9, 9] })
    net.send("eve")
    net.cut()
    net.at(9)
    net.disturb({ lost: 1 })
    assert.deepStrictEqual(net.quiet(), outputs("Broken 0: it was half open"))
    assert.deepStrictEqual(net.send(), outputs("Written 1", "Arrived 1"))
  })

  it("does not thaw", () => {
    const net = wire()
    net.freeze()
    net.send()
    assert.deepStrictEqual(net.quiet(), none)
    assert.deepStrictEqual(net.thaw(), outputs("Arrived 0"))
  })
})
