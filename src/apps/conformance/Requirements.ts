/**
 * What SAMP 1.3 asks of hubs and clients, a line each, by the ids that checks, tests and documents cite.
 *
 * MUST, SHOULD and MAY are the standard's; QOI (quality of implementation) is not in it, but peers need it. Whom it
 * concerns: H hub, C client, CC callable client, A author of MTypes.
 */
import { delivery } from "./RequirementsDelivery.ts"
import { general } from "./RequirementsGeneral.ts"
import { operations } from "./RequirementsOperations.ts"
import { wire } from "./RequirementsWire.ts"

/** How much a requirement demands; `-` is an explanation that demands nothing. */
export type Level = "MUST" | "MUST NOT" | "SHOULD" | "MAY" | "QOI" | "-"

/** One requirement. */
export interface Requirement {
  readonly id: string
  readonly level: Level
  /** Whom it concerns, such as `H,C`. */
  readonly who: string
  /** What it asks, in a line. */
  readonly text: string
}

const row = /^(?<id>[A-Z]+-\d+) (?<level>MUST NOT|MUST|SHOULD|MAY|QOI|-) (?<who>[A-Z,]+) (?<text>\S.*)$/u

const isLevel = (text: string): text is Level =>
  ["MUST", "MUST NOT", "SHOULD", "MAY", "QOI", "-"].includes(text)

/** Reads a table of requirements, one on each line. */
export const read = (table: string): ReadonlyArray<Requirement> =>
  table.trim().split("\n").map((line) => {
    const { id = "", level = "", text = "", who = "" } = row.exec(line.trim())?.groups ?? {}
    if (!isLevel(level)) throw new Error(`a row of the requirements cannot be read: ${line}`)
    return { id, level, who, text }
  })

/** The requirements of the standard, and the demands of peers that are listed with them. */
export const standard: ReadonlyArray<Requirement> = [general, delivery, operations].flatMap(read)

/** What peers put on the wire, which a hub has to cope with to be of use to them. */
export const interoperability: ReadonlyArray<Requirement> = read(wire)

/** All of them. */
export const requirements: ReadonlyArray<Requirement> = [...standard, ...interoperability]

/** Whether a requirement says something about hubs. */
export const concernsHubs = ({ who }: Requirement): boolean => who.split(",").includes("H")
