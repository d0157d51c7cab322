/**
 * What a page has that Node has not, as far as it is used here. The project is compiled without the browser's types, since
 * most of it is not for pages; all of this may be missing, in a worker or in Node.
 */

/** A parsed document. */
export interface DomNode {
  readonly nodeType: number
  readonly nodeName: string
  readonly nodeValue: string | null
  readonly childNodes: ArrayLike<DomNode>
}

/** A document as `DOMParser` makes it. */
export interface DomDocument {
  readonly documentElement: DomNode
  readonly getElementsByTagName: (name: string) => ArrayLike<DomNode>
}

/** State of a permission (Permissions API). */
export interface PermissionStatus {
  readonly state: "granted" | "prompt" | "denied"
  readonly addEventListener: (type: "change", listener: () => void) => void
  readonly removeEventListener: (type: "change", listener: () => void) => void
}

/** Tells that something was forbidden by the page's own Content-Security-Policy. */
export interface PolicyViolation {
  readonly blockedURI: string
}

/** The names, as in the browser's documentation. */
export interface Globals {
  readonly DOMParser?: new() => { readonly parseFromString: (text: string, type: "text/xml") => DomDocument }
  readonly isSecureContext?: boolean
  readonly origin?: string
  readonly location?: { readonly hostname: string; readonly protocol: string; readonly origin: string }
  readonly self?: unknown
  readonly top?: unknown
  readonly document?: {
    readonly title: string
    readonly visibilityState: string
    readonly featurePolicy?: {
      readonly features: () => ReadonlyArray<string>
      readonly allowsFeature: (name: string) => boolean
    }
    readonly addEventListener: (
      type: "securitypolicyviolation",
      listener: (event: PolicyViolation) => void
    ) => void
    readonly removeEventListener: (
      type: "securitypolicyviolation",
      listener: (event: PolicyViolation) => void
    ) => void
  }
  readonly navigator?: {
    readonly permissions?: { readonly query: (what: { readonly name: string }) => Promise<PermissionStatus> }
    readonly userActivation?: { readonly isActive: boolean }
  }
  readonly addEventListener?: (
    type: "pagehide" | "pageshow",
    listener: (event: { readonly persisted: boolean }) => void
  ) => void
  readonly removeEventListener?: (
    type: "pagehide" | "pageshow",
    listener: (event: { readonly persisted: boolean }) => void
  ) => void
}

/** Those of here. */
export const globals = globalThis as unknown as Globals // the compiler knows Node's only; each is optional above
