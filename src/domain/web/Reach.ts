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
  /** Whether the first one took so long that somebody may have been asked. */
  readonly asked: boolean
}

/** Milliseconds within which nobody reads a question and closes it; a port on this machine refuses much sooner. */
export const quickMs = 400

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

/** Whether another request can do no harm: nothing is in the way, or nobody has been asked though it seemed so. */
export const mayTry = (facts: PageFacts, asked: boolean): boolean => {
  const obstacle = before(facts)
  return obstacle === undefined || obstacle === "will-ask" && (facts.permission === "unknown" || !asked)
}

/** Why requests have failed; `facts` are those after them. */
export const after = (facts: PageFacts, { answered, asked, forbidden }: Evidence): Reason => {
  if (forbidden) return "content-policy"
  const obstacle = before(facts)
  if (obstacle !== undefined && obstacle !== "will-ask") return obstacle
  if (answered) return facts.named ? "not-a-hub" : "no-origin"
  if (obstacle === undefined) return "no-hub"
  if (facts.permission === "unknown") return "no-hub-or-blocked"
  // Who was asked and has not decided can only have closed the question. Chromium asks nobody where it counts the page to
  // the machine or to its network, though it does not say so.
  return asked ? "dismissed" : "no-hub"
}

const reach = "reach apps on your computer"
const start = "Start one, such as TOPCAT's or `samp hub`, with its Web Profile on."

const sentences: { readonly [R in Reason]: string } = {
  "not-secure":
    `Only secure pages may ${reach}, and this one, or one around it, came over plain http. Open its https ` +
    "address.",
  "frame-policy":
    `The page around this one does not let it ${reach}. Open it in a tab of its own; or its makers add ` +
    "allow=\"loopback-network; local-network-access\" to the frame.",
  "page-policy":
    `The server of this page does not let it ${reach}. Its makers have to allow loopback-network in its ` +
    "Permissions-Policy.",
  "content-policy": "The server of this page does not let it reach the hub. Its makers have to allow " +
    "http://127.0.0.1:21012 and http://localhost:21012 in its Content-Security-Policy, as connect-src.",
  "will-ask":
    `Your browser will ask whether this page may ${reach}. Allow it, so that it finds your astronomy programs.`,
  dismissed: `Your browser asked whether this page may ${reach}, and got no answer. Try again, and allow it.`,
  denied:
    `Your browser does not let this page ${reach}. Click on the symbol left of the address, allow it in the site ` +
    "settings, and try again.",
  "no-hub": `No SAMP hub for web pages is running on your computer. ${start}`,
  "no-hub-or-blocked":
    `No SAMP hub for web pages answers. ${start} If one is running, your browser does not let this ` +
    "page reach it: look into the site settings.",
  "no-origin":
    "This page is a file, or in a sandboxed frame, so that a hub cannot tell it from others. Open it from a " +
    "web server; one on your computer will do.",
  "not-a-hub":
    "What is running where the hub should be is no hub, or one too old for your browser. Stop it, and start a " +
    "hub.",
  busy:
    "The hub on your computer gives no answer. Look whether it has a question open, close other tabs of this site, " +
    "and try again.",
  refused: "The hub on your computer did not let this page in."
}

/** What is wrong and what to do, for whoever sits before the page. */
export const sentence = (reason: Reason): string => sentences[reason]
