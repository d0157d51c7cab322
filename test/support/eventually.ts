/** Waiting for a condition, in tests that use the real clock. */

/** Waits until something holds. Fails when it has not for longer than anything takes on a busy machine. */
export const eventually = async (
  holds: () => boolean | Promise<boolean>,
  limitMs = 30_000
): Promise<void> => {
  const began = Date.now()
  while (!await holds()) {
    if (Date.now() - began > limitMs) throw new Error(`it never came to be: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
