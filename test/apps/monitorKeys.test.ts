/** What is typed, and what it does. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { type Action, press, readKeys } from "../../src/apps/cli/monitor/Keys.ts"
import { initial, type Model, update } from "../../src/apps/cli/monitor/Model.ts"
import { passes, shownMessages } from "../../src/apps/cli/monitor/Selection.ts"
import { runs } from "../support/arbitraries.ts"
import { begin, registered, sent, tracked, view } from "./monitorParts.ts"

const names = (input: string): ReadonlyArray<string> =>
  readKeys(input).keys.map((key) => key._tag === "Text" ? key.text : key._tag)

const size = view(80, 24)

/** Types, and tells what came of it. */
const type = (
  model: Model,
  input: string
): { readonly model: Model; readonly actions: ReadonlyArray<Action> } =>
  readKeys(input).keys.reduce<ReturnType<typeof type>>((sofar, key) => {
    const { actions, model } = press(sofar.model, key, size)
    return { model, actions: [...sofar.actions, ...actions] }
  }, { model, actions: [] })

const some = [
  registered(tracked("hub", "Hub", "samp.app.ping")),
  registered(tracked("a", "A", "samp.app.ping", "x")),
  registered(tracked("b", "B", "x")),
  ...["table.load.votable", "image.load.fits", "table.highlight.row"].map((mtype) => sent(mtype, "a"))
].reduce(update, initial(begin, true))

const down = "\x1b[B"
const up = "\x1b[A"

