/** The world while it goes on: who is there, what is under way, and the books. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { Downloads } from "../../../src/adapters/memory/Downloads.ts"
import { Files } from "../../../src/adapters/memory/Files.ts"
import { Network, type NetworkEvent } from "../../../src/adapters/memory/Network.ts"
import { Pages } from "../../../src/adapters/memory/Pages.ts"
import { type Ports, type Process, Processes } from "../../../src/adapters/memory/Processes.ts"
import type { Client } from "../../../src/apps/client/Client.ts"
import type { HubConnection } from "../../../src/apps/HubConnection.ts"
import type { RunningHub } from "../../../src/apps/testing/SimHub.ts"
import type { ClientId } from "../../../src/domain/Identifiers.ts"
import { Consent } from "../../../src/ports/Consent.ts"
import { DataServer } from "../../../src/ports/DataServer.ts"
import { type Account, Watch } from "./Books.ts"
import type { Plan } from "./Plan.ts"
import { Trace } from "./Trace.ts"
import { make as makeUser, type User } from "./User.ts"

/** A hub that was started. */
export interface Hub extends RunningHub {
  readonly name: string
  readonly watch: Watch
  /** Whether anything was ever done to it. */
  touched: boolean
}

/** A program of the world. */
interface Program {
  readonly name: string
  readonly process: Process
  /** URL of its callback endpoint, once there is one. */
  endpoint: string | undefined
  /** Whether anything was ever done to it, or to its connections. */
  touched: boolean
  /** Of a web page. */
  readonly page: Page | undefined
}

/** What makes a client a web page. */
export interface Page {
  /** As its browser says it; undefined for a program that is no browser. */
  readonly origin: string | undefined
  /** Whether it counts its callbacks, so that it must get all of them as long as it is registered. */
  readonly counts: boolean
}

/** A client of ours. */
export interface Resident extends Program {
  readonly kind: "resident"
  readonly client: Client
  metadata: { readonly [key: string]: string }
  readonly bound: Set<string>
  /** What it subscribes to beside its handlers. */
  extra: ReadonlyArray<string>
}

/** A client as others write them: it speaks the protocol by hand, and has manners of its own. */
export interface Guest extends Program {
  readonly kind: "guest"
  readonly manner: Manner
  readonly hub: Hub
  readonly connection: HubConnection
  /** Tags of its accepted calls and who was called, once for each time that it sent. */
  readonly called: Array<{ readonly tag: string; readonly to: ClientId }>
  left: boolean
  /** Whether it has thrown away what waited for it, by not being callable for a moment. */
  deafened: boolean
}

/** How a guest answers calls. */
export type Manner = "prompt" | "late" | "twice" | "never" | "wrong"

/** A client of the world. */
export type Actor = Resident | Guest

/** Something that must come to an end. */
export interface Job {
  readonly what: string
  readonly fiber: Fiber.Fiber<unknown, unknown>
  readonly isCall: boolean
  /** Name of the process that wants it. */
  readonly owner: string
}

/** What programs mention, in worlds with pages. */
export const urls: ReadonlyArray<string> = Array.from({ length: 9 }, (_, n) => `file:///data/${n}.vot`)

/** What there is for pages. */
export interface Web {
  readonly user: User
  readonly downloads: Downloads["Service"]
  readonly pages: Pages["Service"]
  /** What hubs with a Web Profile stand on. */
  readonly ports: Context.Context<Consent | DataServer>
}

/** The world. */
export class World {
  readonly trace = new Trace()
  readonly hubs: Array<Hub> = []
  readonly actors: Array<Actor> = []
  readonly jobs: Array<Job> = []
  /** What was seen and must not be. */
  readonly wrongs: Array<string> = []
  readonly accounts = new Map<string, Account>()
  /** Secrets of hubs and private keys, which nobody else may see. */
  readonly secrets = new Set<string>()
  /** Names of processes by URL of their endpoints. */
  readonly endpoints = new Map<string, string>()
  /** Whether requests may have been sent twice by an accident of the network. */
  stuttered = false
  diskWasFull = false
  /** The user, and what is on the web, in worlds with pages. */
  readonly web: Web | undefined
  events = 0
  faults = 0
  private numbers = 0
  readonly plan: Plan
  readonly network: Network["Service"]
  readonly processes: Processes["Service"]
  readonly scope: Scope.Scope
  readonly now: () => number

  constructor(parts: {
    readonly plan: Plan
    readonly network: Network["Service"]
    readonly processes: Processes["Service"]
    readonly scope: Scope.Scope
    readonly web: Web | undefined
    readonly now: () => number
  }) {
    this.plan = parts.plan
    this.network = parts.network
    this.processes = parts.processes
    this.scope = parts.scope
    this.web = parts.web
    this.now = parts.now
    this.network.observe((event) => this.see(event))
  }

  /** A number for a message, or anything else that must be told apart. */
  number(): string {
    return String(++this.numbers)
  }

