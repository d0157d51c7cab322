/** `samp replay`: recordings through the machine, or by stand-ins into a running hub. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as FileStoreNode from "../../adapters/node/FileStoreNode.ts"
import type { Recording } from "../../domain/recording/Recording.ts"
import { plainInput, plainOutput } from "../../domain/recording/RecordingWriter.ts"
import { type Difference, replay, type Summary } from "../../domain/recording/Replay.ts"
import { findHub } from "../Discovery.ts"
import { load } from "../recording/Loading.ts"
import { play } from "../recording/Play.ts"
import type { Unplayable } from "../recording/PlayOptions.ts"
import type { PlayDifference } from "../recording/StandIn.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"

const flags = {
  file: Argument.String("file").pipe(
    Argument.withDescription("what samp hub --record or samp record has written")
  ),
  play: Flag.Boolean("play").pipe(
    Flag.withDescription(
      "play it into a running hub by clients that stand in for the recorded ones; --hub does, too"
    ),
    Flag.withDefault(false)
  ),
  hub: Flags.hub,
  speed: Flag.String("speed").pipe(
    Flag.withMetavar("TIMES"),
    Flag.withDescription("how many times as fast to play; 0 or max for as fast as possible (default: 1)"),
    Flag.withDefault("1")
  ),
  json: Flags.json
}

const speedOf = (text: string): Effect.Effect<number, Stop> => {
  if (text === "max") return Effect.succeed(0)
  return /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/u.test(text) && Number.isFinite(Number(text))
    ? Effect.succeed(Number(text))
    : Effect.fail(
      new Stop({
        code: codes.usage,
        text: `--speed: a number such as 10 or 0.5, or max, is expected, not ${text}`
      })
    )
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`

const time = (ms: number): string => `${(ms / 1000).toFixed(3)} s`

const holds = ({ clients, deliveries, inputs, messages, span }: Summary): string =>
  `${count(inputs, "input")}, ${count(clients, "client")}, ${count(messages, "message")}, ${
    deliveries === 1 ? "1 delivery" : `${deliveries} deliveries`
  }, ${time(span)}`

const outside =
  "It was recorded by a client, from outside: messages between two others, replies and questions to the hub are not in it, " +
  "and what it is compared with is what a hub of ours made of the rest"

/** What is to be known of a recording before it is judged by. */
const remarks = ({ cutOff, header, steps }: Recording): ReadonlyArray<string> => [
  ...header.kind === "client" ? [outside] : [],
  ...cutOff ? [`It ends within line ${steps.length + 2}, which is left out`] : []
]

const differencePage = (file: string, { now, output, path, recorded, step, values }: Difference): string =>
  [
    `${file} is not replayed as it was recorded. The first difference is in line ${step.line}, ${
      time(step.at)
    } after the hub began:`,
    `  input           ${JSON.stringify(plainInput(step.input)).slice(0, 1_000)}`,
    `  output ${output + 1} differs${path === "" ? "" : ` at ${path}`}`,
    `    recorded      ${values.recorded}`,
    `    now           ${values.now}`,
    `  whole, recorded ${
      recorded === undefined ? "nothing" : JSON.stringify(plainOutput(recorded)).slice(0, 1_000)
    }`,
    `  whole, now      ${now === undefined ? "nothing" : JSON.stringify(plainOutput(now)).slice(0, 1_000)}`
  ].join("\n")

const differs = (file: string) =>
  new Stop({ code: codes.difference, text: `${file} was not replayed as it was recorded` })

/** Through the machine. */
const check = (file: string, recording: Recording, json: boolean) =>
  Effect.gen(function*() {
    const { header } = recording
    const { difference, summary } = replay(recording)
    const about = { kind: header.kind, started: header.started, cutOff: recording.cutOff, ...summary }
    if (difference === undefined) {
      if (json) return yield* Print.json({ event: "replayed", same: true, ...about })
      yield* Print.line(`Replayed ${file} without a difference: ${holds(summary)}`)
      return yield* Effect.forEach(remarks(recording), Print.line, { discard: true })
    }
    if (!json) {
      yield* Print.line(differencePage(file, difference))
      return yield* new Stop({ code: codes.difference, text: "" })
    }
    const { now, output, path, recorded, step, values } = difference
    yield* Print.json({
      event: "replayed",
      same: false,
      ...about,
      line: step.line,
      at: step.at,
      input: plainInput(step.input),
      output: output + 1,
      path,
      values,
      recorded: recorded === undefined ? null : plainOutput(recorded),
      now: now === undefined ? null : plainOutput(now)
    })
    return yield* differs(file)
  })

const differenceLine = ({ about, client, line, live, recorded, what }: PlayDifference): string => {
  const whats = {
    answer: `${client} got another answer to ${about}`,
    missing: `${client} did not get the ${about}`,
    content: `${client} got the ${about} with other content`,
    extra: `${client} got a ${about} that was not recorded`
  }
  return `line ${line}: ${whats[what]}\n  recorded  ${recorded}\n  now       ${live}`
}

/** Into a running hub. */
const playInto = (
  file: string,
  recording: Recording,
  given: { readonly hub: Option.Option<string>; readonly speed: number; readonly json: boolean }
) =>
  Effect.scoped(Effect.gen(function*() {
    const { json, speed } = given
    const hub = yield* findHub(Option.getOrUndefined(given.hub))
    const print = yield* Effect.map(Effect.context<never>(), Effect.runForkWith)
    const say = (line: Effect.Effect<void>): void => void print(line)
    const played = yield* play(recording, {
      hub,
      speed,
      onDifference: (difference) =>
        say(
          json ? Print.json({ event: "difference", ...difference }) : Print.line(differenceLine(difference))
        ),
      onUnplayable: ({ line, text }: Unplayable) =>
        say(json ? Print.json({ event: "unplayable", line, text }) : Print.line(`line ${line}: ${text}`))
    })
    const same = played.differences === 0
    const { cutOff, header } = recording
    yield* json
      ? Print.json({ event: "played", same, url: hub.url, kind: header.kind, cutOff, ...played })
      : Print.line(
        `Played ${file} into the hub at ${hub.url} with ${
          same ? "no difference" : count(played.differences, "difference")
        }: ${count(played.operations, "operation")} of ${
          count(played.clients, "client")
        }, ${played.unplayable} ${played.unplayable === 1 ? "line" : "lines"} ` +
          `played otherwise${speed === 0 ? "" : `, at most ${time(played.behind)} late`}`
      )
    if (!json && played.added.length > 0) {
      yield* Print.line(`The hub puts these into messages: ${played.added.join(", ")}`)
    }
    if (!same) return yield* new Stop({ code: codes.difference, text: json ? differs(file).text : "" })
  }))

/** `samp replay`. */
export const command = Command.make(
  "replay",
  flags,
  ({ file, hub, json, play, speed }) =>
    Effect.gen(function*() {
      const times = yield* speedOf(speed)
      const recording = yield* load(file)
      return play || Option.isSome(hub)
        ? yield* playInto(file, recording, { hub, speed: times, json })
        : yield* check(file, recording, json)
    }).pipe(Effect.provide(FileStoreNode.layer))
).pipe(
  Command.withDescription(
    "Replay a recorded session: through the machine of this hub, to see whether it still does the same, or into a running hub"
  ),
  Command.withExamples([
    { command: "samp replay session.jsonl", description: "whether this version does what was recorded" },
    { command: "samp replay session.jsonl --hub", description: "by stand-ins, into the hub that is running" },
    { command: "samp replay session.jsonl --hub red1 --speed max", description: "into another, and fast" }
  ]),
  withExits("noHub", "badData", "difference")
)
