/**
 * The MTypes that are in use: those of the standard, of the IVOA's list, and of the applications that speak SAMP. Each is
 * named after its MType, without `samp.`: `tableLoadVotable` is `table.load.votable`.
 */
import { isMType, patternsMatching } from "../MType.ts"
import * as Applications from "./Applications.ts"
import * as Core from "./Core.ts"
import { type Definition, rename } from "./Definition.ts"
import * as Images from "./Images.ts"
import * as Sky from "./Sky.ts"
import * as Tables from "./Tables.ts"
import * as Testing from "./Testing.ts"

export * from "./Applications.ts"
export * from "./Core.ts"
export * from "./Images.ts"
export * from "./Sky.ts"
export * from "./Tables.ts"
export * from "./Testing.ts"

/** A definition whose types are not known when compiling; what it encodes is checked when running. */
export type AnyDefinition = Definition<unknown, unknown>

/** All definitions of this vocabulary. */
export const all: ReadonlyArray<AnyDefinition> = [Core, Tables, Images, Sky, Applications, Testing].flatMap(
  (family): ReadonlyArray<AnyDefinition> => Object.values(family)
)

/** Definitions that hold for whole families: what has no definition of its own follows the family's (MTY-28, MTY-47). */
export const families: ReadonlyMap<string, AnyDefinition> = new Map<string, AnyDefinition>([
  ["table.load.*", Tables.tableLoadVotable],
  ["voresource.loadlist.*", Images.voresourceLoadlist]
])

let index: ReadonlyMap<string, AnyDefinition> | undefined

/**
 * The definition of an MType given as text: its own, or its family's under its name.
 *
 * @example
 * lookup("table.load.csv") // has the parameters url, table-id and name
 */
export const lookup = (mtype: string): AnyDefinition | undefined => {
  index ??= new Map(all.map((definition) => [definition.mtype, definition]))
  const own = index.get(mtype)
  if (own !== undefined || !isMType(mtype)) return own
  for (const pattern of patternsMatching(mtype)) {
    const family = families.get(pattern)
    if (family !== undefined) return rename(family, mtype)
  }
  return undefined
}
