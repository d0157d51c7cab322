/** What the browser tells of the page that this runs in. */
import type { PageFacts, Permission } from "../../domain/web/Reach.ts"
import { type Globals, globals, type PermissionStatus } from "./Globals.ts"

/** The permission for requests to the machine itself, and the older one that covered all local addresses. */
const names = ["loopback-network", "local-network-access"]

/** Whether a page came from this machine; browsers count files as such. */
const isLocal = ({ hostname, protocol }: NonNullable<Globals["location"]>): boolean =>
  protocol === "file:" || /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/u.test(hostname)

/** The permission as the browser calls it, or undefined when it knows none. */
const query = async (
  { navigator }: Globals
): Promise<{ readonly name: string; readonly status: PermissionStatus } | undefined> => {
  for (const name of names) {
    try {
      const status = await navigator?.permissions?.query({ name })
      if (status !== undefined) return { name, status }
    } catch {
      // a TypeError: a name that this browser does not know
    }
  }
  return undefined
}

/** What is known of the page. */
export const pageFacts = async (page: Globals = globals): Promise<PageFacts> => {
  const { document, isSecureContext, location, origin, self, top } = page
  const known = await query(page)
  const permission: Permission = known?.status.state ?? "unknown"
  const policy = document?.featurePolicy
  const isGoverned = known !== undefined && policy?.features().includes(known.name) === true
  return {
    local: location === undefined || isLocal(location),
    secure: isSecureContext !== false,
    named: origin !== "null",
    framed: self !== top,
    allowed: !isGoverned || policy.allowsFeature(known.name),
    permission
  }
}

/** Whether the user has just clicked or typed; also where that cannot be known. */
export const isUserActive = ({ navigator }: Globals = globals): boolean =>
  navigator?.userActivation?.isActive !== false

/** Whether anybody sees the page. */
export const isVisible = ({ document }: Globals = globals): boolean => document?.visibilityState !== "hidden"

/** Calls when the user has changed the permission, until the signal is aborted. */
export const onPermissionChange = async (
  changed: () => void,
  signal: AbortSignal,
  page: Globals = globals
): Promise<void> => {
  const status = (await query(page))?.status
  if (status === undefined || signal.aborted) return
  status.addEventListener("change", changed)
  signal.addEventListener("abort", () => status.removeEventListener("change", changed))
}

/**
 * Calls when the page is left, and when it is gone back to as it was. The browser keeps it for that only sometimes.
 *
 * @returns a function that ends it
 */
export const onPageTurn = (turned: (isLeft: boolean) => void, page: Globals = globals): () => void => {
  const left = (): void => turned(true)
  const shown = ({ persisted }: { readonly persisted: boolean }): void => {
    if (persisted) turned(false)
  }
  page.addEventListener?.("pagehide", left)
  page.addEventListener?.("pageshow", shown)
  return () => {
    page.removeEventListener?.("pagehide", left)
    page.removeEventListener?.("pageshow", shown)
  }
}

/** Runs, and tells whether the page's own policy forbade a request to one of these places meanwhile. */
export const watchedPolicy = async <A>(
  places: ReadonlyArray<string>,
  run: (isForbidden: () => boolean) => Promise<A>,
  { document }: Globals = globals
): Promise<A> => {
  let forbidden = false
  const listener = ({ blockedURI }: { readonly blockedURI: string }): void => {
    forbidden ||= places.some((place) => place === blockedURI || place === `${blockedURI}/`)
  }
  document?.addEventListener("securitypolicyviolation", listener)
  try {
    return await run(() => forbidden)
  } finally {
    document?.removeEventListener("securitypolicyviolation", listener)
  }
}
