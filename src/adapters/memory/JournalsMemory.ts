/** Journals in memory, for simulations: what is appended is there at once. */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FileError } from "../../ports/FileStore.ts"
import { Journals } from "../../ports/Journal.ts"

/** Looks at journals from outside, and makes their disk fail. */
export class Journaled extends Context.Service<Journaled, {
  /** What is in a journal; undefined if there is none. */
  readonly text: (path: string) => Effect.Effect<string | undefined>
  /** Characters that still fit on the disk; unlimited at the beginning. */
  readonly room: (characters: number) => Effect.Effect<void>
}>()("samp/adapters/memory/Journaled") {}

const make = () => {
  const files = new Map<string, string>()
  let room = Infinity
  const full = (path: string): FileError =>
    new FileError({ reason: "Full", path, action: "write", detail: "the disk is full" })
  return {
    journals: Journals.of({
      open: (path, { replace }) =>
        Effect.suspend(() => {
          if (files.has(path) && !replace) {
            const detail = "it is there already"
            return Effect.fail(new FileError({ reason: "Other", path, action: "write", detail }))
          }
          files.set(path, "")
          const failed = Deferred.makeUnsafe<FileError>()
          let over = false
          return Effect.succeed({
            append: (text: string) => {
              if (over) return
              files.set(path, (files.get(path) ?? "") + text.slice(0, room))
              over = text.length > room
              room = Math.max(0, room - text.length)
              if (over) Deferred.doneUnsafe(failed, Effect.succeed(full(path)))
            },
            failed: Deferred.await(failed)
          })
        })
    }),
    journaled: Journaled.of({
      text: (path) => Effect.sync(() => files.get(path)),
      room: (characters) =>
        Effect.sync(() => {
          room = characters
        })
    })
  }
}

/** Journals of its own: the port, and a look at them. */
export const layer: Layer.Layer<Journals | Journaled> = Layer.effectContext(Effect.sync(() => {
  const { journaled, journals } = make()
  return Context.make(Journals, journals).pipe(Context.add(Journaled, journaled))
}))
