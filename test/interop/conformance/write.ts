/** Writes docs/conformance.md: runs the kit on all three hubs, which takes two minutes. */
import { writeFileSync } from "node:fs"
import { path, render } from "./Document.ts"
import { kinds, reasons } from "./Reasons.ts"
import { type Run, run } from "./Run.ts"

const runs: Array<Run> = []
for (const kind of kinds) {
  const done = await run(kind)
  runs.push(done)
  console.log(`${done.name}: ${(done.milliseconds / 1000).toFixed(0)} s, exit ${done.exitCode}`)
  for (const [id, status] of done.statuses) {
    const known = kind === "ours" ? undefined : reasons[kind][id]
    if ((status === "fail" || status === "warn") && known === undefined) {
      console.error(`${kind} ${id}: ${status} without a reason in Reasons.ts: ${done.details.get(id)}`)
      process.exitCode = 1
    }
  }
}
writeFileSync(path, render(runs))
