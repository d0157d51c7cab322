/** The three hubs, each started as a process of its own in a given home. */
import type { Home } from "./Home.ts"
import { tokens } from "./Home.ts"
import * as Json from "./Json.ts"
import * as Peers from "./Peers.ts"
import * as Program from "./Program.ts"
import * as Samp from "./Samp.ts"

export type Kind = "ours" | "jsamp" | "astropy"

export interface Hub {
  readonly kind: Kind
  readonly program: Program.Program
  readonly lockfile: string
  readonly url: string
}

/** Which hub the conformance parts run against; others only to judge the tests themselves. */
export const kindUnderTest = (): Kind => {
  const asked = process.env["INTEROP_HUB"] ?? "ours"
  if (asked === "ours" || asked === "jsamp" || asked === "astropy") return asked
  throw new Error(`INTEROP_HUB is ${asked}, not one of ours, jsamp, astropy`)
}

const pingBody =
  `<?xml version="1.0"?>\n<methodCall><methodName>samp.hub.ping</methodName><params></params></methodCall>`

/** Whether a hub answers at this URL, asked the way clients do (STD-42). */
export const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, {
      method: "POST",
      body: pingBody,
      headers: { "content-type": "text/xml" },
      signal: AbortSignal.timeout(3_000)
    })
    return response.status === 200 && !(await response.text()).includes("<fault>")
  } catch {
    return false
  }
}

/** Starts the program of a hub without waiting: it may refuse. */
export const launch = (kind: Kind, home: Home, ...args: ReadonlyArray<string>): Program.Program => {
  switch (kind) {
    case "ours":
      return Samp.start(home, "hub", "--json", ...args)
    case "jsamp":
      return Peers.startJsamp(home, "hub", "-mode", "no-gui", "-profiles", "std", ...args)
    case "astropy":
      return Peers.startPython(home, "astropy_hub.py", ...args)
  }
}

const isEvent = (name: string) => (line: string): boolean =>
  line.startsWith("{") && Json.parse(line)["event"] === name

/** The JSON line in which one of our programs or Python scripts says that something happened. */
export const event = async (
  program: Program.Program,
  name: string,
  limitMs?: number
): Promise<Json.JsonRecord> => Json.parse(await program.line(isEvent(name), limitMs))

const startedJsamp = async (program: Program.Program, home: Home): Promise<Hub> => {
  const ended = program.exit.then((exit) => {
    throw new Error(`the JSAMP hub ended with ${exit.code}: ${program.stderr()}`)
  })
  // JSAMP says nothing when it is ready: its lockfile has to name a URL at which this very hub answers.
  const ready = Program.eventually("a JSAMP hub", async () => {
    const found = tokens(home.lockfile)
    const url = found?.["samp.hub.xmlrpc.url"]
    const live = url !== undefined && found?.["hub.impl"] !== undefined && await answers(url)
    return live ? url : undefined
  }, 20_000)
  return { kind: "jsamp", program, lockfile: home.lockfile, url: await Promise.race([ready, ended]) }
}

/** Starts a hub and waits until it serves. */
export const start = async (kind: Kind, home: Home, ...args: ReadonlyArray<string>): Promise<Hub> => {
  const program = launch(kind, home, ...args)
  if (kind === "jsamp") return startedJsamp(program, home)
  const ready = await event(program, "ready", 20_000)
  return { kind, program, lockfile: Json.text(ready, "lockfile"), url: Json.text(ready, "url") }
}
