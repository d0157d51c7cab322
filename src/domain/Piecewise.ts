/**
 * Changing long texts piece by piece. To replace a character that occurs millions of times in one text takes tens of megabytes
 * for a moment; in pieces it takes a few (WEB-67).
 */

/** Characters of a piece. */
const pieceLength = 32_768

/** Changes a text in pieces that are cut before a character, so that what begins with it is not cut itself. */
export const piecewise = (
  text: string,
  before: string,
  change: (piece: string) => string
): string => {
  if (text.length <= pieceLength) return change(text)
  const pieces: Array<string> = []
  for (let start = 0, end; start < text.length; start = end) {
    end = endOf(text, start, before)
    pieces.push(change(text.slice(start, end)))
  }
  return pieces.join("")
}

const endOf = (text: string, start: number, before: string): number => {
  const end = start + pieceLength
  if (end >= text.length) return text.length
  const cut = text.lastIndexOf(before, end)
  if (cut > start) return cut
  if (cut < start) return end
  // it begins with the character, and what follows is longer than a piece
  const next = text.indexOf(before, end)
  return next < 0 ? text.length : next
}
