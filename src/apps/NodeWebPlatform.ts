/** The ports of the Web Profile, on Node. */
import * as Layer from "effect/Layer"
import * as ConsentPageNode from "../adapters/http/ConsentPageNode.ts"
import * as DataServerNode from "../adapters/http/DataServerNode.ts"
import * as WebServerNode from "../adapters/http/WebServerNode.ts"
import * as ConsentStoreNode from "../adapters/node/ConsentStoreNode.ts"
import * as KeySourceNode from "../adapters/node/KeySourceNode.ts"
import * as TerminalLinesNode from "../adapters/node/TerminalLinesNode.ts"
import * as XmlCodecFxp from "../adapters/xml/XmlCodecFxp.ts"
import { defaults, type Limits } from "../domain/Limits.ts"

/** The endpoint for pages, a server for what they hand over, and ways to the user, who is asked for consent. */
export const layer = (limits: Limits = defaults) =>
  Layer.mergeAll(
    WebServerNode.layer({ limits }).pipe(Layer.provide(XmlCodecFxp.layer)),
    DataServerNode.layer().pipe(Layer.provide(KeySourceNode.layer)),
    ConsentPageNode.layer.pipe(Layer.provide(KeySourceNode.layer)),
    ConsentStoreNode.layer,
    TerminalLinesNode.layer
  )
