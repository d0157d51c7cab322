/**
 * Publishing: what a page may hand over for programs of the desktop, and under which name (an extension of ours, since the
 * standard has nothing of the kind: WEB-56). Pure.
 */
import { isMediaType } from "../DataUrl.ts"
import { type Refused, stranger } from "./Translation.ts"

/** The file name that a page gives, unchecked. @param query - all that follows the first `?`, if there is one */
export const publishedName = (query: string | undefined): string => {
  const name = new URLSearchParams(query ?? "").get("name") ?? ""
  return name === "" ? "data" : name.slice(0, 1_000)
}

/** The media type of what comes without one. */
export const usualMediaType = "application/octet-stream"

/** What a request says of its body. */
export interface Handing {
  readonly method: string
  readonly mediaType: string | undefined
  readonly encoding?: string | undefined
}

/** It does not fit into what a page may still publish. */
export const tooMuch = (room: number): Refused => ({
  status: 413,
  text: `this is more than the ${room} bytes that this page may still publish`
})

/**
 * What is wrong with a request before its body is looked at.
 *
 * @param room - bytes that the page may still publish; undefined if nobody holds the token
 */
export const publishingObjection = (
  { encoding, mediaType, method }: Handing,
  room: number | undefined
): Refused | undefined => {
  if (room === undefined) return stranger
  if (method !== "POST" && method !== "PUT") {
    return { status: 405, text: "data are published by POST or PUT" }
  }
  if (mediaType !== undefined && (mediaType.length > 255 || !isMediaType(mediaType))) {
    return { status: 400, text: "the Content-Type is no media type, such as application/fits" }
  }
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return { status: 415, text: "an encoded body is not taken; send the data as they are" }
  }
  return undefined
}
