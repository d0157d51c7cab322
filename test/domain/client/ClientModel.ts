/**
 * The client machine as an outsider understands it: plain lists and no shared rules, watching inputs and outputs. What it
 * keeps for itself is the book of every call ever opened, so that each is seen to end once.
 */
import type { ClientInput } from "../../../src/domain/client/ClientInput.ts"
import type { ClientOutput } from "../../../src/domain/client/ClientOutput.ts"
import type { ClientState } from "../../../src/domain/client/ClientState.ts"
import { isComplete, view } from "../../../src/domain/client/Tracker.ts"
import type { Delivery } from "../../../src/domain/HubOutput.ts"
import { isMap, type SampMap, type SampValue, stringAt, toJson } from "../../../src/domain/SampValue.ts"
import { demand, isSubscribed, mtypeOf } from "../../sim/ModelRules.ts"

interface KnownClient {
  metadata?: SampMap
  subscriptions?: SampMap
}

interface Bound {
  readonly id: number
  readonly pattern: string
  readonly kinds: string
}

interface Book {
  expected: ReadonlyArray<string> | undefined
  readonly counted: Array<string>
  end: string | undefined
}

const idAt = (params: SampValue | undefined): string | undefined =>
  isMap(params) ? stringAt(params, "id") : undefined

/** How specific a pattern is for one MType it matches: the MType itself, then by the atoms it spells out. */
const rank = (pattern: string): number =>
  pattern === "*" ? 0 : pattern.endsWith(".*") ? pattern.split(".").length - 1 : 1_000

const brief = (outputs: ReadonlyArray<ClientOutput>): ReadonlyArray<string> =>
  outputs.map((output) => {
    switch (output._tag) {
      case "Handle":
        return `Handle ${output.handlers.join()} ${output.mtype}`
      case "Reply":
        return `Reply ${output.msgId} ${String(output.response.get("samp.status"))}`
      case "Answered":
      case "Unclaimed":
        return `${output._tag} ${output.tag} ${output.responder}`
      case "Complete":
      case "Cut":
        return `${output._tag} ${output.tag}`
      case "AskAbout":
        return `AskAbout ${output.id}`
      case "Over":
        return `Over ${output.ending._tag}`
      case "Later":
        return `Later ${"tag" in output.input ? String(output.input.tag) : ""}`
      case "ClientsChanged":
        return "ClientsChanged"
    }
  })

/** Of several calls that are cut, or waited for a moment more, none comes first. */
const calm = (outputs: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...outputs.filter((output) => !/^(?:Cut|Later) /u.test(output)),
  ...outputs.filter((output) => /^(?:Cut|Later) /u.test(output)).sort()
]

/** Watches one history. */
export class ClientModel {
  self: string | undefined
  hub = ""
  bound: Array<Bound> = []
  readonly books = new Map<string, Book>()
  readonly present = new Map<string, KnownClient>()
  readonly departed = new Set<string>()
  private listed = false

  private openTags(): ReadonlyArray<string> {
    return [...this.books].filter(([, book]) => book.end === undefined).map(([tag]) => tag)
  }

  private open(tag: string): Book | undefined {
    const book = this.books.get(tag)
    return book?.end === undefined ? book : undefined
  }

  private close(tag: string, how: string): void {
    const book = this.books.get(tag)
    demand(book !== undefined && book.end === undefined, `${tag} ends as ${how}, but it is ${book?.end}`)
    if (book !== undefined) book.end = how
  }

  /** Checks the outputs of one input, and the state after it. */
  observe(input: ClientInput, outputs: ReadonlyArray<ClientOutput>, state: ClientState): void {
    const told = calm(brief(outputs))
    const expected = calm(this.take(input))
    demand(
      JSON.stringify(told) === JSON.stringify(expected),
      `${input._tag} gave ${told.join("; ")} instead of ${expected.join("; ")}`
    )
    this.compare(state)
  }

  private compare(state: ClientState): void {
    demand((state.registered?.selfId ?? undefined) === this.self, "registered as somebody else")
    if (state.registered === undefined) return
    const { tracker } = state.registered
    const seen = [...view(tracker)].map(([id, { metadata, subscriptions }]) =>
      JSON.stringify([id, toJson(metadata), toJson(subscriptions)])
    ).sort()
    const known = [...this.present].map(([id, { metadata, subscriptions }]) =>
      JSON.stringify([id, toJson(metadata ?? new Map()), toJson(subscriptions ?? new Map())])
    ).sort()
    demand(
      JSON.stringify(seen) === JSON.stringify(known),
      `tracks ${seen.join()} instead of ${known.join()}`
    )
    const all = this.listed &&
      [...this.present.values()].every((one) => one.metadata !== undefined && one.subscriptions !== undefined)
    demand(isComplete(tracker) === all, `says of its list that it is ${all ? "not " : ""}complete`)
  }

