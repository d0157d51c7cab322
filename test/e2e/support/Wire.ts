/** XML-RPC of the tests' own clients, written apart from the product's, so that the two cannot share a mistake. */

export type Value = string | ReadonlyArray<Value> | Struct

export interface Struct {
  readonly [key: string]: Value
}

/** An answer with a fault. */
export class Fault extends Error {
  readonly code: string

  constructor(code: string, text: string) {
    super(text)
    this.code = code
  }
}

const escape = (text: string): string =>
  text.replace(/[&<>\r]/gu, (character) => `&#${character.charCodeAt(0)};`)

const isList = (value: Value): value is ReadonlyArray<Value> => Array.isArray(value)

export const isStruct = (value: Value | undefined): value is Struct =>
  typeof value === "object" && !isList(value)

export const writeValue = (value: Value): string => {
  if (typeof value === "string") return `<value><string>${escape(value)}</string></value>`
  if (isList(value)) return `<value><array><data>${value.map(writeValue).join("")}</data></array></value>`
  const members = Object.entries(value).map(([name, item]) =>
    `<member><name>${escape(name)}</name>${writeValue(item)}</member>`
  )
  return `<value><struct>${members.join("")}</struct></value>`
}

export const writeCall = (method: string, params: ReadonlyArray<Value>): string =>
  `<?xml version="1.0"?>\n<methodCall><methodName>${method}</methodName><params>${
    params.map((param) => `<param>${writeValue(param)}</param>`).join("")
  }</params></methodCall>\n`

const answerFrame = (inner: string): string =>
  `<?xml version="1.0"?>\n<methodResponse>${inner}</methodResponse>\n`

export const voidAnswer = answerFrame(
  "<params><param><value><string></string></value></param></params>"
)

export const valueAnswer = (value: Value): string =>
  answerFrame(`<params><param>${writeValue(value)}</param></params>`)

export const faultAnswer = (text: string): string =>
  answerFrame(
    `<fault><value><struct><member><name>faultCode</name><value><int>1</int></value></member>` +
      `<member><name>faultString</name>${writeValue(text)}</member></struct></value></fault>`
  )

const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: "\"", apos: "'" }

const unescape = (text: string): string =>
  text.replace(
    /&(?:#(\d+)|(\w+));/gu,
    (whole, code: string | undefined, name: string | undefined) =>
      code === undefined ? named[name ?? ""] ?? whole : String.fromCharCode(Number(code))
  )

/** Reads what the hub writes: plain elements without attributes, comments and CDATA. */
class Reader {
  readonly #tokens: ReadonlyArray<string>
  #at = 0

  constructor(source: string) {
    this.#tokens = source.replace(/<\?xml[^>]*\?>/u, "").match(/<[^>]*>|[^<]+/gu) ?? []
  }

  #blank(): void {
    while (this.#tokens[this.#at]?.trim() === "") this.#at++
  }

  has(tag: string): boolean {
    this.#blank()
    if (this.#tokens[this.#at] !== tag) return false
    this.#at++
    return true
  }

  need(tag: string): void {
    if (!this.has(tag)) {
      throw new Error(`expected ${tag}, found ${this.#tokens.slice(this.#at, this.#at + 5).join("")}`)
    }
  }

  /** Character data up to `end`, which is passed over. */
  text(end: string): string {
    let text = ""
    for (let token = this.#tokens[this.#at++]; token !== end; token = this.#tokens[this.#at++]) {
      if (token === undefined || token.startsWith("<")) throw new Error(`expected ${end}, found ${token}`)
      text += token
    }
    return unescape(text)
  }

  value(): Value {
    this.need("<value>")
    const value = this.#typed()
    this.need("</value>")
    return value
  }

  #typed(): Value {
    for (const type of ["string", "int", "i4"]) if (this.has(`<${type}>`)) return this.text(`</${type}>`)
    if (this.has("<array>")) {
      const list: Array<Value> = []
      this.need("<data>")
      while (!this.has("</data>")) list.push(this.value())
      this.need("</array>")
      return list
    }
    this.need("<struct>")
    // Without a prototype, so that __proto__ is a key like any other (DT-13).
    const struct: Record<string, Value> = Object.create(null)
    while (this.has("<member>")) {
      this.need("<name>")
      const name = this.text("</name>")
      struct[name] = this.value()
      this.need("</member>")
    }
    this.need("</struct>")
    return struct
  }
}

/** The value of an answer; throws its fault. */
export const readAnswer = (source: string): Value => {
  const reader = new Reader(source)
  reader.need("<methodResponse>")
  if (reader.has("<fault>")) {
    const fault = reader.value()
    throw new Fault(String(at(fault, "faultCode")), String(at(fault, "faultString")))
  }
  reader.need("<params>")
  reader.need("<param>")
  const value = reader.value()
  for (const tag of ["</param>", "</params>", "</methodResponse>"]) reader.need(tag)
  return value
}

export interface Call {
  readonly method: string
  readonly params: ReadonlyArray<Value>
}

export const readCall = (source: string): Call => {
  const reader = new Reader(source)
  reader.need("<methodCall>")
  reader.need("<methodName>")
  const method = reader.text("</methodName>")
  const params: Array<Value> = []
  reader.need("<params>")
  while (reader.has("<param>")) {
    params.push(reader.value())
    reader.need("</param>")
  }
  reader.need("</params>")
  return { method, params }
}

/** What stands in nested structs under these keys. */
export const at = (value: Value | undefined, ...keys: ReadonlyArray<string>): Value | undefined =>
  keys.reduce<Value | undefined>((inner, key) => isStruct(inner) ? inner[key] : undefined, value)

/** The string there; an empty one when there is something else or nothing. */
export const textAt = (value: Value | undefined, ...keys: ReadonlyArray<string>): string => {
  const found = at(value, ...keys)
  return typeof found === "string" ? found : ""
}
