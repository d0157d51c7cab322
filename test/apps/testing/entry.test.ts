/** `effect-samp/testing` works wherever there is JavaScript. */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { describe, expect, test } from "vitest"

/** All modules that a module imports at run time, by path or by name. */
const imports = (path: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(path)) return seen
  seen.add(path)
  const text = readFileSync(path, "utf8").replace(/^(?:import|export) type [^"]*"[^"]*"$/gmu, "")
  for (const [, name = ""] of text.matchAll(/(?:from|import) ?\(?"([^"]+)"/gu)) {
    if (name.startsWith(".")) imports(join(dirname(path), name), seen)
    else seen.add(name)
  }
  return seen
}

const src = join(import.meta.dirname, "..", "..", "..", "src")
const foreign = (entry: string) => [...imports(join(src, entry))].filter((name) => !name.startsWith(src))

describe("the entry for tests", () => {
  test("needs nothing of Node, nor any package but effect", () => {
    expect(foreign("testing.ts").length).toBeGreaterThan(20)
    expect(foreign("testing.ts").filter((name) => !name.startsWith("effect/"))).toEqual([])
    expect(foreign("promise.ts").filter((name) => name.startsWith("node:"))).not.toEqual([])
  })
})
