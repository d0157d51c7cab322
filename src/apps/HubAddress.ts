/** Where a hub is, and what it takes to register with it. */
import { product } from "../domain/Version.ts"
import type { AnyHub } from "./Discovery.ts"

/** Over the Standard Profile: URL and secret, as a lockfile tells them. */
export interface StandardAddress {
  readonly url: string
  readonly secret: string
}

/** Over the Web Profile. */
export interface WebAddress {
  readonly url: string
  readonly web: {
    /** `samp.name` of the registration, which the user is shown when the hub asks for consent (WEB-11, WEB-13). */
    readonly name: string
    /** The origin to speak for, see `CallOptions`; undefined for a program that is no browser (WEB-18). */
    readonly origin?: string | undefined
  }
}

/** Either. */
export type HubAddress = StandardAddress | WebAddress

/**
 * The address of a hub that was found.
 *
 * @param name - of who registers, where the place does not say another
 */
export const addressOf = (hub: AnyHub, name: string | undefined): HubAddress =>
  hub.secret === undefined
    ? { url: hub.url, web: { name: hub.web.name ?? name ?? product, origin: hub.web.origin } }
    : { url: hub.url, secret: hub.secret }
