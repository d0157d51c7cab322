/** The file of consent in memory, for simulations and tests. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConsentStore } from "../../ports/ConsentStore.ts"
import { FileError } from "../../ports/FileStore.ts"

/** Where the file is. */
export const place = "/home/astronomer/.config/samp/consent.json"

/** Steers the file from outside, as an editor would. */
export class ConsentFiles extends Context.Service<ConsentFiles, {
  readonly text: Effect.Effect<string | undefined>
  /** Writes it by hand; undefined removes it. */
  readonly write: (text: string | undefined) => Effect.Effect<void>
  /** Whether it can be read and written; it can, unless told. */
  readonly able: (can: { readonly read?: boolean; readonly write?: boolean }) => Effect.Effect<void>
}>()("samp/adapters/memory/ConsentFiles") {}

const make = (initial: string | undefined) => {
  const texts = new Map<string, string>()
  if (initial !== undefined) texts.set(place, initial)
  let version = 0
  let able = { read: true, write: true }
  const refusal = (path: string, action: "read" | "write") =>
    new FileError({ reason: "Denied", path, action, detail: "you have no permission" })
  const put = (path: string, text: string | undefined): void => {
    version++
    if (text === undefined) texts.delete(path)
    else texts.set(path, text)
  }
  const store = ConsentStore.of({
    place,
    read: (path) =>
      Effect.suspend(() => able.read ? Effect.succeed(texts.get(path)) : Effect.fail(refusal(path, "read"))),
    version: () => Effect.sync(() => String(version)),
    replace: (path, text, before) =>
      Effect.suspend(() => {
        if (!able.write) return Effect.fail(refusal(path, "write"))
        if (texts.get(path) !== before) return Effect.succeed(false)
        put(path, text)
        return Effect.succeed(true)
      })
  })
  const files = ConsentFiles.of({
    text: Effect.sync(() => texts.get(place)),
    write: (text) => Effect.sync(() => put(place, text)),
    able: (can) =>
      Effect.sync(() => {
        able = { ...able, ...can }
        version++
      })
  })
  return Context.make(ConsentStore, store).pipe(Context.add(ConsentFiles, files))
}

/**
 * A file of its own: the port, and control over it.
 *
 * @param text - what is in it at first; undefined if it is not there
 */
export const layer = (text?: string): Layer.Layer<ConsentStore | ConsentFiles> =>
  Layer.effectContext(Effect.sync(() => make(text)))
