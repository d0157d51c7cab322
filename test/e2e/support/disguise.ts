/**
 * Shows a process another machine than the one it runs on, as far as a test cannot change the real one: the user's
 * account, the addresses of localhost, and, for a test that runs as root, who it is. For `node --import`.
 */
import dns from "node:dns/promises"
import { syncBuiltinESMExports } from "node:module"
import { Server } from "node:net"
import os from "node:os"

const { TEST_ACCOUNT_HOME, TEST_LOCALHOST, TEST_UID } = process.env
const { userInfo } = os
const { lookup } = dns
const { listen } = Server.prototype

/** Becomes another user; not before its program is loaded, which that user may not read. */
const become = (): void => {
  if (TEST_UID === undefined || process.getuid?.() === Number(TEST_UID)) return
  process.setgroups?.([])
  process.setgid?.(Number(TEST_UID))
  process.setuid?.(Number(TEST_UID))
}

// A hub listens before it writes its lockfile, and the doctor asks who it is before it looks at anything.
Server.prototype.listen = function(this: Server, ...args: ReadonlyArray<unknown>): Server {
  become()
  return Reflect.apply(listen, this, args)
}
Reflect.set(os, "userInfo", () => {
  become()
  return { ...userInfo(), homedir: TEST_ACCOUNT_HOME }
})
if (TEST_LOCALHOST !== undefined) {
  const addresses = TEST_LOCALHOST.split(",").filter((address) => address !== "").map((address) => ({
    address,
    family: 4
  }))
  Reflect.set(
    dns,
    "lookup",
    (host: string, options: object) =>
      host === "localhost" ? Promise.resolve(addresses) : lookup(host, options)
  )
}
syncBuiltinESMExports()
