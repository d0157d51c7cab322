/**
 * A hub's memory kept small, though whoever likes may send it long texts (WEB-67). V8 takes memory as on a machine that has
 * nothing else to do: it gives garbage a hundred megabytes of room before it looks, and long texts, which lie outside of its
 * heap, sixty more. A collection of a heap as small as a hub's takes ten milliseconds.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/**
 * For a process that does nothing but run a hub: the room for what is new does not grow. Measured with 200,000 messages to 100
 * pages it is no slower, since most of what a hub makes is needed for less than a millisecond.
 */
export const keepSmall = (): void => setFlagsFromString("--semi-space-growth-factor=1")

type Collect = (options: { readonly type: "major"; readonly execution: "async" }) => Promise<void>

/** V8's own function, which it hides unless it is asked for it. */
const find = (): Collect => {
  setFlagsFromString("--expose-gc")
  // what that flag brings into being in new contexts
  const collect = runInNewContext("gc") as Collect
  setFlagsFromString("--no-expose-gc")
  return collect
}

/** Bytes of a text that is long, and those of long texts that may pile up. */
const longBytes = 64 * 1024
const pileBytes = 12 * 1024 * 1024

let collect: Collect | undefined
let bytes = 0
let collecting = false

/** A text of so many bytes will not be needed any longer soon; once many such were long, they are collected. */
export const givenUp = (length: number): void => {
  if (length < longBytes) return
  bytes += length
  if (bytes < pileBytes || collecting) return
  bytes = 0
  collecting = true
  collect ??= find()
  void collect({ type: "major", execution: "async" }).then(() => {
    collecting = false
  })
}
