/**
 * A Standard Profile hub: engine, XML-RPC endpoint and lockfile put together.
 *
 * The endpoint listens before the lockfile appears, so that whoever finds the file gets an answer (STD-43). At the end
 * all clients are told, then the lockfile goes, then the endpoint closes (SHUT-01).
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { fault, quote } from "../domain/Fault.ts"
import { type HubStatus, type WebState, writeStatus, writeWebState } from "../domain/HubStatus.ts"
import { PrivateKey, sameSecret } from "../domain/Identifiers.ts"
import {
  type HubNames,
  type HubRecord,
  isLockfileValue,
  isOurs,
  type LockfilePlace,
  multiDirectory,
  multiPrefix,
  parse,
  readRecord,
  render
} from "../domain/Lockfile.ts"
import { readAsked } from "../domain/StandardProfile.ts"
import { product, version } from "../domain/Version.ts"
import type { CallSender } from "../ports/CallSender.ts"
import { type CallHandler, CallServer, type ListenError } from "../ports/CallServer.ts"
import { Host } from "../ports/Host.ts"
import { KeySource } from "../ports/KeySource.ts"
import { type LockfileError, LockfileStore } from "../ports/LockfileStore.ts"
import { type BadPlace, defaultPlace, health, removeDead, runningHubs } from "./Discovery.ts"
import { HubEngine } from "./HubEngine.ts"
import { WebHub } from "./WebHub.ts"

/** Another hub has the lockfile. */
export class HubRunning extends Data.TaggedError("HubRunning")<{
  readonly lockfile: string
  readonly url: string
  readonly answers: boolean
  /** Whether it is a hub of this product, which `samp hub stop` stops. */
  readonly ours: boolean
}> {
  override get message(): string {
    const end = this.ours ? "stop it with: samp hub stop" : "end it where it was started"
    return this.answers
      ? `A hub is already running at ${this.url} (lockfile ${this.lockfile}). Use it, ${end}, or start another with: samp hub --multi`
      : `The hub at ${this.url} does not answer, but its process or port is still there (lockfile ${this.lockfile}). End that process, or remove the lockfile, and try again`
  }
}

/** Another hub has the label. */
export class LabelTaken extends Data.TaggedError("LabelTaken")<{
  readonly label: string
  readonly lockfile: string
  readonly url: string
}> {
  override get message(): string {
    return `The hub at ${this.url} is already labelled ${this.label} (lockfile ${this.lockfile}). Choose another --label`
  }
}

/** The hub cannot be started as it was asked to. */
export class BadHubOptions extends Data.TaggedError("BadHubOptions")<{ readonly detail: string }> {
  override get message(): string {
    return this.detail
  }
}

/** How to start a hub. */
export interface StandardHubOptions extends HubNames {
  /** Path of the lockfile; undefined for what SAMP_HUB says, or `.samp` at home. */
  readonly lockfile?: string | undefined
  /** Whether to be one of several hubs, with a lockfile in the multi-hub directory (STD-53). */
  readonly multi: boolean
  readonly address: string
  readonly port: number
  /** Secret for the lockfile; undefined for a random one. */
  readonly secret?: string | undefined
}

/** A running Standard Profile hub. */
export class StandardHub extends Context.Service<StandardHub, HubRecord & { readonly lockfile: string }>()(
  "samp/apps/StandardHub"
) {}

const notWeb: WebState = { _tag: "Off", why: "the hub was started without it" }

/** Switches the Web Profile as it is wished, and tells how it is then. */
const switchWeb = (web: Option.Option<WebHub["Service"]>, wish: string) => {
  if (Option.isNone(web)) return Effect.succeed(writeWebState(notWeb))
  const { state, switchOff, switchOn } = web.value
  if (wish !== "on" && wish !== "off" && wish !== "") {
    return Effect.fail(fault("Malformed", `${quote(wish)} is none of on, off and the empty string`))
  }
  return Effect.map(wish === "on" ? switchOn : wish === "off" ? switchOff : state, writeWebState)
}

/** The answers to what clients call. */
const handler = (
  secret: string,
  about: () => Pick<HubStatus, "url" | "pid">
): Effect.Effect<CallHandler, never, HubEngine | KeySource> =>
  Effect.gen(function*() {
    const engine = yield* HubEngine
    const keys = yield* KeySource
    const web = yield* Effect.serviceOption(WebHub)
    const badSecret = Effect.fail(fault("BadSecret", "this is not the secret of the lockfile"))
    return (call) => {
      const asked = readAsked(call)
      if (Result.isFailure(asked)) return Effect.fail(asked.failure)
      const wanted = asked.success
      if (wanted._tag === "Operation") return engine.ask(wanted.operation)
      if (!sameSecret(wanted.secret, secret)) return badSecret
      switch (wanted._tag) {
        case "Stop":
          return Effect.as(engine.end, "")
        case "Status":
          return Effect.zipWith(
            engine.status,
            Option.isSome(web) ? web.value.state : Effect.succeed(notWeb),
            (status, web) => writeStatus({ product, version, ...about(), ...status, web })
          )
        case "Web":
          return switchWeb(web, wanted.wish)
        case "Register":
          return Effect.flatMap(
            keys.next,
            (key) => engine.ask({ _tag: "Register", freshKey: PrivateKey(key) })
          )
      }
    }
  })

