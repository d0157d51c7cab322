/** How this process is being ended. There is one process, so there is one of it. */

interface Ending {
  /** The signal that came, if one did. */
  signal: NodeJS.Signals | undefined
  /** Whether the command runs until it is told to end, so that a signal is no failure. */
  meant: boolean
}

/** Written by who takes the signals, and read by commands that have a last word to say. */
export const ending: Ending = { signal: undefined, meant: false }
