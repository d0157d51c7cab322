// VOTables as far as these pages need them: written from rows of text, and read into rows of text.

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;" }
const escape = (text) => text.replace(/[&<>"]/g, (character) => escapes[character])

const isNumber = (text) => text.trim() !== "" && Number.isFinite(Number(text))

/** What a column holds: numbers if all that is in it are, else text, of ASCII characters or of any. */
export const typeOf = (cells) => {
  const filled = cells.filter((cell) => cell.trim() !== "")
  if (filled.length > 0 && filled.every(isNumber)) return "double"
  return filled.every((cell) => /^[\0-\x7f]*$/.test(cell)) ? "char" : "unicodeChar"
}

/** By these names others know where in the sky a row is. */
const meanings = [
  [/^ra(?:_?j2000|_?icrs|deg)?$/i, "pos.eq.ra;meta.main", "deg"],
  [/^de(?:c|_?j2000|_?icrs|clination)?(?:_?j2000|_?icrs|deg)?$/i, "pos.eq.dec;meta.main", "deg"],
  [/^(?:name|id|object)$/i, "meta.id;meta.main", undefined],
  [/^(?:mag|magnitude|vmag)$/i, "phot.mag", "mag"]
]

const attribute = (name, value) => value === undefined ? "" : ` ${name}="${escape(value)}"`

/**
 * Writes a VOTable.
 *
 * @param name - of the table
 * @param columns - names
 * @param rows - a text for each column; an empty one is no value
 */
export const write = (name, columns, rows) => {
  const types = columns.map((_, i) => typeOf(rows.map((row) => row[i])))
  const fields = columns.map((column, i) => {
    const [, ucd, unit] = meanings.find(([pattern]) => pattern.test(column.trim())) ?? []
    const isText = types[i] !== "double"
    return `      <FIELD${attribute("name", column)}${attribute("datatype", types[i])}${
      attribute("arraysize", isText ? "*" : undefined)
    }${attribute("ucd", ucd)}${attribute("unit", isText ? undefined : unit)}/>`
  })
  const cell = (text, i) => `<TD>${escape(types[i] === "double" ? text.trim() : text)}</TD>`
  return `<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
  <RESOURCE>
    <TABLE${attribute("name", name)} nrows="${rows.length}">
${fields.join("\n")}
      <DATA><TABLEDATA>
${rows.map((row) => `        <TR>${row.map(cell).join("")}</TR>`).join("\n")}
      </TABLEDATA></DATA>
    </TABLE>
  </RESOURCE>
</VOTABLE>
`
}

/** Reads the first table of a VOTable: its columns and rows. Throws, with a sentence, when it cannot be shown here. */
export const read = (text) => {
  const document = new DOMParser().parseFromString(text, "text/xml")
  if (document.querySelector("parsererror") !== null) throw new Error("what came is no XML, so no VOTable")
  const all = (node, name) => [...node.getElementsByTagNameNS("*", name)]
  const [table] = all(document, "TABLE")
  if (table === undefined) throw new Error("there is no table in this VOTable")
  const columns = [...table.children].filter(({ localName }) => localName === "FIELD").map((field) => ({
    name: field.getAttribute("name") ?? field.getAttribute("ID") ?? "",
    unit: field.getAttribute("unit") ?? "",
    numeric: !["char", "unicodeChar", "boolean"].includes(field.getAttribute("datatype"))
  }))
  const [data] = all(table, "TABLEDATA")
  if (data === undefined && all(table, "DATA").length > 0) {
    throw new Error("this table is packed (BINARY or FITS); this page reads tables in TABLEDATA form only")
  }
  const rows = data === undefined
    ? []
    : all(data, "TR").map((row) => all(row, "TD").map((cell) => cell.textContent.trim()))
  return { name: table.getAttribute("name") ?? "", columns, rows }
}
