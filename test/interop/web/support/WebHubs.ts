/** Hubs with their Web Profile on the real port, which let in any page that asks. */
import { webPort } from "../../../../src/domain/WebProfile.ts"
import type { Home } from "../../support/Home.ts"
import * as Hubs from "../../support/Hubs.ts"
import * as Json from "../../support/Json.ts"
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

const options: Readonly<Record<Kind, Readonly<Record<Limits, ReadonlyArray<string>>>>> = {
  jsamp: { harmless: [], anything: ["-web:norestrictmtypes"] },
  ours: { harmless: [], anything: ["--web-mtype", "*"] }
}

/** Starts a hub and waits until it serves pages and programs. */
export const start = async (kind: Kind, home: Home, limits: Limits = "harmless"): Promise<Hubs.Hub> => {
  await Port.free()
  const more = options[kind][limits]
  if (kind === "jsamp") {
    // the last -profiles counts
    const hub = await Hubs.start("jsamp", home, "-profiles", "std,web", "-web:auth", "true", ...more)
    await Program.eventually("JSAMP's Web Profile", async () => await answers() || undefined, 20_000)
    return hub
  }
  const program = Hubs.launch("ours", home, "--web-port", `${webPort}`, ...more)
  const ready = await Hubs.event(program, "ready", 20_000)
  const web = Json.record(ready["web"])
  if (!await answers()) throw new Error(`the hub lets no page in: ${JSON.stringify(web)}`)
  return { kind, program, lockfile: Json.text(ready, "lockfile"), url: Json.text(ready, "url") }
}
