/** The file of consent: read, and changed while others change it, too. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { change, type Edit, empty, type Policy, type Rule } from "../../domain/consent/Policy.ts"
import { readPolicy, writePolicy } from "../../domain/consent/PolicyText.ts"
import { ConsentStore } from "../../ports/ConsentStore.ts"
import { FileError } from "../../ports/FileStore.ts"

/** What is in the file is no policy. */
export class BadPolicy extends Data.TaggedError("BadPolicy")<{
  readonly path: string
  readonly line: number
  readonly text: string
}> {
  override get message(): string {
    return `${this.path}, line ${this.line}: ${this.text}`
  }
}

/** Why the policy cannot be read or changed. */
export type PolicyError = BadPolicy | FileError

const read = (path: string, text: string | undefined): Result.Result<Policy, BadPolicy> =>
  text === undefined
    ? Result.succeed(empty)
    : Result.mapError(readPolicy(text), (wrong) => new BadPolicy({ path, ...wrong }))

/** What the file says; nothing if it is not there. */
export const load = (path: string): Effect.Effect<Policy, PolicyError, ConsentStore> =>
  Effect.gen(function*() {
    const store = yield* ConsentStore
    return yield* Effect.fromResult(read(path, yield* store.read(path)))
  })

/** How often a change is tried that others get in the way of, and milliseconds between. */
const tries = 100
const betweenMs = 25

/** Changes the file: nothing that somebody else writes meanwhile is lost. @returns the rules that were taken away */
export const edit = (
  path: string,
  edit: Edit
): Effect.Effect<
  { readonly policy: Policy; readonly removed: ReadonlyArray<Rule> },
  PolicyError,
  ConsentStore
> =>
  Effect.gen(function*() {
    const store = yield* ConsentStore
    for (let attempt = 0; attempt < tries; attempt++) {
      const before = yield* store.read(path)
      const policy = yield* Effect.fromResult(read(path, before))
      const changed = change(policy, edit)
      if (edit._tag === "Revoke" && changed.removed.length === 0) return changed
      if (yield* store.replace(path, writePolicy(changed.policy), before)) return changed
      yield* Effect.sleep(betweenMs)
    }
    return yield* new FileError({
      reason: "Other",
      path,
      action: "write",
      detail: "others keep changing it; try again"
    })
  })
