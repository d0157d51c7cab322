/** `samp hub` and `samp hub stop`. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { keepSmall } from "../../adapters/node/Garbage.ts"
import * as JournalNode from "../../adapters/node/JournalNode.ts"
import { defaults } from "../../domain/Limits.ts"
import { CallSender } from "../../ports/CallSender.ts"
import { KeySource } from "../../ports/KeySource.ts"
import * as ConsentingHub from "../consent/ConsentingHub.ts"
import { findHub } from "../Discovery.ts"
import * as HubEngine from "../HubEngine.ts"
import * as Platform from "../NodePlatform.ts"

import * as WebPlatform from "../NodeWebPlatform.ts"
import * as StandardHub from "../StandardHub.ts"
import * as WebHub from "../WebHub.ts"
import { ending } from "./Ending.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import { said } from "./Fault.ts"
import * as Flags from "./Flags.ts"
import { command as status } from "./HubStatus.ts"
import { command as web } from "./HubWeb.ts"
import * as Print from "./Print.ts"
import * as Recording from "./Recording.ts"
import * as WebFlags from "./WebFlags.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const positive = Schema.Int.check(Schema.isBetween({ minimum: 1024, maximum: 2 ** 31 - 1 }))

const flags = {
  lockfile: text("lockfile", "FILE", "lockfile to write, instead of SAMP_HUB's or ~/.samp"),
  address: Flag.String("address").pipe(
    Flag.withMetavar("ADDRESS"),
    Flag.withDescription(
      "address to listen on; anything but loopback lets other machines in (default: 127.0.0.1)"
    ),
    Flag.withDefault("127.0.0.1")
  ),
  port: Flag.Int("port").pipe(
    Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))),
    Flag.withDescription("port to listen on; 0 takes any free one (default: 0)"),
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
  timeout: Flags.seconds("timeout", "end after this long without clients; 0 for never (default: 0)").pipe(
    Flag.withDefault(0)
  ),
  clientTimeout: Flags.seconds(
    "client-timeout",
    "disconnect a client that asks for nothing this long; 0 for never (default: 0)"
  ).pipe(
    Flag.withDefault(0)
  ),
  maxBody: Flag.Int("max-body").pipe(
    Flag.withSchema(positive),
    Flag.withMetavar("BYTES"),
    Flag.withDescription(`largest request that is taken (default: ${defaults.bodyBytes})`),
    Flag.withDefault(defaults.bodyBytes)
  ),
  deliveryTimeout: Flags.seconds(
    "delivery-timeout",
    `how long a client may take to accept a message (default: ${defaults.deliveryTimeoutMs / 1000})`
  ).pipe(
    Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0))),
    Flag.withDefault(defaults.deliveryTimeoutMs / 1000)
  ),
  record: text(
    "record",
    "FILE",
    "write all that comes to the hub to this file, for samp replay; keys are left out"
  ),
  overwrite: Flags.overwrite,
  ...WebFlags.flags,
  json: Flags.json
}

const optional = Option.getOrUndefined<string>

const run = Effect.fnUntraced(function*(json: boolean) {
  const hub = yield* StandardHub.StandardHub
  const running = yield* HubEngine.HubEngine
  const web = yield* Effect.flatMap(WebHub.WebHub, ({ state }) => state)
  const lastWord = (reason: string, print: (text: string) => Effect.Effect<void>) =>
    json ? Print.json({ event: "ended", reason }) : print(`SAMP hub ends: ${reason}`)
  yield* json
    ? Print.json({
      event: "ready",
      url: hub.url,
      lockfile: hub.lockfile,
      pid: hub.pid,
      id: hub.id,
      label: hub.label,
      web: web._tag === "On" ? { url: web.url } : { off: web.why }
    })
    : Print.line(
      `SAMP hub ready: Standard Profile at ${hub.url}, lockfile ${hub.lockfile}. Stop it with Ctrl-C or: samp hub stop`
    )
  if (!json && web._tag === "On") yield* Print.line(`Web pages reach it at ${web.url}`)
  const reason = yield* Effect.onInterrupt(
    running.ended,
    () => lastWord(ending.signal ?? "interrupted", Print.remark)
  )
  yield* lastWord(reason, Print.line)
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
              } cannot be stopped from outside: ${said(error.detail)}. End it where it was started`
            })
            : error
        ))
    )
    const gone = Effect.flatMap(
      sender.probe(found.url),
      (listens) => listens ? Effect.fail("still there") : Effect.void
    )
    yield* gone.pipe(
      Effect.retry({ times: 100, schedule: Schedule.spaced(50) }),
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
).pipe(
  Command.withDescription("Stop a running hub: all its clients are told"),
  Command.withExamples([
    { command: "samp hub stop", description: "the hub that all tools of this user find" },
    { command: "samp hub stop --hub red1", description: "the one with that label" }
  ]),
  withExits("noHub", "timeout")
)

/** `samp hub`. */
export const command = Command.make("hub", flags, (given) => {
  const limits = { ...defaults, bodyBytes: given.maxBody, deliveryTimeoutMs: given.deliveryTimeout * 1000 }
  const hub = Layer.unwrap(Effect.gen(function*() {
    const rules = yield* WebFlags.rulesOf(given)
    // The recorder must know the secret, so as not to write it down.
    const keys = yield* KeySource
    const secret = optional(given.secret) ?? (yield* keys.next)
    const path = optional(given.record)
    const observe = path === undefined
      ? undefined
      : yield* Recording.begin({ path, overwrite: given.overwrite, kind: "hub", secrets: [secret] })
    const port = WebFlags.portOf(given)
    return ConsentingHub.layer({
      web: {
        port,
        on: port !== undefined,
        consent: Option.getOrUndefined(given.webConsent),
        rules,
        flash: given.webFlash,
        silverlight: given.webSilverlight
      },
      webMTypes: WebFlags.mtypesOf(given),
      lockfile: optional(given.lockfile),
      multi: given.multi,
      address: given.address,
      port: given.port,
      secret,
      label: optional(given.label),
      owner: optional(given.owner),
      group: optional(given.group),
      timeoutSeconds: given.timeout,
      clientTimeoutSeconds: given.clientTimeout,
      limits,
      observe
    })
  })).pipe(
    Layer.provide(Layer.mergeAll(Platform.layer(limits), WebPlatform.layer(limits), JournalNode.layer))
  )
  return Effect.suspend(() => {
    ending.meant = true
    keepSmall()
    return Effect.provide(run(given.json), hub)
  })
}).pipe(
  Command.withDescription("Run a hub until Ctrl-C, SIGTERM or samp hub stop"),
  Command.withExamples([
    { command: "samp hub", description: "the hub that all tools of this user find" },
    { command: "samp hub --record session.jsonl", description: "keeps what happens, to be replayed" },
    { command: "samp hub --multi --label red1", description: "a further hub, for those who ask for red1" }
  ]),
  withExits("hubRunning", "cannotStart"),
  Command.withSubcommands([stop, status, web])
)
