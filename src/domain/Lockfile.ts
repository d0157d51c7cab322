/**
 * The lockfile (section 4.3): the text by which clients find a hub, and what `SAMP_HUB` says about where it is.
 *
 * What we write is the narrowest form: one `=` a line, no blank lines, ASCII, a final LF, because pyvo and astropy fail
 * on anything else (WIRE-52). What we read is the widest (STD-37, STD-38, STD-50, STD-51).
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { filePath } from "./FileUrl.ts"
import { product } from "./Version.ts"

/** What a lockfile says, all tokens by name. */
export type Tokens = ReadonlyMap<string, string>

/** The secret file name in a home directory (STD-33). */
export const fileName = ".samp"

/** Directory, under home, of the lockfiles of further hubs (STD-53). */
export const multiDirectory = ".samp-1"

/** How the names of lockfiles in {@link multiDirectory} begin; pyvo lists those only. */
export const multiPrefix = "samp-hub"

/** Who runs a hub, as its starter names it. The Unix user may be the same for all. */
export interface HubNames {
  readonly label?: string | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
}

/** A hub as its lockfile describes it. */
export interface HubRecord extends HubNames {
  readonly secret: string
  readonly url: string
  /** Unique name of this run of the hub, if it gives one. */
  readonly id?: string | undefined
  /** Product and version, if given. */
  readonly impl?: string | undefined
  /** Process of the hub, if given. */
  readonly pid?: number | undefined
}

/** Whether a hub is of this product, so that it knows methods of our own. */
export const isOurs = ({ impl }: Pick<HubRecord, "impl">): boolean => impl?.startsWith(`${product} `) === true

const tokenName = /^[a-zA-Z0-9._-]+$/

/** Splits a lockfile into tokens; lines of no known form are skipped (STD-38), the last of two wins (STD-51). */
export const parse = (text: string): Tokens => {
  const tokens = new Map<string, string>()
  for (const line of text.split(/\r\n|\r|\n/u)) {
    const equals = line.indexOf("=")
    const name = line.slice(0, Math.max(equals, 0)).trim()
    if (!line.startsWith("#") && tokenName.test(name)) tokens.set(name, line.slice(equals + 1).trim())
  }
  return tokens
}

const isHttpUrl = (text: string): boolean => /^http:\/\/[^/\s]+/iu.test(text) && URL.canParse(text)
const HttpUrl = Schema.String.check(
  Schema.makeFilter((text) => isHttpUrl(text) ? undefined : "expected an http URL")
)
const Required = Schema.Struct({ secret: Schema.NonEmptyString, url: HttpUrl })
const decodeRequired = Schema.decodeUnknownResult(Required)

// The keys of astropy and later SAMPy first, then those of SAMPy of 2008 (STD-52).
const labelKeys = ["hub.label", "samp.hub.label"]
const ownerKeys = ["hub.owner.name", "samp.hub.owner"]
const groupKeys = ["hub.owner.group", "samp.hub.owner_group"]

const first = (tokens: Tokens, keys: ReadonlyArray<string>): string | undefined =>
  keys.map((key) => tokens.get(key)).find((value) => value !== undefined && value !== "")

/**
 * The hub that tokens describe. Without `samp.secret` or `samp.hub.xmlrpc.url` there is none (STD-38); backslashes, as
 * old hubs wrote them, are taken out of the URL (WIRE-45).
 */
export const readRecord = (tokens: Tokens): Result.Result<HubRecord, string> => {
  const secret = tokens.get("samp.secret")
  const url = tokens.get("samp.hub.xmlrpc.url")?.replaceAll("\\", "")
  const required = decodeRequired({ secret, url })
  if (Result.isFailure(required)) {
    return Result.fail("it lacks samp.secret or a samp.hub.xmlrpc.url that is an http URL")
  }
  const pid = Number(tokens.get("hub.pid"))
  return Result.succeed({
    ...required.success,
    id: tokens.get("hub.id"),
    impl: tokens.get("hub.impl"),
    pid: Number.isSafeInteger(pid) && pid > 0 ? pid : undefined,
    label: first(tokens, labelKeys),
    owner: first(tokens, ownerKeys),
    group: first(tokens, groupKeys)
  })
}

/** A value that every reader survives: no `=`, no line end, printable ASCII. */
const safe = (value: string): string => value.replace(/[^\x20-\x7e]|=/gu, "_")

/** Whether a value, such as a secret or a label, can stand in a lockfile as it is. */
export const isLockfileValue = (value: string): boolean =>
  value !== "" && safe(value) === value && value.trim() === value

/**
 * The text of a lockfile (STD-36).
 *
 * @param started - when the hub started, for people; no `=` in it
 */
export const render = (record: HubRecord & { readonly started: string }): string => {
  const lines: Array<readonly [string, string | undefined]> = [
    ["samp.secret", record.secret],
    ["samp.hub.xmlrpc.url", record.url],
    ["samp.profile.version", "1.3"],
    ["hub.id", record.id],
    ["hub.impl", record.impl],
    ["hub.pid", record.pid === undefined ? undefined : String(record.pid)],
    ...labelKeys.map((key) => [key, record.label] as const),
    ...ownerKeys.map((key) => [key, record.owner] as const),
    ...groupKeys.map((key) => [key, record.group] as const)
  ]
  const written = lines.flatMap(([name, value]) => value === undefined ? [] : [`${name}=${safe(value)}\n`])
  return `# SAMP Standard Profile lockfile written ${safe(record.started)}\n${written.join("")}`
}

/** Where a lockfile is looked for. */
export type LockfilePlace =
  | { readonly _tag: "File"; readonly path: string }
  /** A lockfile that some web server serves (STD-31); no hub can be started there (STD-35). */
  | { readonly _tag: "Url"; readonly url: string }

/**
 * What the environment variable `SAMP_HUB` says (STD-30..32).
 *
 * @returns undefined when it is not set, so that the default lockfile counts; a failure names what we cannot follow
 */
export const readSampHub = (value: string | undefined): Result.Result<LockfilePlace | undefined, string> => {
  if (value === undefined || value === "") return Result.succeed(undefined)
  const prefix = "std-lockurl:"
  if (!value.startsWith(prefix)) {
    return Result.fail(
      `SAMP_HUB is '${
        value.slice(0, 80)
      }', but only the URL of a lockfile is understood here, as in std-lockurl:file:///home/me/.samp`
    )
  }
  const url = value.slice(prefix.length)
  if (url.startsWith("/") || /^[A-Za-z]:[\\/]/u.test(url)) return Result.succeed({ _tag: "File", path: url }) // as pyvo allows
  const path = filePath(url)
  if (path !== undefined) return Result.succeed({ _tag: "File", path })
  return /^https?:\/\//iu.test(url)
    ? Result.succeed({ _tag: "Url", url })
    : Result.fail(
      `SAMP_HUB names the lockfile '${url.slice(0, 80)}', which is neither a file: nor an http: URL`
    )
}
