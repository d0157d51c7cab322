/** Pieces for the tests of the monitor: clients, events, and a terminal that only remembers. */
import * as Effect from "effect/Effect"
import type { MonitorEvent, SessionEvent } from "../../src/apps/cli/monitor/Model.ts"
import type { Line, View } from "../../src/apps/cli/monitor/Texts.ts"
import type { TrackedClient } from "../../src/domain/client/Tracker.ts"
import { ClientId, MessageId } from "../../src/domain/Identifiers.ts"
import { emptyMap, map, type SampMap } from "../../src/domain/SampValue.ts"
import type { Terminal, TerminalInput } from "../../src/ports/Terminal.ts"

/** 2026-03-04T05:06:07Z. */
export const begin = Date.UTC(2026, 2, 4, 5, 6, 7)

export const view = (columns: number, rows: number): View => ({ columns, rows, offsetMs: 0 })

export const tracked = (id: string, name = "", ...mtypes: ReadonlyArray<string>): TrackedClient => ({
  id: ClientId(id),
  metadata: name === "" ? emptyMap : map({ "samp.name": name }),
  subscriptions: new Map(mtypes.map((mtype) => [mtype, emptyMap]))
})

export const registered = (client: TrackedClient, at = begin): SessionEvent => ({
  _tag: "ClientRegistered",
  at,
  client
})

export const sent = (
  mtype: string,
  sender: string,
  params: SampMap = emptyMap,
  at = begin,
  msgId?: string
): SessionEvent => ({
  _tag: "Message",
  at,
  message: {
    kind: msgId === undefined ? "notification" : "call",
    sender: ClientId(sender),
    senderName: "",
    mtype,
    params,
    extra: emptyMap,
    msgId: msgId === undefined ? undefined : MessageId(msgId)
  }
})

export const connected: MonitorEvent = {
  _tag: "HubStatus",
  at: begin,
  status: {
    _tag: "Connected",
    selfId: ClientId("c9"),
    hubId: ClientId("hub"),
    hub: { url: "http://127.0.0.1:1/xmlrpc", lockfile: "/h/.samp", label: "mine", impl: "effect-samp 1" }
  }
}

export const widthOf = (line: Line): number => line.reduce((sum, { text }) => sum + text.length, 0)

/** A screen that does what the monitor's escape sequences ask for, and refuses all others. */
export class VirtualScreen {
  rows: Array<Array<string>> = []
  alternate = false
  cursor = true
  readonly columns: number
  readonly height: number

  constructor(columns: number, height: number) {
    this.columns = columns
    this.height = height
    this.clear()
  }

  clear(): void {
    this.rows = Array.from({ length: this.height }, () => Array.from({ length: this.columns }, () => "#"))
  }

  write(output: string): void {
    let x = 0
    let y = 0
    for (const [, sequence, character] of output.matchAll(/\x1b\[([\x20-\x3f]*[\x40-\x7e])|([^])/gu)) {
      const position = /^(\d+);1H$/u.exec(sequence ?? "")
      if (position !== null) [x, y] = [0, Number(position[1]) - 1]
      else if (sequence === "2J") {
        this.rows = this.rows.map((row) => row.map(() => " "))
      } else if (sequence === "?1049h" || sequence === "?1049l") this.alternate = sequence.endsWith("h")
      else if (sequence === "?25h" || sequence === "?25l") this.cursor = sequence.endsWith("h")
      else if (character !== undefined) {
        const row = this.rows[y]
        if (row === undefined || x >= this.columns) throw new Error(`written beyond the screen: ${x}, ${y}`)
        if (!/[\x20-\x7e]/u.test(character)) throw new Error(`written: ${JSON.stringify(character)}`)
        row[x++] = character
      } else if (!/^(?:[\d;]*m|\?7[hl])$/u.test(sequence ?? "")) throw new Error(`unknown: ${sequence}`)
    }
  }

  get text(): string {
    return this.rows.map((row) => row.join("").trimEnd()).join("\n")
  }
}

/** A terminal in memory. */
export class FakeTerminal {
  screen: VirtualScreen
  writes = 0
  output = ""
  onInput: ((input: TerminalInput) => void) | undefined
  interactive = true
  readonly service: Terminal["Service"]

  constructor(columns: number, rows: number) {
    this.screen = new VirtualScreen(columns, rows)
    const put = (text: string) =>
      Effect.sync(() => {
        this.writes += 1
        this.output += text
        if (this.interactive) this.screen.write(text)
      })
    this.service = {
      interactive: true,
      colours: true,
      size: Effect.sync(() => ({ columns: this.screen.columns, rows: this.screen.height })),
      take: (enter, leave, onInput) =>
        Effect.acquireRelease(
          Effect.andThen(put(enter), Effect.sync(() => this.onInput = onInput)),
          () => Effect.andThen(put(leave), Effect.sync(() => this.onInput = undefined))
        ),
      write: put,
      unread: Effect.never
    }
  }

  type(text: string): void {
    this.onInput?.({ _tag: "Typed", text })
  }

  resize(columns: number, rows: number): void {
    const { alternate, cursor } = this.screen
    this.screen = new VirtualScreen(columns, rows)
    Object.assign(this.screen, { alternate, cursor })
    this.onInput?.({ _tag: "Resized" })
  }
}
