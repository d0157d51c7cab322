/** The ports on which the contracts are tested: those in memory, and sockets and files. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as CallSenderNode from "../../src/adapters/http/CallSenderNode.ts"
import * as CallServerNode from "../../src/adapters/http/CallServerNode.ts"
import * as Desktop from "../../src/adapters/memory/Desktop.ts"
import * as Network from "../../src/adapters/memory/Network.ts"
import * as KeySourceNode from "../../src/adapters/node/KeySourceNode.ts"
import * as LockfileStoreNode from "../../src/adapters/node/LockfileStoreNode.ts"
import * as XmlCodecFxp from "../../src/adapters/xml/XmlCodecFxp.ts"
import { defaults } from "../../src/domain/Limits.ts"
import { Host } from "../../src/ports/Host.ts"

/** A home of its own, which goes with the scope. */
const temporaryHome: Layer.Layer<Host> = Layer.effect(
  Host,
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "samp-test-"))),
      (home) => Effect.sync(() => rmSync(home, { recursive: true, force: true }))
    ),
    (home) => ({ home, sampHub: undefined, pid: process.pid, join, isAlive: () => Effect.succeed(true) })
  )
)

/** In memory. */
export const memory = Layer.mergeAll(Network.layer, Desktop.layer)

/** Over sockets of this machine, and files of a home that goes with the scope. */
export const node = Layer.mergeAll(
  CallSenderNode.layer({ limits: defaults, userAgent: "test" }),
  CallServerNode.layer({ limits: defaults }),
  temporaryHome,
  KeySourceNode.layer,
  LockfileStoreNode.layer
).pipe(Layer.provide(XmlCodecFxp.layer))
