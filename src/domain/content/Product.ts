/** A recognised data product: what it is, and the message that loads it. */
import type * as SampValue from "../SampValue.ts"
import { factsOf, type Kind, lastPart } from "./Kinds.ts"

/** How the bytes are laid out; a spectrum may be in either. */
export type Format = "fits" | "votable"

/** Compressions that readers of FITS and VOTable undo by themselves. */
export type Compression = "gzip" | "bzip2" | "compress"

/** Another message by which the same product can go. */
export interface Alternative {
  readonly kind: Kind
  readonly mtype: string
}

/** What is known of a spectrum, for the `meta` of its message (MTY-43). */
export interface SpectrumFacts {
  readonly target?: string | undefined
  /** Names of the columns, spectral axis first, then flux, then perhaps its error. */
  readonly axes?: ReadonlyArray<string> | undefined
  /** Units of the spectral axis and of the flux. */
  readonly units?: readonly [string, string] | undefined
}

/** A data product. */
export interface Product {
  readonly _tag: "Product"
  readonly kind: Kind
  readonly mtype: string
  readonly mediaType: string
  /** File name extension without the dot, compression and all, as in `fits.gz`; empty for a HiPS. */
  readonly extension: string
  /** For people, as in "FITS image, 512 x 512". */
  readonly description: string
  readonly compression: Compression | undefined
  /** What else it can be sent as, best first. */
  readonly alternatives: ReadonlyArray<Alternative>
  readonly spectrum: SpectrumFacts | undefined
  /** Files that the product needs beside it: those that a PDS4 label names, as far as they were seen. */
  readonly companions: ReadonlyArray<string>
}

/** What {@link make} can be told beyond the kind. */
export interface Details {
  /** In place of the kind's noun. */
  readonly noun?: string | undefined
  /** After the noun, as in "512 x 512". */
  readonly detail?: string | undefined
  /** Further kinds, best first; doubles and the kind itself are left out. */
  readonly alternatives?: ReadonlyArray<Kind> | undefined
  readonly format?: Format | undefined
  readonly spectrum?: SpectrumFacts | undefined
  readonly companions?: ReadonlyArray<string> | undefined
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/gu, "?")

/** Makes the product of a kind. */
export const make = (kind: Kind, details: Details = {}): Product => {
  const facts = factsOf[details.format === "votable" ? "votable" : kind]
  const noun = details.noun ?? factsOf[kind].noun
  const others = new Set(details.alternatives)
  others.delete(kind)
  return {
    _tag: "Product",
    kind,
    mtype: factsOf[kind].mtype,
    mediaType: facts.mediaType,
    extension: facts.extension,
    // Titles are from the file: they must not be able to steer a terminal.
    description: details.detail === undefined ? noun : `${noun}, ${printable(details.detail)}`,
    compression: undefined,
    alternatives: [...others].map((other) => ({ kind: other, mtype: factsOf[other].mtype })),
    spectrum: details.spectrum,
    companions: details.companions ?? []
  }
}

const suffixes: Readonly<Record<Compression, string>> = { gzip: "gz", bzip2: "bz2", compress: "Z" }
const types: Readonly<Record<Compression, string>> = {
  gzip: "application/x-gzip", // DS9 8.4 takes no other name of it, and without it says samp.ok and shows nothing
  bzip2: "application/x-bzip2",
  compress: "application/x-compress"
}

/**
 * The product whose bytes are those of `product`, compressed.
 *
 * @returns undefined where no reader undoes the compression: pictures, CDF, PDS4 and HiPS. TOPCAT (by STIL), DS9 and
 * Aladin undo it for FITS and VOTable.
 */
export const compressed = (product: Product, compression: Compression): Product | undefined =>
  product.mediaType.includes("fits") || product.mediaType.includes("votable")
    ? {
      ...product,
      compression,
      mediaType: types[compression],
      extension: `${product.extension}.${suffixes[compression]}`,
      description: `${product.description} (${compression})`
    }
    : undefined

/**
 * The product as the user wants it sent (`--as`), whatever was recognised.
 *
 * @param kind - what the user named
 * @param product - what was recognised, if anything; its format, description and facts are kept
 * @param name - file name or URL, which tells a spectrum in a VOTable from one in FITS when nothing was recognised
 */
export const sentAs = (kind: Kind, product?: Product, name = ""): Product => {
  if (product === undefined) {
    const xml = kind === "spectrum" && /\.(?:vot|votable|xml)$/iu.test(lastPart(name))
    return make(kind, xml ? { format: "votable" } : {})
  }
  if (product.kind === kind) return product
  const others = [{ kind: product.kind, mtype: product.mtype }, ...product.alternatives]
  return { ...product, kind, mtype: factsOf[kind].mtype, alternatives: others.filter((o) => o.kind !== kind) }
}

/** Text with the characters that SAMP does not allow (DT-02) replaced by `?`, accents by their bare letters. */
export const ascii = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}+/gu, "").replace(/[^\t\n\r\x20-\x7f]/gu, "?")

// SPLAT splits both at white space and wants exactly so many parts, so what holds blanks is left out.
const joined = (parts: ReadonlyArray<string> | undefined): string | undefined =>
  parts === undefined || parts.length < 2 || parts.some((part) => !/^[\x21-\x7e]+$/u.test(part))
    ? undefined
    : parts.join(" ")

/**
 * The `meta` map of a spectrum (MTY-43), in the keys that SPLAT, TOPCAT and Aladin write. It has `Access.Reference`
 * and `Access.Format` at least: VOSpec and Iris find the data by them.
 */
export const spectrumMeta = (product: Product, url: string): SampValue.SampMap => {
  const { target, axes, units } = product.spectrum ?? {}
  const meta = new Map<string, string>([["Access.Reference", url], ["Access.Format", product.mediaType]])
  if (target !== undefined && target !== "") meta.set("Target.Name", ascii(target))
  const axesText = joined(axes?.slice(0, 3))
  const unitsText = joined(units)
  if (axes !== undefined && axesText !== undefined) {
    meta.set("vox:spectrum_axes", axesText)
    meta.set("Spectrum.Char.SpectralAxis.Name", axes[0] ?? "")
    meta.set("Spectrum.Char.FluxAxis.Name", axes[1] ?? "")
  }
  if (units !== undefined && unitsText !== undefined) {
    meta.set("vox:spectrum_units", unitsText)
    meta.set("Spectrum.Char.SpectralAxis.unit", units[0])
    meta.set("Spectrum.Char.FluxAxis.unit", units[1])
  }
  return meta
}

/** What {@link loadParams} is told. */
export interface Load {
  /** Where receivers fetch the product, in ASCII. */
  readonly url: string
  /** Label for people; made ASCII here. */
  readonly name?: string | undefined
  /** Handle for later messages, of the sender's choice; left out for kinds whose MType has none. */
  readonly id?: string | undefined
}

/**
 * The parameters of the product's load message (mtypes.md sections 2 and 3). A HiPS goes by its directory, even if the
 * URL is that of its `properties`.
 */
export const loadParams = (product: Product, load: Load): SampValue.SampMap => {
  const url = product.kind === "hips" ? load.url.replace(/\/properties(?:[?#].*)?$/su, "/") : load.url
  const params = new Map<string, SampValue.SampValue>([["url", url]])
  const { idParam } = factsOf[product.kind]
  if (idParam !== undefined && load.id !== undefined) params.set(idParam, load.id)
  if (load.name !== undefined && load.name !== "") params.set("name", ascii(load.name))
  if (product.kind === "spectrum") params.set("meta", spectrumMeta(product, url))
  return params
}
