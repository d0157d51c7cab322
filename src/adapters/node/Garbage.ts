/**
 * Collecting garbage while it is little. Long texts lie outside of the heap that V8 looks at to decide when to collect, and
 * a hundred megabytes of them pile up before it does; a process that whoever likes may send long texts to would take that much
 * memory for nothing. A collection of a heap as small as a hub's takes ten milliseconds, most of it beside the main thread.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

type Collect = (options: { readonly type: "major"; readonly execution: "async" }) => Promise<void>

/** V8's own function, which it hides unless it is asked for it. */
const find = (): Collect => {
  setFlagsFromString("--expose-gc")
  // what that flag brings into being in new contexts
  const collect = runInNewContext("gc") as Collect
  setFlagsFromString("--no-expose-gc")
  return collect
}

let collect: Collect | undefined

/** Bytes that are given up, or will be soon. */
export class Garbage {
  private bytes = 0
  private collecting = false
  private readonly most: number

  /** @param most - bytes that may pile up */
  constructor(most: number) {
    this.most = most
  }

  /** So many bytes more will not be needed any longer. */
  add(bytes: number): void {
    this.bytes += bytes
    if (this.bytes < this.most || this.collecting) return
    this.bytes = 0
    this.collecting = true
    collect ??= find()
    void collect({ type: "major", execution: "async" }).then(() => {
      this.collecting = false
    })
  }
}
