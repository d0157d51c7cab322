// Runs after `npm ci`: builds dist and puts the `samp` command where `npx samp` looks first.
// Plain JavaScript that Node 20 can run: npm starts it before the `node` devDependency is on anybody's PATH.
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const bin = join(root, "node_modules", ".bin")
const compiler = join(root, "node_modules", "typescript", "bin", "tsc")
if (!existsSync(compiler)) process.exit(0) // production install: dist came with the package

rmSync(join(root, "dist"), { recursive: true, force: true })
const built = spawnSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json")], {
  stdio: "inherit"
})
if (built.status !== 0) process.exit(built.status ?? 1)

const target = join(root, "dist", "apps", "cli", "samp.js")
chmodSync(target, 0o755)
mkdirSync(bin, { recursive: true })
if (process.platform === "win32") {
  writeFileSync(join(bin, "samp.cmd"), `@node "${target}" %*\r\n`)
} else {
  const link = join(bin, "samp")
  rmSync(link, { force: true })
  symlinkSync(join("..", "..", "dist", "apps", "cli", "samp.js"), link)
}
