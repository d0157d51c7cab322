/**
 * Sites that Chromium takes for public ones, and a Chromium whose user has said yes to some of them and no to others. All
 * are on this machine: names that end with `.test` lead here, and Chromium is told to which space their ports belong.
 */
import { execFile } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type RequestListener, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { promisify } from "node:util"
import { type BrowserContext, chromium } from "playwright-core"
import type { Home } from "../../support/Home.ts"
import { executablePath, options } from "./Browser.ts"

const run = promisify(execFile)

/** A site on a port of its own. */
export interface Listening {
  readonly port: number
  readonly close: () => Promise<void>
}

const listening = async (server: Server): Promise<Listening> => {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve)
  })
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

/** A site over plain http. */
export const plain = (serve: RequestListener): Promise<Listening> => listening(createServer(serve))

/** A site over https, with a certificate that is made now and that nobody vouches for. */
export const secure = async (home: Home, serve: RequestListener): Promise<Listening> => {
  const key = join(home.path, "key.pem")
  const cert = join(home.path, "cert.pem")
  await run("openssl", [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-keyout",
    key,
    "-out",
    cert,
    "-days",
    "2",
    "-subj",
    "/CN=page.test",
    "-addext",
    "subjectAltName=DNS:*.test"
  ])
  return listening(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, serve))
}

/** What a user has said of a site, as Chromium keeps it. */
const settings = { granted: 1, denied: 2 }

/** A Chromium with a profile of its own. */
export interface Profile {
  /** What its user has said so far, by origin; of all others nothing. */
  readonly said: { readonly [origin: string]: keyof typeof settings }
  /** Ports that it takes for those of another address space. */
  readonly spaces: { readonly [port: number]: "public" | "private" }
}

/**
 * Starts it.
 *
 * @param display - of the screen on which it is to show; else it has no window
 */
export const start = (
  home: Home,
  { said, spaces }: Profile,
  display?: string
): Promise<BrowserContext> => {
  const folder = join(home.path, "profile")
  const rules = Object.fromEntries(
    Object.entries(said).map(([origin, answer]) => [`${origin},*`, { setting: settings[answer] }])
  )
  mkdirSync(join(folder, "Default"), { recursive: true })
  writeFileSync(
    join(folder, "Default", "Preferences"),
    JSON.stringify({ profile: { content_settings: { exceptions: { loopback_network: rules } } } })
  )
  const overrides = Object.entries(spaces).map(([port, space]) => `127.0.0.1:${port}=${space}`)
  return chromium.launchPersistentContext(folder, {
    ...options(home),
    ...display === undefined ? {} : {
      headless: false,
      viewport: null,
      env: { ...home.env, DISPLAY: display }
    },
    executablePath: executablePath(),
    ignoreDefaultArgs: ["--disable-back-forward-cache"], // users have it
    args: [
      ...options(home).args,
      "--ignore-certificate-errors",
      "--window-position=0,0",
      "--window-size=1200,900",
      "--host-resolver-rules=MAP *.test 127.0.0.1",
      `--ip-address-space-overrides=${overrides.join(",")}`
    ]
  })
}
