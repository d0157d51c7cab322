/**
 * A stand-in: a client at a live hub that does what a recorded one did, and looks whether it gets what that one got.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Delivery } from "../../domain/HubOutput.ts"
import type { ClientId, MessageId, PrivateKey } from "../../domain/Identifiers.ts"
import { errorResponse, okResponse } from "../../domain/Message.ts"
import { unescape } from "../../domain/recording/Aliases.ts"
import type { RecordedDelivery } from "../../domain/recording/Answers.ts"
import { alike, type Cast, fits, partsOf, sameStatus, shown } from "../../domain/recording/Compare.ts"
import type { SampMap } from "../../domain/SampValue.ts"
import type { CallSender } from "../../ports/CallSender.ts"
import type { CallServer } from "../../ports/CallServer.ts"
import { type HubConnection, type HubError, register } from "../HubConnection.ts"

/** Something that was done or came otherwise than it was recorded. */
export interface PlayDifference {
  /** The line of the recording that it belongs to. */
  readonly line: number
  /**
   * `answer`: the hub answered otherwise. `missing`: a delivery did not come. `content`: one came, with other content.
   * `extra`: one came that was not recorded.
   */
  readonly what: "answer" | "missing" | "content" | "extra"
  /** The client that was answered, or that something was for, by its recorded id. */
  readonly client: string
  /** What it is about, such as `callAll` or `response t1 from c2`. */
  readonly about: string
  readonly recorded: string
  readonly live: string
}

interface Expected extends Pick<RecordedDelivery, "delivery" | "isHubs"> {
  readonly line: number
  /** Whether nobody waits for it any more; it may still come. */
  late: boolean
}

/** What a delivery is, for people. */
const describe = (delivery: Delivery, from: string): string =>
  `${delivery._tag.toLowerCase()} ${partsOf(delivery).about} from ${from}`

/** What a stand-in knows of the play that it is in. */
export interface Stage {
  readonly hub: { readonly url: string; readonly secret: string }
  readonly cast: Cast
  /** Runs something that belongs to the play. */
  readonly run: (effect: Effect.Effect<void>) => void
  readonly differs: (difference: PlayDifference) => void
  /** The live hub puts such a key into messages. */
  readonly adds: (key: string) => void
  /** The line that is being played. */
  readonly line: () => number
}

/** What a stand-in says to those who are not of the recording. */
const notOurs: SampMap = errorResponse(
  "this client stands in for one of a recording, and knows no other calls",
  "replay.stand-in"
)

/** One stand-in. */
export class StandIn {
  readonly key: PrivateKey
  readonly liveId: ClientId
  readonly hubId: ClientId
  /** Live msg-ids of the calls that it got, by the recorded ones. */
  readonly calls = new Map<MessageId, MessageId>()
  private expected: Array<Expected> = []
  private readonly recordedId: ClientId
  private readonly connection: HubConnection
  private readonly stage: Stage
  private listening: Scope.Closeable | undefined

  private constructor(connection: HubConnection, recordedId: ClientId, stage: Stage) {
    this.connection = connection
    this.recordedId = recordedId
    this.stage = stage
    this.key = connection.privateKey
    this.liveId = connection.selfId
    this.hubId = connection.hubId
  }

  /** Registers one; it unregisters at the end of the scope at the latest. */
  static register(
    recordedId: ClientId,
    stage: Stage
  ): Effect.Effect<StandIn, HubError, CallSender | CallServer | Scope.Scope> {
    return Effect.map(register(stage.hub), (connection) => new StandIn(connection, recordedId, stage))
  }

  /** Takes callbacks, at a place of its own. */
  get listen(): ReturnType<HubConnection["listen"]> {
    return Effect.gen({ self: this }, function*() {
      const scope = yield* Scope.fork(yield* Scope.Scope)
      yield* this.connection.listen((delivery) => Effect.sync(() => this.receive(delivery))).pipe(
        Scope.provide(scope)
      )
      yield* this.vanish
      this.listening = scope
    })
  }

