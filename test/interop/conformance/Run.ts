/** A run of `samp conformance` against a hub of a given kind, each in a home of its own. */
import * as Home from "../support/Home.ts"
import type * as Hubs from "../support/Hubs.ts"
import * as Json from "../support/Json.ts"
import * as Peers from "../support/Peers.ts"
import * as Samp from "../support/Samp.ts"
import * as WebHubs from "../web/support/WebHubs.ts"

/** What a run said. */
export interface Run {
  readonly kind: Hubs.Kind
  /** Product and version. */
  readonly name: string
  readonly statuses: ReadonlyMap<string, string>
  /** Why not a pass. */
  readonly details: ReadonlyMap<string, string>
  readonly exitCode: number | null
  readonly stderr: string
  readonly milliseconds: number
}

/** The longest that a run may take on a machine that is busy. */
const limitMs = 150_000

const nameOf = async (kind: Hubs.Kind, home: Home.Home): Promise<string> => {
  switch (kind) {
    case "ours":
      return `effect-samp ${(await Samp.run(home, "--version")).stdout.match(/\d+\.\d+\.\d+/u)?.[0]}`
    case "jsamp": {
      const { stderr, stdout } = await Peers.runJsamp(home, 30_000, "-version")
      return `JSAMP ${/version:\s*(\S+)/u.exec(stdout + stderr)?.[1]}`
    }
    case "astropy": {
      const { stdout } = await Peers.runPython(
        home,
        60_000,
        "-c",
        "import astropy; print(astropy.__version__)"
      )
      return `astropy ${stdout.trim()}`
    }
  }
}

/** Starts a hub with its Web Profile, for which JSAMP's needs the port that pages know, checks it, and ends it. */
export const run = async (kind: Hubs.Kind): Promise<Run> => {
  const home = Home.make()
  try {
    const name = await nameOf(kind, home)
    const hub = await WebHubs.reach(kind, home)
    try {
      const begun = performance.now()
      const program = Samp.start(home, "conformance", "--web", hub.web, "--json")
      const limit = setTimeout(() => program.signal("SIGKILL"), limitMs)
      const exit = await program.exit.finally(() => clearTimeout(limit))
      const rows = Json.lines(program.stdout()).filter((row) => "id" in row)
      const column = (key: string) => new Map(rows.map((row) => [Json.text(row, "id"), Json.text(row, key)]))
      return {
        kind,
        name,
        statuses: column("status"),
        details: column("detail"),
        exitCode: exit.code,
        stderr: program.stderr(),
        milliseconds: performance.now() - begun
      }
    } finally {
      await hub.program.end()
    }
  } finally {
    home.remove()
  }
}
