/** What the programs of the documents find beside the hub: a client that does what TOPCAT would, and files to send. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { connect, MTypes, type PromiseClient } from "../../../src/promise.ts"
import type * as Home from "../../interop/support/Home.ts"
import { primary } from "../../support/fits.ts"

/** The bytes at a URL, or an error for the sender. */
const load = async (url: string): Promise<Uint8Array> => {
  if (url.startsWith("file:")) return readFileSync(fileURLToPath(url))
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Data are there, and begin as they should. */
const loaded = async (url: string, begins: RegExp): Promise<{}> => {
  const text = Buffer.from(await load(url)).toString("latin1", 0, 400)
  if (!begins.test(text)) throw new Error(`${url} is not what it should be: ${text.slice(0, 40)}`)
  return {}
}

/** Puts files into a home, and a client called `topcat` on its hub. */
export const topcat = async (home: Home.Home): Promise<PromiseClient> => {
  const image = primary([4, 4])
  for (const name of ["m31.fits", "spectrum.fits"]) writeFileSync(join(home.path, name), image)
  const client = await connect({ name: "topcat", hub: home.lockfile })
  await client.bind(MTypes.tableLoadVotable, ({ params }) => loaded(params.url, /<VOTABLE/u))
  await client.bind(MTypes.imageLoadFits, ({ params }) => loaded(params.url, /^SIMPLE/u))
  await client.bind(MTypes.spectrumLoadSsaGeneric, ({ params }) => loaded(params.url, /^SIMPLE/u))
  for (const mtype of [MTypes.coordPointAtSky, MTypes.tableHighlightRow, MTypes.tableSelectRowList]) {
    await client.bind(mtype.mtype, () => ({}))
  }
  return client
}