  /** A URL to mention in what carries this number, if it is its turn. */
  urlFor(number: string): { readonly url?: string } {
    const place = Number(number.replace(/^t/u, "")) % 23
    return this.web !== undefined && place < urls.length ? { url: urls[place] ?? "" } : {}
  }

  /** Adds a line to the trace. */
  log(mark: string, who: string, what: string): void {
    this.trace.add(this.now(), mark, who, what)
  }

  /** Notes what must not be. */
  wrong(what: string): void {
    this.wrongs.push(what)
    this.log("!", "WRONG", what)
  }

  /** The books of a program. */
  account(name: string): Account {
    const found = this.accounts.get(name)
    if (found !== undefined) return found
    const made: Account = { sent: [], got: [] }
    this.accounts.set(name, made)
    return made
  }

  /** A watch over the engine of a hub. */
  watch(hub: string): Watch {
    return new Watch({
      hub,
      ownerOf: (url) => this.endpoints.get(url) ?? "nobody",
      account: (owner) => this.account(owner),
      wrong: (what) => this.wrong(what)
    })
  }

  /** Starts something that has to end: well, or with an error that has a name. */
  begin<A, E>(
    process: Process | undefined,
    what: string,
    effect: Effect.Effect<A, E, Ports | Scope.Scope>,
    isCall = false
  ): Effect.Effect<void> {
    const watched = Effect.onExit(effect, (exit) => Effect.sync(() => this.ended(what, exit)))
    const started = process === undefined
      ? Effect.forkDetach(watched as Effect.Effect<A, E>, { startImmediately: true }) // needs nothing of a process
      : process.run(watched)
    return Effect.map(started, (fiber) => {
      this.jobs.push({ what, fiber, isCall, owner: process?.id ?? "" })
    })
  }

  private ended(what: string, exit: Exit.Exit<unknown, unknown>): void {
    if (Exit.isSuccess(exit)) return this.log("?", "", `${what}: ok`)
    const failed = exit.cause.reasons.find(({ _tag }) => _tag === "Fail")
    const error = failed?._tag === "Fail" ? failed.error : undefined
    const tag = typeof error === "object" && error !== null && "_tag" in error
      ? String(error._tag)
      : undefined
    if (tag === undefined && !Exit.hasInterrupts(exit)) {
      this.wrong(`${what} failed without a name: ${exit.cause}`)
    }
    this.log("?", "", `${what}: ${tag ?? "interrupted"}`)
  }

  private see(event: NetworkEvent): void {
    this.events++
    switch (event._tag) {
      case "Opened":
        this.endpoints.set(event.url, event.process)
        return this.log("+", event.process, `listens at ${event.url}`)
      case "Closed":
        return this.log("-", this.endpoints.get(event.url) ?? "", `does not listen at ${event.url} any more`)
      case "Sent":
        return this.log(
          ">",
          event.from,
          `#${event.exchange} ${event.what} to ${this.endpoints.get(event.url) ?? event.url}`
        )
      case "Arrived":
        return this.log(
          ".",
          this.endpoints.get(event.url) ?? "",
          `#${event.exchange}${event.attempt > 1 ? " again" : ""}`
        )
      case "Returned":
        return this.log("<", "", `#${event.exchange}`)
      case "Refused":
        return this.log("x", "", `#${event.exchange} refused`)
      case "Broken":
        return this.log("x", "", `#${event.exchange} broke: ${event.why}`)
      case "Cancelled":
        return this.log("~", "", `#${event.exchange}`)
      case "Disturbed":
        return this.log("%", this.endpoints.get(event.url) ?? "", JSON.stringify(event.behaviour))
      case "Cut":
      case "Mended":
        return this.log("%", event.one, `${event._tag.toLowerCase()} from ${event.other}`)
      case "Frozen":
      case "Thawed":
      case "Died":
        return this.log("-", event.process, event._tag.toLowerCase())
      case "Quieted":
        return this.log("%", "", "all faults are over")
      default:
        return
    }
  }
}

const webOf = (plan: Plan) =>
  Effect.gen(function*() {
    const context = yield* Effect.context<DataServer | Downloads | Files | Pages>()
    const user = yield* makeUser(plan.seed)
    for (const url of urls) {
      yield* Context.get(context, Files).write(url.replace("file://", ""), new TextEncoder().encode(url))
    }
    return {
      user,
      downloads: Context.get(context, Downloads),
      pages: Context.get(context, Pages),
      ports: Context.pick(DataServer)(context).pipe(Context.add(Consent, user.consent))
    }
  })

/** A world that is about to begin. */
export const make = (plan: Plan) =>
  Effect.gen(function*() {
    const clock = yield* Clock.Clock
    return new World({
      plan,
      network: yield* Network,
      processes: yield* Processes,
      scope: yield* Effect.scope,
      web: plan.web === true ? yield* webOf(plan) : undefined,
      now: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    })
  })
