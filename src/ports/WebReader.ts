/** Port: looking into data that a web server holds. */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"

/** A URL could not be read. */
export class WebError
  extends Data.TaggedError("WebError")<{ readonly url: string; readonly detail: string }>
{
  override get message(): string {
    return `cannot read ${this.url}: ${this.detail}`
  }
}

/** A part of what is at a URL. */
export interface WebPiece {
  readonly bytes: Uint8Array
  /** As the server names it, parameters and all. */
  readonly mediaType: string | undefined
  /** Bytes of the whole, if the server tells. */
  readonly size: number | undefined
}

/** Reads pieces of what web servers hold. */
export class WebReader extends Context.Service<WebReader, {
  /**
   * Bytes from `offset` on, `length` at most; fewer where the data end. Servers that know no ranges are read up to there
   * and then cut off.
   */
  readonly piece: (url: string, offset: number, length: number) => Effect.Effect<WebPiece, WebError>
}>()("samp/ports/WebReader") {}
