/** Promises that can be given up, and values and streams that are waited for. */

/** A promise, unless the signal is aborted before: then it is rejected with the signal's reason. */
export const abortable = <A>(promise: Promise<A>, signal: AbortSignal): Promise<A> =>
  new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort)
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort))
  })

/** Things that somebody hands out one by one, to one reader. */
export interface Channel<A> {
  readonly push: (item: A) => void
  readonly end: () => void
  readonly items: AsyncGenerator<A, void, void>
}

/**
 * A channel.
 *
 * @param signal - ends it
 * @param onEnd - runs when nobody reads any more
 */
export const channel = <A>(signal: AbortSignal, onEnd: () => void): Channel<A> => {
  const waiting: Array<A> = []
  let over = false
  let wake = (): void => {}
  const end = (): void => {
    over = true
    wake()
  }
  async function* read(): AsyncGenerator<A, void, void> {
    try {
      for (;;) {
        const [next] = waiting.splice(0, 1)
        if (next !== undefined) yield next
        else if (over || signal.aborted) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      signal.removeEventListener("abort", end)
      onEnd()
    }
  }
  signal.addEventListener("abort", end)
  const push = (item: A): void => {
    waiting.push(item)
    wake()
  }
  return { push, end, items: read() }
}

/** Something that is told to all who listen. */
export interface Topic<A> {
  readonly tell: (item: A) => void
  /** What is told from when the loop begins until the signal; `first`, if it is there, comes before that. */
  readonly listen: (first?: () => A, until?: AbortSignal) => AsyncGenerator<A, void, void>
}

/** A topic that ends with the signal. */
export const topic = <A>(signal: AbortSignal): Topic<A> => {
  const listeners = new Set<(item: A) => void>()
  return {
    tell: (item) => listeners.forEach((listener) => listener(item)),
    listen: async function*(first, until = signal) {
      const { items, push } = channel<A>(until, () => listeners.delete(push))
      listeners.add(push)
      if (first !== undefined) push(first())
      yield* items
    }
  }
}

/** The first that is as it should be. */
export const firstOf = async <A>(
  all: AsyncIterable<A>,
  isIt: (item: A) => boolean
): Promise<A | undefined> => {
  for await (const item of all) if (isIt(item)) return item
  return undefined
}
