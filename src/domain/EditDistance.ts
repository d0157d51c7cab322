/** How far a text is from another, for hints at what was meant. */

/** Characters to put in, leave out or change until `one` is `other` (Levenshtein). */
export const editDistance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const [above = 0, before = 0, left = 0] = [row[j], row[j - 1], next[j - 1]]
      next.push(Math.min(above + 1, left + 1, before + (one[i - 1] === other[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[other.length] ?? 0
}

/**
 * The nearest of some names to a word, whatever its case: at most two letters away, and at most a fourth of them, since
 * short names are near to everything.
 */
export const nearest = (word: string, names: Iterable<string>): string | undefined => {
  const wanted = word.toLowerCase()
  const most = Math.min(2, Math.floor(wanted.length / 4))
  const near = [...new Set(names)]
    .filter((name) => Math.abs(name.length - wanted.length) <= most)
    .map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return near[0]?.name
}
