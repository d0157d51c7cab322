/** What tests of web clients say to each other on the table. */
import { defaults } from "../../src/domain/Limits.ts"
import { message } from "../../src/domain/Message.ts"
import { map, type SampMap, type SampValue } from "../../src/domain/SampValue.ts"
import { type Guest, shown, Table } from "./Table.ts"

/** A message with a number, by which its place among others is seen. */
export const numbered = (n: number, mtype = "table.x"): SampMap =>
  new Map(message(mtype, map({ word: "hello" }))).set("n", String(n))

/** Sends notifications with these numbers. */
export const say = (table: Table, from: Guest, to: Guest, ...numbers: ReadonlyArray<number>): void => {
  for (const n of numbers) table.ask(from, { _tag: "Notify", recipient: to.id, message: numbered(n) })
}

/** Calls somebody; gives the msg-id, or the fault. */
export const call = (table: Table, from: Guest, to: Guest, tag = "t"): SampValue | undefined =>
  table.ask(from, { _tag: "Call", recipient: to.id, tag, message: message("table.x") })

/** What a pull has brought, in short; undefined while it waits, and the fault if it was refused. */
export const texts = (table: Table, request: number): ReadonlyArray<string> | string | undefined => {
  const got = table.pulled(request)
  return got === undefined || typeof got === "string" ? got : got.map(shown)
}

/** A table whose hub has some other limits. */
export const limited = (limits: Partial<typeof defaults>): Table =>
  new Table({ limits: { ...defaults, ...limits } })
