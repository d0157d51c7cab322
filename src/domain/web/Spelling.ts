/**
 * When two URLs mean the same, as far as that can be told from their text: programs send on what they were sent in a spelling
 * of their own, such as `file://localhost/p` for `file:/p` (WIRE-66), and a page must not get at a file by naming it in
 * another one first (WEB-54). It is told generously, and so is good for closing only. Pure.
 */
import { bareHost } from "./Addresses.ts"

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** A path without `.`, `..`, empty parts and backslashes; disks that know no capitals, or other accents, are not told apart. */
const plain = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split(/[\\/]+/u)) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`.normalize("NFC").toLowerCase()
}

const loopback = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|::1|::ffff:7f[0-9a-f]{2}:[0-9a-f]+)$/u

/** A file, by its path; a part of it that is cut off by some is cut off. */
const fileKey = (rest: string): string => {
  const [, host = "", path = ""] =
    /^(?:\/\/(?![a-z][:|])([^\\/]*))?(.*)$/isu.exec(rest.replace(/[?#].*$/su, "")) ?? []
  const here = host === "" || loopback.test(bareHost(host)) ? "" : `//${bareHost(host)}`
  return `file:${here}${plain(decoded(path))}`
}

/**
 * What all spellings of a URL have in common.
 *
 * @param text - a URL or, as some programs take it, the absolute path of a file
 */
export const keyOf = (text: string): string => {
  const trimmed = text.trim()
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/isu.exec(trimmed) ?? []
  if (scheme === "" || scheme.length === 1) return fileKey(`/${trimmed.replace(/^[\\/]+/u, "")}`)
  if (scheme.toLowerCase() === "file") return fileKey(rest)
  if (!URL.canParse(trimmed)) return trimmed.toLowerCase()
  const url = new URL(trimmed)
  const host = bareHost(url.hostname)
  const port = url.port === "" ? "" : `:${url.port}`
  const where = loopback.test(host) ? "localhost" : host
  return `${url.protocol}//${where}${port}${decoded(`${url.pathname}${url.search}`)}`
}
