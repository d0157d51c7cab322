/** MTypes about tables. Rows are counted from 0, in the order of the table that was loaded. */
import * as Schema from "effect/Schema"
import { define } from "./Definition.ts"
import { SampInt, SampRow, SampRowList, SampString, SampUrl } from "./Scalars.ts"

const optionalString = Schema.optionalKey(SampString)

const labels = { "table-id": optionalString, name: optionalString }
const load = { url: SampUrl, ...labels }

/**
 * MTY-20: load a VOTable. `table-id` is the sender's choice and names the table in later messages (without it, the URL
 * does); `name` is a label for people.
 */
export const tableLoadVotable = define({ mtype: "table.load.votable", params: load })

/** MTY-21: load a FITS table. */
export const tableLoadFits = define({ mtype: "table.load.fits", params: load })

/** MTY-22: load a CDF table. */
export const tableLoadCdf = define({ mtype: "table.load.cdf", params: load })

/** MTY-23: load a PDS4 table; the URL is that of the label. */
export const tableLoadPds4 = define({ mtype: "table.load.pds4", params: load })

/** MTY-24: load a table of any format that STIL knows, by its name there, such as `csv`; upper and lower case are one. */
export const tableLoadStil = define({
  mtype: "table.load.stil",
  params: { url: SampUrl, format: SampString, ...labels }
})

/**
 * MTY-25: have the receiver write one of its tables in a STIL format, and say where. `id` is the number of the table in
 * the receiver's list; without it, or not above 0, it is the current table.
 */
export const tableGetStil = define({
  mtype: "table.get.stil",
  params: { format: SampString, id: Schema.optionalKey(SampInt) },
  result: { url: SampUrl }
})

const table = { "table-id": optionalString, url: Schema.optionalKey(SampUrl) }

/**
 * MTY-26: highlight one row of a table that a load message named. One at least of `table-id` and `url` is there; both mean
 * the same table.
 */
export const tableHighlightRow = define({
  mtype: "table.highlight.row",
  params: { ...table, row: SampRow },
  atLeastOne: ["table-id", "url"]
})

/**
 * MTY-27: select exactly these rows, instead of those selected before. The table is named as in
 * {@link tableHighlightRow}.
 */
export const tableSelectRowList = define({
  mtype: "table.select.rowList",
  params: { ...table, "row-list": SampRowList },
  atLeastOne: ["table-id", "url"]
})
