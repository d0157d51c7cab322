/**
 * Our `samp` with the names of sampjs: what the upstream library does in Chromium at JSAMP's hub and at ours, and its own
 * example pages, unchanged.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll } from "vitest"
import { bundleScript } from "../../../tools/bundlePages.mjs"
import * as Home from "../support/Home.ts"
import * as Sampjs from "./support/Sampjs.ts"
import { examples } from "./support/SampjsExamples.ts"
import { pages } from "./support/SampjsPages.ts"
import { scenario } from "./support/Scenario.ts"

const home = Home.make()
afterAll(() => home.remove())

const script = join(home.path, "samp.js")
await bundleScript(script)

const shim = async (): Promise<string> => readFileSync(script, "utf8")

scenario("our shim", shim)

const files = await pages()
if (typeof files === "string") console.log(`the example pages of sampjs are left out: ${files}`)
else {
  examples("our shim", shim, files)
  // That they are used here as they are meant to be. As a script that is no module it needs a place for its exports.
  examples("sampjs", async () => `var module = {}\n${await Sampjs.source()}`, files, ["ours"])
}
