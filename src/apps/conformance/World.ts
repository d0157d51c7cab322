/** What a check has at hand: the hub, clients of its own, MTypes that nobody else uses, and a record of what goes on. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { SampValue } from "../../domain/SampValue.ts"
import type { MethodCall } from "../../domain/XmlRpc.ts"
import { CallError, type CallSender } from "../../ports/CallSender.ts"
import type { CallServer } from "../../ports/CallServer.ts"
import type { Host } from "../../ports/Host.ts"
import type { LockfileStore } from "../../ports/LockfileStore.ts"
import type { NoAnswer, RawAnswer, RawHttp, RawOptions, RawRequest } from "../../ports/RawHttp.ts"
import type { Surroundings } from "../../ports/Surroundings.ts"
import type { FoundHub } from "../Discovery.ts"
import { type Broken, broken, NotTestable } from "./Check.ts"
import { Secrets, show, type Transcript } from "./Transcript.ts"

/** The ports that checks stand on. Those that may be missing make some requirements not testable. */
export interface Ports {
  readonly sender: CallSender["Service"]
  readonly server: CallServer["Service"]
  readonly lockfiles: LockfileStore["Service"]
  readonly host: Host["Service"]
  readonly raw: Option.Option<RawHttp["Service"]>
  readonly surroundings: Option.Option<Surroundings["Service"]>
}

/** Whom a private key belongs to, for {@link Run.leaks}. */
interface Owner {
  readonly key: string
  readonly client: string
}

/** What lasts as long as a whole run of the kit. */
export interface Run {
  readonly ports: Ports
  readonly hub: FoundHub
  /** URL of the hub's Web Profile, if it is looked at. */
  readonly web: string | undefined
  /** Whether the hub was found at the place that no user has named. */
  readonly byDefault: boolean
  /** Part of all MTypes of this run. */
  readonly nonce: string
  readonly secrets: Secrets
  /** Private keys of the clients that check registered. */
  readonly owners: Array<Owner>
  /** Public ids of all that were registered. */
  readonly ids: Array<string>
  /** Where a private key was seen by somebody else. */
  readonly leaks: Array<string>
  /** Why the user of the hub lets no page in, once that is known: to ask again would be a nuisance. */
  noConsent: string | undefined
  count: number
}

/** Milliseconds for an answer of the hub that needs nobody else. */
export const answerMs = 8_000
/** Milliseconds between two looks at something that should come. */
const lookMs = 5

/** The world of one check. */
export class World {
  readonly run: Run
  readonly transcript: Transcript
  private readonly begun: number

  constructor(run: Run, transcript: Transcript, begun: number) {
    this.run = run
    this.transcript = transcript
    this.begun = begun
  }

  /** An MType under which nobody else sends. */
  mtype(name = "m"): string {
    return `x-samp.conformance.${this.run.nonce}.${++this.run.count}.${name}`
  }

  /** A tag, or another string, that was not there before. */
  fresh(name: string): string {
    return `${name}-${this.run.nonce}-${++this.run.count}`
  }

  /** Keeps what went on, and sees whether a private key got into wrong hands. */
  note(
    way: "asked" | "answered" | "delivered",
    client: string,
    text: string
  ): Effect.Effect<void> {
    return Effect.map(Clock.currentTimeMillis, (now) => {
      this.transcript.add({ ms: now - this.begun, way, client, text })
    })
  }

  /** Looks for private keys of other clients in what a client was told. */
  watch(client: string, own: string, what: string, value: SampValue): void {
    for (const { client: owner, key } of this.run.owners) {
      if (key !== own && Secrets.holds(value, key)) {
        this.run.leaks.push(`${client} saw the private key of ${owner} in ${what}`)
      }
    }
  }

