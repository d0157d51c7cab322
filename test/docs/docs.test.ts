/** The documents are true: what is code in them compiles and runs, and what they name is there. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startHub } from "../../src/promise.ts"
import * as Home from "../interop/support/Home.ts"
import * as Samp from "../interop/support/Samp.ts"
import * as Blocks from "./support/Blocks.ts"
import * as Prose from "./support/Prose.ts"
import * as Seeds from "./support/Seeds.ts"
import { topcat } from "./support/StandIn.ts"
import * as Workshop from "./support/Workshop.ts"

const blocks = Blocks.documents.flatMap((document) => Blocks.blocksOf(document))
const modules = blocks.filter(Blocks.isTypeScript)

describe("the code in the documents", () => {
  let workshop: Workshop.Workshop
  beforeAll(() => {
    workshop = Workshop.make(modules)
  })
  afterAll(() => workshop.remove())

  test("is TypeScript that is compiled, or run, or stands in a fence that says what else it is", () => {
    const known = ["ts", "ts run", "sh", "console", "json", "text"]
    expect(blocks.filter(({ says }) => !known.includes(says)).map(Blocks.place)).toEqual([])
  })

  test("compiles against the sources", async () => {
    expect(await workshop.mistakes()).toEqual([])
  })

  test.concurrent.each(
    modules.filter(Blocks.isProgram).map((block) => [Blocks.place(block), block] as const)
  )(
    "%s does what it says, and ends",
    async (_, block) => {
      const home = Home.make()
      try {
        await using _hub = await startHub({ lockfile: home.lockfile })
        await using _topcat = await topcat(home)
        expect(await workshop.run(block, home)).toBe("")
      } finally {
        home.remove()
      }
    }
  )
})

describe("what the documents name", () => {
  test("links lead to documents and headings", () => {
    expect(Prose.brokenLinks()).toEqual([])
  })

  test("commands of samp are there, with the options that are given to them", async () => {
    const home = Home.make()
    try {
      const help = async (...args: ReadonlyArray<string>) => (await Samp.run(home, ...args, "--help")).stdout
      /** The help of a command, and of those below it. */
      const helpOf = async (name: string): Promise<string> => {
        const own = await help(name)
        const [, below = ""] = own.split("\nSUBCOMMANDS\n")
        const names = [...below.matchAll(/^ {2}([a-z]+) {2,}\S/gmu)].map(([, below = ""]) => below)
        return [own, ...await Promise.all(names.map((below) => help(name, below)))].join("\n")
      }
      const known = new Set([...(await help()).matchAll(/^ {2}([a-z-]+)\b/gmu)].map(([, name]) => name))
      expect(known.size).toBeGreaterThan(5)
      const named = Prose.commands()
      expect(named.length).toBeGreaterThan(20)
      expect(named.filter(({ name }) => !known.has(name))).toEqual([])
      const helps = new Map(
        await Promise.all(
          [...new Set(named.map(({ name }) => name))].map(async (name) => [name, await helpOf(name)] as const)
        )
      )
      const unknown = named.flatMap(({ code, name, place }) =>
        [...code.matchAll(/(?<=\s)--[a-z-]+/gu)].map(([option]) => ({ place, name, option }))
      ).filter(({ name, option }) => !new RegExp(`${option}\\b(?!-)`, "u").test(helps.get(name) ?? ""))
      expect(unknown).toEqual([])
    } finally {
      home.remove()
    }
  })

  test("npm scripts are there", () => {
    const known = Prose.knownScripts()
    const named = Prose.scripts()
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter(({ name }) => !known.includes(name))).toEqual([])
  })

  test("docs/migration.md has every class, method and parameter of astropy.samp and pyvo.samp", () => {
    const text = Blocks.read("docs/migration.md")
    const rows = text.split("\n").filter((line) => line.startsWith("|"))
    const codes = rows.flatMap((row) => [...(row.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/gu)])
    const named = new Set(codes.flatMap(([, code]) => code?.match(/\w+/gu) ?? []))
    const { classes, integratedClient, others, pyvo } = Seeds
    const missing = [classes, integratedClient, others, pyvo].flat().filter((name) => !named.has(name))
    expect(missing).toEqual([])
  })
})
