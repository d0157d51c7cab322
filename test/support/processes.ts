/** Processes in memory, and what tests do in them. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { type Ports, type Process, Processes } from "../../src/adapters/memory/Processes.ts"
import { CallSender } from "../../src/ports/CallSender.ts"
import { type CallHandler, CallServer } from "../../src/ports/CallServer.ts"

export const start = (name: string) => Effect.flatMap(Processes, (processes) => processes.start(name))

/** Does something in a process, and waits for it. */
export const within = <A, E>(process: Process, effect: Effect.Effect<A, E, Ports>) =>
  Effect.flatMap(process.run(effect), Fiber.join)

export const listen = (process: Process, handler: CallHandler, port = 0) =>
  Effect.flatMap(
    process.run(
      Effect.flatMap(
        CallServer,
        (server) => server.listen({ address: "127.0.0.1", port, title: "test" }, handler)
      )
    ),
    Fiber.join
  )

export const call = (url: string, timeoutMs = 0) =>
  Effect.flatMap(CallSender, (sender) => sender.call(url, { method: "echo", params: ["x"] }, { timeoutMs }))

export const echo: CallHandler = ({ params }) => Effect.succeed(params[0] ?? "")
