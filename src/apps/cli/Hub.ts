/** `samp hub` and `samp hub stop`. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { config } from "../../domain/HubState.ts"
import { ClientId } from "../../domain/Identifiers.ts"
import { defaults, type Limits } from "../../domain/Limits.ts"
import { map } from "../../domain/SampValue.ts"
import { product, version } from "../../domain/Version.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { KeySource } from "../../ports/KeySource.ts"
import { findHub } from "../Discovery.ts"
import * as HubEngine from "../HubEngine.ts"
import * as StandardHub from "../StandardHub.ts"
import { codes, Stop } from "./Exit.ts"
import * as Flags from "./Flags.ts"
import * as Platform from "./Platform.ts"
import * as Print from "./Print.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const positive = Schema.Int.check(Schema.isBetween({ minimum: 1024, maximum: 2 ** 31 - 1 }))

const flags = {
  lockfile: text("lockfile", "FILE", "lockfile to write, instead of SAMP_HUB's or ~/.samp"),
  address: Flag.String("address").pipe(
    Flag.withMetavar("ADDRESS"),
    Flag.withDescription("address to listen on; anything but loopback lets other machines in"),
    Flag.withDefault("127.0.0.1")
  ),
  port: Flag.Int("port").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
    Flag.withDescription("port to listen on; 0 takes any free one"),
    Flag.withDefault(0)
  ),
  secret: text("secret", "SECRET", "secret for the lockfile, instead of a random one"),
  multi: Flag.Boolean("multi").pipe(
    Flag.withDescription("be one of several hubs: lockfile in ~/.samp-1, where the Python clients look too"),
    Flag.withDefault(false)
  ),
  label: text("label", "LABEL", "name of this hub, for --hub and for lists"),
  owner: text("owner", "NAME", "who this hub belongs to"),
  group: text("group", "NAME", "working group this hub belongs to"),
  timeout: Flags.seconds("timeout", "end after this long without clients; 0 for never").pipe(
    Flag.withDefault(0)
  ),
  clientTimeout: Flags.seconds(
    "client-timeout",
    "disconnect a client that asks for nothing this long; 0 for never"
  ).pipe(
    Flag.withDefault(0)
  ),
  maxBody: Flag.Int("max-body").pipe(
    Flag.withSchema(positive),
    Flag.withMetavar("BYTES"),
    Flag.withDescription("largest request that is taken"),
    Flag.withDefault(defaults.bodyBytes)
  ),
  deliveryTimeout: Flags.seconds("delivery-timeout", "how long a client may take to accept a message").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0))),
    Flag.withDefault(defaults.deliveryTimeoutMs / 1000)
  ),
  json: Flags.json
}

interface HubFlags {
  readonly timeout: number
  readonly clientTimeout: number
  readonly label: Option.Option<string>
  readonly owner: Option.Option<string>
  readonly group: Option.Option<string>
}

/** What the hub says of itself (META-06). */
const metadata = ({ group, label, owner }: HubFlags) => {
  const own = (key: string, value: Option.Option<string>) =>
    Option.isSome(value) ? { [key]: value.value } : {}
  return map({
    "samp.name": "Hub",
    "samp.description.text": Option.match(label, {
      onNone: () => `${product} SAMP hub`,
      onSome: (name) => `${product} SAMP hub ${name}`
    }),
    [`${product}.version`]: version,
    ...own("hub.label", label),
    ...own("hub.owner.name", owner),
    ...own("hub.owner.group", group)
  })
}

const engine = (flags: HubFlags, limits: Limits) =>
  Layer.unwrap(Effect.map(
    Effect.flatMap(KeySource, (keys) => keys.next),
    (random) =>
      HubEngine.layer(config({
        hubId: ClientId("hub"), // the id that Aladin Lite and others expect (REG-11)
        run: random.slice(0, 8),
        metadata: metadata(flags),
        hubTimeoutMs: flags.timeout * 1000,
        clientTimeoutMs: flags.clientTimeout * 1000,
        limits
      }))
  ))

const optional = Option.getOrUndefined<string>

const run = Effect.fnUntraced(function*(json: boolean) {
  const hub = yield* StandardHub.StandardHub
  const running = yield* HubEngine.HubEngine
  yield* json
    ? Print.json({
      event: "ready",
      url: hub.url,
      lockfile: hub.lockfile,
      pid: hub.pid,
      id: hub.id,
      label: hub.label
    })
    : Print.line(
      `SAMP hub ready: Standard Profile at ${hub.url}, lockfile ${hub.lockfile}. Stop it with Ctrl-C or: samp hub stop`
    )
  const reason = yield* running.ended
  yield* json ? Print.json({ event: "ended", reason }) : Print.line(`SAMP hub ends: ${reason}`)
})

const stop = Command.make(
  "stop",
  { hub: Flags.hub, json: Flags.json },
  Effect.fnUntraced(function*({ hub, json }) {
    const found = yield* findHub(Option.getOrUndefined(hub))
    const sender = yield* CallSender
    const call = { method: "x-samp.hub.stop", params: [found.secret] }
    yield* sender.call(found.url, call, { timeoutMs: 5_000 }).pipe(
      Effect.catchTag("CallError", (error) =>
        Effect.fail(
          error.reason === "RemoteFault"
            ? new Stop({
              code: codes.failure,
              text: `The hub at ${found.url}${
                found.impl === undefined ? "" : ` (${found.impl})`
              } cannot be stopped from outside: ${error.detail}. End it where it was started`
            })
            : error
        ))
    )
    const gone = Effect.flatMap(
      sender.probe(found.url),
      (listens) => listens ? Effect.fail("still there") : Effect.void
    )
    yield* gone.pipe(
      Effect.retry({ times: 100, schedule: Platform.every(50) }),
      Effect.catch(() =>
        Effect.fail(
          new Stop({
            code: codes.timeout,
            text: `The hub at ${found.url} was asked to stop but still listens`
          })
        )
      )
    )
    yield* json
      ? Print.json({ event: "stopped", url: found.url, lockfile: found.lockfile })
      : Print.line(`Stopped the hub at ${found.url}`)
  })
).pipe(Command.withDescription("Stop a running hub: all its clients are told"))

/** `samp hub`. */
export const command = Command.make("hub", flags, (given) => {
  const limits = { ...defaults, bodyBytes: given.maxBody, deliveryTimeoutMs: given.deliveryTimeout * 1000 }
  const hub = StandardHub.layer({
    lockfile: optional(given.lockfile),
    multi: given.multi,
    address: given.address,
    port: given.port,
    secret: optional(given.secret),
    label: optional(given.label),
    owner: optional(given.owner),
    group: optional(given.group)
  }).pipe(Layer.provideMerge(engine(given, limits)), Layer.provide(Platform.layer(limits)))
  return Effect.provide(run(given.json), hub)
}).pipe(
  Command.withDescription("Run a hub until Ctrl-C, SIGTERM or samp hub stop"),
  Command.withExamples([
    { command: "samp hub", description: "the hub that all tools of this user find" },
    { command: "samp hub --multi --label red1", description: "a further hub, for those who ask for red1" }
  ]),
  Command.withSubcommands([stop])
)
