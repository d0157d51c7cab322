/** What a diagnosis finds, and the words it uses. */
import type { Evidence, Listener } from "./Evidence.ts"

/** `fatal`: SAMP does not work. `warning`: it works, but not for all or not safely. `note`: good to know. */
export type Severity = "fatal" | "warning" | "note"

/** One cause of trouble. All texts are single lines of printable characters. */
export interface Finding {
  /** For programs; it does not change between versions. */
  readonly code: string
  readonly severity: Severity
  /** One sentence, without a full stop. */
  readonly cause: string
  /** What it was concluded from. */
  readonly evidence: ReadonlyArray<string>
  /** What to type or to do. */
  readonly remedy: string
}

/** What one check comes to: findings, or that it could not be made, and what it saw in a few words. */
export type Verdict =
  | { readonly _tag: "Checked"; readonly findings: ReadonlyArray<Finding>; readonly saw: string }
  | { readonly _tag: "Skipped"; readonly why: string }

/** One check, named for people. */
export interface Check {
  readonly name: string
  readonly run: (evidence: Evidence) => Verdict
}

/** The most characters that are shown of a foreign text. */
const shown = 200
/** The most of a whole sentence, which may hold two paths and a URL. */
const sentence = 1_000

/** A text on one line, without characters that a terminal obeys, and without the password of a URL. */
export const plain = (text: string, most = shown): string => {
  const safe = text.replace(/\/\/[^/@\s]*@/gu, "//***@").replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+/gu, " ")
    .trim()
  return safe.length > most ? `${safe.slice(0, most - 3)}...` : safe
}

/** All went well. */
export const well = (saw: string): Verdict => ({ _tag: "Checked", findings: [], saw: plain(saw, sentence) })

/** It could not be looked into. */
export const skipped = (why: string): Verdict => ({ _tag: "Skipped", why })

/** Things found, the first of which tells what was seen. */
export const found = (...findings: ReadonlyArray<Finding>): Verdict => ({
  _tag: "Checked",
  findings,
  saw: findings[0]?.cause ?? ""
})

/** Makes a finding; evidence that is not known is left out. */
export const finding = (
  severity: Severity,
  code: string,
  cause: string,
  evidence: ReadonlyArray<string | undefined>,
  remedy: string
): Finding => ({
  severity,
  code,
  cause: plain(cause, sentence),
  evidence: evidence.filter((line) => line !== undefined).map((line) => plain(line, sentence)),
  remedy: plain(remedy, sentence)
})

/** A finding without which nothing else works. */
export const broken = (
  code: string,
  cause: string,
  evidence: ReadonlyArray<string | undefined>,
  remedy: string
) => found(finding("fatal", code, cause, evidence, remedy))

/** Permission bits as `chmod` takes them. */
export const octal = (mode: number): string => (mode & 0o777).toString(8).padStart(3, "0")

/** A path as one word of a shell. */
export const word = (path: string): string =>
  /^[\w@%+=:,./~-]+$/u.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`

/** Who holds a port. */
export const holder = (listener: Listener | null | undefined): string | undefined => {
  if (listener === undefined || listener === null) return undefined
  const { command, pid, uid } = listener
  const process = pid === undefined ? "a process" : `process ${pid}`
  return `${process}${command === undefined ? "" : ` (${command})`}${
    uid === undefined ? "" : ` of user id ${uid}`
  }`
}

const loopback = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/iu

/** Whether an address is one of this machine's loopback. */
export const isLoopback = (address: string): boolean => loopback.test(address)

/** Host and port of a URL, without the brackets of IPv6; empty host for what is no URL. */
export const authority = (url: string): { readonly host: string; readonly port: number } => {
  if (!URL.canParse(url)) return { host: "", port: 0 }
  const { hostname, port } = new URL(url)
  return { host: hostname.replace(/^\[|\]$/gu, ""), port: port === "" ? 80 : Number(port) }
}

/** Whether the hub that the lockfile names answers. */
export const isReached = ({ hub }: Evidence): boolean => hub?.ping._tag === "Done"
