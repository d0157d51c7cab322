/**
 * What a diagnosis goes by: facts about this desktop, as data. No secret is ever among them. What is undefined is not
 * known, because nobody could tell or because an earlier step failed.
 */
import * as Result from "effect/Result"
import { parse, readRecord } from "../Lockfile.ts"

/** The user of this process. */
export interface Account {
  readonly uid?: number | undefined
  /** Home directory by the password database, which HOME may contradict. */
  readonly home?: string | undefined
}

/** What is at a path. */
export interface FileFacts {
  readonly kind: "file" | "directory" | "other" | "dangling link"
  /** Permission bits; undefined where they mean nothing. */
  readonly mode?: number | undefined
  readonly owner?: number | undefined
}

/** A listening TCP socket. */
export interface Listener {
  readonly port: number
  readonly uid?: number | undefined
  readonly pid?: number | undefined
  /** Names of program and script, without arguments, which may be secret. */
  readonly command?: string | undefined
  /** HOME of that process. */
  readonly home?: string | undefined
  /** Whether its command line looks like that of a program with a hub in it. */
  readonly mayBeHub?: boolean | undefined
}

/** Who is at a port: `Free` nobody, `Silent` somebody who says nothing. */
export type WebPortState = "Free" | "WebProfile" | "Other" | "Silent"

/** Why a call did not come through; the reasons of the port CallSender. */
export interface CallFailure {
  readonly _tag: "Failed"
  readonly reason: "Refused" | "Lost" | "Timeout" | "BadAnswer" | "RemoteFault"
  readonly detail: string
}

/** How a step ended that takes time. */
export type Outcome = { readonly _tag: "Done"; readonly ms: number } | CallFailure

/** What a lockfile's text says, without the secret. */
export interface LockfileFacts {
  readonly characters: number
  /** Whether the last line is ended. */
  readonly ended: boolean
  readonly hasSecret: boolean
  readonly url?: string | undefined
  /** Whether clients can use it (STD-38). */
  readonly usable: boolean
  readonly pid?: number | undefined
  readonly impl?: string | undefined
  readonly label?: string | undefined
}

/** Reads a lockfile's text as clients do. */
export const lockfileFacts = (text: string): LockfileFacts => {
  const tokens = parse(text)
  const record = readRecord(tokens)
  const known = Result.isSuccess(record) ? record.success : undefined
  const url = known?.url ?? tokens.get("samp.hub.xmlrpc.url")
  return {
    characters: text.length,
    ended: /[\r\n]$/u.test(text),
    hasSecret: (tokens.get("samp.secret") ?? "") !== "",
    url: url === "" ? undefined : url,
    usable: known !== undefined,
    pid: known?.pid,
    impl: known?.impl,
    label: known?.label
  }
}

/** Who named the place of the lockfile. */
export type ChosenBy = "default" | "SAMP_HUB" | "--hub"

/** Where the lockfile is looked for, and what is there. */
export type PlaceFacts =
  /** What names the place cannot be followed. */
  | { readonly _tag: "Unusable"; readonly by: ChosenBy; readonly detail: string }
  | {
    readonly _tag: "Place"
    readonly by: ChosenBy
    /** Path or URL. */
    readonly name: string
    readonly isUrl: boolean
    readonly file?: FileFacts | undefined
    /** The directory that the file is in. */
    readonly directory?: FileFacts | undefined
    readonly text:
      | { readonly _tag: "Read"; readonly facts: LockfileFacts }
      | { readonly _tag: "Absent" }
      | { readonly _tag: "Failed"; readonly detail: string }
  }

/** The hub that the lockfile names. */
export interface HubFacts {
  readonly url: string
  readonly ping: Outcome
  /** Addresses of the URL's host; none when it does not resolve. */
  readonly addresses?: ReadonlyArray<string> | undefined
  readonly processAlive?: boolean | undefined
  readonly processOwner?: number | undefined
  /** Whether its process has the same network as we: another container has another loopback. */
  readonly sharesNetwork?: boolean | undefined
  /** Who listens on its port; null when nobody does. */
  readonly listener?: Listener | null | undefined
}

/** How the hub's callback fared. `Unasked`: the hub would not send us anything to be tested by. */
export type CallbackFacts =
  | Outcome
  | { readonly _tag: "NoEndpoint"; readonly detail: string }
  | { readonly _tag: "Silent"; readonly ms: number }
  | { readonly _tag: "Unasked"; readonly detail: string }

/** A registered client. `Unasked`: it does not subscribe to samp.app.ping. */
export interface ClientFacts {
  readonly id: string
  readonly name: string
  readonly state: "Answers" | "Hung" | "Dead" | "Unasked"
  readonly detail?: string | undefined
}

/** What came of talking to the hub as a client. */
export interface ConversationFacts {
  readonly registration: Outcome
  readonly callback?: CallbackFacts | undefined
  readonly clients?: ReadonlyArray<ClientFacts> | undefined
}

/** A hub other than the one that the lockfile names. */
export interface OtherHub {
  /** Usual place, multi-hub directory, home by the password database, or known by its process only. */
  readonly where: "usual" | "further" | "account" | "unlisted"
  readonly lockfile?: string | undefined
  readonly url: string
  readonly label?: string | undefined
  readonly impl?: string | undefined
  readonly pid?: number | undefined
  readonly state: "Alive" | "Dead" | "Silent"
  /** Clients besides the hub and ourselves. */
  readonly clients?: number | undefined
}

/** Everything that is known. */
export interface Evidence {
  readonly account: Account
  /** HOME, or what stands for it. */
  readonly home: string
  readonly homeFile?: FileFacts | undefined
  readonly homeWritable: boolean
  readonly freeBytes?: number | undefined
  /** What keeps us apart from the desktop: a container, or an ssh session. */
  readonly confinement?: string | undefined
  /** Who called sudo. */
  readonly sudoUser?: string | undefined
  readonly hasLoopback: boolean
  /** Addresses of localhost; undefined when nobody answered in time. */
  readonly localhost?: ReadonlyArray<string> | undefined
  /** Proxy variables that are set. */
  readonly proxies: ReadonlyMap<string, string>
  /** The values of no_proxy and NO_PROXY. */
  readonly noProxy: ReadonlyArray<string>
  readonly place: PlaceFacts
  readonly hub?: HubFacts | undefined
  readonly conversation?: ConversationFacts | undefined
  readonly others: ReadonlyArray<OtherHub>
  readonly web: {
    readonly port: number
    readonly state: WebPortState
    readonly listener?: Listener | undefined
  }
}
