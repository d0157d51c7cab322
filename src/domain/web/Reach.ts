/**
 * Whether a page can reach a hub on its user's machine, and why not if it cannot (P1).
 *
 * Since 2025 browsers let a page talk to programs on the machine only if it came over https, if those who embed it allow
 * it, and if the user has said yes. What they tell of a request that failed is only that it did; the reason is put together
 * here from what else is known. A page of the machine itself needs nothing of all this.
 */

/** What the browser says about the permission; `unknown` when it knows none of its names. */
export type Permission = "granted" | "prompt" | "denied" | "unknown"

/** What is known of a page without any request. */
export interface PageFacts {
  /** Whether it came from this machine, or is no page at all but a program. */
  readonly local: boolean
  /** Whether it is a secure context: https all the way up, or local. */
  readonly secure: boolean
  /** Whether it has an origin that a hub can tell from others: files and sandboxed frames have none (WEB-18). */
  readonly named: boolean
  /** Whether it is in a frame of another page. */
  readonly framed: boolean
  /** Whether the permission policy of the page, and of those around it, leaves the permission to it. */
  readonly allowed: boolean
  readonly permission: Permission
}

/** What became of requests to the hub's place. */
export interface Evidence {
  /** Whether the page's own Content-Security-Policy forbade one. */
  readonly forbidden: boolean
  /** Whether something took a request, though it did not answer as a hub. */
  readonly answered: boolean
}

/** Why there is no hub to talk to, for programs. */
export type Reason =
  | "not-secure"
  | "frame-policy"
  | "page-policy"
  | "content-policy"
  | "will-ask"
  | "dismissed"
  | "denied"
  | "no-hub"
  | "no-hub-or-blocked"
  | "no-origin"
  | "not-a-hub"
  | "busy"
  | "refused"

/** What is in the way before any request; `will-ask` is not, but should wait for a click. Undefined when nothing is. */
export const before = ({ allowed, framed, local, permission, secure }: PageFacts): Reason | undefined => {
  if (local) return undefined
  if (!allowed) return framed ? "frame-policy" : "page-policy"
  if (permission === "granted") return undefined
  if (permission === "denied") return secure ? "denied" : "not-secure"
  return "will-ask" // also of a browser that does not know the permission: it may have one of another name, or none
}

/** Why requests have failed; `facts` are those after them. */
export const after = (facts: PageFacts, { answered, forbidden }: Evidence): Reason => {
  if (forbidden) return "content-policy"
  const obstacle = before(facts)
  if (obstacle !== undefined && obstacle !== "will-ask") return obstacle
  if (answered) return facts.named ? "not-a-hub" : "no-origin"
  if (obstacle === undefined) return "no-hub"
  // who was asked and has not decided can only have closed the question
  return facts.permission === "prompt" ? "dismissed" : "no-hub-or-blocked"
}

const start = "Start one, such as TOPCAT's or `samp hub`, with its Web Profile switched on, and try again."

const sentences: { readonly [R in Reason]: string } = {
  "not-secure":
    "This page came over plain http, and browsers let only secure pages talk to programs on your computer. " +
    "Open its https address instead.",
  "frame-policy":
    "This page is shown inside another one, which does not let it talk to programs on your computer. " +
    "Open it in a tab of its own; or its makers add allow=\"loopback-network; local-network-access\" to the frame.",
  "page-policy":
    "The server of this page has forbidden it to talk to programs on your computer, by a Permissions-Policy " +
    "header. Its makers have to allow loopback-network in there.",
  "content-policy":
    "The server of this page has forbidden it to talk to the hub, by a Content-Security-Policy. Its makers " +
    "have to add http://127.0.0.1:21012 and http://localhost:21012 to connect-src.",
  "will-ask":
    "To reach the astronomy programs on your computer, this page needs your leave: the browser will ask whether " +
    "it may access apps on this device. Nothing is sent before you allow it.",
  dismissed:
    "The browser asked whether this page may access apps on this device, and the question was closed without an " +
    "answer. Try again, and choose Allow.",
  denied:
    "Your browser keeps this page from the programs on your computer. Click on the symbol left of the address, open " +
    "the site settings, allow access to apps on this device, and try again.",
  "no-hub": `No SAMP hub for web pages is running on this computer. ${start}`,
  "no-hub-or-blocked":
    "No SAMP hub for web pages answers: either none is running on this computer, or your browser " +
    `keeps this page from it. ${start} If one is running, look into the site settings.`,
  "no-origin":
    "A hub may be running, but this page has no address that it could recognize: it is a file, or in a " +
    "sandboxed frame. Open it from a web server; one on your own computer will do.",
  "not-a-hub":
    "Another program sits at the port where the hub should be, or a hub too old for this browser. Stop that " +
    "program, and start a hub.",
  busy:
    "A hub is running on this computer, but it is too busy to answer. Look whether it has a question open, and try again.",
  refused: "The hub did not let this page in."
}

/** What is wrong and what to do, for whoever sits before the page. */
export const sentence = (reason: Reason): string => sentences[reason]
