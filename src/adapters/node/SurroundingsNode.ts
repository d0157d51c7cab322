/** The operating system as Node and, for sockets and processes, Linux's /proc show it. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Dns from "node:dns/promises"
import { constants, realpathSync } from "node:fs"
import * as Fs from "node:fs/promises"
import { isIP } from "node:net"
import { homedir, networkInterfaces, userInfo } from "node:os"
import { basename } from "node:path"
import type { Account, FileFacts, Listener, WebPortState } from "../../domain/diagnosis/Evidence.ts"
import { isLoopback } from "../../domain/diagnosis/Finding.ts"
import { callFrame } from "../../domain/XmlRpcWriter.ts"
import { Surroundings } from "../../ports/Surroundings.ts"
import { http } from "../http/NodeHttp.ts"

/** Windows shows mode bits and user ids that mean nothing. */
const isUnix = process.platform !== "win32"

const isSameDirectory = (one: string, other: string): boolean => {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return one === other
  }
}

const account = (): Account => {
  try {
    const { homedir: home, uid } = userInfo()
    // One of the two may lead to the other by a symbolic link.
    const same = isSameDirectory(home, homedir())
    return { uid: isUnix ? uid : undefined, home: same ? homedir() : home }
  } catch {
    return { uid: process.getuid?.() } // containers run users that no password database knows
  }
}

const file = async (path: string): Promise<FileFacts | undefined> => {
  const facts = await Fs.stat(path).catch(() => undefined)
  if (facts === undefined) {
    const link = await Fs.lstat(path).catch(() => undefined)
    return link?.isSymbolicLink() === true ? { kind: "dangling link" } : undefined
  }
  const kind = facts.isFile() ? "file" : facts.isDirectory() ? "directory" : "other"
  return isUnix ? { kind, mode: facts.mode & 0o7777, owner: facts.uid } : { kind }
}

const resolve = async (host: string): Promise<ReadonlyArray<string>> =>
  host === ""
    ? []
    : isIP(host) === 0
    ? (await Dns.lookup(host, { all: true })).map(({ address }) => address)
    : [host]

/** Fails where the process may not be looked into, and on all but Linux. */
const sharesNetwork = async (pid: number): Promise<boolean> =>
  await Fs.readlink(`/proc/${pid}/ns/net`) === await Fs.readlink("/proc/self/ns/net")

interface Socket {
  readonly port: number
  readonly uid: number
  readonly inode: string
}

/** The state of a listening socket in /proc/net/tcp. */
const listening = "0A"

const sockets = async (table: string): Promise<ReadonlyArray<Socket>> => {
  const text = await Fs.readFile(table, "latin1").catch(() => "")
  return text.split("\n").slice(1).flatMap((line) => {
    const [, local = "", , state, , , , uid, , inode = ""] = line.trim().split(/\s+/u)
    const port = Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16)
    return state === listening && Number.isInteger(port) ? [{ port, uid: Number(uid), inode }] : []
  })
}

const socketLink = /^socket:\[(\d+)\]$/u

/** Which process holds which of these sockets; only processes that we may look into. */
const holders = async (inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> => {
  const found = new Map<string, number>()
  const look = async (pid: string): Promise<void> => {
    for (const fd of await Fs.readdir(`/proc/${pid}/fd`)) {
      const inode = socketLink.exec(await Fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => ""))?.[1]
      if (inode !== undefined && inodes.has(inode)) found.set(inode, Number(pid))
    }
  }
  const pids = (await Fs.readdir("/proc").catch(() => [])).filter((name) => /^\d+$/u.test(name))
  await Promise.all(pids.map((pid) => look(pid).catch(() => {})))
  return found
}

const hubLike = /\bsamp\b.*\bhub\b|samp_hub|jsamp|topcat|aladin/iu

/** Program and script of a process, and its home; arguments may be secret and are only looked at. */
const describe = async (pid: number): Promise<Omit<Listener, "port">> => {
  const read = (name: string) => Fs.readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "")
  const words = (await read("cmdline")).split("\0").filter((word) => word !== "")
  const script = words.slice(1).find((word) => !word.startsWith("-") && /[./]/u.test(word))
  const home = (await read("environ")).split("\0").find((entry) => entry.startsWith("HOME="))
  const names = [words[0], script].filter((name) => name !== undefined).map((name) => basename(name))
  return {
    pid,
    command: names.length === 0 ? undefined : names.join(" "),
    home: home?.slice("HOME=".length),
    mayBeHub: hubLike.test(words.join(" "))
  }
}

const listeners = async (): Promise<ReadonlyArray<Listener> | undefined> => {
  if (process.platform !== "linux") return undefined
  const all = [...await sockets("/proc/net/tcp"), ...await sockets("/proc/net/tcp6")]
  const held = await holders(new Set(all.map(({ inode }) => inode)))
  const known = new Map<number, Omit<Listener, "port">>()
  for (const pid of new Set(held.values())) known.set(pid, await describe(pid))
  return all.map(({ inode, port, uid }) => ({ port, uid, ...known.get(held.get(inode) ?? 0) }))
}

const question = callFrame("samp.webhub.ping")

/** An origin that is this machine itself, since a hub need not talk to whoever has none. */
const origin = "http://127.0.0.1"

const askWebPort = (port: number, limitMs: number): Promise<WebPortState> =>
  new Promise((done) => {
    const body = question.head + question.tail
    const request = http.request({
      host: "127.0.0.1",
      port,
      method: "POST",
      agent: false,
      insecureHTTPParser: true,
      headers: { "Content-Type": "text/xml", "Content-Length": body.length, Origin: origin }
    })
    const end = (state: WebPortState): void => {
      clearTimeout(limit)
      done(state)
      request.destroy()
    }
    const limit = setTimeout(() => end("Silent"), limitMs)
    request.on(
      "error",
      (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED" ? "Free" : "Other")
    )
    request.on("response", (response) => {
      let text = ""
      response.on("data", (chunk: Buffer) => {
        text += chunk.toString("latin1")
        // Any answer of XML-RPC will do, a fault, too: what is not a hub does not speak it here.
        if (text.includes("<methodResponse")) end("WebProfile")
        else if (text.length > 65_536) end("Other")
      })
      response.on("error", () => end("Other")).on("end", () => end("Other"))
    })
    request.end(body)
  })

const orElse = <A>(run: () => Promise<A>, other: A): Effect.Effect<A> =>
  Effect.orElseSucceed(Effect.tryPromise(run), () => other)

/** The port on this machine. */
export const layer: Layer.Layer<Surroundings> = Layer.sync(Surroundings, () => ({
  account: account(),
  variable: (name) => process.env[name],
  hasLoopback: Effect.sync(() => {
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    return all.some(({ address }) => isLoopback(address))
  }),
  file: (path) => Effect.promise(() => file(path)),
  isWritable: (directory) =>
    orElse(() => Fs.access(directory, constants.W_OK | constants.X_OK).then(() => true), false),
  freeBytes: (path) => orElse(() => Fs.statfs(path).then(({ bavail, bsize }) => bavail * bsize), undefined),
  resolve: (host) => orElse(() => resolve(host), []),
  ownerOf: (pid) =>
    process.platform === "linux"
      ? orElse(() => Fs.stat(`/proc/${pid}`).then(({ uid }) => uid), undefined)
      : Effect.undefined,
  sharesNetwork: (pid) => orElse(() => sharesNetwork(pid), undefined),
  listeners: orElse(listeners, undefined),
  askWebPort: (port, limitMs) => Effect.promise(() => askWebPort(port, limitMs))
}))
