/** What the conformance kit finds on a hub, with its Web Profile, compared with what docs/conformance.md says of it. */
import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import type { Kind } from "../support/Hubs.ts"
import { path, read } from "./Document.ts"
import { kinds, reasons, varying } from "./Reasons.ts"
import { type Run, run } from "./Run.ts"

/** Tests of the kit on the hub of one kind. */
export const kitOn = (kind: Kind): void => {
  const { cells, names } = read(readFileSync(path, "utf8"))
  const column = kinds.indexOf(kind)

  describe(`the kit on the hub of ${kind}`, () => {
    let done: Run
    beforeAll(async () => {
      done = await run(kind)
    }, 240_000)

    /** What was not held, but for what varies. */
    const unheld = (status: string): ReadonlyArray<string> =>
      [...done.statuses].filter(([id, is]) => is === status && !varying[kind].includes(id)).map(([id]) =>
        `${id} ${done.details.get(id)}`
      )

    test("ends within a minute, and its exit code says whether something failed", () => {
      expect(done.stderr).toBe("")
      expect(done.exitCode).toBe(unheld("fail").length > 0 ? 11 : 0)
      expect(done.milliseconds).toBeLessThan(120_000) // twice that, for machines that are busy
    })

    test.runIf(kind === "ours")("finds neither a fail nor a warning", () => {
      expect(unheld("fail")).toEqual([])
      expect(unheld("warn")).toEqual([])
    })

    test("is of the version that the document names; else write it anew with: npm run conformance:hubs", () => {
      expect(names[column]).toBe(done.name)
    })

    test("finds what the document says", () => {
      const differing = [...cells].flatMap(([id, row]) => {
        const [said, found] = [row[column], done.statuses.get(id)]
        return said === found || said === "varies"
          ? []
          : [`${id} is ${found}, not ${said}: ${done.details.get(id)}`]
      })
      expect(differing).toEqual([])
      expect(cells.size).toBeGreaterThan(150)
    })

    test.skipIf(kind === "ours")("finds nothing that was not looked into by hand", () => {
      const known = kind === "ours" ? {} : reasons[kind]
      const unexplained = [...unheld("fail"), ...unheld("warn")].filter((line) =>
        known[line.split(" ")[0] ?? ""] === undefined
      )
      expect(unexplained).toEqual([])
      const stale = Object.keys(known).filter((id) =>
        done.statuses.get(id) === "pass" && !varying[kind].includes(id)
      )
      expect(stale).toEqual([])
    })
  })
}
