/** Port: the process and the user it runs for. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** What the operating system tells. */
export class Host extends Context.Service<Host, {
  /** Home directory of the user (STD-33, STD-34). */
  readonly home: string
  /** The environment variable SAMP_HUB (STD-30). */
  readonly sampHub: string | undefined
  /** This process. */
  readonly pid: number
  /** Puts path segments together. */
  readonly join: (...segments: ReadonlyArray<string>) => string
  /** Whether a process with this id exists. */
  readonly isAlive: (pid: number) => Effect.Effect<boolean>
}>()("samp/ports/Host") {}
