/**
 * Data for other programs: recognised, addressed to who can load them, made accessible, and followed until they are
 * loaded. What pyvo's `send_table_to` and its like do, and `samp load`.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Kind } from "../../domain/content/Kinds.ts"
import { loadParams, type Product } from "../../domain/content/Product.ts"
import type { ListenError } from "../../ports/CallServer.ts"
import type { DataError, Download } from "../../ports/DataServer.ts"
import { type FileError, FileStore } from "../../ports/FileStore.ts"
import type { WebError } from "../../ports/WebReader.ts"
import type { Answer } from "../client/Calling.ts"
import type { Client } from "../client/Client.ts"
import type { BadMessage, CallFailure, OperationError } from "../client/ClientErrors.ts"
import type { KnownClient, NoSuchClient } from "../client/Finding.ts"
import type { IllFormed } from "../client/Typing.ts"
import * as Readers from "./Readers.ts"
import { type NobodySubscribed, type Recipient, recipients } from "./Recipients.ts"
import { inspect, type Unrecognised } from "./Recognising.ts"
import { access, type DataPorts, nameOf, type Place, placeOf, type Source, type Way } from "./Source.ts"
import { type TableLike, type TableOptions, tableSource, type UnfitTable } from "./Tables.ts"

/** How data are sent. */
export interface SendOptions {
  /** Ids or names of those who shall get them; all who can load them, if none. */
  readonly to?: string | ReadonlyArray<string> | undefined
  /** Label for people; the file name if not given. */
  readonly name?: string | undefined
  /** Handle for later messages about the same data, such as `table.select.rowList`. */
  readonly id?: string | undefined
  /** What the data are, if their content does not tell or is not to be believed. */
  readonly as?: Kind | undefined
  /**
   * How receivers get at the data: `auto`, the default, gives files by `file:` URL and serves the rest, and serves a file
   * too for those who say that they cannot load it; `file` and `http` do only that.
   */
  readonly serve?: "auto" | Way | undefined
  /** Seconds that each receiver has to load the data; 0 for ever. Default 60. */
  readonly timeoutSeconds?: number | undefined
  /** Runs while receivers fetch what is served here. */
  readonly onDownload?: ((download: Download) => void) | undefined
}

/** What came of one receiver. */
export interface Sent {
  readonly client: KnownClient
  readonly mtype: string
  /** What it was given to load. */
  readonly url: string
  readonly answer: Result.Result<Answer, CallFailure | IllFormed>
}

/** Why data were not sent at all. */
export type SendingError =
  | Unrecognised
  | NobodySubscribed
  | NoSuchClient
  | FileError
  | WebError
  | DataError
  | ListenError
  | OperationError

/** What is about to be sent. */
export interface Prepared {
  readonly place: Place
  readonly product: Product
  readonly recipients: ReadonlyArray<Recipient>
}

const asList = (to: SendOptions["to"]): ReadonlyArray<string> =>
  to === undefined ? [] : typeof to === "string" ? [to] : to

/** Looks at the data and at who can load them, without sending anything. */
export const prepare = (
  client: Client,
  source: Source,
  options: SendOptions = {}
): Effect.Effect<Prepared, SendingError, DataPorts> =>
  Effect.gen(function*() {
    const place = placeOf(source)
    const product = yield* inspect(place, options.as)
    return { place, product, recipients: yield* recipients(client, product, asList(options.to)) }
  })

/** Seconds that a receiver has unless told otherwise. */
const defaultSeconds = 60

/** A directory, such as a HiPS, cannot be served. */
const isServable = ({ path }: Extract<Place, { readonly _tag: "File" }>) =>
  FileStore.use((store) =>
    Effect.orElseSucceed(Effect.map(store.info(path), ({ kind }) => kind === "File"), () => false)
  )

/**
 * Files go as files, since everybody reads them fast, and bytes are served. So is a file whose path cannot stand in a URL as
 * it is, since DS9 decodes nothing.
 */
const wayFor = (place: Place): Effect.Effect<Way, never, FileStore> =>
  Effect.gen(function*() {
    if (place._tag !== "File" || place.called !== undefined) return "http" // a file of ours ends with us
    const isOdd = (yield* FileStore).fileUrl(place.path).includes("%")
    return isOdd && (yield* isServable(place)) ? "http" : "file"
  })

/** The parameters of the message that loads a product. */
const paramsOf = (product: Product, url: string, place: Place, { id, name }: SendOptions) =>
  loadParams(product, { url, name: name ?? nameOf(place), id })

/** Whether the receiver itself said no; hubs answer for clients that are gone or silent, and say so by their code. */
const isRefusal = ({ answer }: Sent): boolean =>
  Result.isFailure(answer) && answer.failure._tag === "ErrorResponse" &&
  answer.failure.code?.startsWith("hub.") !== true

