/** Port: the endpoint of the Web Profile, which pages call, read through and hand data to (section 5). */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Fault } from "../domain/Fault.ts"
import type { SampValue } from "../domain/SampValue.ts"
import type { MethodCall } from "../domain/XmlRpc.ts"
import type { Endpoint, ListenError } from "./CallServer.ts"
import type { Content } from "./DataServer.ts"

/** Who calls, as far as the request tells. */
export interface Page {
  /** The `Origin` that the browser vouches for; undefined when it is no browser (WEB-18). */
  readonly origin: string | undefined
  readonly referer: string | undefined
}

/** An answer that may turn out not to have reached the one who called. */
export interface WebAnswer {
  readonly value: SampValue
  /** Runs if the connection was gone before the answer was handed over, or was reset after that: it was not read (WEB-36). */
  readonly unread?: (() => void) | undefined
}

/** Whether the holder of a token may read a URL through the hub (WEB-53, WEB-54). */
export type Reading = "Allowed" | "Blocked" | "UnknownToken"

/** What a page has handed over, whole. */
export interface Upload {
  /** File name that the page gave it, unchecked. */
  readonly name: string
  readonly mediaType: string
  readonly size: number
  readonly content: Content
  /** Removes it from where it was put; to be run once nobody is to read it any more. */
  readonly discard: Effect.Effect<void>
}

/** The hub behind the endpoint. */
export interface WebHandler {
  /** Answers one call; interrupted when its caller hangs up. */
  readonly call: (call: MethodCall, page: Page) => Effect.Effect<WebAnswer, Fault>
  /** Whether a private key is that of a client of this origin: others may say hello only, and briefly (WEB-67). */
  readonly knows: (key: string, origin: string | undefined) => boolean
  /** @param origin - of the page that reads; undefined when the browser does not tell, as for images */
  readonly mayRead: (token: string, url: string, origin: string | undefined) => Reading
  /** Bytes that the holder of a token may still hand over, or undefined if nobody holds it. */
  readonly room: (token: string, origin: string | undefined) => number | undefined
  /** Takes what was handed over. @returns the URL under which others find it, or undefined if its owner has left meanwhile */
  readonly publish: (token: string, upload: Upload) => Effect.Effect<string | undefined>
}

/** Where and how to listen. */
export interface WebListenOptions {
  /** 21012 is what pages know (WEB-01); 0 takes any free one. */
  readonly port: number
  readonly title: string
  /** Whether to serve `crossdomain.xml` and `clientaccesspolicy.xml` for Flash and Silverlight (WEB-09). */
  readonly flash: boolean
  readonly silverlight: boolean
}

/** Opens endpoints on 127.0.0.1 and, where there is one, ::1 (WEB-03); each is closed with its scope. */
export class WebServer extends Context.Service<WebServer, {
  readonly listen: (
    options: WebListenOptions,
    handler: WebHandler
  ) => Effect.Effect<Endpoint, ListenError, Scope.Scope>
}>()("samp/ports/WebServer") {}

/** Path of the translator at the endpoint; the token and `?` and the foreign URL follow. */
export const translatorPath = "/proxied/"
/** Path to which pages hand data over; the token follows. */
export const publisherPath = "/published/"
