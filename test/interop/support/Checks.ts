/**
 * The Python scripts report one JSON line a check; here each becomes a test of its own, under a title that
 * cites the checklist. A check that the script did not report, or that no test names, fails.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { deviates } from "./Deviations.ts"
import * as Home from "./Home.ts"
import * as Hubs from "./Hubs.ts"
import * as Json from "./Json.ts"
import * as Peers from "./Peers.ts"

/** Declares the test of one check; called `it` by those who use it, so that `npm run conformance` sees the titles. */
export type Declare = (title: string, check: string) => void

const readReports = (stdout: string): Map<string, Json.JsonRecord> =>
  new Map(Json.lines(stdout).map((report) => [Json.text(report, "check"), report]))

export const describeChecks = (title: string, script: string, declare: (it: Declare) => void): void => {
  const kind = Hubs.kindUnderTest()
  describe(title, () => {
    const home = Home.make()
    const named = new Set(["finished"])
    let reports = new Map<string, Json.JsonRecord>()
    let diagnosis = ""

    beforeAll(async () => {
      const hub = await Hubs.start(kind, home)
      const result = await Peers.runPython(home, 130_000, script)
      await hub.program.end()
      reports = readReports(result.stdout)
      diagnosis = `exit ${result.code}, ${result.milliseconds} ms\n${result.stderr}\n${hub.program.stderr()}`
    }, 160_000)
    afterAll(home.remove)

    declare((text, check) => {
      named.add(check)
      test.skipIf(deviates(kind, check))(text, () => {
        const report = reports.get(check) ?? { ok: "not reported", detail: diagnosis }
        expect({ ok: report["ok"], detail: report["detail"] }).toEqual({ ok: true, detail: "" })
      })
    })

    test("the script ran to its end and reported nothing but the checks above", () => {
      expect([...reports.keys()].toSorted()).toEqual([...named].toSorted())
    })
  })
}
