/**
 * `file:` URLs and paths, both ways, in the spellings that SAMP tools write and read (WIRE-66).
 *
 * What we write is percent-encoded only where it must be: DS9 8.4 decodes nothing, and opens a path with a blank only if
 * the blank is there. TOPCAT, stilts and astropy read a blank as well as `%20`.
 */

/** The path of a `file:` URL of this machine in all spellings seen (WIRE-66), or undefined if it is none. */
export const filePath = (url: string): string | undefined => {
  const match = /^file:(?:\/\/(?:localhost|127\.0\.0\.1)?(?=\/)|(?=\/(?!\/)))(\/.*)$/iu.exec(url)
  if (match?.[1] === undefined) return undefined
  const path = match[1].startsWith("//") ? match[1].slice(1) : match[1]
  try {
    const decoded = decodeURIComponent(path)
    return /^\/[A-Za-z]:[\\/]/u.test(decoded) ? decoded.slice(1) : decoded
  } catch {
    return undefined
  }
}

/**
 * What would not survive as it is: `%`, which decoders take for an escape, `?` and `#`, at which they cut, `\`, which some
 * turn round, what is no printable ASCII (DT-02), and a blank at the end, which is easily trimmed.
 */
const escaped = /[^\x20-\x7e]|[%?#\\]| $/gu

/**
 * The URL of a file of this machine, `file:///...`; {@link filePath} is its reverse.
 *
 * @param path - an absolute path, of Unix or with a drive of Windows
 */
export const fileUrl = (path: string): string => {
  const slashed = /^[A-Za-z]:[\\/]/u.test(path)
    ? `/${path.replaceAll("\\", "/")}`
    : path.replace(/^\/+/u, "/")
  return `file://${slashed.toWellFormed().replace(escaped, encodeURIComponent)}`
}
