/** Clients that load what they are sent, or do not: real readers of files and of HTTP. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Hub, World } from "../harness.ts"
import { type Client, okResponse } from "./Client.ts"
import { type Struct, textAt } from "./Wire.ts"

/** A table with one cell. */
export const votable =
  "<VOTABLE version=\"1.3\"><RESOURCE><TABLE><FIELD name=\"a\" datatype=\"int\"/><DATA><TABLEDATA>" +
  "<TR><TD>1</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>\n"

/** A `samp.error` response. */
export const errorResponse = (text: string): Struct => ({
  "samp.status": "samp.error",
  "samp.result": {},
  "samp.error": { "samp.errortxt": text }
})

/** A callable client with a name. */
export const named = async (
  world: World,
  hub: Hub,
  name: string,
  ...mtypes: ReadonlyArray<string>
): Promise<Client> => {
  const client = await world.client(hub, ...mtypes)
  await client.ask("declareMetadata", { "samp.name": name })
  return client
}

const read = async (url: string): Promise<Buffer> => {
  if (url.startsWith("file:")) return readFileSync(fileURLToPath(url))
  const response = await fetch(url)
  if (!response.ok) throw new Error(`HTTP status ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

/** A client that loads what it is sent, and keeps it; `samp.error` if it cannot. */
export interface Loader {
  readonly client: Client
  readonly loaded: Array<Buffer>
  /** The URLs it was given, in this order. */
  readonly urls: Array<string>
}

/**
 * Makes a loader.
 *
 * @param canRead - of which URLs it can get anything at all
 */
export const loader = async (
  world: World,
  hub: Hub,
  name: string,
  mtypes: ReadonlyArray<string> = ["table.load.votable"],
  canRead: (url: string) => boolean = () => true
): Promise<Loader> => {
  const client = await named(world, hub, name, ...mtypes)
  const made: Loader = { client, loaded: [], urls: [] }
  client.onDelivery = ({ content, kind, label }) => {
    const url = textAt(content, "samp.params", "url")
    made.urls.push(url)
    if (kind !== "Call") return
    const loading = canRead(url) ? read(url) : Promise.reject(new Error(`cannot open ${url}`))
    loading.then((bytes) => {
      made.loaded.push(bytes)
      return okResponse({ bytes: String(bytes.length) })
    }, (error: unknown) => errorResponse(String(error))).then((response) =>
      client.ask("reply", label, response)
    ).catch(() => {}) // the hub may have ended by then
  }
  return made
}
