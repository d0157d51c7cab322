/** The port of the Web Profile's endpoint, on both loopback addresses (WEB-02, WEB-03). */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { createServer, type Server } from "node:net"
import type { WebHandler } from "../../src/ports/WebServer.ts"
import { eventually } from "../support/eventually.ts"
import { open } from "../support/rawHttp.ts"
import { call, echo, listen, request, withServer } from "../support/webEndpoint.ts"

const later = (holds: () => boolean) => Effect.promise(() => eventually(holds))

/** Takes a port on one address. */
const occupy = (host: string, port = 0) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      new Promise<Server>((resolve) => {
        const server = createServer().listen({ host, port }, () => resolve(server))
      })
    ),
    (server) => Effect.promise(() => new Promise<void>((resolve) => server.close(() => resolve())))
  )

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === "object" ? address?.port ?? 0 : 0
}

describe("a port", () => {
  it.live("WEB-02 that is taken, be it on one address only, is not used, and is said to be taken", () =>
    Effect.gen(function*() {
      for (const host of ["127.0.0.1", "::1"]) {
        const port = portOf(yield* occupy(host))
        const error = yield* Effect.flip(Effect.scoped(listen(echo, { port })))
        assert.deepInclude(error, { reason: "PortTaken", port, address: host })
        const other = host === "::1" ? "127.0.0.1" : "::1"
        yield* Effect.scoped(occupy(other, port)) // nothing was left there
      }
    }).pipe(Effect.scoped, withServer()))

  it.live("WEB-02 is free again at the end, which waits for nobody", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.make()
      const told = { begun: 0, interrupted: 0 }
      const waiting: WebHandler = {
        ...echo,
        call: () =>
          Effect.suspend(() => {
            told.begun++
            return Effect.onInterrupt(Effect.never, () => Effect.sync(() => void told.interrupted++))
          })
      }
      const port = yield* Scope.provide(listen(waiting), scope)
      const connections = Array.from({ length: 5 }, () => open(port))
      for (const connection of connections) connection.send(request("POST", port, {}, call("m")))
      connections.push(open(port))
      yield* later(() => told.begun === 5)
      yield* Scope.close(scope, Exit.void)
      yield* later(() => told.interrupted === 5)
      yield* Effect.scoped(listen(echo, { port }))
      for (const connection of connections) connection.destroy()
    }).pipe(withServer()))
})