const choosePlace = (options: StandardHubOptions, id: string) =>
  Effect.gen(function*() {
    const host = yield* Host
    if (options.multi) {
      const path = host.join(host.home, multiDirectory, `${multiPrefix}-${id}`)
      return options.lockfile === undefined
        ? path
        : yield* new BadHubOptions({ detail: "--multi names the lockfile itself; leave --lockfile out" })
    }
    if (options.lockfile !== undefined) return options.lockfile
    const place: LockfilePlace = yield* defaultPlace
    if (place._tag === "File") return place.path
    return yield* new BadHubOptions({
      detail:
        `SAMP_HUB names ${place.url}, where no lockfile can be written; set it to std-lockurl:file:///a/path`
    })
  })

const lockfileText = "printable ASCII without = and without blanks at its ends, since the lockfile holds it"

/** How many times a race for the lockfile is run again before it is a failure. */
const races = 20

/** Publishes the lockfile, over that of a dead hub if there is one. */
const claim = (
  path: string,
  text: string
): Effect.Effect<void, HubRunning | LockfileError, Host | LockfileStore | CallSender> =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    for (let race = 0; race < races; race++) {
      const there = yield* store.read(path)
      const other = there === undefined ? undefined : readRecord(parse(there))
      if (other !== undefined && Result.isSuccess(other)) {
        const { url } = other.success
        const state = yield* health(other.success)
        if (state !== "Dead") {
          const ours = isOurs(other.success)
          return yield* new HubRunning({ lockfile: path, url, answers: state === "Alive", ours })
        }
      }
      if (yield* store.publish(path, text, there)) return
      yield* Effect.sleep(25 + 10 * race)
    }
    return yield* new HubRunning({ lockfile: path, url: "an unknown address", answers: false, ours: false })
  })

/** A label is there to choose one hub by. Of the one that has the very lockfile there is more to say. */
const refuseTwin = (label: string, lockfile: string) =>
  Effect.gen(function*() {
    const hubs = yield* Effect.orElseSucceed(runningHubs, () => [])
    const twin = hubs.find((hub) =>
      hub.label?.toLowerCase() === label.toLowerCase() && hub.lockfile !== lockfile
    )
    if (twin !== undefined) {
      return yield* new LabelTaken({ label, lockfile: twin.lockfile, url: twin.url })
    }
  })

/** Milliseconds between two looks at the lockfile. */
const watchMs = 10_000

/** Puts a lockfile that has vanished back, and tells when another hub has replaced it (STD-46). */
const watch = (path: string, text: string): Effect.Effect<void, never, LockfileStore> =>
  Effect.gen(function*() {
    const store = yield* LockfileStore
    let ours = true
    const look = Effect.gen(function*() {
      const there = yield* store.read(path)
      if (there === undefined && (yield* store.publish(path, text, undefined))) {
        yield* Effect.logWarning(`the lockfile ${path} had vanished; it is back`)
      }
      if (there !== undefined && there !== text && ours) {
        yield* Effect.logWarning(
          `the lockfile ${path} is another hub's now; new clients will not find this one`
        )
      }
      ours = there === undefined || there === text
    })
    yield* Effect.forever(Effect.andThen(Effect.sleep(watchMs), Effect.ignore(look)))
  })

const make = (
  options: StandardHubOptions
): Effect.Effect<
  StandardHub["Service"],
  HubRunning | LabelTaken | LockfileError | ListenError | BadHubOptions | BadPlace,
  HubEngine | KeySource | CallServer | LockfileStore | Host | CallSender | Scope.Scope
> =>
  Effect.gen(function*() {
    const engine = yield* HubEngine
    const host = yield* Host
    const keys = yield* KeySource
    const server = yield* CallServer
    const store = yield* LockfileStore
    if (options.secret !== undefined && !isLockfileValue(options.secret)) {
      return yield* new BadHubOptions({ detail: `a secret is ${lockfileText}` })
    }
    for (const name of ["label", "owner", "group"] as const) {
      const value = options[name]
      if (value !== undefined && !isLockfileValue(value)) {
        return yield* new BadHubOptions({ detail: `a ${name} is ${lockfileText}` })
      }
    }
    const secret = options.secret ?? (yield* keys.next)
    const id = `${host.pid}-${(yield* keys.next).slice(0, 8)}`
    const lockfile = yield* choosePlace(options, id)
    if (options.multi) yield* removeDead
    if (options.label !== undefined) yield* refuseTwin(options.label, lockfile)
    const title = options.label === undefined ? "SAMP hub" : `SAMP hub ${options.label}`
    let url = ""
    const endpoint = yield* server.listen(
      { address: options.address, port: options.port, title },
      yield* handler(secret, () => ({ url, pid: host.pid }))
    )
    url = endpoint.url
    const record: HubRecord = {
      secret,
      url,
      id,
      impl: `${product} ${version}`,
      pid: host.pid,
      label: options.label,
      owner: options.owner,
      group: options.group
    }
    const started = DateTime.formatIso(yield* DateTime.now)
    const text = render({ ...record, started })
    yield* Effect.acquireRelease(
      claim(lockfile, text),
      () => Effect.andThen(engine.shutdown, Effect.ignore(store.withdraw(lockfile, text)))
    )
    yield* Effect.forkScoped(watch(lockfile, text))
    return StandardHub.of({ ...record, lockfile })
  })

/** A Standard Profile hub; it is stopped by closing its scope. */
export const layer = (options: StandardHubOptions) => Layer.effect(StandardHub, make(options))
