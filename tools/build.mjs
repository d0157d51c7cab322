// Builds dist: the library as the compiler gives it out, in dist/bin the `samp` command as a bundle, and in dist/web what
// web pages load.
// Plain JavaScript that Node 20 can run; see bundle.mjs.
import { spawnSync } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { bundle } from "./bundle.mjs"
import { bundlePages } from "./bundlePages.mjs"

const root = join(import.meta.dirname, "..")
const dist = join(root, "dist")
const compiler = join(root, "node_modules", "typescript", "bin", "tsc")

rmSync(dist, { recursive: true, force: true })
const built = spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit"
})
if (built.status !== 0) process.exit(built.status ?? 1)
await bundle(join(dist, "bin"))
await bundlePages(join(dist, "web"))
