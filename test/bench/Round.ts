// One round: a workload driven against one hub for a bounded time and count, every message accounted for.
//
// An operation is over when all that it is for has happened: the sender has its answer, each receiver the message, and
// for a call the sender the response. Only then does its slot start the next one, so the flood is bounded: JSAMP makes a
// thread for each delivery. The rate counts what is over, from the first request to the last arrival.
import { Ledger } from "./Ledger.ts"
import { cpuMicroseconds, machineCpuMicroseconds } from "./ProcessStats.ts"
import type { Session, Sink } from "./Session.ts"
import * as Wire from "./Wire.ts"

export type RoundWorkload = "notify" | "notifyAll" | "call" | "callAndWait"

interface Kind {
  readonly inFlight: number
  readonly broadcast: boolean
  readonly responses: boolean
}

/** Four broadcasts to 100 keep a hub as busy as it gets and leave JSAMP at 400 threads. */
export const kinds: { readonly [name in RoundWorkload]: Kind } = {
  notify: { inFlight: 32, broadcast: false, responses: false },
  notifyAll: { inFlight: 4, broadcast: true, responses: false },
  call: { inFlight: 32, broadcast: false, responses: true },
  callAndWait: { inFlight: 32, broadcast: false, responses: false }
}

export interface RoundBounds {
  readonly seconds: number
  /** In the unit that is counted: deliveries for notifyAll, operations else. */
  readonly count: number
}

export interface RoundResult {
  readonly workload: RoundWorkload
  /** Deliveries for notifyAll, operations else. */
  readonly count: number
  readonly seconds: number
  readonly perSecond: number
  readonly hubCpuMicrosecondsPerCount: number | undefined
  /** How much of one core the load generator used: near 1, it is the generator that was measured. */
  readonly generatorCpuShare: number
  /** How much of one core all other processes used: much more than nothing, and the figures are no measurement. */
  readonly otherCpuShare: number | undefined
  /** HTTP heads included, as the generator sent and received them. */
  readonly bytesOutPerCount: number
  readonly bytesInPerCount: number
  readonly failures: ReadonlyArray<string>
}

/** What is in flight when the time is up gets this long to arrive before it counts as lost. */
const drainMs = 10_000
/** After the last arrival, a doubled message gets this long to show. */
const settleMs = 40

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const bytesOf = (session: Session): { readonly out: number; readonly in: number } => {
  const { bytesIn, bytesOut } = session.callbackBytes()
  return { out: session.pool.bytesOut + bytesOut, in: session.pool.bytesIn + bytesIn }
}

/** Feeds the ledger from the callbacks; the callee's own `reply` is part of the operation. */
const sinkFor = (session: Session, ledger: Ledger): Sink => {
  const { pool, requests } = session
  const take = (receiver: number, source: string, bodyAt: number): number => {
    const sequence = Wire.sequenceIn(source, bodyAt)
    ledger.delivered(sequence, receiver, source)
    return sequence
  }
  return {
    notified: take,
    called: (receiver, source, bodyAt) => {
      const sequence = take(receiver, source, bodyAt)
      pool.send(requests.reply(receiver, Wire.thirdParameter(source, bodyAt), sequence), (failure) => {
        if (failure !== "") ledger.fail(`reply refused: ${failure}`)
      })
    },
    responded: (sender, source, bodyAt) => ledger.responded(sender, source, bodyAt),
    broken: (why) => ledger.fail(why)
  }
}

/** Starts operations until a bound is reached; resolves when nothing is in flight, or at the end of the drain. */
const drive = (session: Session, workload: RoundWorkload, ledger: Ledger, seconds: number): Promise<void> =>
  new Promise((resolve) => {
    const { pool } = session
    const templates = session.requests[workload]
    const deadline = performance.now() + seconds * 1000
    const isWait = workload === "callAndWait"
    let inFlight = kinds[workload].inFlight

    const timer = setTimeout(() => resolve(), seconds * 1000 + drainMs)
    const finish = (): void => {
      inFlight--
      if (inFlight > 0) return
      clearTimeout(timer)
      resolve()
    }
    const start = (slot: number): void => {
      const template = templates[slot]
      if (template === undefined || ledger.full || ledger.failed || performance.now() >= deadline) {
        return finish()
      }
      const sequence = ledger.open(slot)
      pool.send(Wire.render(template, sequence), (failure, source, bodyAt) => {
        const mixedUp = isWait && failure === "" && Wire.sequenceIn(source, bodyAt) !== sequence
        if (failure !== "") ledger.fail(`${workload} refused: ${failure}`)
        else if (mixedUp) ledger.fail(`${workload}: answer of another call: ${source}`)
        ledger.answered(sequence)
      })
    }
    ledger.onComplete = start
    for (let slot = 0; slot < kinds[workload].inFlight; slot++) start(slot)
  })

const waitForReplies = async (session: Session): Promise<void> => {
  const deadline = performance.now() + drainMs
  while (session.pool.busy > 0 && performance.now() < deadline) await pause(5)
}

export const runRound = async (
  session: Session,
  workload: RoundWorkload,
  receivers: number,
  bounds: RoundBounds
): Promise<RoundResult> => {
  const { hub } = session
  const kind = kinds[workload]
  const lanes = kind.broadcast ? receivers : 1
  const capacity = Math.max(kind.inFlight, Math.ceil(bounds.count / lanes))
  const ledger = new Ledger({
    base: session.nextSequence,
    capacity,
    lanes,
    receivers,
    responses: kind.responses
  })
  session.sink = sinkFor(session, ledger)

  const hubCpuBefore = cpuMicroseconds(hub.pid)
  const ownCpuBefore = process.cpuUsage()
  const machineCpuBefore = machineCpuMicroseconds()
  const bytesBefore = bytesOf(session)
  const startedAt = performance.now()
  ledger.lastArrival = startedAt
  await drive(session, workload, ledger, bounds.seconds)
  await waitForReplies(session)
  const hubCpuAfter = cpuMicroseconds(hub.pid)
  const hubCpu = hubCpuBefore === undefined || hubCpuAfter === undefined
    ? undefined
    : hubCpuAfter - hubCpuBefore
  const { system, user } = process.cpuUsage(ownCpuBefore)
  const ownCpu = system + user
  const machineCpu = machineCpuMicroseconds() - machineCpuBefore
  const elapsed = (performance.now() - startedAt) * 1000
  const bytesAfter = bytesOf(session)

  await pause(settleMs)
  session.nextSequence = ledger.next
  session.pool.closeAll()
  session.sink = session.idleSink
  const failures = [...ledger.verdict(), ...session.late.splice(0)]
  if (!hub.alive()) failures.push(`the hub has died: ${hub.lastWords()}`)

  const count = ledger.completed * lanes
  const seconds = (ledger.lastArrival - startedAt) / 1000
  return {
    workload,
    count,
    seconds,
    perSecond: count === 0 ? 0 : count / seconds,
    hubCpuMicrosecondsPerCount: hubCpu === undefined || count === 0 ? undefined : hubCpu / count,
    generatorCpuShare: ownCpu / elapsed,
    otherCpuShare: hubCpu === undefined ? undefined : Math.max(0, machineCpu - hubCpu - ownCpu) / elapsed,
    bytesOutPerCount: count === 0 ? 0 : (bytesAfter.out - bytesBefore.out) / count,
    bytesInPerCount: count === 0 ? 0 : (bytesAfter.in - bytesBefore.in) / count,
    failures
  }
}