  /**
   * Calls a method of the hub.
   *
   * @param client - who asks, for the record
   * @param own - its private key
   * @param page - where and as whom it asks over the Web Profile
   */
  call(
    client: string,
    own: string,
    { method, params }: MethodCall,
    timeoutMs = answerMs,
    page?: { readonly url: string; readonly origin: string }
  ): Effect.Effect<SampValue, CallError> {
    const { hub, ports } = this.run
    const url = page?.url ?? hub.url
    return Effect.gen({ self: this }, function*() {
      yield* this.note("asked", client, `${method}(${params.map(show).join(", ")})`)
      const options = { timeoutMs, origin: page?.origin }
      const result = yield* Effect.result(ports.sender.call(url, { method, params }, options))
      if (Result.isFailure(result)) {
        const { code, detail, reason } = result.failure
        const text = reason === "RemoteFault" ? `fault ${code}: ${detail}` : `${reason}: ${detail}`
        yield* this.note("answered", client, text)
        this.watch(client, own, `a fault of ${method}`, detail)
        return yield* result.failure
      }
      if (/^samp\.(?:web)?hub\.register$/u.test(method)) this.conceal(client, result.success)
      yield* this.note("answered", client, show(result.success))
      this.watch(client, own, `an answer to ${method}`, result.success)
      return result.success
    })
  }

  /** A key is to be masked from the first moment. */
  private conceal(client: string, info: SampValue): void {
    if (!(info instanceof Map)) return
    const key: unknown = info.get("samp.private-key")
    const owner = client === "" ? "nobody" : client
    if (typeof key === "string") this.run.secrets.add(key, `key of ${owner}`)
    const prefix: unknown = info.get("samp.url-translator")
    const [token] = typeof prefix === "string" ? /[^/?&=]{16,}(?=[?&]|$)/u.exec(prefix) ?? [] : []
    if (token !== undefined && token !== key) this.run.secrets.add(token, `token of ${owner}`)
  }

  /** Calls a method as nobody in particular. */
  ask(method: string, ...params: ReadonlyArray<SampValue>): Effect.Effect<SampValue, CallError> {
    return this.call("", "", { method: `samp.hub.${method}`, params })
  }

  /** Waits until something is there. */
  until<A>(what: string, look: () => A | undefined, limitMs = 5_000): Effect.Effect<A, Broken> {
    const poll: Effect.Effect<A> = Effect.suspend(() => {
      const found = look()
      return found === undefined ? Effect.andThen(Effect.sleep(lookMs), poll) : Effect.succeed(found)
    })
    return Effect.timeoutOrElse(poll, {
      duration: limitMs,
      orElse: () => broken(`${what} did not come within ${limitMs / 1000} s`)
    })
  }

  /** Time in which what must not come would come. */
  readonly quiet: Effect.Effect<void> = Effect.sleep(250)

  /** Bytes over HTTP, or why not. */
  get raw(): Effect.Effect<RawHttp["Service"], NotTestable> {
    return Option.match(this.run.ports.raw, {
      onNone: () => Effect.fail(new NotTestable({ reason: "this transport carries values, not bytes" })),
      onSome: Effect.succeed
    })
  }

  /** Sends bytes to the hub. */
  exchange(
    bytes: string,
    options: Partial<RawOptions> = {},
    url = this.run.hub.url
  ): Effect.Effect<ReadonlyArray<RawAnswer>, NotTestable | NoAnswer> {
    return Effect.gen({ self: this }, function*() {
      const raw = yield* this.raw
      yield* this.note("asked", "", bytes)
      const answers = yield* Effect.tapError(
        raw.exchange(url, bytes, { timeoutMs: answerMs, ...options }),
        (error) => this.note("answered", "", error.message)
      )
      for (const { body, head } of answers) yield* this.note("answered", "", `${head}\n\n${body}`)
      return answers
    })
  }

  /** Opens a callback endpoint on bytes; what comes is kept. */
  tap(
    answer: (request: RawRequest) => string | undefined
  ): Effect.Effect<
    { readonly port: number; readonly requests: ReadonlyArray<RawRequest> },
    NotTestable,
    Scope.Scope
  > {
    return Effect.gen({ self: this }, function*() {
      const raw = yield* this.raw
      const requests: Array<RawRequest> = []
      const listening = raw.listen((request) => {
        requests.push(request)
        return Effect.succeed(answer(request))
      })
      const port = yield* Effect.mapError(listening, (error) => new NotTestable({ reason: error.message }))
      return { port, requests }
    })
  }
}

/** Whether a failed call is the hub's own refusal. */
export const isFault = (error: unknown): boolean =>
  error instanceof CallError && error.reason === "RemoteFault"
