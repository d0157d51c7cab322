/** The names that a hub gives out. All are opaque (REG-06): they are compared, never parsed. */
import * as Brand from "effect/Brand"

/** Public id of a client: shown to everybody (section 3.5). */
export type ClientId = string & Brand.Brand<"ClientId">

/** Private key of a client: the only proof of who asks, never shown to another client (REG-12, REG-13). */
export type PrivateKey = string & Brand.Brand<"PrivateKey">

/** The hub's name for one call to one recipient (section 3.10). */
export type MessageId = string & Brand.Brand<"MessageId">

/** Names a string as a public id. */
export const ClientId = Brand.nominal<ClientId>()

/** Names a string as a private key. */
export const PrivateKey = Brand.nominal<PrivateKey>()

/** Names a string as a msg-id. */
export const MessageId = Brand.nominal<MessageId>()

/**
 * Compares two secrets in a time that depends on their lengths only.
 *
 * @param given - what a caller sent
 * @param expected - the secret
 */
export const sameSecret = (given: string, expected: string): boolean => {
  let difference = given.length ^ expected.length
  for (let i = 0; i < given.length; i++) {
    difference |= given.charCodeAt(i) ^ expected.charCodeAt(expected.length === 0 ? 0 : i % expected.length)
  }
  return difference === 0
}
