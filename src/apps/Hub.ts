/** A whole hub: engine and Standard Profile, as `samp hub` runs it. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { config, type HubConfig } from "../domain/HubState.ts"
import { ClientId } from "../domain/Identifiers.ts"
import { defaults, type Limits } from "../domain/Limits.ts"
import type { HubNames } from "../domain/Lockfile.ts"
import { map } from "../domain/SampValue.ts"
import { product, version } from "../domain/Version.ts"
import { KeySource } from "../ports/KeySource.ts"
import * as HubEngine from "./HubEngine.ts"
import * as StandardHub from "./StandardHub.ts"
import * as WebHub from "./WebHub.ts"

/** How a hub is run. */
export interface HubOptions extends HubNames {
  /** Path of the lockfile; undefined for what SAMP_HUB says, or `.samp` at home. */
  readonly lockfile?: string | undefined
  /** Whether to be one of several hubs, with a lockfile in the multi-hub directory (STD-53). Default false. */
  readonly multi?: boolean | undefined
  /** Address to listen on. Default 127.0.0.1. */
  readonly address?: string | undefined
  /** Port to listen on. Default 0: any free one. */
  readonly port?: number | undefined
  /** Secret for the lockfile; undefined for a random one. */
  readonly secret?: string | undefined
  /** Seconds without clients after which the hub ends; 0, the default, for never. */
  readonly timeoutSeconds?: number | undefined
  /** Seconds without a request after which a client is disconnected; 0, the default, for never. */
  readonly clientTimeoutSeconds?: number | undefined
  /** Patterns of the MTypes that web clients may send unless consent says otherwise; default the harmless ones (WEB-60). */
  readonly webMTypes?: ReadonlyArray<string> | undefined
  readonly limits?: Limits | undefined
  /** Makes an observer of all that the machine does, such as a recorder, once the configuration is known. */
  readonly observe?: ((config: HubConfig) => HubEngine.Observe) | undefined
}

/** What the hub says of itself (META-06). */
const metadata = ({ group, label, owner }: HubNames) => {
  const own = (key: string, value: string | undefined) => value === undefined ? {} : { [key]: value }
  return map({
    "samp.name": "Hub",
    "samp.description.text": label === undefined ? `${product} SAMP hub` : `${product} SAMP hub ${label}`,
    [`${product}.version`]: version,
    ...own("hub.label", label),
    ...own("hub.owner.name", owner),
    ...own("hub.owner.group", group)
  })
}

const engine = (options: HubOptions) =>
  Layer.unwrap(Effect.map(
    Effect.flatMap(KeySource, (keys) => keys.next),
    (random) => {
      const whole = config({
        hubId: ClientId("hub"), // the id that Aladin Lite and others expect (REG-11)
        run: random.slice(0, 8),
        metadata: metadata(options),
        hubTimeoutMs: (options.timeoutSeconds ?? 0) * 1000,
        ...options.webMTypes === undefined ? {} : { webMTypes: options.webMTypes },
        clientTimeoutMs: (options.clientTimeoutSeconds ?? 0) * 1000,
        limits: options.limits ?? defaults
      })
      return HubEngine.layer(whole, options.observe?.(whole))
    }
  ))

const standard = (options: HubOptions) => {
  const { address = "127.0.0.1", group, label, lockfile, multi = false, owner, port = 0, secret } = options
  return StandardHub.layer({ address, group, label, lockfile, multi, owner, port, secret })
}

/** A hub of the Standard Profile; it is stopped, and its clients told, when the layer is released. */
export const layer = (options: HubOptions = {}) =>
  Layer.suspend(() => Layer.provideMerge(standard(options), engine(options)))

/**
 * A hub with the Web Profile beside the Standard Profile. Its endpoint opens once the lockfile is there, and closes after
 * all clients were told that the hub stops; that it cannot be opened is logged, and the hub goes on without.
 */
export const withWeb = (
  { web = {}, ...options }: HubOptions & { readonly web?: WebHub.WebHubOptions } = {}
) =>
  Layer.suspend(() => {
    const switchOn = web.on === false
      ? Layer.empty
      : Layer.effectDiscard(Effect.flatMap(WebHub.WebHub, (hub) => hub.switchOn))
    return switchOn.pipe(
      Layer.provideMerge(standard(options)),
      Layer.provideMerge(WebHub.layer({ ...web, on: false })),
      Layer.provideMerge(engine(options))
    )
  })
