/** `samp load`: data to those who can load them. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createReadStream, type ReadStream, statSync } from "node:fs"
import { kinds, parseKind } from "../../domain/content/Kinds.ts"
import { stringAt } from "../../domain/SampValue.ts"
import { FileError, FileStore } from "../../ports/FileStore.ts"
import type { Client } from "../client/Client.ts"
import { title } from "../client/Finding.ts"
import * as Sending from "../data/Sending.ts"
import type { Source } from "../data/Source.ts"
import * as NodeDataPlatform from "../NodeDataPlatform.ts"
import { connect } from "./Client.ts"
import { codes, Stop } from "./Exit.ts"
import { withExits } from "./Exits.ts"
import * as Flags from "./Flags.ts"
import * as Print from "./Print.ts"
import * as Progress from "./Progress.ts"
import * as Replies from "./Replies.ts"
import { ascii } from "./Session.ts"

const usage = (text: string): Stop => new Stop({ code: codes.usage, text })

/** What comes by a pipe, put into a file without holding it: it may be large, and is asked for more than once. */
const spooled = (pipe: NodeJS.ReadStream | ReadStream, path: string, called: string) =>
  Effect.gen(function*() {
    const store = yield* FileStore
    const bytes = Stream.fromAsyncIterable(
      pipe as AsyncIterable<Uint8Array>, // no encoding is set
      (error) =>
        new FileError({
          reason: "Other",
          path,
          action: "read",
          detail: error instanceof Error ? error.message : String(error)
        })
    )
    const source: Source = { file: yield* store.temporary(bytes, "data"), called }
    return source
  })

const stdin = Effect.gen(function*() {
  if (process.stdin.isTTY) {
    return yield* usage("samp load - reads the data from a pipe, as in: cat table.vot | samp load -")
  }
  return yield* spooled(process.stdin, "the standard input", "stdin")
})

/** Whether a path is that of a pipe, such as bash's `<(command)`. */
const isPipe = (path: string) =>
  Effect.sync(() => statSync(path, { throwIfNoEntry: false })?.isFIFO() === true)

const sourceOf = (argument: string) =>
  Effect.gen(function*() {
    if (argument === "") return yield* usage("the name of the file is empty")
    if (argument === "-") return yield* stdin
    if (/^(?:file:|[a-z][a-z0-9+.-]*:\/\/)/iu.test(argument)) return { url: argument }
    return (yield* isPipe(argument))
      ? yield* spooled(createReadStream(argument), argument, "pipe")
      : { file: argument }
  })

/** Tells without waiting; what would have to be served cannot be told so. */
const notify = (client: Client, prepared: Sending.Prepared, options: Sending.SendOptions, json: boolean) =>
  Effect.gen(function*() {
    const { place, product, recipients } = prepared
    if (options.serve === "http" || (place._tag === "File" && place.called !== undefined)) {
      return yield* usage("data that this command serves have to be waited for; leave --no-wait out")
    }
    const url = yield* Sending.tell(client, prepared, options)
    for (const { client, product: { mtype } } of recipients) {
      yield* json
        ? Print.json({ id: client.id, name: client.name, mtype, url, status: null })
        : Print.line(`Sent the ${product.description} to ${title(client)}`)
    }
  })

