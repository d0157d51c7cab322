/** What tests ask of promises and of those who give them. */

/** The error that a promise is rejected with. */
export const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then((value) => {
    throw new Error(`it was not rejected, but gave ${JSON.stringify(value)}`)
  }, (error: unknown) => error)

/** The tag of the error that a promise is rejected with. */
export const tagOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await rejection(promise)
  return typeof error === "object" && error !== null && "_tag" in error ? error._tag : error
}

/** The name of the error that a promise is rejected with. */
export const nameOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await rejection(promise)
  return error instanceof Error ? error.name : error
}

/** A promise that is kept within 20 seconds; it is a failure if it is not. */
export const soon = async <A>(promise: Promise<A>): Promise<A> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error("it was not kept within 20 s")), 20_000)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** All that an iterable gives. */
export const all = async <A>(iterable: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const items: Array<A> = []
  for await (const item of iterable) items.push(item)
  return items
}

/** The public id of a client. */
export const idOf = async (
  client: { readonly connected: () => Promise<{ readonly selfId: string }> }
): Promise<string> => (await client.connected()).selfId
