/** The ports of the Web Profile, on Node. */
import * as Layer from "effect/Layer"
import * as DataServerNode from "../adapters/http/DataServerNode.ts"
import * as WebServerNode from "../adapters/http/WebServerNode.ts"
import * as KeySourceNode from "../adapters/node/KeySourceNode.ts"
import * as XmlCodecFxp from "../adapters/xml/XmlCodecFxp.ts"
import { defaults, type Limits } from "../domain/Limits.ts"

/** The endpoint for pages, and a server for what they hand over. */
export const layer = (limits: Limits = defaults) =>
  Layer.mergeAll(
    WebServerNode.layer({ limits }).pipe(Layer.provide(XmlCodecFxp.layer)),
    DataServerNode.layer().pipe(Layer.provide(KeySourceNode.layer))
  )
