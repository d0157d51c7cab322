/** What bounds a document that is read. */
export interface ReadingLimits {
  /** Nesting of SAMP lists and maps. Real messages stay below ten; recursion in peers ends far above this. */
  readonly valueDepth: number
  /** Values of one document, each list item and each map entry being one: far above DT-12's 10 000 items. */
  readonly values: number
}

/**
 * Every bound of the hub in one place, with its reason. All are data: the engine and the adapters get them
 * as arguments, tests make them small.
 */
export interface Limits extends ReadingLimits {
  /** Bytes of one HTTP body, request or response. Row lists get large (WIRE-154). */
  readonly bodyBytes: number
  /**
   * Characters of one that is none of the plain XML that SAMP clients write: it takes the full parser, and that ten times as
   * much time and memory. No bound for desktop programs.
   */
  readonly unusualLength: number
  /** Registered clients at one time. */
  readonly clients: number
  /**
   * Calls of one sender without an end. Some clients never answer (WIRE-72, WIRE-103), so the table needs a bound
   * that no well-behaved sender meets (DLV-15, DLV-23).
   */
  readonly openCallsPerSender: number
  /** Deliveries waiting for one client before further ones are refused for it alone. */
  readonly outboxMessages: number
  /** Bytes waiting for one client, counted as characters of the encoded messages. */
  readonly outboxBytes: number
  /** Registered web clients at one time, and those of one origin: whoever is allowed may still run wild (WEB-67). */
  readonly webClients: number
  readonly webClientsPerOrigin: number
  /**
   * Calls of one web client without an end, and of all together: a page is trusted less than a desktop program (WEB-67). Of
   * each of these common bounds, who has less than an equal share gets more all the same.
   */
  readonly openCallsPerWebClient: number
  readonly openCallsOfWebClients: number
  /**
   * Bytes of what a web client may declare of itself, as metadata or subscriptions, and of what all together may, and
   * characters of a msg-tag: the hub keeps them (WEB-67).
   */
  readonly webDeclaredBytes: number
  readonly webDeclaredBytesInAll: number
  readonly webTagLength: number
  /**
   * Bytes of one request over the Web Profile: of a client, of somebody who is not registered, who may be anybody, and of all
   * that have not come whole yet (WEB-67).
   */
  readonly webBodyBytes: number
  readonly strangerBodyBytes: number
  /** As `values` and `unusualLength`, for these requests (WEB-66). */
  readonly webValues: number
  readonly webUnusualLength: number
  readonly webBodiesBytes: number
  /** Bytes of answers that web clients have not read yet, in all; and milliseconds that they may take for one. */
  readonly webAnswersBytes: number
  readonly webAnswerMs: number
  /** Connections of web clients at one time. */
  readonly webConnections: number
  /** Callbacks that may wait for one web client, as JSAMP has it, and their size in characters (WEB-38). */
  readonly pullMessages: number
  readonly pullBytes: number
  /** Callbacks and characters that may wait for all web clients together. */
  readonly pullMessagesInAll: number
  readonly pullBytesInAll: number
  /** Characters of callbacks in one answer to a pull; the rest waits for the next pull. */
  readonly pullAnswerBytes: number
  /** Milliseconds without a pull after which a callable web client is gone: the usual poll of 600 s, and slack (WEB-38). */
  readonly pullGraceMs: number
  /** The same for one whose last pull was cut off, as when its page was closed; a page that lives pulls again at once. */
  readonly hungUpGraceMs: number
  /** Milliseconds without a request after which a web client is gone that takes no callbacks: nobody else would notice. */
  readonly webIdleMs: number
  /** Deliveries to one client that may be on the wire together (DLV-08). */
  readonly deliveriesInFlight: number
  /** Milliseconds after which the next delivery starts though the previous was not acknowledged (DLV-08). */
  readonly deliveryPaceMs: number
  /**
   * Deliveries that may wait for an acknowledgement. Once more are waiting they go out one behind the other without: a
   * burst then keeps the order of sending, and costs half as much.
   */
  readonly deliveryBacklog: number
  /**
   * Deliveries to one host and port that may be on their way at a time, all its clients together, not counting those
   * older than the pace. Clients of one JVM share a server, whose queue of connections is short.
   */
  readonly deliveriesPerPort: number
  /** Milliseconds a client may take to acknowledge a delivery: HubTester's own receiver sleeps ten seconds (DLV-08). */
  readonly deliveryTimeoutMs: number
  /** Milliseconds between the looks at clients that owe an answer. */
  readonly probeIntervalMs: number
  /** Milliseconds between the looks at all others. */
  readonly idleProbeIntervalMs: number
  /** Milliseconds before each repeated attempt at a client that refused a connection; then it is removed (GEN-06). */
  readonly refusalBackoffMs: ReadonlyArray<number>
  /** Milliseconds that a stopping hub gives its last deliveries (SHUT-03). */
  readonly shutdownMs: number
}

const mebibyte = 1024 * 1024

/** What is read unless told otherwise. */
export const reading: ReadingLimits = { valueDepth: 256, values: 4_000_000 }

/** The limits a hub has unless told otherwise. */
export const defaults: Limits = {
  ...reading,
  bodyBytes: 64 * mebibyte,
  unusualLength: Infinity,
  clients: 4096,
  openCallsPerSender: 16_384,
  outboxMessages: 16_384,
  outboxBytes: 256 * mebibyte,
  webClients: 512,
  webClientsPerOrigin: 128,
  openCallsPerWebClient: 1024,
  openCallsOfWebClients: 8192,
  webDeclaredBytes: 256 * 1024,
  webDeclaredBytesInAll: 8 * mebibyte,
  webTagLength: 1024,
  webBodyBytes: 4 * mebibyte,
  strangerBodyBytes: 64 * 1024,
  webValues: 100_000,
  webUnusualLength: 64 * 1024,
  webBodiesBytes: 8 * mebibyte,
  webAnswersBytes: 8 * mebibyte,
  webAnswerMs: 60_000,
  webConnections: 1024,
  pullMessages: 4096,
  pullBytes: 16 * mebibyte,
  pullMessagesInAll: 16_384,
  pullBytesInAll: 16 * mebibyte,
  pullAnswerBytes: mebibyte,
  pullGraceMs: 630_000,
  hungUpGraceMs: 30_000,
  webIdleMs: 24 * 3_600_000,
  deliveriesInFlight: 32,
  deliveryPaceMs: 100,
  deliveryBacklog: 1,
  deliveriesPerPort: 24,
  deliveryTimeoutMs: 120_000,
  probeIntervalMs: 400,
  idleProbeIntervalMs: 30_000,
  refusalBackoffMs: [50, 100, 200],
  shutdownMs: 400
}
