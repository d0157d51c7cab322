/** A process with a gateway, to which its arguments were mentioned, until its input ends, so that its memory can be measured. */
import * as Effect from "effect/Effect"
import { gateway } from "./gateway.ts"

const ended = new Promise<void>((resolve) => process.stdin.resume().once("end", resolve))

await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  const hub = yield* gateway()
  for (const url of process.argv.slice(2)) hub.mentioned.add(url)
  process.stdout.write(`${hub.port}\n`)
  yield* Effect.promise(() => ended)
})))
