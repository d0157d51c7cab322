/** Playing single steps of a recording into a live hub; see Play.ts. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { HubInput, Operation } from "../../domain/HubInput.ts"
import { ClientId, type MessageId, PrivateKey } from "../../domain/Identifiers.ts"
import { type Answer, answersOf, deliveriesOf, responseIn, selfIdOf } from "../../domain/recording/Answers.ts"
import { compareAnswer, type LiveAnswer } from "../../domain/recording/Compare.ts"
import type { Recording, Step } from "../../domain/recording/Recording.ts"
import { type Called, requestOf } from "../../domain/recording/Request.ts"
import type { CallSender } from "../../ports/CallSender.ts"
import type { CallServer } from "../../ports/CallServer.ts"
import type { Played, PlayOptions } from "./PlayOptions.ts"
import { type Stage, StandIn } from "./StandIn.ts"

/** Milliseconds that something may come late. */
const patienceMs = 5_000
/** Milliseconds between two looks whether it has come. */
const lookMs = 10
/** Milliseconds that a hub has to notice that a client died, and between two looks whether it has. */
const ghostMs = 2_000
const ghostLookMs = 100
/** Milliseconds for an operation. */
const operationMs = 20_000

/** Plays steps, one after the other. */
export class Player {
  private readonly answers: ReadonlyMap<number, Answer>
  private readonly recording: Recording
  private readonly options: PlayOptions
  private readonly sender: CallSender["Service"]
  private readonly stage: Stage
  private readonly byKey = new Map<PrivateKey, StandIn>()
  private readonly byId = new Map<string, StandIn>()
  private readonly recordedIds = new Map<string, string>()
  private readonly waits = new Map<number, Fiber.Fiber<void>>()
  private line = 1
  private operations = 0
  private differences = 0
  private unplayable = 0
  private readonly added = new Set<string>()

  constructor(
    recording: Recording,
    options: PlayOptions,
    sender: CallSender["Service"],
    run: Stage["run"]
  ) {
    this.recording = recording
    this.options = options
    this.sender = sender
    this.answers = answersOf(recording)
    const { hubId } = recording.header.config
    this.stage = {
      hub: options.hub,
      cast: {
        hubId,
        liveId: (id) => id === hubId ? this.hubId : this.byId.get(id)?.liveId,
        recordedId: (id) => this.recordedIds.get(id)
      },
      run,
      differs: (difference) => {
        this.differences++
        options.onDifference(difference)
      },
      adds: (key) => this.added.add(key),
      line: () => this.line
    }
  }

  private get hubId(): ClientId | undefined {
    return [...this.byId.values()][0]?.hubId
  }

  get played(): Omit<Played, "behind"> {
    const { differences, operations, unplayable } = this
    return { operations, differences, unplayable, clients: this.byKey.size, added: [...this.added].sort() }
  }

  /** Plays one step. */
  step(step: Step): Effect.Effect<void, never, CallServer | CallSender | Scope.Scope> {
    this.line = step.line
    return Effect.andThen(this.carryOut(step), this.answered(step))
  }

  private carryOut(step: Step): Effect.Effect<void, never, CallServer | CallSender | Scope.Scope> {
    const { input } = step
    switch (input._tag) {
      case "Asked":
        return this.asked(step, input.request, input.operation)
      case "Abandoned": {
        const fiber = this.waits.get(input.request)
        return fiber === undefined ? Effect.void : Fiber.interrupt(fiber)
      }
      case "CallUndelivered":
        return this.undelivered(step, input)
      case "ClientDead": {
        const dead = this.byId.get(input.id)
        this.expect(step)
        return dead === undefined ? Effect.void : this.died(step, input.id, dead)
      }
      case "Unread":
        return Effect.void
      case "Eject":
      case "CloseWeb":
      case "Tick":
        this.expect(step)
        return this.ejected(step)
      case "Stop":
        this.cannot(step, "the hub stopped, which a client cannot bring about")
        return Effect.void
    }
  }

