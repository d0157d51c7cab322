/** Compiled code, kept from run to run: a message costs a tenth less. */
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { product } from "../../domain/Version.ts"

/** Where the user's programs keep what can be made anew. */
const userCache = (): string | undefined => {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env
  if (process.platform === "win32") return LOCALAPPDATA
  if (XDG_CACHE_HOME?.startsWith("/") === true) return XDG_CACHE_HOME
  const home = homedir()
  // A service may have a home that does not exist, and should not.
  if (!existsSync(home)) return undefined
  return process.platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache")
}

/**
 * Lets Node keep the compiled modules among the user's own cached files, not in the temporary directory of all users,
 * where somebody else could put code for us to run. Where nothing can be written, nothing is kept. Node's variables
 * rule as ever: NODE_COMPILE_CACHE names another directory, NODE_DISABLE_COMPILE_CACHE=1 turns it off.
 */
export const keepCompiled = (): void => {
  const directory = userCache()
  // Asked for this way, since old versions of Node would not start with an import of what they lack.
  if (directory !== undefined) {
    process.getBuiltinModule("node:module").enableCompileCache(join(directory, product))
  }
}
