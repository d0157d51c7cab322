/** The ports for talking SAMP, on Node: what hubs, clients and commands stand on there. */
import * as Layer from "effect/Layer"
import * as CallSenderNode from "../adapters/http/CallSenderNode.ts"
import * as CallServerNode from "../adapters/http/CallServerNode.ts"
import * as HostNode from "../adapters/node/HostNode.ts"
import * as KeySourceNode from "../adapters/node/KeySourceNode.ts"
import * as LockfileStoreNode from "../adapters/node/LockfileStoreNode.ts"
import * as XmlCodecFxp from "../adapters/xml/XmlCodecFxp.ts"
import { defaults, type Limits } from "../domain/Limits.ts"
import { product, version } from "../domain/Version.ts"

/** Ports for talking SAMP: all that hubs and clients need. */
export const layer = (limits: Limits = defaults) =>
  Layer.mergeAll(
    CallSenderNode.layer({ limits, userAgent: `${product}/${version}` }),
    CallServerNode.layer({ limits })
  ).pipe(
    Layer.provide(XmlCodecFxp.layer),
    Layer.merge(Layer.mergeAll(HostNode.layer, KeySourceNode.layer, LockfileStoreNode.layer))
  )
