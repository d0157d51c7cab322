// One notify with a 10 MB string, against a hub that has done nothing else: what does it cost in memory?
import { type HubName, startHub } from "./HubProcess.ts"
import { peakBytes } from "./ProcessStats.ts"
import { openSession, type Session } from "./Session.ts"

export interface BigResult {
  readonly hub: HubName
  /** VmHWM with two clients registered, before the message. */
  readonly idleBytes: number | undefined
  /** VmHWM after it. */
  readonly peakBytes: number | undefined
  /** From the first byte sent to the last received. */
  readonly milliseconds: number
  readonly failures: ReadonlyArray<string>
}

const contentLength = 10_000_000
const withinMs = 30_000
const line = "The quick brown fox jumps over the lazy dog, and 0123456789 times so. "

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const deliver = (session: Session, content: string): Promise<ReadonlyArray<string>> =>
  new Promise((resolve) => {
    const failures: Array<string> = []
    let missing = 2
    let deliveries = 0
    const timer = setTimeout(() => resolve([...failures, "the 10 MB message was lost"]), withinMs)
    const arrived = (): void => {
      missing--
      if (missing > 0) return
      clearTimeout(timer)
      resolve(failures)
    }
    session.sink = {
      notified: (_receiver, source, bodyAt) => {
        deliveries++
        if (deliveries > 1) failures.push("the 10 MB message came twice")
        if (!source.includes(content, bodyAt)) failures.push("the 10 MB message came changed")
        arrived()
      },
      called: () => failures.push("a notification came as a call"),
      responded: () => failures.push("a notification was answered"),
      broken: (why) => failures.push(why)
    }
    session.pool.send(Buffer.from(session.requests.big(content), "latin1"), (failure) => {
      if (failure !== "") failures.push(`10 MB message refused: ${failure.slice(0, 400)}`)
      arrived()
    })
  })

export const runBig = async (name: HubName): Promise<BigResult> => {
  const hub = await startHub(name)
  const session = await openSession(hub, { senders: 1, receivers: 1 })
  try {
    const idleBytes = peakBytes(hub.pid)
    const content = line.repeat(Math.ceil(contentLength / line.length)).slice(0, contentLength)
    const startedAt = performance.now()
    const failures = await deliver(session, content)
    const milliseconds = performance.now() - startedAt
    // Whatever the hub still does with it after the delivery belongs to its cost.
    await pause(200)
    return { hub: name, idleBytes, peakBytes: peakBytes(hub.pid), milliseconds, failures }
  } finally {
    await hub.stop()
    session.close()
  }
}
