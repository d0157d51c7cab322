/** `samp listen`: messages for scripts, as JSON lines, or each for a program whose end is the response. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import * as CommandRunnerNode from "../../adapters/node/CommandRunnerNode.ts"
import { Failure, type Incoming, responseOf } from "../client/Handling.ts"
import { connect } from "./Client.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as ForEach from "./ForEach.ts"
import * as Messages from "./Messages.ts"
import * as Print from "./Print.ts"
import { pairs } from "./Session.ts"

const usage = (text: string): Stop => new Stop({ code: codes.usage, text })

const flags = {
  mtypes: Argument.String("mtype").pipe(
    Argument.withDescription("what to listen to: MTypes, or patterns such as table.load.*"),
    Argument.atLeast(1)
  ),
  exec: Flag.String("exec").pipe(
    Flag.withMetavar("COMMAND"),
    Flag.withDescription(
      "run this for each message. {url} and the like stand for parameters; the message is on its standard input as JSON. Its end is the response: 0 samp.ok, 10 samp.warning, else samp.error"
    ),
    Flag.optional
  ),
  execTimeout: Flags.seconds("exec-timeout", "how long a command may take; 0 for ever (default: 0)").pipe(
    Flag.withDefault(0)
  ),
  jobs: Flag.Int("jobs").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000 }))),
    Flag.withDescription("how many commands may run at a time (default: 1)"),
    Flag.withDefault(1)
  ),
  count: Flag.Int("count").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))),
    Flag.withDescription("end after this many messages; 0 for never (default: 0)"),
    Flag.withDefault(0)
  ),
  timeout: Flags.seconds(
    "timeout",
    "end after this long, with code 7 if --count is not reached; 0 for never (default: 0)"
  )
    .pipe(Flag.withDefault(0)),
  annotate: Flag.String("annotate").pipe(
    Flag.withMetavar("KEY=VALUE"),
    Flag.withDescription(
      "annotation of the subscriptions, such as x-samp.mostly-harmless=1; may be given several times"
    ),
    Flag.atLeast(0)
  ),
  wait: Flag.Boolean("wait").pipe(
    Flag.withDescription("wait for a hub, and for the next one when it goes"),
    Flag.withDefault(false)
  ),
  ...Flags.identity,
  hub: Flags.hub,
  json: Flags.json
}

/** `samp listen`. */
export const command = Command.make("listen", flags, (given) =>
  Effect.scoped(Effect.gen(function*() {
    yield* Messages.checkPatterns(given.mtypes)
    const annotation = yield* pairs(given.annotate)
    const words = Option.isNone(given.exec)
      ? undefined
      : yield* Effect.mapError(Effect.fromResult(ForEach.split(given.exec.value)), usage)
    const client = yield* connect(given, "listen", {
      reconnect: given.wait,
      whenNoHub: given.wait ? "wait" : "fail"
    })
    const done = yield* Deferred.make<void, Stop>()
    const jobs = yield* Semaphore.make(given.jobs)
    let taken = 0
    let finished = 0
    /** The work on one message; its end makes the response. */
    const work = (incoming: Incoming) =>
      Effect.gen(function*() {
        const line = yield* Messages.lineOf(client, incoming)
        if (words !== undefined) {
          return yield* jobs.withPermits(1)(ForEach.run(words, incoming, line, given.execTimeout))
        }
        yield* Print.json(line)
        return undefined
      })
    /** Replies by itself, so that the last reply is out before the command ends. */
    const handle = (incoming: Incoming) =>
      Effect.gen(function*() {
        if (given.count > 0 && taken >= given.count) {
          return yield* new Failure({ text: "samp listen has ended" })
        }
        taken++
        const response = responseOf(yield* Effect.exit(work(incoming)))
        if (incoming.msgId !== undefined && response !== undefined) {
          yield* Effect.ignore(client.reply(incoming.msgId, response))
        }
        if (++finished === given.count) yield* Deferred.succeed(done, undefined)
      })
    const status = yield* client.status
    if (process.stderr.isTTY) {
      yield* Print.remark(
        status._tag === "Connected"
          ? `Listening as ${status.selfId} at ${status.hub.url}`
          : "Waiting for a hub"
      )
    }
    if (words?.some((word) => /^(?:[|<>&;]+|[12]?>.*)$/u.test(word)) === true) {
      yield* Print.remark(
        "--exec runs no shell: | > & ; are given to the command as they are; name a shell, as in sh -c"
      )
    }
    yield* Messages.take(client, given.mtypes, handle, { annotation, sequential: words === undefined })
    const late = given.timeout === 0 ? Effect.never : Effect.andThen(
      Effect.sleep(given.timeout * 1000),
      given.count === 0
        ? Effect.void
        : Effect.suspend(() =>
          new Stop({
            code: codes.timeout,
            text: `Only ${finished} of ${given.count} messages within ${given.timeout} s`
          })
        )
    )
    yield* Effect.raceAllFirst([Deferred.await(done), Messages.hubLost(client), late])
  })).pipe(Effect.provide(CommandRunnerNode.layer))).pipe(
    Command.withDescription(
      "Take messages: print each as a JSON line and answer it with samp.ok, or run a command whose end is the response"
    ),
    Command.withExamples([
      { command: "samp listen table.load.votable coord.pointAt.sky", description: "print what tools send" },
      {
        command: "samp listen table.load.votable --exec 'stilts tpipe in={url} omode=meta'",
        description: "look into each table that is sent"
      },
      {
        command: "samp listen my.job.start --count 1 --timeout 60",
        description: "wait for one message in a script"
      }
    ]),
    withExits("noHub", "timeout")
  )
