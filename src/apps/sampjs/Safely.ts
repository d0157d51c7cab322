/** What a page has given may throw: that is told where developers look for it, and keeps nothing else from going on. */

/** Tells of an error that nobody is there to catch. */
export const complain = (error: unknown): void => console.error("samp:", error)

/** Runs what a page has given, if it has. */
export const safely = (run: (() => unknown) | null | undefined): void => {
  try {
    run?.()
  } catch (error) {
    complain(error)
  }
}
