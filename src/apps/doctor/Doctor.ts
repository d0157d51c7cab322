/**
 * Gathers the evidence for a diagnosis: reads the lockfile, looks around, and talks to the hub as a client does.
 *
 * Every question has a limit of its own, and questions that do not depend on each other are asked together, so that
 * the whole takes seconds even where everything hangs. Nothing is changed, and no secret gets into the evidence.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { diagnose, type Diagnosis } from "../../domain/diagnosis/Diagnosis.ts"
import {
  type ChosenBy,
  type ConversationFacts,
  type Evidence,
  type HubFacts,
  type Listener,
  lockfileFacts,
  type PlaceFacts
} from "../../domain/diagnosis/Evidence.ts"
import { authority } from "../../domain/diagnosis/Finding.ts"
import { type HubRecord, type LockfilePlace, parse, readRecord } from "../../domain/Lockfile.ts"
import type { CallSender } from "../../ports/CallSender.ts"
import type { CallServer } from "../../ports/CallServer.ts"
import { Host } from "../../ports/Host.ts"
import { LockfileStore } from "../../ports/LockfileStore.ts"
import { Surroundings } from "../../ports/Surroundings.ts"
import { defaultPlace, named, nameOf } from "../Discovery.ts"
import { type ListedHub, listedHubs, otherHubs } from "./DoctorHubs.ts"
import { converse, ping } from "./DoctorTalk.ts"

/** How to examine. */
export interface DoctorOptions {
  /** As for `findHub`: label or id of a hub, its URL, or path or URL of its lockfile; undefined for the default. */
  readonly hub?: string | undefined
  /** Milliseconds for each question. */
  readonly limitMs: number
  /** The port of the Web Profile (WEB-01), or another for tests. */
  readonly webPort: number
}

/** What an examination needs. */
export type Needs = Host | LockfileStore | CallSender | CallServer | Surroundings

/** The place to look at, and who named it. */
interface Choice {
  readonly by: ChosenBy
  /** A failure says why it cannot be followed. */
  readonly place: Result.Result<LockfilePlace, string>
}

const choose = (
  choice: string | undefined,
  listed: ReadonlyArray<ListedHub>
): Effect.Effect<Choice, never, Host> =>
  Effect.gen(function*() {
    const host = yield* Host
    if (choice === undefined) {
      const by = (host.sampHub ?? "") === "" ? "default" : "SAMP_HUB"
      const place = yield* Effect.result(defaultPlace)
      return { by, place: Result.mapError(place, ({ detail }) => detail) } as const
    }
    const hits = listed.filter(({ id, label, url }) => [id, label, url].includes(choice))
    const [hit] = hits
    const place = hit === undefined ? named(choice) : { _tag: "File", path: hit.lockfile } as const
    if (hits.length > 1) {
      return {
        by: "--hub",
        place: Result.fail(`${hits.length} hubs are called ${choice}; name one by its lockfile`)
      } as const
    }
    return {
      by: "--hub",
      place: place === undefined ? Result.fail(`No hub is called ${choice}`) : Result.succeed(place)
    } as const
  })

/** The directory of a path. */
const directoryOf = (path: string): string => path.replace(/[/\\][^/\\]*$/u, "") || "/"

/** What is at the place, and the hub that it names if it is complete. */
const readPlace = (by: ChosenBy, place: LockfilePlace, limitMs: number) =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    const around = yield* Surroundings
    const isUrl = place._tag === "Url"
    const name = nameOf(place)
    const file = isUrl ? undefined : yield* around.file(name)
    const directory = isUrl ? undefined : yield* around.file(directoryOf(name))
    const fetched = isUrl ? store.fetch(name) : store.read(name)
    const result = yield* Effect.result(Effect.timeoutOption(fetched, limitMs))
    const facts = { _tag: "Place", by, name, isUrl, file, directory } as const
    if (Result.isFailure(result)) {
      return {
        place: { ...facts, text: { _tag: "Failed", detail: result.failure.detail } } as const,
        record: undefined
      }
    }
    if (Option.isNone(result.success)) {
      return {
        place: { ...facts, text: { _tag: "Failed", detail: "nothing came in time" } } as const,
        record: undefined
      }
    }
    const text = result.success.value
    if (text === undefined) {
      return { place: { ...facts, text: { _tag: "Absent" } } as const, record: undefined }
    }
    const record = Option.getOrUndefined(Result.getSuccess(readRecord(parse(text))))
    return { place: { ...facts, text: { _tag: "Read", facts: lockfileFacts(text) } } as const, record }
  })

/** Which of several sockets on the hub's port is the hub's: there is one for each address. */
const listenerAt = (
  listeners: ReadonlyArray<Listener> | undefined,
  port: number
): Listener | null | undefined =>
  listeners === undefined ? undefined : listeners.find((each) => each.port === port) ?? null

const resolve = (host: string, limitMs: number) =>
  Effect.flatMap(Surroundings, (around) => around.resolve(host)).pipe(
    Effect.timeoutOption(limitMs),
    Effect.map(Option.getOrUndefined)
  )

