/**
 * The zoo: byte streams of SAMP peers, one file per peer, and what they mean.
 *
 * `bytes` is what went over the socket, one character per byte (latin1). `expect` is what a decoder not of
 * ours (Python's `xmlrpc.client`, or a person for the hand-made ones) reads in it. `record.ts` writes these
 * files, `zoo.test.ts` plays them at our adapters.
 */
import fs from "node:fs"

/** A SAMP value as JSON; scalars of sloppy clients are their string encodings (`WIRE-29`). */
export type Json = string | ReadonlyArray<Json> | { readonly [key: string]: Json }

/** What a request asks. */
export interface Call {
  readonly method: string
  readonly params: ReadonlyArray<Json>
}

/** What a response says. */
export type Reply =
  | { readonly value: Json }
  | { readonly fault: { readonly code: number; readonly string: string }; readonly missing?: number }
  /** Not a 200 of XML-RPC: the sender has to name the status, not to read the body (`WIRE-34`). */
  | { readonly status: number }
  /** Nothing usable at all; the word says why. The sender has to fail at once and cleanly. */
  | { readonly broken: string }

interface Common {
  readonly name: string
  readonly role: "client to hub" | "hub to client"
  /** One character per byte. */
  readonly bytes: string
}

/** Bytes that ask. */
export interface RecordedRequest extends Common {
  readonly direction: "request"
  /** `broken`: not to be read at all; the server has to refuse it and to stay well. */
  readonly expect: Call | { readonly broken: string }
}

/** Bytes that answer. */
export interface RecordedResponse extends Common {
  readonly direction: "response"
  /** The peer closed the connection after these bytes. */
  readonly closes: boolean
  readonly expect: Reply
}

export type Entry = RecordedRequest | RecordedResponse

/** A line of `fixtures/index.json`. */
export interface Source {
  readonly file: string
  readonly peer: string
  readonly version: string
  readonly how: "recorded" | "hand-made"
  readonly entries: number
}

const folder = new URL("fixtures/", import.meta.url)

const read = (file: string): unknown => JSON.parse(fs.readFileSync(new URL(file, folder), "utf8"))

/** What is in the zoo. */
// The files are ours; their shape is the recorder's, so the border needs no more than a cast.
export const sources = (): ReadonlyArray<Source> => read("index.json") as ReadonlyArray<Source>

/** The entries of one file. */
export const entries = (file: string): ReadonlyArray<Entry> => read(file) as ReadonlyArray<Entry>

const line = (entry: Entry): string => JSON.stringify(entry, null, 2).replace(/^/gm, "  ")

/** Writes one file, one value a line where JSON allows, so that a diff shows what changed. */
export const write = (file: string, list: ReadonlyArray<Entry>): void =>
  fs.writeFileSync(new URL(file, folder), `[\n${list.map(line).join(",\n")}\n]\n`)

/** Writes the index. */
export const writeIndex = (list: ReadonlyArray<Source>): void =>
  fs.writeFileSync(new URL("index.json", folder), `${JSON.stringify(list, null, 2)}\n`)
