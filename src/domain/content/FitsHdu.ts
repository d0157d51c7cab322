/** What one header and data unit of a FITS file is by its header. */
import * as FitsHeader from "./FitsHeader.ts"
import type { Kind } from "./Kinds.ts"
import type { Details, SpectrumFacts } from "./Product.ts"
import * as Spectral from "./Spectral.ts"

/** Something that can be sent. */
export interface Finding extends Details {
  readonly kind: Kind
  /** What to take instead if name or media type speak for it. */
  readonly unless?: Kind | undefined
}

type Header = FitsHeader.Header

const sizeOf = (axes: ReadonlyArray<number>): string => axes.join(" x ")

const targetOf = (header: Header): string | undefined =>
  ["OBJECT", "TARGNAME", "TARGET"].map((key) => FitsHeader.textAt(header, key)).find((text) => text !== "")

const spectrum = (noun: string, facts: SpectrumFacts, detail?: string): Finding => ({
  kind: "spectrum",
  noun,
  detail,
  spectrum: facts
})

/** An array with one axis longer than 1: a spectrum, unless the axis is known to be something else. */
const line = (
  header: Header,
  axes: ReadonlyArray<number>,
  ctypeOf: (axis: number) => string
): Finding | undefined => {
  const long = axes.findIndex((length) => length > 1)
  const ctype = ctypeOf(long + 1)
  const points = axes[long] ?? 0
  const unit = [FitsHeader.textAt(header, `CUNIT${long + 1}`), FitsHeader.textAt(header, "BUNIT")] as const
  const found: Finding = {
    ...spectrum("FITS spectrum", { target: targetOf(header), units: unit }, `${points} points`),
    alternatives: ["fits-image"]
  }
  if (Spectral.isSpectralAxis(ctype)) return found
  if (!/^(?:|LINEAR|PIXEL|MULTISPE.*)$/iu.test(ctype)) {
    return { kind: "fits-image", noun: "one-dimensional FITS image", detail: `${points} pixels` }
  }
  // Bytes in a row are some other file packed in, such as the VOTable in a table written by TOPCAT.
  return header.values.get("BITPIX") === 8 && axes.length === 1 && ctype === ""
    ? undefined
    : { ...found, unless: "fits-image" }
}

const image = (header: Header, prefix: "" | "Z"): Finding | undefined => {
  const axes = FitsHeader.axes(header, prefix)
  if (axes === undefined || axes.length === 0 || axes.includes(0)) return undefined
  const ctypeOf = (axis: number): string => FitsHeader.textAt(header, `CTYPE${axis}`)
  if (axes.filter((length) => length > 1).length === 1) return line(header, axes, ctypeOf)
  const detail = sizeOf(axes)
  if (
    /^MULTISPE/iu.test(ctypeOf(1)) || /system=(?:multi|equi)spec/u.test(FitsHeader.textAt(header, "WAT0_001"))
  ) {
    return { ...spectrum("IRAF spectra", { target: targetOf(header) }, detail), alternatives: ["fits-image"] }
  }
  const plane = axes.length === 2 &&
    (Spectral.isSpectralAxis(ctypeOf(1)) || Spectral.isSpectralAxis(ctypeOf(2)))
  return {
    kind: "fits-image",
    noun: prefix === "Z" ? "tile-compressed FITS image" : undefined,
    detail,
    spectrum: plane ? { target: targetOf(header) } : undefined,
    alternatives: plane ? ["spectrum"] : []
  }
}

const columnsOf = (header: Header): ReadonlyArray<Spectral.Column> => {
  const count = Math.min(FitsHeader.countAt(header, "TFIELDS") ?? 0, Spectral.maxColumns)
  return Array.from({ length: count }, (_, index) => {
    const at = (keyword: string): string => FitsHeader.textAt(header, `${keyword}${index + 1}`)
    return { name: at("TTYPE"), unit: at("TUNIT"), ucd: at("TUCD"), utype: at("TUTYP") }
  })
}

