/** A sender of data, receivers of several habits, and the data, all in memory. */
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Desktop from "../../../src/adapters/memory/Desktop.ts"
import * as Downloads from "../../../src/adapters/memory/Downloads.ts"
import * as Files from "../../../src/adapters/memory/Files.ts"
import * as Network from "../../../src/adapters/memory/Network.ts"
import * as Web from "../../../src/adapters/memory/Web.ts"
import { Failure, type Outcome, type Warning } from "../../../src/apps/client/Handling.ts"
import type { Sent } from "../../../src/apps/data/Sending.ts"
import { filePath } from "../../../src/domain/FileUrl.ts"
import { type Json, stringAt, toJson } from "../../../src/domain/SampValue.ts"
import { FileStore } from "../../../src/ports/FileStore.ts"
import * as Fits from "../../support/fits.ts"
import { client, settle, startHub } from "../client/world.ts"

/** The machine on which all of it runs. */
export const machine = Layer.provideMerge(
  Downloads.layer,
  Layer.mergeAll(Network.layer, Desktop.layer, Files.layer, Web.layer)
)

/** A message that a receiver got, and what it found at its URL. */
export interface Load {
  readonly mtype: string
  readonly params: { readonly [key: string]: Json }
  readonly url: string
  /** Undefined where nothing was to be had. */
  readonly content: Uint8Array | undefined
  readonly mediaType: string | undefined
}

/** What a receiver gets by a URL. */
export const fetched = (url: string) =>
  Effect.gen(function*() {
    const path = filePath(url)
    if (path === undefined) return yield* Downloads.Downloads.use(({ read }) => read(url))
    const store = yield* FileStore
    const read = Effect.flatMap(store.info(path), ({ size }) => store.head(path, 0, size))
    return Result.match(yield* Effect.result(read), {
      onFailure: () => undefined,
      onSuccess: (bytes) => ({ bytes, mediaType: undefined })
    })
  })

/** How a receiver answers, once it has looked at the data. */
export type Habit = (load: Load) => Effect.Effect<Outcome, Failure | Warning>

/** It takes whatever can be read. */
export const willing: Habit = ({ content }) =>
  content === undefined ? Effect.fail(new Failure({ text: "cannot read it" })) : Effect.void

/** It is on another machine: it takes nothing by `file:` URL. */
export const farAway: Habit = (load) =>
  load.url.startsWith("file:") ? Effect.fail(new Failure({ text: "no such file" })) : willing(load)

/** It takes anything, whatever there is at the URL. */
export const careless: Habit = () => Effect.void

/** A receiver; it gathers what it got. */
export const receiver = (name: string, mtypes: ReadonlyArray<string>, habit: Habit = willing) =>
  Effect.gen(function*() {
    const loads: Array<Load> = []
    const made = yield* client({ name })
    for (const mtype of mtypes) {
      yield* made.bind(mtype, ({ params }) =>
        Effect.gen(function*() {
          const url = stringAt(params, "url") ?? ""
          const found = yield* fetched(url)
          const load: Load = {
            mtype,
            params: { ...toJson(params) as { readonly [key: string]: Json } }, // of a map
            url,
            content: found?.bytes,
            mediaType: found?.mediaType
          }
          loads.push(load)
          return yield* habit(load)
        }))
    }
    const { selfId } = yield* made.connected
    return { loads, id: selfId, client: made }
  })

/** A hub, and who sends. */
export const sender = Effect.gen(function*() {
  yield* startHub()
  return yield* client({ name: "sender" })
})

/** Runs it while a little time passes. */
export const soon = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* settle
    return yield* Fiber.join(fiber)
  })

/** Sends came to this: the receiver, the message, and `ok` or the tag of what went wrong; sorted. */
export const outcomes = (sent: ReadonlyArray<Sent>): ReadonlyArray<string> =>
  sent.map(({ answer, client, mtype }) =>
    `${client.name} ${mtype} ${Result.isSuccess(answer) ? "ok" : answer.failure._tag}`
  ).sort()

/** A VOTable. */
export const votable = Fits.bytes(
  `<?xml version="1.0"?><VOTABLE version="1.4"><RESOURCE><TABLE><FIELD name="a" datatype="int"/>` +
    `<DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>`
)

/** A FITS table. */
export const fitsTable = Fits.concat(Fits.primary(), Fits.table(["RA", "DEC"], 3))

/** A FITS image. */
export const fitsImage = Fits.primary([9, 9])

/** A spectrum that begins a megabyte behind a primary HDU of other data. */
export const farSpectrum = Fits.concat(
  Fits.primary([1_000_000], [["VOTMETA", true]], 8),
  Fits.table(["WAVE", "FLUX"], 3)
)

/** A spectrum in FITS. */
export const spectrum = Fits.concat(Fits.primary(), Fits.table(["WAVE", "FLUX"], 9))

/** The MType of a VOTable. */
export const loadVotable = "table.load.votable"

/** Puts a file there. */
export const write = (path: string, bytes: Uint8Array) => Files.Files.use((files) => files.write(path, bytes))

/** Nothing is served, and no file of ours is left. */
export const assertNothingLeft = Effect.gen(function*() {
  assert.deepStrictEqual(yield* Downloads.Downloads.use(({ urls }) => urls), [])
  const paths = yield* Files.Files.use((files) => files.paths)
  assert.deepStrictEqual(paths.filter((path) => path.startsWith("/tmp/")), [])
})

/** The message of what fails. */
export const message = <A, E extends { readonly message: string }, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(soon(Effect.flip(effect)), (error) => error.message)
