/** docs/conformance.md says what the data behind it say; whether that is so, the interop tests see. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { all, path, read, render } from "../interop/conformance/Document.ts"
import { kinds } from "../interop/conformance/Reasons.ts"
import type { Run } from "../interop/conformance/Run.ts"

describe("docs/conformance.md", () => {
  it("has the requirements and reasons of now; else write it anew with: npm run conformance:hubs", () => {
    const document = readFileSync(path, "utf8")
    const { cells, names } = read(document)
    const runs = kinds.map((kind, column): Run => ({
      kind,
      name: names[column] ?? "",
      statuses: new Map(all.map(({ id }) => [id, cells.get(id)?.[column] ?? "not testable"])),
      details: new Map(),
      exitCode: 0,
      stderr: "",
      milliseconds: 0
    }))
    assert.strictEqual(render(runs), document)
  })
})
