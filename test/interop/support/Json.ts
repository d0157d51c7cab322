/** Reading the JSON lines that programs print, without believing anything about their form. */

export type JsonRecord = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const record = (value: unknown): JsonRecord => {
  if (!isRecord(value)) throw new Error(`expected a JSON object, found ${JSON.stringify(value)}`)
  return value
}

export const parse = (text: string): JsonRecord => record(JSON.parse(text))

/** One object a line; an empty text has none. */
export const lines = (text: string): ReadonlyArray<JsonRecord> =>
  text.split("\n").filter((line) => line !== "").map(parse)

export const text = (from: JsonRecord, key: string): string => {
  const value = from[key]
  if (typeof value !== "string") throw new Error(`expected the string ${key} in ${JSON.stringify(from)}`)
  return value
}
