/** Makes a failing input small, so that a person can read it. */

/**
 * The smallest input found that still fails.
 *
 * @param fails - whether an input shows the same mistake
 * @param limitMs - milliseconds it may take
 */
export const shrink = async (
  input: string,
  fails: (candidate: string) => Promise<boolean>,
  limitMs: number
): Promise<string> => {
  const deadline = performance.now() + limitMs
  const late = (): boolean => performance.now() > deadline
  let best = input
  const attempt = async (candidate: string): Promise<boolean> => {
    if (candidate === best || late() || !(await fails(candidate))) return false
    best = candidate
    return true
  }
  let before = ""
  while (before !== best && !late()) {
    before = best
    for (
      let length = Math.ceil(best.length / 2);
      length >= 1;
      length = length === 1 ? 0 : Math.ceil(length / 2)
    ) {
      for (let at = 0; at < best.length && !late();) {
        if (!(await attempt(best.slice(0, at) + best.slice(at + length)))) at += length
      }
    }
    // what cannot go may at least be plain
    for (let at = 0; at < best.length && !late(); at++) {
      if (/[b-zA-Z1-9\u0080-\u00ff]/u.test(best.charAt(at))) {
        await attempt(`${best.slice(0, at)}a${best.slice(at + 1)}`)
      }
    }
  }
  return best
}
