// The bytes of the benchmark: SAMP messages in the canonical XML of STD-01..28, cut once into templates so that an
// operation in the hot loop is two or three string joins, and the few look-ups needed to read what comes back.
// Everything is ASCII, so that string lengths are byte counts and `latin1` is the cheapest encoding of it.

/** Marks an operation's number inside messages, msg-tags and results. No key, id or header contains it. */
const marker = "bench:"

/** Numbers start here so that all have the same width: every request of a template has the same Content-Length. */
export const firstSequence = 1_000_000_000
const sequenceDigits = 10

/** Stands for the number while a template is built. */
export const placeholder = `${marker}${"0".repeat(sequenceDigits)}`

export interface Template {
  readonly pieces: ReadonlyArray<string>
}

export const template = (text: string): Template => ({ pieces: text.split(placeholder) })

export const render = (template: Template, sequence: number): string =>
  template.pieces.join(marker + sequence)

const text = (value: string): string => `<string>${value}</string>`

const struct = (members: Readonly<Record<string, string>>): string =>
  `<struct>\n${
    Object.entries(members).map(([name, value]) =>
      `<member><name>${name}</name><value>${value}</value></member>\n`
    )
      .join("")
  }</struct>`

const envelope = (method: string, values: ReadonlyArray<string>): string =>
  `<?xml version="1.0"?>\n<methodCall>\n<methodName>${method}</methodName>\n<params>\n${
    values.map((value) => `<param><value>${value}</value></param>\n`).join("")
  }</params>\n</methodCall>\n`

/** A `methodCall`; a string argument becomes a SAMP string, `{ xml }` goes in as it is. */
export const methodCall = (
  method: string,
  values: ReadonlyArray<string | { readonly xml: string }>
): string => envelope(method, values.map((value) => typeof value === "string" ? text(value) : value.xml))

export const methodResponse = (xml: string): string =>
  `<?xml version="1.0"?>\n<methodResponse>\n<params>\n<param><value>${xml}</value></param>\n</params>\n</methodResponse>\n`

export const voidResponse = methodResponse(text(""))

export const stringResponse = (value: string): string => methodResponse(text(value))

export const listResponse = (values: ReadonlyArray<string>): string =>
  methodResponse(
    `<array><data>\n${values.map((value) => `<value>${text(value)}</value>\n`).join("")}</data></array>`
  )

/** What a delivered message must still contain, whatever the hub wrote around it. */
export const expectedTexts = ["samp.mtype", "samp.params", ">ra<", ">10.6847083<", ">dec<", ">41.26875<"]

/** A message of everyday size: a sky position, and the operation's number. */
export const message = (mtype: string): { readonly xml: string } => ({
  xml: struct({
    "samp.mtype": text(mtype),
    "samp.params": struct({ ra: text("10.6847083"), dec: text("41.26875"), number: text(placeholder) })
  })
})

export const bigMessage = (mtype: string, content: string): { readonly xml: string } => ({
  xml: struct({ "samp.mtype": text(mtype), "samp.params": struct({ text: text(content) }) })
})

export const okResponse: { readonly xml: string } = {
  xml: struct({ "samp.status": text("samp.ok"), "samp.result": struct({ number: text(placeholder) }) })
}

export const subscriptions = (mtypes: ReadonlyArray<string>): { readonly xml: string } => ({
  xml: struct(Object.fromEntries(mtypes.map((mtype) => [mtype, struct({})])))
})

const requestHead = (url: URL, path: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: ${url.host}\r\nUser-Agent: samp-bench/1\r\nContent-Type: text/xml\r\nContent-Length: `

export const httpRequest = (url: URL, path: string, body: string): string =>
  `${requestHead(url, path)}${body.length}\r\n\r\n${body}`

/** A request whose only unknowns are one string (the msg-id, of whatever length the hub gives it) and the number. */
export const requestWithId = (
  url: URL,
  path: string,
  body: (id: string) => string
): (id: string, sequence: number) => string => {
  const gap = "\u0001"
  const [before = "", after = ""] = body(gap).split(gap)
  const head = requestHead(url, path)
  const tail = template(after)
  const fixed = before.length + after.length
  return (id, sequence) => `${head}${fixed + id.length}\r\n\r\n${before}${id}${render(tail, sequence)}`
}

export const callbackAnswer =
  `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${voidResponse.length}\r\n\r\n${voidResponse}`

/** The first operation number at or after `from`, or -1. */
export const sequenceIn = (source: string, from: number): number => {
  const at = source.indexOf(marker, from)
  return at < 0 ? -1 : Number(source.slice(at + marker.length, at + marker.length + sequenceDigits))
}

/** The third parameter, a string with or without its type element (WIRE-25): the msg-id or msg-tag of a callback. */
export const thirdParameter = (source: string, from: number): string => {
  let at = from
  for (let i = 0; i < 3; i++) at = source.indexOf("<param>", at) + 7
  at = source.indexOf("<value>", at) + 7
  if (source.startsWith("<string>", at)) at += 8
  return source.slice(at, source.indexOf("<", at))
}

const receive = "samp.client.receive"

/** `N`otification, `C`all or `R`esponse: the letter after `samp.client.receive`; "" when it is something else. */
export const callbackKind = (source: string, from: number): string => {
  const at = source.indexOf(receive, from)
  return at < 0 ? "" : source.charAt(at + receive.length)
}

/** The string member `name` of a struct, with or without type elements. */
export const memberOf = (source: string, name: string): string => {
  const found = new RegExp(`<name>${name}</name>\\s*<value>(?:<string>)?([^<]*)`).exec(source)?.[1]
  if (found === undefined) throw new Error(`no ${name} in: ${source}`)
  return found
}
