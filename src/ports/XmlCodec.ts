/** Port: XML text to an element tree. */
import * as Context from "effect/Context"
import type * as Result from "effect/Result"
import type { ReadingLimits } from "../domain/Limits.ts"
import type { XmlElement } from "../domain/XmlRpc.ts"

/**
 * A full, strict XML 1.0 reader. It refuses DOCTYPE, and with it every entity but the five of XML itself (WIRE-154),
 * and what is deeper or has more elements than allowed. It keeps white space, CDATA and character references.
 */
export class XmlCodec extends Context.Service<XmlCodec, {
  /**
   * @param text - one document
   * @returns its root element, or one line that says what is wrong with it
   */
  readonly parse: (text: string, limits: ReadingLimits) => Result.Result<XmlElement, string>
}>()("samp/ports/XmlCodec") {}
