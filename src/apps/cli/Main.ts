/**
 * The command line put together and run.
 *
 * Runs by itself, not by NodeRuntime.runMain: a hub must also end in good order on SIGHUP, and with 0 when it was told to
 * end. Further signals change nothing, since the end takes less than a second, and is cut short if it does not.
 */
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { defaults } from "../../domain/Limits.ts"
import { version } from "../../domain/Version.ts"
import * as Platform from "../NodePlatform.ts"
import { ending } from "./Ending.ts"
import { codeOf, codes, type CommandError } from "./Exit.ts"
import * as Exits from "./Exits.ts"
import * as Usage from "./Usage.ts"

/** The commands, as the help lists them; each module exports its `command`, and is loaded when it is called for. */
const commands = {
  hub: () => import("./Hub.ts"),
  hubs: () => import("./Hubs.ts"),
  clients: () => import("./Clients.ts"),
  conformance: () => import("./Conformance.ts"),
  consent: () => import("./Consent.ts"),
  doctor: () => import("./Doctor.ts"),
  listen: () => import("./Listen.ts"),
  load: () => import("./Load.ts"),
  monitor: () => import("./Monitor.ts"),
  ping: () => import("./Ping.ts"),
  point: () => import("./Point.ts"),
  record: () => import("./Record.ts"),
  replay: () => import("./Replay.ts"),
  send: () => import("./Send.ts"),
  snoop: () => import("./Snoop.ts"),
  "web-demo": () => import("./WebDemo.ts")
}

const isCommand = (word: string | undefined): word is keyof typeof commands =>
  word !== undefined && Object.hasOwn(commands, word)

/**
 * The commands that a command line can need: one that names its command first needs no other, unless it asks for the
 * completions of all. Loading them all takes longer than a message to the hub and back.
 */
const load = ([first, ...rest]: ReadonlyArray<string>) => {
  const one = isCommand(first) && !rest.some((word) => word.startsWith("--completions"))
  const loaders = one ? [commands[first]] : Object.values(commands)
  return Promise.all(loaders.map(async (loader) => (await loader()).command))
}

/**
 * `samp point` with the declinations below zero that the parser of the command line would take for flags: it knows -41.27
 * for a number, but not -41:16:09. A minus sign proper means the same.
 */
const withAngles = (args: ReadonlyArray<string>): ReadonlyArray<string> =>
  args[0] === "point" ? args.map((word) => word.replace(/^-(?=\d+[:\sdh\u00b0])/iu, "\u2212")) : args

/** `samp replay FILE --hub` plays into the hub that all tools find: a `--hub` without a value is a `--play`. */
const withPlay = (args: ReadonlyArray<string>): ReadonlyArray<string> =>
  args[0] === "replay"
    ? args.map((word, i) => word === "--hub" && (args[i + 1] ?? "-").startsWith("-") ? "--play" : word)
    : args

/** `samp help load` is `samp load --help`. */
const withHelp = ([first, ...rest]: ReadonlyArray<string>): ReadonlyArray<string> =>
  first === undefined ? [] : first === "help" ? [...rest, "--help"] : [first, ...rest]

const run = Effect.fnUntraced(function*(given: ReadonlyArray<string>) {
  const args = withHelp(given)
  const samp = Command.make("samp").pipe(
    Command.withDescription("SAMP: let astronomy programs on this desktop talk to each other"),
    Command.withSubcommands(yield* Effect.promise(() => load(args)))
  )
  yield* Command.runWith(samp, { version })(withPlay(withAngles(args)))
})

/** Usage errors are short and go to stderr; help stays on stdout, and ends with the exit codes of its command. */
const presenter = CliOutput.layerPresenter({
  present: (event) =>
    Effect.gen(function*() {
      if (event._tag === "InvalidInvocation") {
        yield* Console.error((yield* CliOutput.Formatter).formatErrors(event.errors.map(Usage.plain)).trim())
        return yield* Console.error(`Try: ${event.commandPath.join(" ")} --help`)
      }
      yield* CliOutput.defaultPresenter.present(event)
      const exits = event._tag === "Help" ? Exits.section(event.helpDoc) : ""
      if (exits !== "") yield* Console.log(exits)
    })
})

/**
 * The services that Effect's CLI has for prompts and for flags that are files, of which none is here: no command has
 * either, and to load them takes a tenth of the time of a message. A command that had would die of it in its first test.
 */
const none = Context.makeUnsafe<Command.Environment>(new Map())

const environment = Layer.mergeAll(
  Layer.succeedContext(none),
  Platform.layer(defaults),
  CliConfig.layer({
    builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions, GlobalFlag.LogLevel]
  }),
  presenter,
  Layer.succeed(References.LogToStderr, true), // stdout is for data
  Layer.succeed(References.MinimumLogLevel, "Warn")
)

/** The exit code, after the reason is on stderr. */
const report = (cause: Cause.Cause<CommandError | CliError.CliError>): Effect.Effect<number> => {
  const failure = cause.reasons.find((reason) => reason._tag === "Fail")
  if (failure === undefined) {
    return Cause.hasInterruptsOnly(cause)
      ? Effect.succeed(codes.interrupted)
      : Effect.as(Console.error(`samp failed unexpectedly: ${Cause.pretty(cause)}`), codes.failure)
  }
  const error = failure.error
  if (CliError.isCliError(error)) {
    if (error._tag === "ShowHelp") return Effect.succeed(error.errors.length > 0 ? codes.usage : codes.ok)
    return Effect.as(Console.error(error.message), codes.usage)
  }
  return Effect.as(error.message === "" ? Effect.void : Console.error(error.message), codeOf(error))
}

/** Commands that run until they are told to end, for which a signal is no failure; `samp hub` says so by itself. */
const endless = new Set(["listen", "monitor", "snoop"])

/** Milliseconds after which a command that was told to end is ended. */
const patienceMs = 3_000

/** Ends the process when all is written: a socket, which is what a Node program reads from, takes much text by and by. */
const leave = (code: number): void => {
  if (process.stdout.writableLength === 0) process.exit(code)
  process.stdout.write("", () => process.exit(code)) // also when nobody reads any more
}

/** Runs a command line, and ends the process with its code. */
export const main = (args: ReadonlyArray<string>): void => {
  const program = run(args).pipe(
    Effect.as(codes.ok as number),
    Effect.catchCause(report),
    Effect.provide(environment)
  )
  // A suspended fiber alone does not keep the process alive.
  const alive = setInterval(() => {}, 2 ** 30)
  // A closed terminal or pipe must not end the process before the clients are told.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})
  const fiber = Effect.runFork(program)
  let signalled = false
  const end = (): void => {
    signalled = true
    fiber.interruptUnsafe()
    setTimeout(() => process.exit(codes.failure), patienceMs).unref()
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (signalled) return
      ending.signal = signal
      end()
    })
  }
  // Nobody reads on, as after: samp snoop | head -1
  process.stdout.on("error", () => {
    if (!signalled && endless.has(args[0] ?? "")) end()
  })
  fiber.addObserver((exit) => {
    clearInterval(alive)
    const code = Exit.isSuccess(exit) ? exit.value : codes.interrupted
    const meant = signalled && (ending.meant || endless.has(args[0] ?? ""))
    leave(meant && code === codes.interrupted ? codes.ok : code)
  })
}
