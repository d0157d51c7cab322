/**
 * effect-samp/browser in Node, which has no XML parser of its own: the same client, with the parser that the others have.
 */
import { xmlCodec } from "./adapters/xml/XmlCodecFxp.ts"
import * as browser from "./browser.ts"

export * from "./browser.ts"

const { parse: parseXml } = xmlCodec

/** Like `connect` in a page. */
export const connect: typeof browser.connect = (options) => browser.connect({ parseXml, ...options })

/** Like `availability` in a page. */
export const availability: typeof browser.availability = (options) =>
  browser.availability({ parseXml, ...options })

/** Like `watch` in a page. */
export const watch: typeof browser.watch = (options) => browser.watch({ parseXml, ...options })
