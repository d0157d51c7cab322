/** Patients for `samp doctor`: false hubs and false lockfiles, and the examination itself. */
import { assert } from "@effect/vitest"
import { writeFileSync } from "node:fs"
import * as Http from "node:http"
import * as Net from "node:net"
import { join } from "node:path"
import { checkPrompt } from "../../support/promptness.ts"
import type { Ended, World } from "../harness.ts"
import { readCall, type Value, writeValue } from "./Wire.ts"

/** A module that shows a process another machine. */
export const disguise = join(import.meta.dirname, "disguise.ts")

/** Changing owners takes root; without it there is nobody else to be. */
export const isRoot = process.getuid?.() === 0
/** A user who is not root, and whom each system has. */
export const nobody = 65_534
/** To be somebody who has no rights but those that mode bits give. */
export const powerless: Readonly<Record<string, string>> = isRoot ? { TEST_UID: String(nobody) } : {}

const secrets = new Set<string>()

/** A lockfile as a hub writes it. No examination may ever print its secret. */
export const writeLockfile = (path: string, url: string, secret = "s3cret-of-a-test", more = ""): void => {
  secrets.add(secret)
  writeFileSync(path, `# SAMP\nsamp.secret=${secret}\nsamp.hub.xmlrpc.url=${url}\n${more}`, { mode: 0o600 })
}

const listen = async (world: World, server: Net.Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  world.atEnd(() => server.close())
  // a TCP server's address is an AddressInfo
  return `http://127.0.0.1:${(server.address() as Net.AddressInfo).port}/xmlrpc`
}

/** The URL of a port that takes connections and does with them as the test says. */
export const listener = (world: World, serve: (socket: Net.Socket) => void): Promise<string> =>
  listen(
    world,
    Net.createServer((socket) => {
      socket.on("error", () => {})
      world.atEnd(() => socket.destroy())
      serve(socket)
    })
  )

/** The URL of a web server that knows nothing of SAMP. */
export const webServer = (world: World, text = "<html>hello</html>"): Promise<string> =>
  listen(world, Http.createServer((_, response) => response.end(text)))

/** The URL of a port at which nobody listens. */
export const closedPort = async (): Promise<string> => {
  const server = Net.createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as Net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}/xmlrpc`
}

/** The URL of a hub that registers everybody and never calls anybody. */
export const muteHub = (world: World): Promise<string> => {
  const registration = { "samp.hub-id": "hub", "samp.self-id": "c1", "samp.private-key": "k" }
  const answers: Readonly<Record<string, Value>> = {
    "samp.hub.register": registration,
    "samp.hub.getRegisteredClients": ["hub", "c1"],
    "samp.hub.getSubscribedClients": {}
  }
  return listen(
    world,
    Http.createServer((request, response) => {
      let body = ""
      request.on("data", (chunk: Buffer) => body += chunk.toString("latin1"))
      request.on("end", () => {
        const value = answers[readCall(body).method] ?? ""
        response.end(
          `<?xml version="1.0"?><methodResponse><params><param>${
            writeValue(value)
          }</param></params></methodResponse>`
        )
      })
    })
  )
}

/** Nobody listens on port 1: whatever runs on the machine of the test, its Web Profile is none of ours. */
const nowhere = 1

/** How to examine. */
export interface Examination {
  readonly args?: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  readonly webPort?: number
  /** Another node than the one that runs the tests. */
  readonly node?: string
}

/** Examines a world, whose home is the account's, too. Whatever is wrong, it is short, prints no secret, and says nothing on stderr. */
export const doctor = async (
  world: World,
  { args = [], env = {}, node = process.execPath, webPort = nowhere }: Examination = {}
): Promise<Ended> => {
  const begun = performance.now()
  const limits = ["--timeout", "1", "--web-port", String(webPort)]
  const end = await world.start(["doctor", ...limits, ...args], {
    node,
    preload: [disguise],
    env: { TEST_ACCOUNT_HOME: env["HOME"] ?? world.home, ...env }
  }).ended
  await checkPrompt("samp doctor", end.at - begun, 15_000)
  assert.strictEqual(end.stderr, "")
  for (const secret of secrets) assert.notInclude(end.stdout, secret)
  return end
}

/** Demands an exit code, and that the first line names the cause in these words. */
export const names = ({ code, stdout }: Ended, expected: number, ...words: ReadonlyArray<string>): void => {
  const [first = ""] = stdout.split("\n")
  for (const word of words) assert.include(first, word, stdout)
  assert.strictEqual(code, expected, stdout)
}