// Column-oriented FITS of STIL: one row, whose cells hold whole columns, as long as their last dimension says.
const rowsOf = (header: Header, columns: number): number => {
  const rows = FitsHeader.countAt(header, "NAXIS2") ?? 0
  if (rows !== 1) return rows
  const lengths = new Set<string>()
  for (let column = 1; column <= columns; column++) {
    lengths.add(/(\d{1,15})\)$/u.exec(FitsHeader.textAt(header, `TDIM${column}`))?.[1] ?? "")
  }
  const [length = ""] = lengths
  return lengths.size === 1 && length !== "" ? Number(length) : rows
}

const tableDetail = (header: Header, columns: number): string => {
  const rows = rowsOf(header, columns)
  return `${rows} row${rows === 1 ? "" : "s"}, ${columns} column${columns === 1 ? "" : "s"}`
}

const mocKeywords = ["MOCVERS", "MOCDIM", "MOCORDER", "MOCORD_S", "MOCORD_T", "MOCTOOL", "MOCTYPE", "MOC"]

/**
 * A coverage (MOC 2.0, section 4.3) has one column. Multi-order maps, as of gravitational wave events, are ordered as
 * NUNIQ too and have a value for each cell besides: those are tables.
 */
const coverage = (header: Header, columns: number): Finding | undefined => {
  const text = (keyword: string): string => FitsHeader.textAt(header, keyword).toUpperCase()
  const said = mocKeywords.some((keyword) => header.values.has(keyword))
  const ordered = ["NUNIQ", "RANGE"].includes(text("ORDERING"))
  const healpix = text("PIXTYPE") === "HEALPIX" || ["UNIQ", "NPIX", "RANGE"].includes(text("TTYPE1"))
  if (columns > 1 || !(said || (ordered && healpix))) return undefined
  const order = FitsHeader.countAt(header, "MOCORD_S") ?? FitsHeader.countAt(header, "MOCORDER")
  const noun = { TIME: "time coverage (MOC)", "TIME.SPACE": "space-time coverage (MOC)" }[text("MOCDIM")]
  return {
    kind: "moc",
    noun,
    detail: order === undefined ? undefined : `order ${order}`,
    alternatives: ["fits-table"]
  }
}

const table = (header: Header): Finding => {
  const columns = columnsOf(header)
  const text = (keyword: string): string => FitsHeader.textAt(header, keyword).toUpperCase()
  const detail = tableDetail(header, columns.length)
  const moc = coverage(header, columns.length)
  if (moc !== undefined) return moc
  if (text("PIXTYPE") === "HEALPIX") {
    // TOPCAT reads it as a table; Aladin and DS9 can show it as an image.
    const nside = FitsHeader.countAt(header, "NSIDE")
    const noun = text("ORDERING") === "NUNIQ" ? "multi-order HEALPix map" : "HEALPix map"
    return {
      kind: "fits-table",
      noun,
      detail: nside === undefined ? detail : `NSIDE ${nside}`,
      alternatives: ["fits-image"],
      unless: "fits-image"
    }
  }
  const judged = Spectral.judge(columns)
  if (judged !== undefined || text("VOCLASS").startsWith("SPECTRUM")) {
    return {
      ...spectrum("FITS spectrum", { ...judged?.facts, target: targetOf(header) }, detail),
      alternatives: ["fits-table"],
      unless: judged?.evidence === "weak" && text("VOCLASS") === "" ? "fits-table" : undefined
    }
  }
  const events = text("HDUCLAS1") === "EVENTS" || ["EVENTS", "STDEVT"].includes(text("EXTNAME"))
  const channels = text("HDUCLAS1") === "SPECTRUM"
  return {
    kind: "fits-table",
    noun: events ? "FITS event list" : undefined,
    detail,
    spectrum: channels ? { target: targetOf(header) } : undefined,
    // DS9 bins event lists into images.
    alternatives: events ? ["fits-image"] : channels ? ["spectrum"] : []
  }
}

/** What an HDU is; undefined if it holds nothing to send: no data, or some other extension. */
export const classify = (header: Header): Finding | undefined => {
  const extension = FitsHeader.textAt(header, "XTENSION").toUpperCase()
  if (FitsHeader.isGroups(header)) return undefined
  if (["BINTABLE", "A3DTABLE", "TABLE"].includes(extension)) {
    return FitsHeader.isTrue(header, "ZIMAGE") ? image(header, "Z") : table(header)
  }
  return extension === "" || extension === "IMAGE" || extension === "IUEIMAGE" ? image(header, "") : undefined
}
