/** The kinds of data products that SAMP has load messages for (mtypes.md sections 2 and 3). */

/** What `--as` accepts, the commonest first. */
export const kinds = [
  "votable",
  "fits-table",
  "fits-image",
  "spectrum",
  "moc",
  "cdf",
  "pds4",
  "hips",
  "png",
  "jpeg",
  "gif"
] as const

/** A kind of data product. */
export type Kind = (typeof kinds)[number]

/** How a kind is loaded and what its files are like. */
export interface KindFacts {
  /** The message that loads it. */
  readonly mtype: string
  /** Usual media type; a spectrum's depends on its format, see Product. */
  readonly mediaType: string
  /** Usual file name extension, without the dot; empty for a HiPS, which is a directory. */
  readonly extension: string
  /** For people, as in "FITS image". */
  readonly noun: string
  /** The parameter by which later messages name the product (`table-id`, ...), where the MType has one. */
  readonly idParam: string | undefined
}

const facts = (
  mtype: string,
  mediaType: string,
  extension: string,
  noun: string,
  idParam?: string
): KindFacts => ({ mtype, mediaType, extension, noun, idParam })

/** The facts of every kind (MTY-20..23, MTY-40..44). */
export const factsOf: Readonly<Record<Kind, KindFacts>> = {
  votable: facts("table.load.votable", "application/x-votable+xml", "vot", "VOTable", "table-id"),
  "fits-table": facts("table.load.fits", "application/fits", "fits", "FITS table", "table-id"),
  "fits-image": facts("image.load.fits", "image/fits", "fits", "FITS image", "image-id"),
  spectrum: facts("spectrum.load.ssa-generic", "application/fits", "fits", "spectrum", "spectrum-id"),
  moc: facts("coverage.load.moc.fits", "application/fits", "fits", "sky coverage (MOC)", "coverage-id"),
  cdf: facts("table.load.cdf", "application/x-cdf", "cdf", "CDF table", "table-id"),
  pds4: facts("table.load.pds4", "application/xml", "xml", "PDS4 label", "table-id"),
  hips: facts("image.load.hips", "text/plain", "", "HiPS survey"),
  png: facts("image.load.png", "image/png", "png", "PNG picture"),
  jpeg: facts("image.load.jpeg", "image/jpeg", "jpg", "JPEG picture"),
  gif: facts("image.load.gif", "image/gif", "gif", "GIF picture")
}

const spoken: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...kinds.map((kind): [string, Kind] => [kind, kind]),
  ["vot", "votable"],
  ["jpg", "jpeg"]
])

/** The kind that a user names with `--as`, in any case; undefined if there is none of that name. */
export const parseKind = (text: string): Kind | undefined => spoken.get(text.toLowerCase())

/** What is known of a product besides its bytes. Used to break ties only: names and media types often lie. */
export interface Hints {
  /** File name, path or URL. */
  readonly name?: string | undefined
  /** As an HTTP server gives it, parameters and all. */
  readonly mediaType?: string | undefined
  /** Bytes of the whole product, if known; who met its end knows. */
  readonly size?: number | undefined
}

/** The last part of a path or URL, without query and fragment; empty when it ends with a slash. */
export const lastPart = (name: string): string => {
  const path = /^[a-z][a-z0-9+.-]*:\/\//iu.test(name) ? name.replace(/[?#].*$/su, "") : name
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)
}

const byExtension: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["vot", "votable"],
  ["votable", "votable"],
  ["cdf", "cdf"],
  ["png", "png"],
  ["jpg", "jpeg"],
  ["jpeg", "jpeg"],
  ["gif", "gif"]
])

const byMediaType: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["application/x-votable+xml", "votable"],
  ["text/x-votable+xml", "votable"],
  ["text/xml+votable", "votable"],
  ["application/x-cdf", "cdf"],
  ["image/fits", "fits-image"],
  ["image/x-fits", "fits-image"],
  ["application/x-fits-bintable", "fits-table"],
  ["spectrum/fits", "spectrum"],
  ["image/png", "png"],
  ["image/jpeg", "jpeg"],
  ["image/gif", "gif"]
])

/** The kind that a name and a media type speak for; the media type wins. `.fits` alone speaks for none. */
export const hintedKind = (hints: Hints): Kind | undefined => {
  const bare = (hints.mediaType ?? "").split(";", 1)[0] ?? ""
  const byType = byMediaType.get(bare.trim().toLowerCase())
  if (byType !== undefined) return byType
  const file = lastPart(hints.name ?? "").toLowerCase().replace(/\.(?:gz|bz2|z)$/u, "")
  if (/(?:^|[._-])moc(?:[._-][^.]*)?\.fits?$/u.test(file)) return "moc"
  return byExtension.get(file.slice(file.lastIndexOf(".") + 1))
}
