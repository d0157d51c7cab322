/** What a foreign hub says when it refuses, for people. */

/** Characters that are shown of it. */
const longest = 120

/** Names of Java's and Python's exceptions in front of what they say. */
const classes = /^(?:<class '[^'>]*'>:\s*|(?:[\w$]+\.)*[\w$]*(?:Exception|Error|Fault)(?::\s*|$))+/u

/** A stack of Java's whose line ends have become blanks on the way. */
const stack = /\s+at [\w$.<>/]+\(.*$/u

/** The first line of a fault, without the names of exceptions, and no longer than a line of a terminal and a half. */
export const said = (fault: string): string => {
  const first = fault.split(/[\r\n]+/u).map((line) => line.trim()).find((line) => line !== "") ?? ""
  const shown = first.replaceAll(/\p{Cc}/gu, " ").replace(stack, "")
  const bare = shown.replace(classes, "").replace(/\.$/u, "")
  const text = bare === "" ? shown : bare
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text
}
