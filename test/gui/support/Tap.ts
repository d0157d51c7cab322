/** Stands between a peer and the hub and writes down what both say; changes nothing. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { connect, createServer, type Socket } from "node:net"
import { pathToFileURL } from "node:url"
import type { Hub } from "../../interop/support/Hubs.ts"

/** One connection: all bytes each side sent, one character a byte. */
export interface Conversation {
  peer: string
  hub: string
}

export interface Tap {
  /** SAMP_HUB for the peer that is to go this way. */
  readonly env: Record<string, string>
  readonly conversations: ReadonlyArray<Conversation>
  readonly close: () => void
}

const record = (conversation: Conversation, side: "peer" | "hub", from: Socket, to: Socket): void => {
  from.on("data", (bytes: Buffer) => {
    conversation[side] += bytes.toString("latin1")
    to.write(bytes)
  })
  from.on("end", () => to.end())
  from.on("error", () => to.destroy())
}

/** Opens a tap before the hub; the lockfile that leads to it is written at this path. */
export const open = async (hub: Hub, lockfile: string): Promise<Tap> => {
  const target = new URL(hub.url)
  const conversations: Array<Conversation> = []
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (peer) => {
    const conversation: Conversation = { peer: "", hub: "" }
    const onward = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true })
    conversations.push(conversation)
    sockets.add(peer).add(onward)
    record(conversation, "peer", peer, onward)
    record(conversation, "hub", onward, peer)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the tap has no port")
  const text = readFileSync(hub.lockfile, "utf8")
  writeFileSync(lockfile, text.replace(hub.url, hub.url.replace(target.port, `${address.port}`)))
  chmodSync(lockfile, 0o600)
  return {
    env: { SAMP_HUB: `std-lockurl:${pathToFileURL(lockfile).href}` },
    conversations,
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    }
  }
}
