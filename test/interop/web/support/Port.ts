/** The port of the Web Profile, which pages cannot be told to change: whoever needs it has to wait for it (WEB-01, WEB-02). */
import { execFile } from "node:child_process"
import { createServer } from "node:net"
import { promisify } from "node:util"
import { webPort } from "../../../../src/domain/WebProfile.ts"
import * as Program from "../../support/Program.ts"

const run = promisify(execFile)

/** Whether nobody listens there; on a machine without IPv6 nobody listens on its address. */
const isFreeOn = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"))
    server.listen({ host, port: webPort, exclusive: true }, () => server.close(() => resolve(true)))
  })

const isFree = async (): Promise<boolean> => await isFreeOn("127.0.0.1") && await isFreeOn("::1")

/** Who has it, as far as this system tells: the tool may be missing, and processes of others have no name. */
const holder = async (): Promise<string> => {
  try {
    const { stdout } = await run("ss", ["-Hltnp", `sport = :${webPort}`])
    return /users:\(\("([^"]+)",pid=(\d+)/u.exec(stdout)?.slice(1).join(", process ") ??
      "another user's program"
  } catch {
    return "another program"
  }
}

/** Waits until the port is free; a hub of an earlier test may still be ending. */
export const free = async (limitMs = 45_000): Promise<void> => {
  try {
    await Program.eventually("the port", async () => await isFree() || undefined, limitMs)
  } catch {
    throw new Error(
      `Port ${webPort} of this machine is taken by ${await holder()}, and web pages know no other. End what runs there ` +
        `(a SAMP hub with its Web Profile, a DS9 or TOPCAT that has started one, or another run of these tests), and try again.`
    )
  }
}
