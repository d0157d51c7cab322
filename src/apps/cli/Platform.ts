/** The adapters that every command stands on. */
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as CallSenderNode from "../../adapters/http/CallSenderNode.ts"
import * as CallServerNode from "../../adapters/http/CallServerNode.ts"
import * as HostNode from "../../adapters/node/HostNode.ts"
import * as KeySourceNode from "../../adapters/node/KeySourceNode.ts"
import * as LockfileStoreNode from "../../adapters/node/LockfileStoreNode.ts"
import * as XmlCodecFxp from "../../adapters/xml/XmlCodecFxp.ts"
import type { Limits } from "../../domain/Limits.ts"
import { product, version } from "../../domain/Version.ts"

/** All ports on Node. */
export const layer = (limits: Limits) =>
  Layer.mergeAll(
    CallSenderNode.layer({ limits, userAgent: `${product}/${version}` }),
    CallServerNode.layer({ limits })
  ).pipe(
    Layer.provide(XmlCodecFxp.layer),
    Layer.merge(Layer.mergeAll(HostNode.layer, KeySourceNode.layer, LockfileStoreNode.layer))
  )

/** A schedule that repeats at this interval, in milliseconds. */
export const every = (ms: number) => Schedule.spaced(ms)
