/** Port: what a diagnosis asks of the operating system, beyond what SAMP itself needs. All answers are best effort. */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Account, FileFacts, Listener, WebPortState } from "../domain/diagnosis/Evidence.ts"

/** Looks, and changes nothing. A question that this operating system cannot answer gets undefined. */
export class Surroundings extends Context.Service<Surroundings, {
  /** The user that this process runs as, by the password database and not by the environment. */
  readonly account: Account
  /** An environment variable. */
  readonly variable: (name: string) => string | undefined
  /** Whether an interface of this machine has a loopback address. */
  readonly hasLoopback: Effect.Effect<boolean>
  /** What is at a path; undefined when nothing is. Symbolic links are followed. */
  readonly file: (path: string) => Effect.Effect<FileFacts | undefined>
  /** Whether this process may make files in a directory. */
  readonly isWritable: (directory: string) => Effect.Effect<boolean>
  /** Bytes that this user may still write on the disk of a path. */
  readonly freeBytes: (path: string) => Effect.Effect<number | undefined>
  /** The addresses of a host name, or of an address itself; none when it does not resolve. */
  readonly resolve: (host: string) => Effect.Effect<ReadonlyArray<string>>
  /** The user id of a process. */
  readonly ownerOf: (pid: number) => Effect.Effect<number | undefined>
  /** Whether a process has the same network interfaces as this one; not so in another container. */
  readonly sharesNetwork: (pid: number) => Effect.Effect<boolean | undefined>
  /** All listening TCP sockets; a socket's process is known only if it may be looked into. */
  readonly listeners: Effect.Effect<ReadonlyArray<Listener> | undefined>
  /** Asks a port of this machine whether a Web Profile hub is there. */
  readonly askWebPort: (port: number, limitMs: number) => Effect.Effect<WebPortState>
}>()("samp/ports/Surroundings") {}