/**
 * Sends what was prepared; one result of each receiver, as they come. What is served is served until all have answered, and
 * then until those who said that they have loaded it have read it, too: some answer first. The stream fails, before
 * anything is sent, when no URL can be made of the data; what receivers say is in the results.
 */
export const deliver = (
  client: Client,
  { place, recipients }: Prepared,
  options: SendOptions = {}
): Stream.Stream<Sent, FileError | DataError | ListenError, DataPorts> =>
  Stream.unwrap(Effect.gen(function*() {
    const { onDownload, serve = "auto", timeoutSeconds = defaultSeconds } = options
    const [first] = recipients
    if (first === undefined) return Stream.empty
    const readers = Readers.make(onDownload)
    /** How many have loaded what is served here. */
    let loaded = 0
    const context = yield* Effect.context<DataPorts | Scope.Scope>() // what is served lives as long as the stream
    const urlOf = (way: Way) =>
      Effect.cached(
        access(place, first.product, way, readers.onDownload).pipe(Effect.provideContext(context))
      )
    const urls = { file: yield* urlOf("file"), http: yield* urlOf("http") } // made once for all, when first needed
    const chosen = serve === "auto" ? yield* wayFor(place) : serve
    const attempt = ({ client: receiver, product }: Recipient, way: Way) =>
      Effect.gen(function*() {
        const url = yield* urls[way]
        const params = paramsOf(product, url, place, options)
        const answer = yield* Effect.result(
          client.call(receiver.id, product.mtype, params, { timeoutSeconds })
        )
        if (way === "http" && place._tag !== "Web" && Result.isSuccess(answer)) loaded++
        return { client: receiver, mtype: product.mtype, url, answer }
      })
    // Who refuses may not be able to read our files: another machine, another container, a page in a browser.
    const canFallBack = serve === "auto" && place._tag === "File" && chosen === "file" &&
      (yield* isServable(place))
    const one = (recipient: Recipient) =>
      Effect.gen(function*() {
        const sent = yield* attempt(recipient, chosen)
        // if it cannot be served after all, the refusal stands
        return canFallBack && isRefusal(sent)
          ? yield* Effect.orElseSucceed(attempt(recipient, "http"), () => sent)
          : sent
      })
    const results = Stream.mapEffect(Stream.fromIterable(recipients), one, {
      concurrency: "unbounded",
      unordered: true
    })
    return Stream.onEnd(results, Effect.suspend(() => loaded === 0 ? Effect.void : readers.haveRead(loaded)))
  }))

/**
 * Tells of what was prepared by notifications: a file by its `file:` URL, other data by theirs. Nothing is waited for, so
 * that nothing can be served.
 *
 * @returns what all were given to load
 */
export const tell = (
  client: Client,
  { place, product, recipients }: Prepared,
  options: SendOptions = {}
): Effect.Effect<string, SendingError | BadMessage, DataPorts | Scope.Scope> =>
  Effect.gen(function*() {
    const url = yield* access(place, product, "file")
    for (const recipient of recipients) {
      const params = paramsOf(recipient.product, url, place, options)
      yield* client.notify(recipient.client.id, recipient.product.mtype, params)
    }
    return url
  })

/**
 * Sends data of any kind, and waits until all who got them have answered.
 *
 * @returns one result of each receiver, at least one
 */
export const sendProduct = (
  client: Client,
  source: Source,
  options: SendOptions = {}
): Effect.Effect<ReadonlyArray<Sent>, SendingError, DataPorts> =>
  Effect.flatMap(
    prepare(client, source, options),
    (prepared) => Stream.runCollect(deliver(client, prepared, options))
  )

/**
 * Sends a table: rows or columns of this program, or data that are one already.
 *
 * @example
 * sendTable(client, [{ name: "M 31", ra: 10.68 }], { to: "topcat", name: "mine", columns: { ra: { unit: "deg" } } })
 */
export const sendTable = (
  client: Client,
  table: TableLike | Source,
  options: SendOptions & TableOptions = {}
): Effect.Effect<ReadonlyArray<Sent>, SendingError | UnfitTable, DataPorts> =>
  Effect.flatMap(tableSource(table, options), (source) => sendProduct(client, source, options))

/** Sends an image (MTY-40); what it is, is not looked at. */
export const sendImage = (client: Client, source: Source, options: SendOptions = {}) =>
  sendProduct(client, source, { ...options, as: options.as ?? "fits-image" })

/** Sends a spectrum (MTY-43). */
export const sendSpectrum = (client: Client, source: Source, options: SendOptions = {}) =>
  sendProduct(client, source, { ...options, as: options.as ?? "spectrum" })
