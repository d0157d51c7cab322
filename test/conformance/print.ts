/** Prints the table of requirements, tests and gaps. */
import { rows } from "./table.ts"

const all = rows()
for (const { gap, id, level, tests, who } of all) {
  const what = tests.length > 0 ? tests.join(", ") : gap === undefined ? "MISSING" : `no test: ${gap}`
  console.log(`${id.padEnd(8)} ${level.padEnd(6)} ${who.padEnd(4)} ${what}`)
}
const proved = all.filter(({ tests }) => tests.length > 0).length
const argued = all.filter(({ gap, tests }) => tests.length === 0 && gap !== undefined).length
console.log(
  `\n${all.length} requirements: ${proved} named by tests, ${argued} argued, ${
    all.length - proved - argued
  } missing`
)
