/**
 * Where the two other hubs do not hold what we ask of ours. Used only when the checks run against one of them
 * (INTEROP_HUB=jsamp or astropy), which is how the checks themselves are judged: all others must pass there.
 */
import type { Kind } from "./Hubs.ts"

const deviations: Readonly<Record<Kind, ReadonlySet<string>>> = {
  ours: new Set(),
  jsamp: new Set([
    // WIRE-64: the wildcard's dot is not compared.
    "subscriptions.wildcards.listing",
    "subscriptions.wildcards.delivery",
    "subscriptions.mostSpecific",
    "fault.notSubscribed",
    // One msg-id for equal sender and tag (DLV-06); duplicates and strangers are let through (DLV-15, DLV-16).
    "call.sameTag",
    "fault.reply.twice.async",
    "fault.reply.twice.callAll",
    "fault.reply.stranger",
    // Nothing ends a call whose callee has left (DLV-23).
    "unregister.calleeOfCallAndWait",
    "unregister.calleeOfCall",
    "values.carriageReturn",
    "fault.malformedMessage",
    "fault.characters",
    "fault.callbackUrl",
    "fault.malformedXml",
    "fault.reply.illFormed"
  ]),
  astropy: new Set([
    // WIRE-75: declaring again after overlapping wildcards crashes and leaves a ghost; annotations are dropped.
    "subscriptions.wildcards.overlap",
    "subscriptions.mostSpecific",
    "subscriptions.notTheCaller",
    // WIRE-29, WIRE-77: no argument, message, response or reply is looked at; faults are often HTTP 500.
    "values.carriageReturn",
    "values.numbers",
    "fault.unknownKey",
    "fault.keyAfterUnregister",
    "fault.arity",
    "fault.types",
    "fault.notCallable",
    "fault.malformedMessage",
    "fault.characters",
    "fault.subscriptions",
    "fault.callbackUrl",
    "fault.timeoutSyntax",
    "fault.text",
    "fault.malformedXml",
    "fault.reply.msgId",
    "fault.reply.illFormed",
    "fault.reply.halfWarning",
    "fault.reply.twice.sync",
    "fault.reply.twice.async",
    "fault.reply.twice.callAll",
    "fault.reply.stranger",
    "fault.reply.late",
    "fault.reply.toNotification",
    "unregister.sender",
    // Its own callAndWait to itself may lose the race of WIRE-77.
    "hub.answers",
    "unregister.calleeOfCallAndWait",
    "unregister.calleeOfCall"
  ])
}

/**
 * Where a value that goes through another's hub or client comes back changed, as a rule that makes of what was sent what
 * may come back. Python and JSAMP write a carriage return as it is, which XML makes a line feed of (DT-05).
 */
export const throughOthers = (text: string): string => text.replace(/\r\n?/gu, "\n")

export const deviates = (kind: Kind, check: string): boolean => deviations[kind].has(check)
