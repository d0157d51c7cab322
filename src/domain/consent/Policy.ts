/**
 * The policy: which pages the user, or whoever looks after this machine, has allowed or denied once and for all.
 *
 * Which rule counts. Of the rules that are about an origin, have not expired, and ask for no other name:
 *  1. the one with the narrowest origin ({@link Origin.compare}): what is said of one host outdoes what is said of all below a
 *     domain, so that exceptions can be made both ways;
 *  2. among equally narrow ones a denial, whatever names are in them: a page chooses its name, and must not escape by it;
 *  3. then one that asks for the very name, since it says more; then the first in the file.
 * If there is none, the policy is silent. What order rules are in matters only for the last of these.
 */
import { matches } from "../MType.ts"
import * as Origin from "./Origin.ts"

/** What a rule says. */
export interface Rule {
  readonly verdict: "allow" | "deny"
  readonly origin: Origin.OriginPattern
  /** The rule is only about those who call themselves so. */
  readonly name: string | undefined
  /** Patterns of the MTypes that may be sent, in an allowing rule; see {@link Permission}. */
  readonly send: ReadonlyArray<string> | undefined
  /** Patterns of the MTypes that may be received, in an allowing rule. */
  readonly receive: ReadonlyArray<string> | undefined
  /** Milliseconds since 1970 from which on the rule does not count any more. */
  readonly expires: number | undefined
  readonly note: string | undefined
  /** Entries of the file that mean nothing to this program, `x-` in front; they are kept. */
  readonly extra: { readonly [key: string]: unknown }
}

/** All that is remembered. */
export interface Policy {
  readonly rules: ReadonlyArray<Rule>
  readonly extra: { readonly [key: string]: unknown }
}

/** Nothing is remembered. */
export const empty: Policy = { rules: [], extra: {} }

/** Who wants to register (WEB-13). */
export interface Applicant {
  /** Undefined for a program that is no browser (WEB-18). */
  readonly origin: string | undefined
  /** `samp.name`, as it is claimed. */
  readonly name: string
  readonly referer: string | undefined
}

/**
 * What is allowed. Undefined is the usual: what is harmless (WEB-60). A rule that names MTypes allows these and no others;
 * if it names them for one direction only, nothing goes in the other.
 */
export interface Permission {
  readonly send: ReadonlyArray<string> | undefined
  readonly receive: ReadonlyArray<string> | undefined
}

/** The usual permission. */
export const usual: Permission = { send: undefined, receive: undefined }

/** Stands, among the MTypes of a rule, for all that are harmless. */
export const harmlessWord = "harmless"

/** What the policy says. */
export type Decision =
  | ({ readonly _tag: "Allowed"; readonly rule: Rule } & Permission)
  | { readonly _tag: "Denied"; readonly rule: Rule }
  | { readonly _tag: "Silent" }

/** Whether a rule counts no more. */
export const hasExpired = ({ expires }: Rule, now: number): boolean => expires !== undefined && expires <= now

const order = (one: Rule, other: Rule): number =>
  Origin.compare(one.origin, other.origin) ||
  (one.verdict === "deny" ? 0 : 1) - (other.verdict === "deny" ? 0 : 1) ||
  (one.name === undefined ? 1 : 0) - (other.name === undefined ? 1 : 0)

/**
 * All rules about an applicant that have not expired, the one that counts first.
 *
 * @param name - undefined to leave out all that ask for one
 */
export const rulesFor = (
  { rules }: Policy,
  subject: string,
  name: string | undefined,
  now: number
): ReadonlyArray<Rule> => {
  const origin = subject === Origin.local || subject === Origin.opaque
    ? undefined
    : Origin.parseOrigin(subject)
  return rules.filter((rule) =>
    (origin === undefined ? rule.origin.text === subject : Origin.matches(rule.origin, origin)) &&
    (rule.name === undefined || rule.name === name) && !hasExpired(rule, now)
  ).sort(order)
}

const expand = (
  patterns: ReadonlyArray<string> | undefined,
  harmless: ReadonlyArray<string>
): ReadonlyArray<string> => [
  ...new Set((patterns ?? []).flatMap((pattern) => pattern === harmlessWord ? harmless : [pattern]))
]

/**
 * What a rule allows.
 *
 * @param harmless - the patterns that {@link harmlessWord} stands for
 */
export const permissionOf = ({ receive, send }: Rule, harmless: ReadonlyArray<string>): Permission =>
  send === undefined && receive === undefined
    ? usual
    : { send: expand(send, harmless), receive: expand(receive, harmless) }

/** Whether a permission covers an MType, as far as it depends on the hub: recipients may say otherwise (WEB-61). */
export const covers = (
  patterns: ReadonlyArray<string> | undefined,
  harmless: ReadonlyArray<string>,
  mtype: string
): boolean => (patterns ?? harmless).some((pattern) => matches(pattern, mtype))

/** What the policy says about an applicant. */
export const decide = (
  policy: Policy,
  { name, origin }: Pick<Applicant, "name" | "origin">,
  now: number,
  harmless: ReadonlyArray<string>
): Decision => {
  const [rule] = rulesFor(policy, Origin.subjectOf(origin), name, now)
  if (rule === undefined) return { _tag: "Silent" }
  return rule.verdict === "deny"
    ? { _tag: "Denied", rule }
    : { _tag: "Allowed", rule, ...permissionOf(rule, harmless) }
}

/** A change of the policy. */
export type Edit =
  /** Takes the place of all rules about the same origin and name. */
  | { readonly _tag: "Set"; readonly rule: Rule }
  /** Takes away all rules about an origin or a pattern, or only those that ask for a name. */
  | { readonly _tag: "Revoke"; readonly origin: Origin.OriginPattern; readonly name?: string | undefined }

const isAbout = (rule: Rule, edit: Edit): boolean =>
  edit._tag === "Set"
    ? rule.origin.text === edit.rule.origin.text && rule.name === edit.rule.name
    : rule.origin.text === edit.origin.text && (edit.name === undefined || rule.name === edit.name)

/** A policy after a change, and the rules that it took away. */
export const change = (
  policy: Policy,
  edit: Edit
): { readonly policy: Policy; readonly removed: ReadonlyArray<Rule> } => {
  const removed = policy.rules.filter((rule) => isAbout(rule, edit))
  const rest = policy.rules.filter((rule) => !isAbout(rule, edit))
  if (edit._tag === "Revoke") return { policy: { ...policy, rules: rest }, removed }
  const [first] = removed
  const at = first === undefined ? rest.length : policy.rules.indexOf(first)
  return { policy: { ...policy, rules: rest.toSpliced(at, 0, edit.rule) }, removed }
}

/** A rule with no more to it than a verdict about an origin. */
export const plainRule = (verdict: Rule["verdict"], origin: Origin.OriginPattern): Rule => ({
  verdict,
  origin,
  name: undefined,
  send: undefined,
  receive: undefined,
  expires: undefined,
  note: undefined,
  extra: {}
})
