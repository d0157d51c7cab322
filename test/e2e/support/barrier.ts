/**
 * Makes a race of hubs as hard as it can be. A hub is held just before it opens its port, which is just before it reaches
 * for the lockfile, until it is told to go: so that many hubs, however slowly they load, start in the same instant. And
 * it is made to wait after each of its steps on the file system, as if it had lost the processor there: what others can
 * see of a half-done work, they will see. For `node --import`.
 */
import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { Server } from "node:net"

const listen = Server.prototype.listen

Server.prototype.listen = function(this: Server, ...args: ReadonlyArray<unknown>): Server {
  process.once("message", () => {
    process.disconnect()
    Reflect.apply(listen, this, args)
  })
  process.send?.("held")
  return this
}

/** Long enough for a reader to come by. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30 + Math.random() * 100))

const slow = (on: object, names: ReadonlyArray<string>): void => {
  for (const name of names) {
    const work: unknown = Reflect.get(on, name)
    if (typeof work !== "function") throw new Error(`there is no ${name}`)
    Reflect.set(on, name, async function(this: unknown, ...args: ReadonlyArray<unknown>): Promise<unknown> {
      try {
        return await Reflect.apply(work, this, args)
      } finally {
        await pause()
      }
    })
  }
}

const steps = [
  "appendFile",
  "chmod",
  "copyFile",
  "link",
  "mkdir",
  "open",
  "rename",
  "rm",
  "rmdir",
  "unlink",
  "writeFile"
]
const file = await fs.promises.open(import.meta.filename)
slow(Object.getPrototypeOf(file), ["appendFile", "chmod", "read", "readFile", "sync", "write", "writeFile"])
await file.close()
slow(fs.promises, steps)
syncBuiltinESMExports()
