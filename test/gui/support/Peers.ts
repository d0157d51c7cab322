/** TOPCAT and SAO DS9 as people start them, but in a home and on a screen of the test's own. */
import { existsSync } from "node:fs"
import type { Home } from "../../interop/support/Home.ts"
import * as Json from "../../interop/support/Json.ts"
import * as Program from "../../interop/support/Program.ts"
import * as Samp from "../../interop/support/Samp.ts"
import type { Screen } from "./Screen.ts"

const jars = [process.env["GUI_TOPCAT_JAR"], "/usr/share/java/starlink-topcat.jar"]

/**
 * The jar, not the `topcat` script: the script stays between us and the Java machine, which would outlive it.
 * The home goes by a property, since Java reads it from the password database.
 */
export const startTopcat = (home: Home, screen: Screen, env: Record<string, string> = {}) => {
  const jar = jars.find((path) => path !== undefined && existsSync(path))
  if (jar === undefined) throw new Error("TOPCAT is missing: apt-get install topcat")
  return Program.start("java", [`-Duser.home=${home.path}`, "-jar", jar], { env: { ...screen.env, ...env } })
}

/** No XPA and no imtool ports: what is tested is SAMP, and other DS9s may run on this machine. */
export const startDs9 = (home: Home, screen: Screen, env: Record<string, string> = {}) => {
  const args = ["-xpa", "no", "-fifo", "none", "-port", "0", "-unix", "none", "-geometry", "800x800+0+0"]
  return Program.start("ds9", args, { env: { ...screen.env, TMP: home.path, ...env } })
}

export interface Client {
  readonly id: string
  readonly name: string
  readonly metadata: Json.JsonRecord
  readonly mtypes: ReadonlyArray<string>
}

/** The clients that `samp clients --json` lists. */
export const clients = async (home: Home): Promise<ReadonlyArray<Client>> => {
  const result = await Samp.run(home, "clients", "--json")
  Program.ended(result, 0)
  return result.objects().map((client) => ({
    id: Json.text(client, "id"),
    name: Json.text(client, "name"),
    metadata: Json.record(client["metadata"]),
    mtypes: Object.keys(Json.record(client["subscriptions"]))
  }))
}

/** Waits for the client that is subscribed to what only this product knows. */
const registered = (home: Home, what: string, mtype: string, program: Program.Program): Promise<Client> =>
  Program.eventually(`${what} registered`, async () => {
    const found = (await clients(home)).find(({ mtypes }) => mtypes.includes(mtype))
    const exit = await Promise.race([program.exit, Program.pause(1)])
    if (exit !== undefined) throw new Error(`${what} ended with ${exit.code}: ${program.stderr()}`)
    return found
  }, 60_000)

export const topcatRegistered = (home: Home, program: Program.Program): Promise<Client> =>
  registered(home, "TOPCAT", "table.get.stil", program)

export const ds9Registered = (home: Home, program: Program.Program): Promise<Client> =>
  registered(home, "DS9", "ds9.get", program)

/** Whether the program is still there. */
export const lives = async (program: Program.Program): Promise<boolean> =>
  await Promise.race([program.exit, Program.pause(1)]) === undefined
