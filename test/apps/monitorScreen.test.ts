/** What is on the screen, at every size. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { press, readKeys } from "../../src/apps/cli/monitor/Keys.ts"
import { initial, type Model, type MonitorEvent, update } from "../../src/apps/cli/monitor/Model.ts"
import { enter, type Frame, leave, paint } from "../../src/apps/cli/monitor/Paint.ts"
import { clientTable, plain, render } from "../../src/apps/cli/monitor/Screen.ts"
import { map } from "../../src/domain/SampValue.ts"
import { runs, sampMap, text } from "../support/arbitraries.ts"
import { begin, connected, registered, sent, tracked, view, VirtualScreen, widthOf } from "./monitorParts.ts"

const rows = (model: Model, columns: number, height: number): ReadonlyArray<string> =>
  render(model, view(columns, height)).map(plain)

const typed = (model: Model, input: string): Model =>
  readKeys(input).keys.reduce((sofar, key) => press(sofar, key, view(80, 24)).model, model)

const some = [
  connected,
  registered(tracked("hub", "Hub", "samp.app.ping")),
  registered(tracked("c1", "topcat", "samp.app.ping", "table.load.votable")),
  registered(tracked("c2", "script")),
  sent("table.load.votable", "c1", map({ url: "file:///t.vot", name: "my table" })),
  sent("coord.pointAt.sky", "c2", map({ ra: "10" }), begin + 1000, "id-1")
].reduce(update, initial(begin, true))

describe("the monitor's screen", () => {
  it("shows hub, clients and messages", () => {
    assert.deepStrictEqual(rows(some, 80, 14), [
      "samp monitor: connected as c9 to http://127.0.0.1:1/xmlrpc (effect-samp 1, mine)",
      "2 clients; 2 messages; 2.0/s; 2.0/s over a minute; 1 notification, 1 call",
      "Clients 3",
      " ID  NAME                              SUBS CALLABLE PING       MSGS   SINCE",
      ">hub Hub                               1    yes                 0      05:06:07",
      " c1  topcat                            2    yes                 1      05:06:07",
      " c2  script                            0    no       -          1      05:06:07",
      "Messages 2",
      " TIME     KIND   SENDER       MTYPE                    PARAMETERS",
      " 05:06:07 notify topcat       table.load.votable       url=file:///t.vot name..",
      " 05:06:08 call   script       coord.pointAt.sky        ra=10",
      "",
      "",
      "q quit  Enter show  ? help  m messages  p ping  P all  space stop  / filter"
    ])
  })

  it("shows on 40 columns what matters most", () => {
    assert.deepStrictEqual(rows(some, 40, 10), [
      "connected as c9 to 127.0.0.1:1/xmlrpc ..",
      "2 clients; 2 messages; 2.0/s",
      "Clients 1-2 of 3",
      " ID  NAME               SUBS PING",
      ">hub Hub                1",
      " c1  topcat             2",
      "Messages 2 of 2",
      " TIME     SENDER    MTYPE",
      " 05:06:08 script    coord.pointAt.sky",
      "q quit  Enter show  ? help  m messages"
    ])
  })

  it("tells why there is no hub", () => {
    const without = update(initial(begin, true), {
      _tag: "HubStatus",
      at: begin,
      status: { _tag: "Searching", why: "No hub is running (looked at /home/astronomer/.samp)" }
    })
    const shown = rows(without, 60, 12)
    assert.include(shown[0], "searching for a hub: No hub is running")
    assert.include(shown.slice(3).join(""), "/home/astronomer/.samp")
    const sentAway = update(some, {
      _tag: "HubStatus",
      at: begin,
      status: { _tag: "Disconnected", why: "ejected" }
    })
    assert.include(rows(sentAway, 80, 12)[0], "disconnected, r registers again: ejected")
  })

  it("long lists scroll with what is selected, or to the newest message", () => {
    const many = [
      ...Array.from({ length: 50 }, (_, i) => registered(tracked(`c${i}`, `name ${i}`))),
      ...Array.from({ length: 50 }, (_, i) => sent(`m.n${i}`, "c0"))
    ].reduce(update, initial(begin, true))
    const shown = rows(typed(many, "j".repeat(30)), 80, 24)
    assert.isTrue(shown.some((row) => row.startsWith(">c30 ")), shown.join("\n"))
    assert.isTrue(shown.some((row) => row.includes("m.n49")))
    assert.isTrue(shown.some((row) => /^Clients \d+-\d+ of 50$/u.test(row)))
    for (const last of ["G", "j".repeat(99)]) {
      assert.isTrue(rows(typed(many, last), 80, 24).some((row) => row.startsWith(">c49 ")))
    }
    assert.isTrue(rows(typed(many, `m${"k".repeat(40)}`), 80, 24).some((row) => /^>.*m\.n9$/u.test(row)))
  })

  it("shows a client, a message, and how pings went", () => {
    const client = tracked("c1", "topcat", "a.*", "samp.app.ping")
    const pinged = (model: Model, outcome: Extract<MonitorEvent, { readonly _tag: "Pinged" }>["outcome"]) =>
      update(model, { _tag: "Pinged", at: begin, id: client.id, outcome })
    const model = typed(update(some, { _tag: "ClientChanged", at: begin, client }), "j\r")
    const shown = rows(pinged(model, { _tag: "Answered", ms: 12 }), 80, 24).join("\n")
    for (const part of ["topcat (c1)", "ping: 12 ms", "samp.name = topcat", "  a.*"]) {
      assert.include(shown, part)
    }
    const failed = pinged(some, { _tag: "Failed", why: "no answer" })
    assert.isTrue(rows(failed, 80, 14).some((row) => /c1 .*no answer/u.test(row)))
    assert.deepStrictEqual(clientTable(failed)[2], ["c1", "topcat", "2", "yes", "no answer"])
    const message = rows(typed(some, "mk\r"), 80, 24).join("\n")
    for (const part of ["notification 1 from topcat (c1) at 05:06:07", "  name = my table"]) {
      assert.include(message, part)
    }
    assert.include(rows(typed(some, "m"), 80, 24).join("\n"), "msg-id id-1")
  })

  it("tells that the display is stopped, what is filtered, and what was lost", () => {
    const stopped = update(typed(some, "/coord\r "), sent("x", "c1"))
    assert.isTrue(rows(stopped, 80, 14).includes("Messages 1 stopped, 1 new like coord"))
    assert.include(rows(typed(some, "/co"), 80, 14).at(-1), "MTypes like: co_")
    const lost = update(some, { _tag: "MessagesLost", at: begin, count: 7 })
    assert.include(rows(lost, 80, 14)[1], "7 more not shown")
    const without = rows(initial(begin, false), 80, 14).join("\n")
    assert.notInclude(without, "essage")
  })

  const id = Arbitrary.schema(Schema.Literals(["hub", "c1", "c2", "c12345678901234567890", "\u661f"]))
  const tracks = Arbitrary.map(Arbitrary.all([id, text, sampMap]), ([id, name, subscriptions]) => ({
    ...tracked(id, name),
    subscriptions
  }))
  const event: Arbitrary.Arbitrary<MonitorEvent> = Arbitrary.map(
    Arbitrary.all([
      Arbitrary.schema(
        Schema.Literals(["came", "changed", "left", "sent", "called", "pinged", "lost", "searching"])
      ),
      tracks,
      text,
      sampMap
    ]),
    ([what, client, text, params]): MonitorEvent => {
      switch (what) {
        case "came":
          return registered(client)
        case "changed":
          return { _tag: "ClientChanged", at: begin, client }
        case "left":
          return { _tag: "ClientLeft", at: begin, client }
        case "sent":
          return sent(`m.${text}`, client.id, params)
        case "called":
          return sent(`m.${text}`, client.id, params, begin, `id ${text}`)
        case "pinged":
          return { _tag: "Pinged", at: begin, id: client.id, outcome: { _tag: "Failed", why: text } }
        case "lost":
          return { _tag: "MessagesLost", at: begin, count: 3 }
        case "searching":
          return { _tag: "HubStatus", at: begin, status: { _tag: "Searching", why: `no ${text} \u661f` } }
      }
    }
  )
  const events = Arbitrary.array(event, { maxLength: 30 })
  const keys = Arbitrary.map(
    Arbitrary.array(Arbitrary.schema(Schema.Literals([..."jkmi? pPgG/\r\x1b.x".split(""), "\x1b[6~"])), {
      maxLength: 20
    }),
    (keys) => keys.join("")
  )
  const columns = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 210 })))
  const height = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 70 })))

  it.prop(
    "is as large as the terminal and no larger, each character one column, whatever happens",
    { events, keys, columns, height },
    ({ columns, events, height, keys }) => {
      const model = typed(events.reduce(update, initial(begin, true)), keys)
      const lines = render(model, view(columns, height))
      assert.lengthOf(lines, height)
      for (const line of lines) {
        assert.isAtMost(widthOf(line), columns)
        assert.match(line.map(({ text }) => text).join(""), /^[\x20-\x7e]*$/u)
      }
    },
    runs(400)
  )

  it.prop(
    "always shows what is selected, from 40x10 up",
    { events, keys, columns, height },
    ({ columns, events, height, keys }) => {
      const model = typed(events.reduce(update, initial(begin, true)), keys)
      const shown = rows(model, Math.max(40, columns), Math.max(10, height))
      const listed = model.screen === "overview" && model.clients.size > 0
      assert.strictEqual(listed, model.screen === "overview" && shown.some((row) => row.startsWith(">")))
    },
    runs(400)
  )

  it.prop(
    "is painted by changes as it is painted anew, at both sizes",
    { events, keys, columns, height },
    ({ columns, events, height, keys }) => {
      const screen = new VirtualScreen(columns, height)
      screen.write(enter)
      assert.isTrue(screen.alternate && !screen.cursor)
      let model = initial(begin, true)
      let frame: Frame | undefined
      for (const change of [...events, undefined]) {
        model = change === undefined ? typed(model, keys) : update(model, change)
        const next = paint(render(model, view(columns, height)), columns, true, frame)
        frame = next.frame
        screen.write(next.output)
      }
      assert.strictEqual(screen.text, render(model, view(columns, height)).map(plain).join("\n"))
      assert.strictEqual(paint(render(model, view(columns, height)), columns, true, frame).output, "")
      screen.write(leave)
      assert.isTrue(!screen.alternate && screen.cursor)
    },
    runs(100)
  )

  it("has no colours when none are wanted", () => {
    const lines = render(some, view(80, 24))
    assert.notMatch(paint(lines, 80, false, undefined).output, /\x1b\[[\d;]*m/u)
    assert.match(paint(lines, 80, true, undefined).output, /\x1b\[32mconnected\x1b\[0m/u)
  })
})
