import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import * as HostNode from "../../src/adapters/node/HostNode.ts"
import { Host } from "../../src/ports/Host.ts"

const homeWith = (env: NodeJS.ProcessEnv): string => {
  const source = `import { homedir } from "node:os"; console.log(homedir())`
  return spawnSync(process.execPath, ["--input-type=module", "-e", source], { env, encoding: "utf8" }).stdout
    .trim()
}

describe("the host", () => {
  it.effect("STD-33, STD-34 home is what HOME says, and the lockfile's path is put together from it", () =>
    Effect.gen(function*() {
      const host = yield* Host
      assert.strictEqual(host.home, process.env["HOME"] ?? host.home)
      assert.strictEqual(host.join(host.home, ".samp"), join(host.home, ".samp"))
    }).pipe(Effect.provide(HostNode.layer)))

  it("STD-34 without HOME it is what the password database says", () => {
    const { HOME: _, ...rest } = process.env
    assert.match(homeWith(rest), process.platform === "win32" ? /:\\/u : /^\//u)
    assert.strictEqual(homeWith({ ...rest, HOME: "/nowhere" }), "/nowhere")
  })

  it.effect("STD-42 knows a process that lives from one that does not", () =>
    Effect.gen(function*() {
      const host = yield* Host
      assert.isTrue(yield* host.isAlive(process.pid))
      const gone = spawnSync(process.execPath, ["-e", ""])
      assert.isFalse(yield* host.isAlive(gone.pid))
    }).pipe(Effect.provide(HostNode.layer)))
})
