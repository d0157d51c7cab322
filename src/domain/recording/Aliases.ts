/**
 * What stands in a recording for what must not be in it: private keys, the secret of the lockfile, and the callback URLs
 * of clients, whose ports and paths are as good as keys. The same thing has the same alias throughout.
 *
 * Keys are replaced wherever they occur, be it in the middle of a message, so that a recording can be given away. No alias
 * is ever taken for something that a client wrote: `key-1` in a client's own text is written as `key--1`, and `key--1` as
 * `key---1`. A key that no client has gets an alias of its own, whatever it looks like.
 */
import type { ClientId, PrivateKey } from "../Identifiers.ts"
import { isInt } from "../SampValue.ts"

/** What a client wrote that could be taken for an alias. */
const lookalike = "(key|secret)(-+)(?=[0-9])"
const lookalikes = new RegExp(lookalike, "gu")

/** Undoes what was done to text that looked like an alias; aliases themselves stay. */
export const unescape = (text: string): string => text.replace(/(key|secret)-(-+)(?=[0-9])/gu, "$1$2")

/** Shorter ones hide nothing, and may occur by chance. */
const shortestSecret = 12

/** Keys that are remembered after their clients have left, and keys that nobody has. */
const remembered = 64

/** Ports, and URLs with them, in what the system says of a connection. */
const place =
  /https?:\/\/[^\s'"]+|((?:[0-9]{1,3}\.){3}[0-9]{1,3}|localhost|\[[0-9a-f:]+\]|::1):[0-9]{1,5}\b/giu

const quoteForRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&")

/** Finds any of these, or a lookalike. */
const finderOf = (secrets: ReadonlyArray<string>): RegExp => {
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length)
  return new RegExp([...longestFirst.map(quoteForRegExp), lookalike].join("|"), "gu")
}

/** Characters from which on a text is searched for everything at once. */
const longText = 10_000

/** What the system says of a connection, without the port. */
export const withoutPlace = (detail: string): string =>
  detail.replace(place, (_, host: string | undefined) => host === undefined ? "a URL" : `${host}:port`)

/** The names under which the things of one recording go. */
export class Aliases {
  private readonly keys = new Map<PrivateKey, string>()
  /** Text to look for in all text: the keys that the hub gave away, and its secret. */
  private readonly hidden = new Map<string, string>()
  private readonly holders = new Map<ClientId, ReadonlyArray<PrivateKey>>()
  private readonly gone: Array<PrivateKey> = []
  private readonly strangers: Array<PrivateKey> = []
  /** Characters of the shortest thing that was ever hidden. */
  private shortest = Infinity
  /** Finds all that is hidden; made anew when that has changed and a long text comes. */
  private finder: RegExp | undefined
  private readonly callbacks = new Map<ClientId | PrivateKey, readonly [url: string, alias: string]>()
  private next = 1
  private nextCallback = 1
  /** How the machine's own msg-ids begin: it looks them up, and by what they are it orders calls. */
  private ownIds = ""
  private detail: readonly [said: string, written: string] | undefined
  /** Whether any text since {@link begin} was written otherwise than it was. */
  changed = false

  /** @param secrets - further things to hide */
  constructor(secrets: ReadonlyArray<string> = []) {
    for (const [index, secret] of secrets.entries()) {
      if (secret.length >= shortestSecret) this.conceal(secret, `secret-${index + 1}`)
    }
  }

  /** Leaves the msg-ids of this run of a hub as they are. */
  keepIdsOf(run: string): void {
    this.ownIds = `m${run}-`
  }

  /**
   * Begins with the next step.
   *
   * @param detail - what the system said of a connection, which may come again in what the hub makes of it
   */
  begin(detail?: string): void {
    this.changed = false
    const written = detail === undefined ? "" : withoutPlace(detail)
    this.detail = detail === undefined || detail === written ? undefined : [detail, written]
  }

  /** The alias of a key. */
  key(key: PrivateKey): string {
    const known = this.keys.get(key)
    if (known !== undefined) return known
    const alias = `key-${this.next++}`
    this.keys.set(key, alias)
    this.strangers.push(key)
    if (this.strangers.length > remembered) this.forget(this.strangers.shift())
    return alias
  }

  /** The alias of a key that the hub is about to give to a new client. */
  fresh(key: PrivateKey): string {
    const alias = this.key(key)
    if (key.length > 0) {
      this.conceal(key, alias)
    }
    return alias
  }

  /** The alias of the URL where a client takes callbacks; its key tells whose it is. */
  callback(key: PrivateKey, url: string): string {
    const known = this.callbacks.get(key)
    if (known !== undefined && known[0] === url) return known[1]
    const alias = `http://callback-${this.nextCallback++}/`
    if (this.keys.has(key)) this.callbacks.set(key, [url, alias])
    return alias
  }

  /** A client has got its key, and if it is a page its token, too. */
  joined(id: ClientId, keys: ReadonlyArray<PrivateKey>): void {
    this.holders.set(id, keys)
    for (const key of keys) {
      const index = this.strangers.indexOf(key)
      if (index >= 0) this.strangers.splice(index, 1)
    }
  }

  /** A client has left: its key is worth nothing any more, and is remembered for a while only. */
  left(id: ClientId): void {
    const keys = this.holders.get(id) ?? []
    this.holders.delete(id)
    this.gone.push(...keys)
    while (this.gone.length > remembered) this.forget(this.gone.shift())
  }

  /** Any text, without what is to be hidden. */
  readonly text = (text: string): string => {
    if (this.ownIds !== "" && text.startsWith(this.ownIds) && isInt(text.slice(this.ownIds.length))) {
      return text
    }
    const said = this.detail === undefined ? text : text.replaceAll(...this.detail)
    const written = this.hide(said)
    if (written !== text) this.changed = true
    return written
  }

  /** Hides what is hidden, and marks what looks as if it were. */
  private hide(text: string): string {
    return text.replace(
      this.finderFor(text),
      (match, word: string | undefined, dashes: string) =>
        word === undefined ? this.hidden.get(match) ?? "" : `${word}${dashes}-`
    )
  }

  /** Finds what there is to replace. To look for one thing after the other costs less unless the text is long. */
  private finderFor(text: string): RegExp {
    if (text.length < this.shortest) return lookalikes
    if (text.length > longText) return this.finder ??= finderOf([...this.hidden.keys()])
    const found: Array<string> = []
    for (const secret of this.hidden.keys()) if (text.includes(secret)) found.push(secret)
    return found.length === 0 ? lookalikes : finderOf(found)
  }

  private conceal(secret: string, alias: string): void {
    this.hidden.set(secret, alias)
    this.finder = undefined
    this.shortest = Math.min(this.shortest, secret.length)
  }

  private forget(key: PrivateKey | undefined): void {
    if (key === undefined) return
    this.keys.delete(key)
    if (this.hidden.delete(key)) this.finder = undefined
    this.callbacks.delete(key)
  }
}
