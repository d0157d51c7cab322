/** The conformance kit on our hub, JSAMP's and astropy's, with their Web Profiles, compared with what docs/conformance.md says of them. */
import { readFileSync } from "node:fs"
import { beforeAll, describe, expect, test } from "vitest"
import { path, read } from "../conformance/Document.ts"
import { kinds, reasons, varying } from "../conformance/Reasons.ts"
import { type Run, run } from "../conformance/Run.ts"

const document = readFileSync(path, "utf8")
const { cells, names } = read(document)

describe.each(kinds.map((kind, column) => [kind, column] as const))(
  "the kit on the hub of %s",
  (kind, column) => {
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
  }
)
