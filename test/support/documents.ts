/** XML-RPC documents in the style of each known peer, after the raw samples of the wire notes (WIRE-25, WIRE-26). */
import { isList, type SampValue } from "../../src/domain/SampValue.ts"

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\r", "&#13;")

/** How a peer writes. */
export interface Style {
  readonly declaration: string
  /** Line end and indentation before an element at this depth. */
  readonly line: (depth: number) => string
  /** Whether a string is put into an element of its own. */
  readonly typed: boolean
  /** Whether `<params>` is there when it is empty. */
  readonly emptyParams: boolean
}

/** The styles: what a peer writes around the same content. */
export const styles = {
  jsamp: {
    declaration: "<?xml version='1.0' encoding='UTF-8'?>\n",
    line: (depth) => `\n${"  ".repeat(depth)}`,
    typed: false,
    emptyParams: false
  },
  python: { declaration: "<?xml version='1.0'?>\n", line: () => "\n", typed: true, emptyParams: true },
  ds9: {
    declaration: "<?xml version=\"1.0\"?>\n",
    line: (depth) => `\n${"\t".repeat(depth)}`,
    typed: true,
    emptyParams: true
  },
  sampjs: {
    declaration: "<?xml version='1.0'?>\n",
    line: (depth) => `\n${"  ".repeat(depth)}`,
    typed: true,
    emptyParams: true
  },
  /** Nobody in particular: no white space at all. */
  dense: { declaration: "<?xml version=\"1.0\"?>", line: () => "", typed: true, emptyParams: true }
} satisfies { readonly [peer: string]: Style }

const writeValue = (style: Style, value: SampValue, depth: number): string => {
  const { line, typed } = style
  if (typeof value === "string") {
    return typed ? `<value><string>${escaped(value)}</string></value>` : `<value>${escaped(value)}</value>`
  }
  const inner = isList(value)
    ? `<array>${line(depth + 2)}<data>${
      value.map((item) => line(depth + 3) + writeValue(style, item, depth + 3)).join("")
    }${line(depth + 2)}</data>${line(depth + 1)}</array>`
    : `<struct>${
      [...value].map(([key, item]) =>
        `${line(depth + 2)}<member>${line(depth + 3)}<name>${escaped(key)}</name>${line(depth + 3)}${
          writeValue(style, item, depth + 3)
        }${line(depth + 2)}</member>`
      ).join("")
    }${line(depth + 1)}</struct>`
  return `<value>${line(depth + 1)}${inner}${line(depth)}</value>`
}

const writeParams = (style: Style, params: ReadonlyArray<SampValue>): string => {
  const { emptyParams, line } = style
  if (params.length === 0 && !emptyParams) return ""
  const inner = params.map((param) =>
    `${line(2)}<param>${line(3)}${writeValue(style, param, 3)}${line(2)}</param>`
  )
  return `${line(1)}<params>${inner.join("")}${line(1)}</params>`
}

/** A call as a peer would write it. */
export const callDocument = (style: Style, method: string, params: ReadonlyArray<SampValue>): string =>
  `${style.declaration}<methodCall>${style.line(1)}<methodName>${method}</methodName>${
    writeParams(style, params)
  }${style.line(0)}</methodCall>\n`

/** A successful answer as a peer would write it. */
export const answerDocument = (style: Style, value: SampValue): string =>
  `${style.declaration}<methodResponse>${writeParams(style, [value])}${style.line(0)}</methodResponse>\n`