describe("keys", () => {
  it("are read from what terminals send for them", () => {
    assert.deepStrictEqual(names("q\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[H\x1bOF\x1b[1~\x1b[4~"), [
      "q",
      "Up",
      "Down",
      "PageUp",
      "PageDown",
      "Home",
      "End",
      "Home",
      "End"
    ])
    assert.deepStrictEqual(names("\r\n\x7f\b\x03\x0c\x1b"), [
      "Enter",
      "Enter",
      "Backspace",
      "Backspace",
      "Interrupt",
      "Redraw",
      "Escape"
    ])
  })

  it("of no meaning are left out as a whole, so that none of their letters is a command", () => {
    assert.deepStrictEqual(names("\x1b[1;5P\x1b[15~\x1b[<0;10;20Mj\x1bOP\xe9\x00"), ["j"])
  })

  it("may come in pieces", () => {
    const first = readKeys("j\x1b[")
    assert.deepStrictEqual(first.keys, [{ _tag: "Text", text: "j" }])
    assert.deepStrictEqual(readKeys(`${first.rest}6~`).keys, [{ _tag: "PageDown" }])
    assert.deepStrictEqual(readKeys("\x1b"), { keys: [{ _tag: "Escape" }], rest: "" })
  })

  const garbage = Arbitrary.map(
    Arbitrary.array(
      Arbitrary.schema(Schema.Literals(["\x1b", "[", "O", "1", ";", "~", "A", "q", "\x03", "\xff", "é"]))
    ),
    (parts) => parts.join("")
  )
  it.prop("are read to the end, whatever comes, and Ctrl-C is never lost", { garbage }, ({ garbage }) => {
    const { keys, rest } = readKeys(garbage)
    assert.match(rest, /^(?:|\x1b\[[\x20-\x3f]{0,30}|\x1bO)$/u)
    assert.isTrue(garbage.endsWith(rest))
    const interrupts = keys.filter(({ _tag }) => _tag === "Interrupt").length
    assert.strictEqual(interrupts, garbage.split("\x03").length - 1)
  }, runs(500))
})

describe("pressing", () => {
  it("q, Ctrl-C and Ctrl-D quits, also while a filter is typed", () => {
    for (const input of ["q", "\x03", "\x04", "/tab\x03", "?q", "\rq"]) {
      assert.deepStrictEqual(type(some, input).actions, [{ _tag: "Quit" }], JSON.stringify(input))
    }
    assert.deepStrictEqual(type(some, "/q\r").actions, [])
  })

  it("arrows and j k select a client, and go no further than the list", () => {
    const chosen = (input: string): string => String(type(some, input).model.client)
    assert.strictEqual(chosen("j"), "a")
    assert.strictEqual(chosen(`${down}${down}${down}${down}`), "b")
    assert.strictEqual(chosen(`jj${up}`), "a")
    assert.strictEqual(chosen("jkkkk"), "hub")
    assert.strictEqual(chosen("G"), "b")
    assert.strictEqual(chosen("Gg"), "hub")
    assert.isUndefined(type(initial(begin, true), "jk\rp").model.client)
  })

  it("Enter and i show what is selected; Enter, Esc and i go back", () => {
    for (const open of ["\r", "i"]) {
      const shown = type(some, `j${open}`).model
      assert.include(shown, { screen: "client", scroll: 0 })
      for (const close of ["\r", "i", "\x1b", "\x7f"]) {
        assert.strictEqual(type(shown, close).model.screen, "overview")
      }
    }
  })

  it("m shows the messages, of which one can be read, and stays the same whatever comes after it", () => {
    const list = type(some, "m").model
    assert.strictEqual(list.screen, "messages")
    assert.strictEqual(type(list, "m").model.screen, "overview")
    const reading = type(list, "k\r").model
    assert.include(reading, { screen: "message", message: 2 })
    const later = Array.from({ length: 600 }, () => sent("later", "b")).reduce(update, reading)
    assert.strictEqual(later.reading?.mtype, "image.load.fits")
    assert.strictEqual(type(later, "\x1b").model.screen, "messages")
    assert.isUndefined(type(list, "kG").model.message, "the newest is followed")
  })

  it("p pings the selected client, P all that take pings", () => {
    assert.deepStrictEqual(type(some, "jp").actions.map((action) => ({ ...action })), [
      { _tag: "Ping", ids: [tracked("a").id] }
    ])
    assert.deepStrictEqual(type(some, "P").actions.map((action) => ({ ...action })), [
      { _tag: "Ping", ids: [tracked("hub").id, tracked("a").id] }
    ])
    assert.deepStrictEqual(type(initial(begin, true), "p").actions, [{ _tag: "Ping", ids: [] }])
  })

  it("space stops the display, not the counting", () => {
    const stopped = update(type(some, " ").model, sent("new", "a"))
    assert.lengthOf(shownMessages(stopped), 3)
    assert.strictEqual(stopped.notifications, 4)
    assert.lengthOf(shownMessages(type(stopped, " ").model), 4)
  })

  it("/ filters while it is typed; Enter keeps it, Esc brings the one before back", () => {
    const typing = type(some, "/table").model
    assert.lengthOf(shownMessages(typing), 2)
    const kept = type(typing, ".*\r").model
    assert.include(kept, { filter: "table.*", editing: undefined })
    assert.strictEqual(type(kept, "/x\x1b").model.filter, "table.*")
    assert.strictEqual(type(kept, "/\r").model.filter, "")
    assert.strictEqual(type(some, "/a b\x7f\x7fé!c\r").model.filter, "c")
  })

  it("SUB-05 the filter is a pattern, or a part of the MType", () => {
    assert.isTrue(passes("table.*", "table.load.votable"))
    assert.isFalse(passes("load.*", "table.load.votable"))
    assert.isTrue(passes("LOAD", "table.load.votable"))
    assert.isTrue(passes("*", "anything"))
    assert.isFalse(passes("table.load.votable.x", "table.load.votable"))
  })

  it("?, h and Esc open and close the help; texts scroll to their end and back", () => {
    const help = type(some, "?").model
    assert.strictEqual(help.screen, "help")
    assert.strictEqual(type(help, "?").model.screen, "overview")
    const small = view(30, 8)
    const end = press(help, { _tag: "End" }, small).model
    assert.isAbove(end.scroll, 0)
    assert.strictEqual(press(end, { _tag: "Down" }, small).model.scroll, end.scroll)
    assert.strictEqual(press(end, { _tag: "Up" }, small).model.scroll, end.scroll - 1)
  })

  it("r registers again, Ctrl-L draws again; without messages, m / and space do nothing", () => {
    assert.deepStrictEqual(type(some, "r\x0c").actions, [{ _tag: "Reconnect" }, { _tag: "Redraw" }])
    const without = initial(begin, false)
    assert.deepStrictEqual(type(without, "m/ ").model, without)
  })
})
