/**
 * The command line put together and run.
 *
 * Runs by itself, not by NodeRuntime.runMain: a hub must also end in good order on SIGHUP, and with 0 when it was told to
 * end. Further signals change nothing, since the end takes less than a second, and is cut short if it does not.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { defaults } from "../../domain/Limits.ts"
import { version } from "../../domain/Version.ts"
import { codeOf, codes, type CommandError } from "./Exit.ts"
import * as Hub from "./Hub.ts"
import * as Hubs from "./Hubs.ts"
import * as ListClients from "./ListClients.ts"
import * as Ping from "./Ping.ts"
import * as Platform from "./Platform.ts"
import * as Send from "./Send.ts"
import * as Snoop from "./Snoop.ts"

const samp = Command.make("samp").pipe(
  Command.withDescription("SAMP: let astronomy programs on this desktop talk to each other"),
  Command.withSubcommands([
    Hub.command,
    Hubs.command,
    ListClients.command,
    Ping.command,
    Send.command,
    Snoop.command
  ])
)

/** Usage errors are short and go to stderr; help stays on stdout. */
const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag !== "InvalidInvocation"
      ? CliOutput.defaultPresenter.present(event)
      : Effect.gen(function*() {
        yield* Console.error((yield* CliOutput.Formatter).formatErrors(event.errors).trim())
        yield* Console.error(`Try: ${event.commandPath.join(" ")} --help`)
      })
})

const environment = Layer.mergeAll(
  NodeServices.layer,
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

/** Commands that run until they are told to end, for which a signal is no failure. */
const endless = new Set(["hub", "snoop"])

/** Milliseconds after which a command that was told to end is ended. */
const patienceMs = 3_000

/** Runs a command line, and ends the process with its code. */
export const main = (args: ReadonlyArray<string>): void => {
  const program = Command.runWith(samp, { version })(args).pipe(
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
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (signalled) return
      signalled = true
      if (args[0] === "hub") console.error(`SAMP hub ends: ${signal}`)
      fiber.interruptUnsafe()
      setTimeout(() => process.exit(codes.failure), patienceMs).unref()
    })
  }
  fiber.addObserver((exit) => {
    clearInterval(alive)
    const code = Exit.isSuccess(exit) ? exit.value : codes.interrupted
    process.exit(signalled && endless.has(args[0] ?? "") && code === codes.interrupted ? codes.ok : code)
  })
}
