/** How the other products are started. A product that is missing is a failure of the test that needs it. */
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Home } from "./Home.ts"
import * as Program from "./Program.ts"

const python = process.env["INTEROP_PYTHON"] ?? "/usr/bin/python3"
const java = process.env["INTEROP_JAVA"] ?? "java"
const jars = [
  process.env["INTEROP_JSAMP_JAR"],
  "/usr/share/java/jsamp.jar",
  "/usr/local/share/java/jsamp.jar"
]

/** The folder of the Python helper scripts. */
const scripts = fileURLToPath(new URL("../peers/", import.meta.url))

/** The Java machine takes its home from the password database, not from HOME: it has to be told. */
const jsampArguments = (home: Home, args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const jar = jars.find((path) => path !== undefined && existsSync(path))
  if (jar === undefined) throw new Error("jsamp.jar is missing; run test/interop/install.sh")
  return ["-Djava.awt.headless=true", `-Duser.home=${home.path}`, "-jar", jar, ...args]
}

export const startJsamp = (home: Home, ...args: ReadonlyArray<string>): Program.Program =>
  Program.start(java, jsampArguments(home, args), { env: home.env })

export const runJsamp = (
  home: Home,
  limitMs: number,
  ...args: ReadonlyArray<string>
): Promise<Program.Result> => Program.run(java, jsampArguments(home, args), { env: home.env, limitMs })

export const startPython = (home: Home, script: string, ...args: ReadonlyArray<string>): Program.Program =>
  Program.start(python, [script, ...args], { cwd: scripts, env: home.env })

export const runPython = (
  home: Home,
  limitMs: number,
  script: string,
  ...args: ReadonlyArray<string>
): Promise<Program.Result> => Program.run(python, [script, ...args], { cwd: scripts, env: home.env, limitMs })