  private take(input: ClientInput): ReadonlyArray<string> {
    switch (input._tag) {
      case "Registered":
        this.self = input.selfId
        this.hub = input.hubId
        this.forget()
        return []
      case "Ended": {
        const cut = this.openTags().map((tag) => {
          this.close(tag, "Cut")
          return `Cut ${tag}`
        })
        this.self = undefined
        this.forget()
        return [...cut, "ClientsChanged"]
      }
      case "Delivered":
        return this.self === undefined ? [] : this.delivered(input.delivery)
      case "Bound":
        this.bound.push(input.binding)
        return []
      case "Unbound":
        this.bound = this.bound.filter(({ id }) => id !== input.id)
        return []
      case "CallOpened":
        demand(!this.books.has(input.tag), "the teller used a tag twice")
        this.books.set(input.tag, {
          expected: input.to === undefined ? undefined : [input.to],
          counted: [],
          end: undefined
        })
        return []
      case "CallWentTo": {
        const book = this.open(input.tag)
        if (book === undefined) return []
        book.expected = input.ids
        const ended = this.complete(input.tag)
        // one that left before we knew that it was called may never answer
        const missing = input.ids.filter((id) => this.departed.has(id) && !book.counted.includes(id))
        return [...ended, ...missing.map(() => `Later ${input.tag}`)]
      }
      case "CallDropped":
        if (this.open(input.tag) !== undefined) this.close(input.tag, "dropped")
        return []
      case "CalleeLeft":
        return this.open(input.tag) === undefined ? [] : this.response(input.tag, input.id)
      case "Listed": {
        if (this.self === undefined) return []
        this.listed = true
        const late = input.missing.flatMap((id) => this.vanish(id))
        for (const id of input.ids) this.appear(id)
        return ["ClientsChanged", ...late]
      }
      case "Described": {
        const known = this.present.get(input.id)
        if (this.self === undefined || known === undefined) return []
        known.metadata ??= input.description.metadata
        known.subscriptions ??= input.description.subscriptions
        return ["ClientsChanged"]
      }
    }
  }

  private forget(): void {
    this.present.clear()
    this.departed.clear()
    this.listed = false
  }

  private appear(id: string): boolean {
    if (id === this.self || this.departed.has(id) || this.present.has(id)) return false
    this.present.set(id, {})
    return true
  }

  private complete(tag: string): ReadonlyArray<string> {
    const book = this.open(tag)
    if (book?.expected?.every((id) => book.counted.includes(id)) !== true) return []
    this.close(tag, "Complete")
    return [`Complete ${tag}`]
  }

  private response(tag: string, responder: string): ReadonlyArray<string> {
    const book = this.open(tag)
    if (book === undefined) return [`Unclaimed ${tag} ${responder}`]
    if (book.counted.includes(responder)) return [] // DLV-15
    if (book.expected?.includes(responder) === false) return [] // a stranger
    book.counted.push(responder)
    return [`Answered ${tag} ${responder}`, ...this.complete(tag)]
  }

  private delivered(delivery: Delivery): ReadonlyArray<string> {
    if (delivery._tag === "Response") return this.response(delivery.tag, delivery.responder)
    const mtype = mtypeOf(delivery.message)
    const fitting = this.bound.filter(({ kinds, pattern }) =>
      (kinds === "both" || kinds === (delivery._tag === "Call" ? "calls" : "notifications")) &&
      isSubscribed(new Map([[pattern, ""]]), mtype)
    )
    if (delivery._tag === "Notification") {
      const handled = fitting.length === 0
        ? []
        : [`Handle ${fitting.map(({ id }) => id).join()} ${mtype}`]
      return delivery.sender === this.hub
        ? [...handled, ...this.event(mtype, delivery.message.get("samp.params"))]
        : handled
    }
    let best: Bound | undefined
    for (const one of fitting) {
      if (best === undefined || rank(one.pattern) >= rank(best.pattern)) best = one
    }
    if (best !== undefined) return [`Handle ${best.id} ${mtype}`]
    return [`Reply ${delivery.msgId} ${mtype === "samp.app.ping" ? "samp.ok" : "samp.error"}`]
  }

  /** A client is gone; calls that wait for it will end in a moment. */
  private vanish(id: string): ReadonlyArray<string> {
    this.present.delete(id)
    this.departed.add(id)
    const waiting = [...this.books].filter(([, { counted, end, expected }]) =>
      end === undefined && expected?.includes(id) === true && !counted.includes(id)
    )
    return waiting.map(([tag]) => `Later ${tag}`)
  }

  private event(mtype: string, params: SampValue | undefined): ReadonlyArray<string> {
    if (mtype === "samp.hub.event.shutdown") return ["Over HubStopped"]
    if (mtype === "samp.hub.disconnect") return ["Over Ejected"]
    const id = idAt(params)
    if (id === undefined || id === this.self) return []
    if (mtype === "samp.hub.event.register") {
      return this.appear(id) ? ["ClientsChanged", `AskAbout ${id}`] : []
    }
    if (mtype === "samp.hub.event.unregister") {
      return ["ClientsChanged", ...this.vanish(id)]
    }
    const key = mtype === "samp.hub.event.metadata"
      ? "metadata"
      : mtype === "samp.hub.event.subscriptions"
      ? "subscriptions"
      : undefined
    const declared = key !== undefined && isMap(params) ? params.get(key) : undefined
    if (key === undefined || !isMap(declared) || this.departed.has(id)) return []
    this.present.set(id, { ...this.present.get(id), [key]: declared })
    return ["ClientsChanged"]
  }
}
