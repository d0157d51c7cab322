/**
 * Tools for bytes of peers that are not here to be recorded, made by hand from what is known of them (wire
 * notes 2, 5 and 8), and of nobody in particular. What they mean was written by a person.
 */
import type { Entry, RecordedRequest, RecordedResponse } from "../Fixture.ts"

/** Text as the bytes of its UTF-8, one character each. */
export const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1")
/** What most peers begin with. */
export const declaration = "<?xml version=\"1.0\"?>\n"
/** A call, with its params as text. */
export const called = (method: string, rest: string): string =>
  `<methodCall><methodName>${method}</methodName>${rest}</methodCall>`
/** An answer. */
export const answered = (rest: string): string => `<methodResponse>${rest}</methodResponse>`
/** One parameter. */
export const param = (value: string): string => `<params><param>${value}</param></params>`

type Meaning<E> = E extends { readonly expect: infer M } ? M : never

/** A request; `#` in the head stands for the length of the body. */
export const request = (
  name: string,
  head: ReadonlyArray<string>,
  body: string,
  expect: Meaning<RecordedRequest>,
  { eol = "\r\n", surplus = "" } = {}
): Entry => {
  const lines = head.map((line) => line.replace("#", String(body.length)))
  return {
    name,
    direction: "request",
    role: "client to hub",
    bytes: [...lines, "", body].join(eol) + surplus,
    expect
  }
}

/** An answer; `#` in the head stands for the length of the body. */
export const response = (
  name: string,
  head: ReadonlyArray<string>,
  body: string,
  expect: Meaning<RecordedResponse>,
  { eol = "\r\n", surplus = "", closes = true } = {}
): Entry => {
  const lines = head.map((line) => line.replace("#", String(body.length)))
  return {
    name,
    direction: "response",
    role: "hub to client",
    closes,
    bytes: [...lines, "", body].join(eol) + surplus,
    expect
  }
}

/** One chunk of a chunked body. */
export const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
