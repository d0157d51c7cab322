/**
 * A hub's memory kept small, though whoever likes may send it texts (WEB-67). V8 takes memory as on a machine that has
 * nothing else to do: it gives garbage a hundred megabytes of room before it looks, and long texts, which lie outside of its
 * heap, sixty more.
 *
 * So while web pages talk to a hub, its heap grows in small steps, and long texts are collected early: a collection of a heap
 * as small as a hub's takes ten milliseconds. Desktop programs are trusted, and small steps would cost them a third of the
 * hub's speed, so that it takes long ones when no page has said anything for a while.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

/** Whether this process does nothing but run a hub, so that its heap is the hub's business. */
let ours = false

/** For a process that does nothing but run a hub. */
export const keepSmall = (): void => {
  ours = true
}

/** Milliseconds without a word from pages after which the heap may grow as V8 likes. */
const quietMs = 60_000

let heardAt = 0
let steps: "long" | "small" = "long"

const take = (which: typeof steps): void => {
  if (steps === which) return
  steps = which
  // The room for what is new does not grow; that for what stays grows by a third of what is in use. 2 and 0 are V8's own.
  setFlagsFromString(`--semi-space-growth-factor=${which === "small" ? 1 : 2}`)
  setFlagsFromString(`--heap-growing-percent=${which === "small" ? 30 : 0}`)
}

const listen = (): void => {
  if (steps === "long") {
    take("small")
    const look = setInterval(() => {
      if (performance.now() - heardAt < quietMs) return
      take("long")
      clearInterval(look)
    }, quietMs / 2)
    look.unref()
  }
  heardAt = performance.now()
}

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
const pileBytes = 3 * 1024 * 1024

let collect: Collect | undefined
let bytes = 0
let collecting = false

/** A text of so many bytes, of a page or for one, will not be needed any longer soon; once many such were long, they are collected. */
export const givenUp = (length: number): void => {
  if (!ours) return
  listen()
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
