/**
 * Recordings: what went into a hub machine, and what came out, as JSON Lines. The first line is the header, each further
 * one a step of the machine. docs/recording.md has the format in words.
 */
import type { HubInput } from "../HubInput.ts"
import type { HubOutput } from "../HubOutput.ts"
import type { HubConfig } from "../HubState.ts"

/** The version of the format that is written; others are not read. */
export const formatVersion = 1

/**
 * Who has recorded: the hub itself, or a client that saw the others from outside. Of the latter the inputs are what the
 * client could see, and the outputs are what a hub of ours makes of them.
 */
export type Kind = "hub" | "client"

/** What a recording begins with: all that the machine needs to begin in the same way. */
export interface Header {
  readonly kind: Kind
  /** Product that has written it, and its version. */
  readonly product: string
  readonly version: string
  /** Time of day when the machine began, ISO 8601 in UTC. */
  readonly started: string
  /** The time of the machine then, in milliseconds of the clock of the inputs. */
  readonly at: number
  readonly config: HubConfig
}

/** One step of the machine. */
export interface Step {
  /** Where it stands in the recording; the header is line 1. */
  readonly line: number
  /** When, in milliseconds of the clock of the inputs. */
  readonly at: number
  readonly input: HubInput
  readonly outputs: ReadonlyArray<HubOutput>
}

/** A recording that has been read. */
export interface Recording {
  readonly header: Header
  readonly steps: ReadonlyArray<Step>
  /** Whether it ends within a line, as when the hub was killed or the disk full; that line is left out. */
  readonly cutOff: boolean
}

/**
 * The text of a fault that was left out of the recording, since it was cut off within something that has an alias; the
 * machine never says nothing.
 */
export const leftOut = ""
