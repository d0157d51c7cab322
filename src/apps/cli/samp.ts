#!/usr/bin/env node
/**
 * The `samp` command. It looks at the Node version before anything else is loaded, since what follows needs a newer
 * one than an old Node could even parse.
 */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`samp needs Node 22.19 or newer, and this is Node ${process.versions.node}`)
  process.exitCode = 1
} else {
  const { keepCompiled } = await import("./CompileCache.ts")
  keepCompiled()
  const { main } = await import("./Main.ts")
  main(process.argv.slice(2))
}
