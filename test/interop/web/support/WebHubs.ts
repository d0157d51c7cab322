/** Hubs with their Web Profile on the real port, which let in any page that asks. */
import { webPort } from "../../../../src/domain/WebProfile.ts"
import type { Home } from "../../support/Home.ts"
import * as Hubs from "../../support/Hubs.ts"
import * as Program from "../../support/Program.ts"
import * as Port from "./Port.ts"

export type Kind = "jsamp" | "ours"

/** The hubs that pages are tried with. */
export const kinds = ["jsamp", "ours"] as const satisfies ReadonlyArray<Kind>

const url = `http://127.0.0.1:${webPort}/`
const pingBody =
  `<?xml version="1.0"?>\n<methodCall><methodName>samp.webhub.ping</methodName><params></params></methodCall>`

/** Whether a Web Profile answers. */
const answers = async (): Promise<boolean> => {
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

/** What lets web clients send any MType (WEB-60): JSAMP's own testers need it, at JSAMP's hub too. */
export type Limits = "harmless" | "anything"

/** The arguments with which a hub lets in any page that asks. */
export const argumentsOf = (kind: Kind, limits: Limits = "harmless"): ReadonlyArray<string> =>
  kind === "jsamp"
    // of two -profiles the last one counts
    ? ["-profiles", "std,web", "-web:auth", "true", ...limits === "anything" ? ["-web:norestrictmtypes"] : []]
    : [
      "--web-port",
      `${webPort}`,
      "--web-consent",
      "allow",
      ...limits === "anything" ? ["--web-mtype", "*"] : []
    ]

/** Starts a hub and waits until it serves pages and programs. */
export const start = async (kind: Kind, home: Home, limits: Limits = "harmless"): Promise<Hubs.Hub> => {
  await Port.free()
  const hub = await Hubs.start(kind, home, ...argumentsOf(kind, limits))
  await ready(hub)
  return hub
}

/** Waits until the Web Profile of a hub answers. */
export const ready = async ({ program }: Hubs.Hub): Promise<void> => {
  try {
    await Program.eventually("the Web Profile", async () => await answers() || undefined, 20_000)
  } catch (error) {
    throw new Error(`${String(error)}: ${program.stdout()}${program.stderr()}`, { cause: error })
  }
}

/** A hub, and the URL of its Web Profile. */
export interface WebHub {
  readonly program: Program.Program
  readonly web: string
}

/** astropy's takes any port, and so needs not wait for the one that pages know; it ends by itself after five minutes. */
const astropy = async (home: Home): Promise<WebHub> => {
  const withPort = { ...home, env: { ...home.env, WEB_PORT: "0" } }
  const program = Hubs.launch("astropy", withPort, "single", "", "0", "300")
  const { webPort: port } = await Hubs.event(program, "ready", 20_000)
  return { program, web: `http://127.0.0.1:${String(port)}/` }
}

/** Starts a hub of any kind and waits until it serves pages, wherever, and programs. */
export const reach = async (kind: Hubs.Kind, home: Home): Promise<WebHub> => {
  if (kind === "astropy") return astropy(home)
  const { program } = await start(kind, home)
  return { program, web: url }
}
