/** What a page reads by https through the translator: only from servers that are who they say. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFileSync, spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { directory, pattern } from "../support/dataServer.ts"
import { gateway, read } from "../support/gateway.ts"
import { isRefusal, text } from "../support/gatewayReaders.ts"

const hasOpenssl = String(spawnSync("openssl", ["version"]).stdout).startsWith("OpenSSL")

/** A server whose certificate, by itself, says that it is nas.local. */
const server = Effect.gen(function*() {
  const folder = yield* directory
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")]
  const names = ["-subj", "/CN=nas.local", "-addext", "subjectAltName=DNS:nas.local"]
  const files = ["-keyout", key, "-out", cert, "-days", "2"]
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...files, ...names], {
    stdio: "ignore"
  })
  const pem = Fs.readFileSync(cert, "utf8")
  const opened = createServer({ key: Fs.readFileSync(key), cert: pem }, (request, response) => {
    if (request.url === "/plain") response.writeHead(302, { Location: `http://${request.headers.host}/` })
    response.end(request.url === "/large" ? pattern(2_000_000) : `hello ${request.headers.host}`)
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => opened.listen(0, "127.0.0.1", resolve))),
    () => Effect.sync(() => opened.close().closeAllConnections())
  )
  const { port } = opened.address() as AddressInfo // listen() on a host and port gives no pipe name
  return { pem, port }
})

describe.runIf(hasOpenssl)("https", () => {
  it.live("WEB-50 is read from whom this machine trusts, under the right name", () =>
    Effect.gen(function*() {
      const { pem, port } = yield* server
      const hub = yield* gateway({ resolve: async () => [{ address: "127.0.0.1", family: 4 }] })
      isRefusal(
        yield* read(hub, `https://nas.local:${port}/`),
        502,
        /cannot be read \(DEPTH_ZERO_SELF_SIGNED_CERT\)/u
      )
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const before = getCACertificates()
          setDefaultCACertificates([...before, pem])
          return before
        }),
        (before) => Effect.sync(() => setDefaultCACertificates(before))
      )
      const answer = yield* read(hub, `https://nas.local:${port}/`)
      assert.deepStrictEqual([answer.status, text(answer)], [200, `hello nas.local:${port}`])
      assert.isTrue((yield* read(hub, `https://nas.local:${port}/large`)).body.equals(pattern(2_000_000)))
      isRefusal(yield* read(hub, `https://other.local:${port}/`), 502, /ERR_TLS_CERT_ALTNAME_INVALID/u)
      isRefusal(yield* read(hub, `https://127.0.0.1:${port}/`), 502, /ERR_TLS_CERT_ALTNAME_INVALID/u)
      // It is followed out of TLS, where nobody speaks HTTP.
      isRefusal(yield* read(hub, `https://nas.local:${port}/plain`), 502, /hung up|does not speak HTTP/u)
    }).pipe(Effect.scoped))
})
