/** The ports for handing data to other programs, on Node; apart, since few commands need them. */
import * as Layer from "effect/Layer"
import * as DataServerNode from "../adapters/http/DataServerNode.ts"
import * as FileStoreNode from "../adapters/node/FileStoreNode.ts"
import * as KeySourceNode from "../adapters/node/KeySourceNode.ts"
import * as WebReaderFetch from "../adapters/web/WebReaderFetch.ts"

/** Files, a server on the loopback address, and a reader of what the web holds. */
export const layer = Layer.mergeAll(DataServerNode.layer(), FileStoreNode.layer, WebReaderFetch.layer).pipe(
  Layer.provide(KeySourceNode.layer)
)
