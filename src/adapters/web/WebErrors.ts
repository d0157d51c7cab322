/** Errors for pages: they look like those of the other clients, and need nothing of Effect's runtime. */

/** An error class with a `_tag` and fields, and a message that is made of these. */
export const tagged = <const T extends string, F extends object>(
  tag: T,
  say: (fields: F) => string
): new(fields: F) => Error & { readonly _tag: T } & Readonly<F> => {
  class Tagged extends Error {
    readonly _tag = tag
    constructor(fields: F) {
      super(say(fields))
      this.name = tag
      Object.assign(this, fields)
    }
  }
  return Tagged as unknown as new(fields: F) => Error & { readonly _tag: T } & Readonly<F> // the fields were assigned
}

/** A call of the hub that did not come through. */
export const CallError = tagged("CallError", ({ detail, reason, url }: {
  /**
   * `Lost`: the hub could not be reached; browsers do not tell why, nor whether it saw the call. `Timeout`: no answer in
   * time. `BadAnswer`: the answer is no XML-RPC. `RemoteFault`: the hub says no.
   */
  readonly reason: "Lost" | "Timeout" | "BadAnswer" | "RemoteFault"
  readonly url: string
  readonly detail: string
  /** The hub's `faultCode`, for `RemoteFault`. */
  readonly code?: number
}) => reason === "RemoteFault" ? detail : `${url}: ${detail}`)
/** An instance of it. */
export type CallError = InstanceType<typeof CallError>
