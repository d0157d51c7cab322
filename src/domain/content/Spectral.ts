/**
 * Whether the columns of a table make a spectrum: a spectral axis and a flux, by their utypes (Spectrum data model),
 * their UCDs, or their names.
 */
import type { SpectrumFacts } from "./Product.ts"

/** A column as FITS and VOTable describe it; texts are empty where nothing is said. */
export interface Column {
  readonly name: string
  readonly unit: string
  readonly ucd: string
  readonly utype: string
}

/** What the columns say. */
export interface Judgement {
  /** Strong by utypes or UCDs, weak by names alone. */
  readonly evidence: "strong" | "weak"
  readonly facts: SpectrumFacts
}

interface Signs {
  readonly utype: RegExp
  readonly ucd: RegExp
  readonly name: RegExp
}

const axisSigns: Signs = {
  utype: /(?:^|[.:])SpectralAxis\.Value$/iu,
  ucd: /^(?:em\.(?:wl|freq|energy|wavenumber)|spect\.dopplerVeloc)(?:$|[.;])/iu,
  name: /^(?:wave|wavelength|wavelen|wlen|lambda|lam|log_?lam(?:bda)?|freq|frequency|wavenumber|energy)$/iu
}
const fluxSigns: Signs = {
  utype: /(?:^|[.:])FluxAxis\.Value$/iu,
  ucd: /^(?:phot\.(?:flux|fluence|count|radiance|flux\.density)|arith\.ratio;phot\.flux)(?:$|[.;])/iu,
  name:
    /^(?:flux(?:es)?|flam|fnu|f_lam(?:bda)?|f_nu|flux_?density|flux_red|intensity|spec|spectrum|counts)$/iu
}
const errorSigns: Signs = {
  utype: /(?:^|[.:])FluxAxis\.Accuracy\.StatError$/iu,
  ucd: /^stat\.error;phot\.(?:flux|fluence|count)/iu,
  name: /^(?:err|error|errors|sigma|stddev|uncertainty|flux_?err(?:or)?|err_?flux|e_flux)$/iu
}

const position = /^pos\.eq\.|^pos\.galactic|^POS_EQ_/iu
const positionName = /^_?(?:ra|dec|de|raj2000|dej2000|decj2000|ra_icrs|de_icrs|glon|glat|alpha|delta)$/iu
// A list of spectra, as an SSA query answers, describes their axes as well.
const listOfSpectra = /(?:^|[.:])Access\.Reference$|^VOX:Image_AccessReference$/iu

/** Columns beyond these are not looked at; FITS allows no more. */
export const maxColumns = 999
// A wide table that has a "flux" and a "freq" somewhere is a catalogue.
const maxNamed = 40

const by = (columns: ReadonlyArray<Column>, signs: Signs, field: keyof Signs): Column | undefined =>
  columns.find((column) => signs[field].test(column[field]))

const factsFrom = (axis: Column, flux: Column, error: Column | undefined): SpectrumFacts => ({
  axes: error === undefined ? [axis.name, flux.name] : [axis.name, flux.name, error.name],
  units: [axis.unit, flux.unit]
})

/** Judges a table by its columns; undefined if they make no spectrum. */
export const judge = (columns: ReadonlyArray<Column>): Judgement | undefined => {
  if (columns.some(({ utype, ucd }) => listOfSpectra.test(utype) || listOfSpectra.test(ucd))) return undefined
  const catalogue = columns.some(({ name, ucd }) => position.test(ucd) || positionName.test(name))
  const error = by(columns, errorSigns, "utype") ?? by(columns, errorSigns, "ucd") ??
    by(columns, errorSigns, "name")
  for (const field of ["utype", "ucd", "name"] as const) {
    const axis = by(columns, axisSigns, field)
    const flux = by(columns, fluxSigns, field)
    if (axis === undefined || flux === undefined) continue
    if (field !== "utype" && catalogue) return undefined
    if (field === "name" && columns.length > maxNamed) return undefined
    return { evidence: field === "name" ? "weak" : "strong", facts: factsFrom(axis, flux, error) }
  }
  return undefined
}

/** Whether a FITS axis type is spectral (WCS paper III, and what was written before it). */
export const isSpectralAxis = (ctype: string): boolean =>
  /^(?:WAVE|AWAV|WAVN|FREQ|ENER|VRAD|VOPT|VELO|FELO|ZOPT|BETA|LAMBDA|LOG-?LAM|ANGSTROM)/iu.test(ctype)
