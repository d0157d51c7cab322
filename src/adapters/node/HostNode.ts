/** The process and its user, from Node. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { homedir } from "node:os"
import { join } from "node:path"
import { Host } from "../../ports/Host.ts"

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0) // signal 0 only asks
    return true
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** `os.homedir()` reads HOME, or USERPROFILE on Windows, and falls back to the password database (STD-34). */
export const layer: Layer.Layer<Host> = Layer.sync(Host, () => ({
  home: homedir(),
  sampHub: process.env["SAMP_HUB"],
  pid: process.pid,
  join,
  isAlive: (pid) => Effect.sync(() => isAlive(pid))
}))
