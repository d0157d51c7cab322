/**
 * Demands that something was prompt, on machines of any speed. A program that does nothing is the control: while it takes
 * longer than it should, because the machine is slow or busy elsewhere, everything else may take longer, too.
 */
import { assert } from "@effect/vitest"
import { spawn } from "node:child_process"

/** Milliseconds that Node takes to start and to end on a machine which has nothing else to do. */
const usualMs = 30

const startNode = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const begun = performance.now()
    const child = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" })
    child.once("error", reject)
    child.once("exit", () => resolve(performance.now() - begun))
  })

/** How many times slower than usual this machine is now, at least 1. */
const slowness = async (): Promise<number> => {
  let worst = usualMs
  for (let n = 0; n < 3; n++) worst = Math.max(worst, await startNode())
  return worst / usualMs
}

/**
 * Fails when something has taken too long.
 *
 * @param tookMs - milliseconds that it took
 * @param limitMs - milliseconds that it may take on a machine that has nothing else to do
 */
export const checkPrompt = async (what: string, tookMs: number, limitMs: number): Promise<void> => {
  if (tookMs < limitMs) return
  const times = await slowness()
  assert.isBelow(
    tookMs,
    limitMs * times,
    `${what}: ms, of ${limitMs} on a machine that is ${times} times faster`
  )
}
