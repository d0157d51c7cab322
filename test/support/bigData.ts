/** A process that serves one file until its input ends, so that a test can measure what serving costs. */
import * as Effect from "effect/Effect"
import { file, serve, withServer } from "./dataServer.ts"

const ended = new Promise<void>((resolve) => process.stdin.resume().once("end", resolve))

await Effect.runPromise(
  Effect.scoped(Effect.gen(function*() {
    const { url } = yield* serve(file(process.argv[2] ?? ""))
    process.stdout.write(`${url}\n`)
    yield* Effect.promise(() => ended)
  })).pipe(withServer())
)
