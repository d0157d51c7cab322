/** A thread that runs worlds: gets seeds, some at a time, and answers with their sum. */
import { parentPort } from "node:worker_threads"
import { runAll } from "./Range.ts"

Error.stackTraceLimit = 0 // errors are answers here, and nobody looks where they come from

parentPort?.on("message", (seeds: ReadonlyArray<number>) => {
  parentPort?.postMessage(runAll(seeds), []) // nothing is handed over, all is copied
})
