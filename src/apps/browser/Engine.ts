/**
 * The shell around the client machine, for pages: one owner of its state, which steps it and carries out what it says. It
 * lives as long as the client, over all its registrations.
 */
import type { ClientInput } from "../../domain/client/ClientInput.ts"
import { step } from "../../domain/client/ClientMachine.ts"
import type { ClientOutput, Ending } from "../../domain/client/ClientOutput.ts"
import { type ClientState, initial } from "../../domain/client/ClientState.ts"
import { nobody, type Tracker } from "../../domain/client/Tracker.ts"
import type { ClientId, MessageId } from "../../domain/Identifiers.ts"
import { message as messageOf } from "../../domain/Message.ts"
import { isMap, type SampMap } from "../../domain/SampValue.ts"
import { plain } from "../facade/Plain.ts"
import type { Declaring } from "./Declaring.ts"
import { type Handle, mapOf, responseOf } from "./Handling.ts"
import { sleep } from "./Pulling.ts"
import type { TaggedResponse } from "./Types.ts"
import { type Topic, topic } from "./Waiting.ts"
import { isLost, type WebConnection } from "./WebConnection.ts"

/** What happens to an open call. */
export type CallEvent =
  | { readonly _tag: "Answered"; readonly responder: ClientId; readonly response: SampMap }
  | { readonly _tag: "Complete" }
  | { readonly _tag: "Cut" }

/** One registration, while it lasts. */
export interface Running {
  readonly connection: WebConnection
  readonly declaring: Declaring
  /** Aborted when the registration is over. */
  readonly signal: AbortSignal
  /** Ends the registration. */
  readonly end: (ending: Ending) => void
  readonly askAbout: (ids: ReadonlyArray<ClientId>) => Promise<void>
}

/** What {@link engine} returns. */
export interface Engine {
  readonly state: () => ClientState
  readonly running: () => Running | undefined
  readonly dispatch: (input: ClientInput) => void
  readonly enter: (running: Running) => void
  readonly leave: () => void
  readonly handlers: Map<number, Handle>
  readonly waiters: Map<string, (event: CallEvent) => void>
  readonly responses: Topic<TaggedResponse>
  readonly clients: Topic<Tracker>
  /** Who is registered, as far as is known. */
  readonly tracker: () => Tracker
}

type HandleOutput = Extract<ClientOutput, { readonly _tag: "Handle" }>

/** Milliseconds between two attempts to reply. */
const replyAgainMs = 200

/** Replies; again if that was lost, since the caller waits (RSP-09). A hub refuses a second reply, so it does no harm. */
const reply = async ({ connection, signal }: Running, id: MessageId, response: SampMap): Promise<void> => {
  for (let attempt = 1; attempt <= 4 && !signal.aborted; attempt++) {
    try {
      await connection.ask("reply", [id, response])
      return
    } catch (error) {
      if (!isLost(error)) return
      await sleep(replyAgainMs, signal)
    }
  }
}

/** Runs one handler, and replies with what becomes of it if it was called. */
const handle = async (
  running: Running,
  { delivery, mtype }: HandleOutput,
  handler: Handle
): Promise<void> => {
  const { message, sender } = delivery
  const { connection, signal } = running
  const params = message.get("samp.params")
  const msgId = delivery._tag === "Call" ? delivery.msgId : undefined
  const progress = async (txt: string, percent?: number): Promise<void> => {
    if (msgId === undefined) return
    try {
      const told = mapOf("the progress", { msgid: msgId, txt, percent })
      await connection.ask("notify", [sender, messageOf("samp.msg.progress", told)])
    } catch {
      // a caller that does not listen makes no failure of the work
    }
  }
  const response = await responseOf(() =>
    handler({
      mtype,
      params: isMap(params) ? plain(params) : {},
      sender,
      msgId,
      message: plain(message),
      progress,
      signal
    }), mtype)
  if (msgId !== undefined && response !== undefined) await reply(running, msgId, response)
}

/** An engine whose client is not registered yet; what it tells of ends with the signal. */
export const engine = (closed: AbortSignal): Engine => {
  const handlers = new Map<number, Handle>()
  const waiters = new Map<string, (event: CallEvent) => void>()
  const responses = topic<TaggedResponse>(closed)
  const clients = topic<Tracker>(closed)
  let state = initial
  let running: Running | undefined
  const tracker = (): Tracker => state.registered?.tracker ?? nobody

  const perform = (output: ClientOutput): void => {
    switch (output._tag) {
      case "Handle":
        for (const id of output.handlers) {
          const handler = handlers.get(id)
          if (running !== undefined && handler !== undefined) void handle(running, output, handler)
        }
        return
      case "Reply":
        if (running !== undefined) void reply(running, output.msgId, output.response)
        return
      case "Answered":
        return waiters.get(output.tag)?.(output)
      case "Complete":
      case "Cut":
        waiters.get(output.tag)?.(output)
        waiters.delete(output.tag)
        return
      case "Unclaimed": {
        const { responder, response, tag } = output
        return responses.tell({ responder, tag, response: plain(response) })
      }
      case "ClientsChanged":
        return clients.tell(tracker())
      case "AskAbout":
        return void running?.askAbout([output.id])
      case "Over":
        return running?.end(output.ending)
      case "Later":
        void sleep(output.ms, running?.signal).then(() => dispatch(output.input))
    }
  }

  const dispatch = (input: ClientInput): void => {
    const next = step(state, input)
    state = next.state
    next.outputs.forEach(perform)
  }

  return {
    state: () => state,
    running: () => running,
    dispatch,
    enter: (entered) => {
      running = entered
      const { hubId, selfId } = entered.connection
      dispatch({ _tag: "Registered", hubId, selfId })
    },
    leave: () => {
      running = undefined
      dispatch({ _tag: "Ended" })
    },
    handlers,
    waiters,
    responses,
    clients,
    tracker
  }
}
