// Runs after `npm ci`: builds dist and puts the `samp` command where `npx samp` looks first.
// Plain JavaScript that Node 20 can run: npm starts it before the `node` devDependency is on anybody's PATH.
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const modules = join(root, "node_modules")
const tools = ["typescript", "rolldown"]
if (!tools.every((tool) => existsSync(join(modules, tool)))) process.exit(0) // production install: dist came with it

await import("./build.mjs")

const bin = join(modules, ".bin")
const target = join(root, "dist", "bin", "samp.mjs")
mkdirSync(bin, { recursive: true })
if (process.platform === "win32") {
  writeFileSync(join(bin, "samp.cmd"), `@node "${target}" %*\r\n`)
} else {
  const link = join(bin, "samp")
  rmSync(link, { force: true })
  symlinkSync(join("..", "..", "dist", "bin", "samp.mjs"), link)
}
