/** The clients behind promises, each with a hub to be tried with: the one of Node, and the one of pages. */
import type { Facade, TaggedError } from "../../../src/apps/facade/Facade.ts"
import type { Abortable } from "../../../src/apps/facade/Types.ts"
import * as browser from "../../../src/browser.ts"
import type { CommonOptions } from "../../../src/domain/client/Options.ts"
import type { PlainMap } from "../../../src/domain/client/Values.ts"
import * as promise from "../../../src/promise.ts"
import { idOf } from "../../support/promises.ts"
import { World as BrowserWorld } from "../browser/world.ts"
import { World as PromiseWorld } from "../promise/world.ts"

/** Either client; what its handlers return to reply later is its own. */
export type Client = Facade<{ readonly url: string }, never>

/** How either is made. */
export interface Options extends CommonOptions<PlainMap>, Abortable {}

/** A hub in this process with real sockets, and its clients; all of it ends with the world. */
export interface World extends AsyncDisposable {
  /** Where its clients know the hub to be. */
  readonly url: string
  readonly stopHub: () => Promise<void>
  /** A client that the test has to close. */
  readonly connect: (options: Options) => Promise<Client>
  readonly client: (name: string, options?: Options) => Promise<Client>
  /** A client of the Standard Profile. */
  readonly desktop: (name: string) => Promise<Client>
  /** Two clients, with the id of the second. */
  readonly pair: () => Promise<{ readonly ann: Client; readonly bob: Client; readonly to: string }>
}

/** One of the two. */
export interface Kind {
  readonly profile: string
  readonly start: () => Promise<World>
  readonly ErrorResponse: new(...fields: never) => browser.ErrorResponse | promise.ErrorResponse
  readonly Failure: new(fields: Texts) => TaggedError
  readonly Warning: new(fields: Texts) => TaggedError
  readonly later: never
}

/** What a handler can say of what went wrong. */
export interface Texts {
  readonly text: string
  readonly code?: string
  readonly usertxt?: string
  readonly debugtxt?: string
  readonly result?: PlainMap
}

const pairOf = (client: World["client"]): World["pair"] => async () => {
  const ann = await client("ann")
  const bob = await client("bob")
  return { ann, bob, to: await idOf(bob) }
}

const standard: Kind = {
  ...promise,
  profile: "Standard Profile",
  later: promise.later as never, // it is for its own client, and goes nowhere else
  start: async () => {
    const world = await PromiseWorld.start()
    return {
      url: world.hub.url,
      stopHub: () => world.hub.stop(),
      connect: (options) => promise.connect({ hub: world.hub.lockfile, ...options }),
      client: (name, options) => world.client(name, options),
      desktop: (name) => world.client(name),
      pair: pairOf((name) => world.client(name)),
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]()
    }
  }
}

const web: Kind = {
  ...browser,
  profile: "Web Profile",
  later: browser.later as never, // it is for its own client, and goes nowhere else
  start: async () => {
    const world = await BrowserWorld.start()
    return {
      url: world.url,
      stopHub: () => world.stopHub(),
      connect: (options) => browser.connect({ url: world.url, ...options }),
      client: (name, options) => world.page(name, options),
      desktop: (name) => world.desktop(name),
      pair: pairOf((name) => world.page(name)),
      [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]()
    }
  }
}

/** Both. */
export const kinds: ReadonlyArray<Kind> = [standard, web]