/** A text without what must not be told. */
const without = (secrets: ReadonlyArray<string>, text: string): string =>
  secrets.reduce((rest, secret) => secret === "" ? rest : rest.replaceAll(secret, "***"), text)

/** Everything that a peer said, without the secret if he said that. */
const hushed = (facts: ConversationFacts, secret: string): ConversationFacts => {
  const hush = <A>(outcome: A): A =>
    typeof outcome === "object" && outcome !== null && "detail" in outcome &&
      typeof outcome.detail === "string"
      ? { ...outcome, detail: without([secret], outcome.detail) }
      : outcome
  return {
    registration: hush(facts.registration),
    callback: hush(facts.callback),
    clients: facts.clients?.map(hush)
  }
}

const examineHub = (record: HubRecord, listeners: ReadonlyArray<Listener> | undefined, limitMs: number) =>
  Effect.gen(function*() {
    const host = yield* Host
    const around = yield* Surroundings
    const { pid, secret, url } = record
    const { host: name, port } = authority(url)
    const [answer, addresses] = yield* Effect.all([ping(url, limitMs), resolve(name, limitMs)], {
      concurrency: "unbounded"
    })
    const processAlive = pid === undefined ? undefined : yield* host.isAlive(pid)
    const hub: HubFacts = {
      url,
      ping: answer._tag === "Failed" ? { ...answer, detail: without([secret], answer.detail) } : answer,
      addresses,
      processAlive,
      processOwner: pid === undefined || processAlive !== true ? undefined : yield* around.ownerOf(pid),
      sharesNetwork: pid === undefined || processAlive !== true
        ? undefined
        : yield* around.sharesNetwork(pid),
      listener: listenerAt(listeners, port)
    }
    const conversation = answer._tag === "Done" ? yield* converse(record, limitMs) : undefined
    return { hub, conversation: conversation === undefined ? undefined : hushed(conversation, secret) }
  })

const proxyNames = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
const bypassNames = ["no_proxy", "NO_PROXY"]

const valuesOf = (variable: (name: string) => string | undefined, names: ReadonlyArray<string>) =>
  new Map(names.flatMap((name) => {
    const value = variable(name)
    return value === undefined || value === "" ? [] : [[name, value] as const]
  }))

/** What keeps this process apart from the user's desktop. */
const confinement = Effect.gen(function*() {
  const around = yield* Surroundings
  for (const path of ["/.dockerenv", "/run/.containerenv"]) {
    if ((yield* around.file(path)) !== undefined) return `you are in a container (${path} is there)`
  }
  if (around.variable("WSL_DISTRO_NAME") !== undefined) {
    return "you are in WSL, beside the programs of Windows"
  }
  return around.variable("SSH_CONNECTION") === undefined ? undefined : "you are here by ssh"
})

/** What does not depend on any hub. */
const lookAround = ({ limitMs, webPort }: DoctorOptions) =>
  Effect.gen(function*() {
    const host = yield* Host
    const around = yield* Surroundings
    const { home } = host
    const [homeFile, homeWritable, freeBytes, localhost, state, hasLoopback] = yield* Effect.all([
      around.file(home),
      around.isWritable(home),
      around.freeBytes(home),
      resolve("localhost", limitMs),
      around.askWebPort(webPort, limitMs),
      around.hasLoopback
    ], { concurrency: "unbounded" })
    const seen = {
      account: around.account,
      home,
      homeFile,
      homeWritable,
      freeBytes,
      confinement: yield* confinement,
      sudoUser: around.variable("SUDO_USER"),
      hasLoopback,
      localhost,
      proxies: valuesOf(around.variable, proxyNames),
      noProxy: [...valuesOf(around.variable, bypassNames).values()]
    }
    return { seen, state }
  })

/** Gathers the evidence. */
export const gather = (options: DoctorOptions): Effect.Effect<Evidence, never, Needs> =>
  Effect.gen(function*() {
    const { limitMs, webPort } = options
    const around = yield* Surroundings
    const [listeners, listed] = yield* Effect.all([around.listeners, listedHubs], {
      concurrency: "unbounded"
    })
    const { by, place: choice } = yield* choose(options.hub, listed)
    const there = Result.isSuccess(choice)
      ? yield* readPlace(by, choice.success, limitMs)
      : { place: { _tag: "Unusable", by, detail: choice.failure } satisfies PlaceFacts, record: undefined }
    const [{ seen, state }, talk, others] = yield* Effect.all([
      lookAround(options),
      there.record === undefined ? Effect.undefined : examineHub(there.record, listeners, limitMs),
      otherHubs(listed, listeners ?? [], there.record?.url, limitMs)
    ], { concurrency: "unbounded" })
    return {
      ...seen,
      place: there.place,
      hub: talk?.hub,
      conversation: talk?.conversation,
      others,
      web: { port: webPort, state, listener: listenerAt(listeners, webPort) ?? undefined }
    }
  })

/** Examines this desktop. */
export const examine = (options: DoctorOptions): Effect.Effect<Diagnosis, never, Needs> =>
  Effect.map(gather(options), diagnose)