  /** Waits for what is still to come, and tells what did not. */
  get end(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      const standIns = [...this.byKey.values()]
      yield* this.until(() => standIns.every(({ awaits }) => !awaits))
      yield* Effect.timeoutOption(
        Effect.forEach(this.waits.values(), Fiber.await, { discard: true }),
        patienceMs
      )
      yield* Fiber.interruptAll(this.waits.values())
      const missing = standIns.flatMap((standIn) => standIn.missing).sort((a, b) => a.line - b.line)
      for (const difference of missing) this.stage.differs(difference)
    })
  }

  private cannot({ line }: Step, text: string): void {
    this.unplayable++
    this.options.onUnplayable({ line, text })
  }

  /** What was delivered to stand-ins in this step is to come. */
  private expect(step: Step): void {
    for (const recorded of deliveriesOf(step, this.recording.header.config.hubId)) {
      this.byId.get(recorded.to)?.expect(step.line, recorded)
    }
  }

  private until(holds: () => boolean): Effect.Effect<void> {
    const look: Effect.Effect<void> = Effect.suspend(() =>
      holds() ? Effect.void : Effect.andThen(Effect.sleep(lookMs), look)
    )
    return Effect.asVoid(Effect.timeoutOption(look, patienceMs))
  }

  /** Waits until a stand-in has got what it is to get, but not for ever, and not again for the same. */
  private settled(standIn: StandIn): Effect.Effect<void> {
    return Effect.andThen(this.until(() => !standIn.awaits), Effect.sync(() => standIn.giveUp()))
  }

  /** Waits for those who have waited for a response that came in this step. */
  private answered({ outputs }: Step): Effect.Effect<void> {
    const fibers = outputs.flatMap((output) => {
      const fiber = output._tag === "Answer" ? this.waits.get(output.request) : undefined
      return fiber === undefined ? [] : [fiber]
    })
    return fibers.length === 0
      ? Effect.void
      : Effect.asVoid(Effect.timeoutOption(Fiber.awaitAll(fibers), patienceMs))
  }

  private differs(
    step: Step,
    client: string,
    about: string,
    unlike: { recorded: string; live: string }
  ): void {
    this.stage.differs({ line: step.line, what: "answer", client, about, ...unlike })
  }

  private nameOf(operation: Operation): string {
    const standIn = "key" in operation && operation.key !== undefined
      ? this.byKey.get(operation.key)
      : undefined
    return [...this.byId].find(([, other]) => other === standIn)?.[0] ?? "a client that is not registered"
  }

  private asked(
    step: Step,
    request: number,
    operation: Operation
  ): Effect.Effect<void, never, CallServer | CallSender | Scope.Scope> {
    this.operations++
    switch (operation._tag) {
      case "Register":
        return this.register(step, operation.freshKey, selfIdOf(this.answers.get(request)))
      case "SetCallback":
        return this.listen(step, request, operation)
      case "AllowReverseCallbacks":
        if (operation.allow) return this.listen(step, request, operation)
        this.cannot(step, "a page took no callbacks any more, which its stand-in cannot do")
        return Effect.void
      case "PullCallbacks":
        this.operations-- // what a page pulls, its stand-in is handed
        return Effect.void
      case "CallAndWait":
        return this.callAndWait(step, request, operation)
      case "Reply":
        return this.reply(step, request, operation)
      case "Unregister": {
        const leaving = this.byKey.get(operation.key)
        if (leaving === undefined) return this.ask(step, request, operation)
        return Effect.gen({ self: this }, function*() {
          yield* this.settled(leaving)
          this.expect(step)
          yield* this.ask(step, request, operation)
          yield* leaving.over
        })
      }
      default:
        this.expect(step)
        return this.ask(step, request, operation)
    }
  }

  private register(step: Step, key: PrivateKey, id: ClientId | undefined) {
    if (id === undefined) {
      this.operations--
      this.cannot(step, "the hub took no further client; none was registered")
      return Effect.void
    }
    return StandIn.register(id, this.stage).pipe(
      Effect.map((standIn) => {
        this.byKey.set(key, standIn)
        this.byId.set(id, standIn)
        this.recordedIds.set(standIn.liveId, id)
      }),
      Effect.catch((error) =>
        Effect.sync(() => this.differs(step, id, "register", { recorded: "registered", live: error.message }))
      )
    )
  }

  private listen(
    step: Step,
    request: number,
    { _tag, key }: Extract<Operation, { readonly _tag: "SetCallback" | "AllowReverseCallbacks" }>
  ) {
    const standIn = this.byKey.get(key)
    const recorded = this.answers.get(request)
    if (standIn === undefined || (recorded !== undefined && Result.isFailure(recorded.result))) {
      return this.ask(step, request, { _tag: "SetCallback", key, callback: { _tag: "Pull" } })
    }
    return Effect.catch(
      standIn.listen,
      ({ message }) =>
        Effect.sync(() =>
          this.differs(step, this.nameOf({ _tag: "Ping", key }), _tag, { recorded: "taken", live: message })
        )
    )
  }

  /** Asks the live hub. */
  private request(operation: Called, timeoutMs: number): Effect.Effect<LiveAnswer> {
    const call = requestOf(operation, {
      key: (alias) => this.byKey.get(alias)?.key ?? PrivateKey(`of-nobody-${alias}`),
      id: (id) => ClientId(this.stage.cast.liveId(id) ?? `of-nobody-${id}`),
      msgId: (id) => this.liveMsgId(operation, id)
    })
    return this.sender.call(this.options.hub.url, call, { timeoutMs }).pipe(
      Effect.map((value): LiveAnswer => ({ _tag: "Value", value })),
      Effect.catch(({ detail, reason }) =>
        Effect.succeed<LiveAnswer>(
          reason === "RemoteFault" ? { _tag: "Fault", text: detail } : { _tag: "None", text: detail }
        )
      )
    )
  }

  private liveMsgId(operation: Operation, id: MessageId): MessageId {
    const standIn = operation._tag === "Reply" ? this.byKey.get(operation.key) : undefined
    return standIn?.calls.get(id) ?? id
  }

  private compare(step: Step, request: number, operation: Operation, live: LiveAnswer): void {
    const recorded = this.answers.get(request)
    if (recorded === undefined) return
    const unlike = compareAnswer(operation, recorded, live, this.stage.cast)
    if (unlike !== undefined) this.differs(step, this.nameOf(operation), operation._tag, unlike)
  }

  private ask(step: Step, request: number, operation: Called): Effect.Effect<void> {
    const recorded = this.answers.get(request)
    // astropy's hub knows pings without a key only (WIRE-75)
    const plain = operation._tag === "Ping" && recorded !== undefined && Result.isSuccess(recorded.result)
      ? { _tag: operation._tag } as const
      : operation
    return Effect.map(
      this.request(plain, operationMs),
      (live) => this.compare(step, request, operation, live)
    )
  }

  private callAndWait(
    step: Step,
    request: number,
    operation: Extract<Operation, { readonly _tag: "CallAndWait" }>
  ) {
    this.expect(step)
    const recorded = this.answers.get(request)
    const tooLate = recorded !== undefined && Result.isFailure(recorded.result) &&
      recorded.result.failure.reason === "Timeout"
    const { speed } = this.options
    // What was in vain is so in shorter time, too, at a higher speed.
    const scaled = speed === 0 ? 1 : Math.ceil(operation.timeoutSeconds / speed)
    const timeoutSeconds = tooLate ? Math.max(1, scaled) : operation.timeoutSeconds
    const limited = timeoutSeconds > 0 && Number.isFinite(timeoutSeconds)
    const asking = Effect.map(
      this.request({ ...operation, timeoutSeconds }, limited ? timeoutSeconds * 1000 + operationMs : 0),
      (live) => this.compare(step, request, operation, live)
    )
    return Effect.gen({ self: this }, function*() {
      const waiting = yield* Effect.forkScoped(asking)
      this.waits.set(request, waiting)
      // What was refused is so only as long as nothing else happens.
      const atOnce = step.outputs.some((output) => output._tag === "Answer" && output.request === request)
      if (atOnce) yield* Effect.timeoutOption(Fiber.await(waiting), patienceMs)
      // It is on its way for sure once its recipient has got it.
      const { recipient } = operation
      const callee = step.outputs.some(({ _tag }) => _tag === "Deliver")
        ? this.byId.get(recipient)
        : undefined
      if (callee !== undefined) yield* this.settled(callee)
    })
  }

  private reply(step: Step, request: number, operation: Extract<Operation, { readonly _tag: "Reply" }>) {
    return Effect.gen({ self: this }, function*() {
      const standIn = this.byKey.get(operation.key)
      const answer = this.answers.get(request)
      const wasTaken = answer !== undefined && Result.isSuccess(answer.result)
      if (standIn !== undefined && wasTaken) yield* this.until(() => standIn.calls.has(operation.msgId))
      this.expect(step)
      yield* this.ask(step, request, operation)
    })
  }

  /** The hub answered in place of a client that did not take a call; here the client does. */
  private undelivered(step: Step, input: Extract<HubInput, { readonly _tag: "CallUndelivered" }>) {
    const callee = this.byId.get(input.recipient)
    const response = step.outputs.map(responseIn).find((found) => found !== undefined)
    if (callee === undefined || response === undefined) return Effect.void
    this.cannot(step, `${input.recipient} did not take a call: its stand-in gave the hub's response`)
    return Effect.gen({ self: this }, function*() {
      yield* this.until(() => callee.calls.has(input.msgId))
      this.expect(step)
      const live = callee.calls.get(input.msgId)
      if (live !== undefined) yield* callee.reply(live, response)
    })
  }

  /** A client that has vanished is a ghost at hubs that do not look; from the recorded one it was gone. */
  private died(step: Step, id: ClientId, dead: StandIn): Effect.Effect<void> {
    return Effect.gen({ self: this }, function*() {
      yield* this.settled(dead)
      yield* dead.vanish
      const question = { method: "samp.hub.getRegisteredClients", params: [dead.key] }
      const isGone = this.sender.call(this.options.hub.url, question, { timeoutMs: operationMs }).pipe(
        Effect.as(false),
        Effect.catch(({ reason }) => Effect.succeed(reason === "RemoteFault"))
      )
      const look: Effect.Effect<void> = Effect.flatMap(
        isGone,
        (gone) => gone ? Effect.void : Effect.andThen(Effect.sleep(ghostLookMs), look)
      )
      const noticed = yield* Effect.timeoutOption(look, ghostMs)
      if (Option.isNone(noticed)) yield* dead.unregister
      else yield* dead.over
      const end = Option.isSome(noticed)
        ? "as the hub noticed"
        : `and unregistered ${ghostMs / 1000} s later, since the hub noticed nothing`
      this.cannot(step, `${id} died: its stand-in stopped listening, ${end}`)
    })
  }

  private ejected(step: Step): Effect.Effect<void> {
    return Effect.forEach(step.outputs, (output) => {
      if (output._tag !== "Left") return Effect.void
      const gone = this.byId.get(output.id)
      if (gone === undefined) return Effect.void
      this.cannot(step, `${output.id} was ejected: its stand-in unregistered`)
      return Effect.andThen(this.settled(gone), gone.unregister)
    }, { discard: true })
  }
}
