/** What went over the wire during a check, so that a reader of its result sees for himself. */
import type { SampValue } from "../../domain/SampValue.ts"
import { isList, isMap, toJson } from "../../domain/SampValue.ts"

/** One thing that was sent or came, for people. */
export interface Exchange {
  /** Milliseconds since the check began. */
  readonly ms: number
  /** `asked`: a client of ours asked the hub. `answered`: the hub's answer. `delivered`: the hub called one of ours. */
  readonly way: "asked" | "answered" | "delivered"
  /** Which of our clients; empty for a request that none made. */
  readonly client: string
  readonly text: string
}

/** Characters of one exchange that are kept. */
const longest = 1_000
/** Exchanges of a check that are kept: the first ones and the last ones. */
const most = 60

const cut = (text: string): string =>
  text.length > longest ? `${text.slice(0, longest)}... (${text.length} characters)` : text

/** What none but its owner may know, each with the name under which it is shown. */
export class Secrets {
  private readonly names = new Map<string, string>()

  /** From now on this is shown by its name. */
  add(secret: string, name: string): void {
    if (secret !== "") this.names.set(secret, `<${name}>`)
  }

  /** A text in which no secret can be read. */
  mask(text: string): string {
    let masked = text
    for (const [secret, name] of this.names) masked = masked.replaceAll(secret, name)
    return masked
  }

  /** Whether a text holds this secret. */
  static holds(value: SampValue, secret: string): boolean {
    if (typeof value === "string") return value.includes(secret)
    if (isList(value)) return value.some((item) => Secrets.holds(item, secret))
    return [...value].some(([key, item]) => key.includes(secret) || Secrets.holds(item, secret))
  }
}

/** A value in a line. */
export const show = (value: SampValue | undefined): string =>
  value === undefined ? "nothing" : JSON.stringify(toJson(value))

/** A short form of a value for sentences. */
export const brief = (value: SampValue | undefined): string => {
  const text = show(value)
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}

/** The record of one check. */
export class Transcript {
  private readonly first: Array<Exchange> = []
  private readonly last: Array<Exchange> = []
  private readonly secrets: Secrets
  private left = 0

  constructor(secrets: Secrets) {
    this.secrets = secrets
  }

  /** Keeps one more exchange. */
  add(exchange: Exchange): void {
    const kept = { ...exchange, text: cut(this.secrets.mask(exchange.text)) }
    if (this.first.length < most / 2) return void this.first.push(kept)
    this.last.push(kept)
    if (this.last.length > most / 2) {
      this.last.shift()
      this.left++
    }
  }

  /** All that was kept, in order. */
  get exchanges(): ReadonlyArray<Exchange> {
    const [next] = this.last
    if (this.left === 0 || next === undefined) return [...this.first, ...this.last]
    const gap: Exchange = { ms: next.ms, way: "answered", client: "", text: `(${this.left} more)` }
    return [...this.first, gap, ...this.last]
  }
}

/** Whether two values are the same, order of maps aside. */
export const same = (one: SampValue | undefined, other: SampValue | undefined): boolean => {
  if (one === undefined || other === undefined) return one === other
  if (typeof one === "string" || typeof other === "string") return one === other
  if (isList(one) || isList(other)) {
    return isList(one) && isList(other) && one.length === other.length &&
      one.every((item, index) => same(item, other[index]))
  }
  return isMap(one) && isMap(other) && one.size === other.size &&
    [...one].every(([key, item]) => other.has(key) && same(item, other.get(key)))
}
