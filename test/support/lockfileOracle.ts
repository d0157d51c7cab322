/** A second opinion on lockfiles: read from the standard character by character, which src does not. */

/** The tokens of a lockfile (STD-37, STD-38, STD-50, STD-51). */
export const oracle = (text: string): ReadonlyMap<string, string> => {
  const tokens = new Map<string, string>()
  let line = ""
  const end = (): void => {
    let name = ""
    let at = 0
    while (at < line.length && line[at] !== "=") name += line[at++] ?? ""
    const legal = Array.from(name.trim()).every((letter) => /[a-zA-Z0-9._-]/.test(letter))
    if (line[0] !== "#" && at < line.length && name.trim() !== "" && legal) {
      tokens.set(name.trim(), line.slice(at + 1).trim())
    }
    line = ""
  }
  for (const letter of text) {
    if (letter === "\n" || letter === "\r") end()
    else line += letter
  }
  end()
  return tokens
}

/** What fuzzing puts into lockfiles. */
export const lockfilePieces = [
  "=",
  "#",
  "\n",
  "\r",
  "\r\n",
  " ",
  "\t",
  "\\",
  "\u0000",
  "\u00ff",
  "samp.secret=",
  "samp.hub.xmlrpc.url=",
  "http://",
  "https://",
  "://",
  ":",
  "[::1]",
  "127.0.0.1",
  "99999999",
  "/",
  "?",
  "@",
  "%41",
  "hub.pid=-1",
  "hub.pid=1e3",
  "__proto__=x",
  "constructor="
] as const
