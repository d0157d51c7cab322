/**
 * One linear pass over a document before the parser sees it. It bounds depth and size, refuses declarations, and takes out
 * comments and instructions; CDATA becomes text. What is left are elements and text, on which the parser's time is
 * in proportion to the length, and its recursion within the bounds.
 */
import * as Result from "effect/Result"
import type { ReadingLimits } from "../../domain/Limits.ts"
import { xmlDepth } from "../../domain/XmlRpc.ts"

// oxlint-disable-next-line no-control-regex -- these characters are what is looked for
const notXml =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u

/** What `\s` matches beyond the white space of XML. */
const oddBlank = /[^\S \t\n]/u

/** Elements of a document that goes to the full parser, which needs about two microseconds for each. */
const maxTags = 300_000
/** Characters of one tag, attributes included: in XML-RPC there are none. */
const maxTag = 4_096

type Refusal = Result.Result<never, string>
const refuse = (text: string): Refusal => Result.fail(text)

/** The end of the tag that begins at `start`: attribute values may hold `>`. */
const tagEnd = (text: string, start: number): number => {
  let quote = ""
  const last = Math.min(text.length, start + maxTag)
  for (let at = start + 1; at < last; at++) {
    const character = text.charAt(at)
    if (quote !== "") {
      if (character === quote) quote = ""
    } else if (character === ">") return at
    else if (character === "<") return -1
    else if (character === "\"" || character === "'") quote = character
  }
  return -1
}

/** Blanks that the parser takes for such, and XML does not, outside of attribute values. */
const hasOddBlank = (tag: string): boolean =>
  oddBlank.test(tag) && oddBlank.test(tag.replace(/"[^"]*"|'[^']*'/gu, ""))

/** Stand for `&` and `<` of a CDATA section: no document may hold these characters, and there is nothing to escape. */
const hiddenAmpersand = "\ufffe"
const hiddenLess = "\uffff"

const hide = (text: string): string => text.replaceAll("&", hiddenAmpersand).replaceAll("<", hiddenLess)

/** Text as it is meant, of what {@link prescan} returned, once references are resolved. */
export const reveal = (text: string): string =>
  text.replaceAll(hiddenAmpersand, "&").replaceAll(hiddenLess, "<")

/** Whether a reference begins in `text` and does not end there: what follows a comment must not complete it. */
const breaksOff = (text: string): boolean => text.lastIndexOf("&") > text.lastIndexOf(";")

/**
 * The document without anything but elements and text; what stood in CDATA is to be revealed.
 *
 * @param text - with line ends as LF
 */
export const prescan = (text: string, limits: ReadingLimits): Result.Result<string, string> => {
  if (notXml.test(text)) return refuse("it holds a character that XML does not allow")
  const deepest = xmlDepth(limits)
  const pieces: Array<string> = []
  let depth = 0
  let tags = 0
  let values = 0
  let at = 0
  for (;;) {
    const open = text.indexOf("<", at)
    const between = text.slice(at, open < 0 ? text.length : open)
    if (between.includes("]]>")) return refuse("it holds ]]> outside a CDATA section")
    if (breaksOff(between)) return refuse("there is a bare &")
    if (depth === 0 && /[^ \t\n]/u.test(between)) return refuse("text stands outside the root element")
    pieces.push(between)
    if (open < 0) break
    if (text.startsWith("<!--", open)) {
      const end = text.indexOf("--", open + 4)
      if (end < 0 || text.charAt(end + 2) !== ">") return refuse("a comment does not end, or holds --")
      at = end + 3
    } else if (text.startsWith("<![CDATA[", open)) {
      const end = text.indexOf("]]>", open + 9)
      if (end < 0) return refuse("a CDATA section does not end")
      if (depth === 0) return refuse("a CDATA section stands outside the root element")
      pieces.push(hide(text.slice(open + 9, end)))
      at = end + 3
    } else if (text.startsWith("<?", open)) {
      const end = text.indexOf("?>", open + 2)
      if (end < 0) return refuse("an instruction does not end")
      const isDeclaration = /^<\?xml[\s?]/iu.test(text.slice(open, open + 7))
      if (isDeclaration && open > 0) return refuse("an XML declaration stands within the document")
      if (!/^[A-Za-z_]/u.test(text.charAt(open + 2))) return refuse("an instruction has no name")
      at = end + 2
    } else if (text.startsWith("<!", open)) {
      return refuse("DOCTYPE and other declarations are not allowed")
    } else {
      const end = tagEnd(text, open)
      if (end < 0) return refuse("a tag does not end, or is too long")
      const tag = text.slice(open, end + 1)
      if (hasOddBlank(tag)) return refuse("a tag holds a blank that XML does not know")
      pieces.push(tag)
      at = end + 1
      if (tag.startsWith("</")) {
        if (--depth < 0) return refuse("there is an end tag too many")
        continue
      }
      if (++tags > maxTags) {
        return refuse(`it has more than ${maxTags} elements, and is not in the usual form`)
      }
      if (/^<value[\s/>]/u.test(tag) && ++values > limits.values) {
        return refuse(`it has more than ${limits.values} values`)
      }
      if (!tag.endsWith("/>") && ++depth > deepest) {
        return refuse(`it is nested deeper than ${deepest} elements`)
      }
    }
  }
  return depth === 0 ? Result.succeed(pieces.join("")) : refuse("an element does not end")
}