const flags = {
  sources: Argument.String("file|url|-").pipe(
    Argument.withDescription("files, http, https or file URLs, or - for the standard input"),
    Argument.atLeast(1)
  ),
  to: Flags.to,
  as: Flag.String("as").pipe(
    Flag.withMetavar("KIND"),
    Flag.withDescription(`what the data are, if their content does not tell: ${kinds.join(", ")}`),
    Flag.optional
  ),
  name: Flag.String("name").pipe(
    Flag.withMetavar("TEXT"),
    Flag.withDescription("label for people (default: the file name)"),
    Flag.optional
  ),
  id: Flag.String("id").pipe(
    Flag.withMetavar("ID"),
    Flag.withDescription("handle for later messages, such as table.select.rowList"),
    Flag.optional
  ),
  serve: Flag.Literals("serve", ["auto", "file", "http"]).pipe(
    Flag.withDescription(
      "how others get at the data: by file: URL, served over http by this command, or file first and http for those who cannot read it"
    ),
    Flag.withDefault("auto")
  ),
  wait: Flag.Boolean("wait").pipe(
    Flag.withDescription("wait until the data are loaded; --no-wait only tells, and ends"),
    Flag.withDefault(true)
  ),
  timeout: Flags.seconds("timeout", "how long each has to load the data; 0 for ever (default: 60)").pipe(
    Flag.withDefault(60)
  ),
  ...Flags.identity,
  hub: Flags.hub,
  json: Flags.json
}

/** `samp load`. */
export const command = Command.make("load", flags, (given) =>
  Effect.scoped(Effect.gen(function*() {
    const { json } = given
    const as = Option.isNone(given.as) ? undefined : parseKind(given.as.value)
    if (Option.isSome(given.as) && as === undefined) {
      return yield* usage(`'${given.as.value}' is no kind of data; use one of ${kinds.join(", ")}`)
    }
    if (Option.isSome(given.id)) yield* ascii(given.id.value)
    if (Option.isSome(given.id) && given.sources.length > 1) {
      return yield* usage("--id is the handle of one product; load them one by one to give each its own")
    }
    const sources = yield* Effect.forEach(given.sources, sourceOf)
    const client = yield* connect(given, "load", { tracking: false, reconnect: false })
    const progress = Progress.make(!json && process.stderr.isTTY)
    yield* Effect.addFinalizer(() => Effect.sync(() => progress.done()))
    const options: Sending.SendOptions = {
      to: given.to.length === 0 ? undefined : given.to,
      as,
      name: Option.getOrUndefined(given.name),
      id: Option.getOrUndefined(given.id),
      serve: given.serve,
      timeoutSeconds: given.timeout,
      onDownload: progress.download
    }
    if (progress.shown) {
      yield* client.bind("samp.msg.progress", ({ params, sender }) =>
        Effect.sync(() =>
          progress.told(sender, stringAt(params, "txt") ?? "", stringAt(params, "percent"))
        ))
    }
    // All are looked at first: what is wrong with one is told before anything is sent.
    const all = yield* Effect.forEach(sources, (source) => Sending.prepare(client, source, options))
    if (!given.wait) {
      return yield* Effect.forEach(all, (prepared) => notify(client, prepared, options, json), {
        discard: true
      })
    }
    const replies: Array<Replies.Reply> = []
    for (const prepared of all) {
      const names = prepared.recipients.map((recipient) => title(recipient.client)).join(", ")
      if (progress.shown) yield* Print.remark(`Sending the ${prepared.product.description} to ${names}`)
      yield* Stream.runForEach(
        Sending.deliver(client, prepared, options),
        ({ answer, client, mtype, url }) => {
          const reply = Replies.of(client, answer)
          replies.push(reply)
          progress.done()
          return Replies.print(reply, json, { mtype, url })
        }
      )
    }
    yield* Replies.conclude(replies, given.to)
  })).pipe(Effect.provide(NodeDataPlatform.layer))).pipe(
    Command.withDescription(
      "Send a table, image, spectrum or other product to those who can load it, and wait until they have"
    ),
    Command.withExamples([
      { command: "samp load m31.fits --to ds9", description: "show an image in DS9" },
      { command: "samp load *.vot --to topcat", description: "load all tables of a folder" },
      {
        command: "cat table.vot | samp load - --to topcat",
        description: "load a table from a pipe into TOPCAT"
      },
      {
        command: "samp load https://example.org/cat.vot",
        description: "have a table of the web loaded by all"
      }
    ]),
    withExits("noHub", "noSuchClient", "nobodySubscribed", "errorResponse", "timeout", "badData")
  )
