/**
 * A thread that looks at a directory as fast as it can, and notes every file that others could read and every lockfile
 * that is not whole: what happens only for a moment is not seen from the thread that does it.
 */
import { Worker } from "node:worker_threads"

const watcher = `
const { readdirSync, readFileSync, statSync } = require("node:fs")
const { join } = require("node:path")
const { parentPort, workerData } = require("node:worker_threads")
const { directory, name, whole, stop } = workerData
const flag = new Int32Array(stop)
const seen = new Set()
let looks = 0
const note = (text) => seen.add(text)
const look = (file) => {
  try {
    const path = join(directory, file)
    const { mode } = statSync(path)
    if ((mode & 0o077) !== 0) note(file.replace(/[0-9a-f]{12}$/, "*") + " has mode " + (mode & 0o777).toString(8))
    if (file !== name) return
    const text = readFileSync(path, "latin1")
    note(whole.includes(text) ? "whole" : "a part: " + JSON.stringify(text.slice(0, 40)))
  } catch (error) {
    if (error.code !== "ENOENT") note(String(error))
  }
}
Atomics.store(flag, 0, 1)
Atomics.notify(flag, 0)
while (Atomics.load(flag, 0) === 1) {
  for (const file of readdirSync(directory)) look(file)
  look(name)
  looks++
}
parentPort.postMessage({ looks, seen: [...seen] })
`

/** What a watch saw. */
export interface Seen {
  readonly looks: number
  /** `whole` for the lockfile as it should be; everything else is an offence. */
  readonly seen: ReadonlyArray<string>
}

/**
 * Watches a directory while something happens in it.
 *
 * @param whole - texts that the file `name` may have
 */
export const watchWhile = async (
  directory: string,
  name: string,
  whole: ReadonlyArray<string>,
  happens: () => Promise<void>
): Promise<Seen> => {
  const stop = new SharedArrayBuffer(4)
  const flag = new Int32Array(stop)
  const worker = new Worker(watcher, { eval: true, workerData: { directory, name, whole, stop } })
  const seen = new Promise<Seen>((resolve, reject) => {
    worker.once("message", resolve)
    worker.once("error", reject)
  })
  while (Atomics.load(flag, 0) === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  try {
    await happens()
  } finally {
    Atomics.store(flag, 0, 2)
  }
  return seen
}
