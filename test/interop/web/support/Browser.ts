/** A Chromium without a window: Debian's, driven by playwright-core, in a home of its own. */
import { existsSync } from "node:fs"
import { type Browser, chromium } from "playwright-core"
import type { Home } from "../../support/Home.ts"

const paths = [
  process.env["INTEROP_CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome"
]

/** Where it is. */
export const executablePath = (): string => {
  const found = paths.find((path) => path !== undefined && existsSync(path))
  if (found === undefined) throw new Error("Chromium is missing; run test/interop/install.sh")
  return found
}

/** How it is run: as root it refuses its sandbox, containers have a small /dev/shm, and nothing may look for a proxy. */
export const options = (home: Home, ...args: ReadonlyArray<string>) => ({
  env: home.env,
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--no-proxy-server", ...args],
  timeout: 60_000
})

/** Starts one; the tests of a file share it, each in a context of its own. */
export const start = (home: Home, ...args: ReadonlyArray<string>): Promise<Browser> =>
  chromium.launch({ executablePath: executablePath(), ...options(home, ...args) })
