/**
 * What the shim needs of a page beyond what Node has as well. The project is compiled without the browser's types; those who
 * have them see theirs in the signatures.
 */

/** An element or a text of a page. */
export interface PageNode {
  innerHTML: string
  type: string
  onclick: (() => void) | null
  readonly appendChild: (node: PageNode) => unknown
  readonly append: (...nodes: ReadonlyArray<PageNode | string>) => void
  readonly setAttribute: (name: string, value: string) => void
  readonly removeAttribute: (name: string) => void
}

interface PageDocument {
  readonly createElement: (name: string) => PageNode
  readonly createTextNode: (text: string) => PageNode
  readonly createDocumentFragment: () => PageNode
}

/** The browser's own request. */
export interface PageXhr {
  readyState: number
  status: number
  responseText: string
  responseXML: unknown
  onload: ((event: unknown) => void) | null
  onerror: ((event: unknown) => void) | null
  ontimeout: ((event: unknown) => void) | null
  readonly open: (method: string, url: string) => void
  readonly send: (body?: string | null) => void
  readonly abort: () => void
  readonly setRequestHeader: (name: string, value: string) => void
}

interface Page {
  readonly document?: PageDocument
  readonly XMLHttpRequest?: new() => PageXhr
}

/** The page, as far as it is one. */
export const page = globalThis as unknown as Page // the compiler knows Node's names only

type Dom = typeof globalThis extends {
  document: {
    createDocumentFragment: () => infer Fragment
    createElement: (name: string) => infer Element
  }
} ? { readonly fragment: Fragment; readonly element: Element }
  : { readonly fragment: PageNode; readonly element: PageNode }

/** A `DocumentFragment`, where the compiler knows what that is. */
export type Fragment = Dom["fragment"]

/** A `Document` that XML was parsed to, where the compiler knows what that is. */
export type XmlDocument = typeof globalThis extends { document: infer D } ? D : unknown