  /** Takes no callbacks any more, and tells nobody, as a client does that dies. */
  get vanish(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const scope = this.listening
      this.listening = undefined
      return scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
    })
  }

  /** Its registration has ended. */
  get over(): Effect.Effect<void> {
    return Effect.andThen(this.connection.abandon, this.vanish)
  }

  /** Ends its registration, whatever the hub says. */
  get unregister(): Effect.Effect<void> {
    return Effect.andThen(this.connection.unregister, this.vanish)
  }

  /** Gives a response to a call that it got. */
  reply(id: MessageId, response: SampMap): Effect.Effect<void> {
    return Effect.ignore(this.connection.reply(id, response))
  }

  /** From now on this is to come. */
  expect(line: number, { delivery, isHubs }: RecordedDelivery): void {
    this.expected.push({ line, delivery, isHubs, late: false })
  }

  /** Whether something is still to come that is worth waiting for. */
  get awaits(): boolean {
    return this.expected.some(({ late }) => !late)
  }

  /** What has not come by now is not waited for again. */
  giveUp(): void {
    for (const expected of this.expected) expected.late = true
  }

  /** What never came. */
  get missing(): ReadonlyArray<PlayDifference> {
    return this.expected.map(({ delivery, line }) => ({
      line,
      what: "missing",
      client: this.recordedId,
      about: describe(delivery, partsOf(delivery).from),
      recorded: shown(partsOf(delivery).content),
      live: "nothing came"
    }))
  }

  private receive(delivery: Delivery): void {
    const { cast } = this.stage
    const { from } = partsOf(delivery)
    if (from === this.hubId && delivery._tag !== "Response") return this.strange(delivery)
    const fitting = this.expected.filter((expected) => fits(expected.delivery, delivery, cast))
    const same = fitting.find(({ delivery: recorded, isHubs }) => {
      const [a, b] = [partsOf(recorded).content, partsOf(delivery).content]
      return isHubs ? sameStatus(a, b) : alike(a, this.known(recorded, delivery), cast)
    })
    const found = same ?? fitting[0]
    if (found === undefined) return this.strange(delivery)
    this.expected = this.expected.filter((expected) => expected !== found)
    if (found.delivery._tag === "Call" && delivery._tag === "Call") {
      this.calls.set(found.delivery.msgId, delivery.msgId)
    }
    if (same === undefined && from !== this.hubId) {
      this.differ("content", found.line, found.delivery, delivery)
    }
  }

  /** The content of a delivery without what the live hub has put into it: astropy's adds a host and a user. */
  private known(recorded: Delivery, live: Delivery): SampMap {
    const { content } = partsOf(live)
    if (live._tag === "Response") return content
    const was = partsOf(recorded).content
    return new Map(
      [...content].filter(([key]) => {
        const isAdded = !key.startsWith("samp.") && ![...was.keys()].some((own) => unescape(own) === key)
        if (isAdded) this.stage.adds(key)
        return !isAdded
      })
    )
  }

  /** Something that was not recorded: from the hub, from clients that are not of the recording, or too much. */
  private strange(delivery: Delivery): void {
    const { from } = partsOf(delivery)
    if (this.stage.cast.recordedId(from) !== undefined) {
      this.differ("extra", this.stage.line(), delivery, delivery)
    }
    if (delivery._tag === "Call") {
      const isPing = partsOf(delivery).about === "samp.app.ping"
      this.stage.run(this.reply(delivery.msgId, isPing ? okResponse() : notOurs))
    }
  }

  private differ(what: "content" | "extra", line: number, recorded: Delivery, live: Delivery): void {
    const { from } = partsOf(recorded)
    this.stage.differs({
      line,
      what,
      client: this.recordedId,
      about: describe(recorded, what === "extra" ? this.stage.cast.recordedId(from) ?? from : from),
      recorded: what === "extra" ? "nothing" : shown(partsOf(recorded).content),
      live: shown(partsOf(live).content)
    })
  }
}
