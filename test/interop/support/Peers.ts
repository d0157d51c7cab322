/** How the other products are started. A product that is missing is a failure of the test that needs it. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Home } from "./Home.ts"
import * as Partner from "./Partner.ts"
import * as Program from "./Program.ts"

const python = process.env["INTEROP_PYTHON"] ?? "/usr/bin/python3"
const java = process.env["INTEROP_JAVA"] ?? "java"
const jars = [
  process.env["INTEROP_JSAMP_JAR"],
  "/usr/share/java/jsamp.jar",
  "/usr/local/share/java/jsamp.jar"
]

const stiltsJars = [
  process.env["INTEROP_STILTS_JAR"],
  "/usr/share/java/starlink-ttools.jar",
  "/usr/local/share/java/stilts.jar"
]

/** The folder of the helper scripts. */
const scripts = fileURLToPath(new URL("../peers/", import.meta.url))

const jar = (): string => {
  const found = jars.find((path) => path !== undefined && existsSync(path))
  if (found === undefined) throw new Error("jsamp.jar is missing; run test/interop/install.sh")
  return found
}

/** The Java machine takes its home from the password database, not from HOME: it has to be told. */
const javaArguments = (home: Home): ReadonlyArray<string> => [
  "-Djava.awt.headless=true",
  `-Duser.home=${home.path}`
]

const jsampArguments = (home: Home, args: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...javaArguments(home),
  "-jar",
  jar(),
  ...args
]

export const startJsamp = (home: Home, ...args: ReadonlyArray<string>): Program.Program =>
  Program.start(java, jsampArguments(home, args), { env: home.env })

export const runJsamp = (
  home: Home,
  limitMs: number,
  ...args: ReadonlyArray<string>
): Promise<Program.Result> => Program.run(java, jsampArguments(home, args), { env: home.env, limitMs })

/** Starts a Java source file of the helpers on JSAMP's classes; it is compiled on the spot, which takes a second. */
export const startJava = (home: Home, source: string, ...args: ReadonlyArray<string>): Program.Program =>
  Program.start(java, [...javaArguments(home), "-cp", jar(), `${scripts}${source}`, ...args], {
    env: home.env
  })

export const startPython = (home: Home, script: string, ...args: ReadonlyArray<string>): Program.Program =>
  Program.start(python, [script, ...args], { cwd: scripts, env: home.env })

export const runPython = (
  home: Home,
  limitMs: number,
  script: string,
  ...args: ReadonlyArray<string>
): Promise<Program.Result> => Program.run(python, [script, ...args], { cwd: scripts, env: home.env, limitMs })

/** Runs a class of the peers' folder, from its source, with what stilts consists of. */
export const runStiltsClass = (
  home: Home,
  limitMs: number,
  source: string,
  ...args: ReadonlyArray<string>
): Promise<Program.Result> => {
  const jar = stiltsJars.find((path) => path !== undefined && existsSync(path))
  if (jar === undefined) throw new Error("stilts is missing; run test/interop/install.sh")
  // the preference system would otherwise look at the home of the password database
  const settings = ["-Djava.awt.headless=true", `-Duser.home=${home.path}`, "-XX:TieredStopAtLevel=1"]
  return Program.run(java, [...settings, "-cp", jar, join(scripts, source), ...args], {
    env: home.env,
    limitMs
  })
}

/** Milliseconds for one answer of a partner, its start included. */
const partnerMs = 40_000

/** Starts a Python script that answers lines with lines. */
export const pythonPartner = (home: Home, script: string, ...args: ReadonlyArray<string>): Partner.Partner =>
  Partner.start({ command: python, args: [script, ...args], cwd: scripts, env: home.env }, partnerMs)

/** Starts a Java source file, on JSAMP's classes, that answers lines with lines. */
export const javaPartner = (home: Home, source: string, ...args: ReadonlyArray<string>): Partner.Partner => {
  const bounds = ["-Xmx256m", "-XX:TieredStopAtLevel=1"]
  const all = [...javaArguments(home), ...bounds, "-cp", jar(), `${scripts}${source}`, ...args]
  return Partner.start({ command: java, args: all, env: home.env }, partnerMs)
}
