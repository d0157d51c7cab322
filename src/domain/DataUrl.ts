/**
 * The URLs under which data are handed out, `/<key>/<name>`, and the media type that goes with them. The key is the secret,
 * the name is for people, and for readers that look at extensions.
 */

/** The longest name, in characters; its end is kept, since readers look at the extension. */
const maxName = 100

/**
 * A file name as the last segment of a URL, in characters that nobody needs to encode, so that every reader asks for what
 * was written (DS9 8.4 decodes nothing). Folders are left away.
 *
 * @param name - any text; what is left of nothing is `data`
 */
export const safeName = (name: string): string => {
  const last = name.split(/[/\\]/u).at(-1) ?? ""
  const safe = last.replace(/[^A-Za-z0-9._-]+/gu, "_").slice(-maxName).replace(/^[._-]+/u, "")
  return safe === "" ? "data" : safe
}

/** The path of a URL. */
export const dataPath = (key: string, name: string): string => `/${key}/${safeName(name)}`

/** What a request asks for, from its target, in origin form or absolute; undefined if no data can be there. */
export const readTarget = (target: string): { readonly key: string; readonly name: string } | undefined => {
  const match = /^(?:https?:\/\/[^/?#]*)?\/([A-Za-z0-9._~-]+)\/([A-Za-z0-9._-]+)(?:[?#].*)?$/iu.exec(target)
  return match?.[1] === undefined || match[2] === undefined ? undefined : { key: match[1], name: match[2] }
}

/** Whether a media type can be sent: type, subtype and parameters (RFC 9110, 8.3.1). */
export const isMediaType = (text: string): boolean =>
  /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+(?:;[\x20-\x7e]*)?$/u.test(text)
