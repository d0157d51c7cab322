/**
 * Scripts of programs that people use, with the metadata that they declare and the MTypes that they subscribe to. What they
 * answer is what they usually do, made simple; a test overrides what it cares about.
 */
import type { Values } from "../client/Outgoing.ts"
import { type Answer, error, knowsTable, loads, ok, silence, warning } from "./Answers.ts"

/** What a peer does, by MType or pattern. */
export interface Answers {
  readonly [mtype: string]: Answer
}

/** Who a peer is, and what it does. */
export interface Script {
  /** `samp.name`. */
  readonly name: string
  /** Further metadata. */
  readonly metadata?: Values | undefined
  /** What it subscribes to, MTypes or patterns, and does with it. Notifications are taken in the same way. */
  readonly answers: Answers
  /** Annotations of its subscriptions, by MType (SUB-11). */
  readonly annotations?: { readonly [mtype: string]: Values } | undefined
  /** Of a web page, which registers over the Web Profile. */
  readonly page?: {
    /** As the browser says it: `https://archive.example`. */
    readonly origin: string
    /** Where it looks for a hub. Default: where all pages do, at port 21012 (WEB-01). */
    readonly hub?: string | undefined
  } | undefined
}

/** What is different with a program in a test. */
export interface Override {
  readonly name?: string | undefined
  readonly metadata?: Values | undefined
  /** Answers that are different, or more; `undefined` takes a subscription away. */
  readonly answers?: { readonly [mtype: string]: Answer | undefined } | undefined
}

/** A web page, and what it does. */
export interface PageScript extends Omit<Script, "page" | "answers"> {
  /** As the browser says it: `https://archive.example`. */
  readonly origin: string
  /** What it subscribes to, and does with it. Default: nothing. */
  readonly answers?: Answers | undefined
  /** Where it looks for a hub. Default: where all pages do, at port 21012 (WEB-01). */
  readonly hub?: string | undefined
}

/**
 * A web page in a browser: a client of the Web Profile, for which the user is asked. Its hub needs the option `web`. To
 * close the page is to kill its process.
 *
 * @example
 * Peer.page({ name: "archive", origin: "https://archive.example", answers: { "coord.pointAt.sky": Peer.ok() } })
 */
export const page = ({ answers = {}, hub, origin, ...script }: PageScript): Script => ({
  ...script,
  answers,
  page: { origin, hub }
})

const overridden = (script: Script, { answers = {}, metadata, name }: Override): Script => ({
  ...script,
  name: name ?? script.name,
  metadata: metadata ?? script.metadata,
  answers: Object.fromEntries(
    Object.entries({ ...script.answers, ...answers }).filter((entry): entry is [string, Answer] =>
      entry[1] !== undefined
    )
  )
})

const answering = (mtypes: ReadonlyArray<string>, answer: Answer): Answers =>
  Object.fromEntries(mtypes.map((mtype) => [mtype, answer]))

/** A value of the environment: none is set. */
const unset: Answer = ok({ value: "" })

/**
 * TOPCAT 4.8.7: loads tables, knows their rows, and warns of a position when no plot shows the sky (MTY-123).
 *
 * @example
 * Peer.topcat({ answers: { "table.load.votable": Peer.error("out of memory", { afterMs: 2_000 }) } })
 */
export const topcat = (override: Override = {}): Script =>
  overridden({
    name: "topcat",
    metadata: {
      "samp.description.text": "Tool for OPerations on Catalogues And Tables",
      "samp.icon.url": "http://127.0.0.1:2525/doc/images/tc_sok.png",
      "samp.documentation.url": "http://127.0.0.1:2525/doc/sun253/index.html",
      "author.affiliation": "Astrophysics Group, Bristol University",
      "author.name": "Mark Taylor",
      "home.page": "http://www.starlink.ac.uk/topcat/",
      "topcat.version": "4.8.7"
    },
    answers: {
      ...answering(
        ["cdf", "fits", "pds4", "stil", "votable"].map((format) => `table.load.${format}`),
        loads()
      ),
      ...answering(["table.highlight.row", "table.select.rowList"], knowsTable()),
      ...answering(
        ["", ".cone", ".siap", ".ssap", ".tap"].map((service) => `voresource.loadlist${service}`),
        warning("no window shows resources")
      ),
      "table.get.stil": error("no table is selected"),
      "coord.pointAt.sky": warning("no window shows the sky"),
      "client.env.get": unset
    }
  }, override)

/** SAOImage DS9 8.4.1: loads images and tables, and never answers for a variable that is not set (WIRE-103). */
export const ds9 = (override: Override = {}): Script =>
  overridden({
    name: "SAOImageDS9",
    metadata: {
      "samp.description.text": "SAOImageDS9 is an astronomical visualization application",
      "samp.icon.url": "http://ds9.si.edu/doc/sun.png",
      "samp.documentation.url": "http://ds9.si.edu/doc/ref/index.html",
      "author.affiliation": "Smithsonian Astrophysical Observatory",
      "author.name": "William Joye",
      "home.page": "http://ds9.si.edu/",
      "ds9.version": "8.4.1"
    },
    answers: {
      ...answering(["image.load.fits", "table.load.fits", "table.load.votable"], loads()),
      ...answering(["table.highlight.row", "table.select.rowList"], knowsTable()),
      ...answering(["coord.pointAt.sky", "ds9.set", "ds9.restricted-set"], ok()),
      ...answering(["ds9.get", "ds9.restricted-get"], ok({ value: "" })),
      "client.env.get": silence
    },
    annotations: {
      "ds9.restricted-get": { "x-samp.mostly-harmless": "1" },
      "ds9.restricted-set": { "x-samp.mostly-harmless": "1" }
    }
  }, override)

const aladinMTypes: Answers = {
  ...answering(
    ["image.load.fits", "table.load.fits", "table.load.votable", "coverage.load.moc.fits"],
    // It answers when all is loaded, not before (WIRE-65).
    loads({}, { afterMs: 500 })
  ),
  ...answering(["table.highlight.row", "table.select.rowList"], knowsTable()),
  ...answering(["coord.pointAt.sky", "script.aladin.send"], ok()),
  "coord.get.sky": ok({ ra: 0, dec: 0 }),
  "snapshot.get.jpg": ok({ data: "data:image/jpeg;base64,/9j/2Q==" })
}

/** Aladin Desktop: loads images, tables and coverages, each in half a second, and calls all its subscriptions harmless. */
export const aladin = (override: Override = {}): Script =>
  overridden({
    name: "Aladin",
    metadata: { "samp.description.text": "The Aladin sky atlas and VO portal" },
    answers: aladinMTypes,
    annotations: Object.fromEntries(
      Object.keys(aladinMTypes).map((mtype) => [mtype, { "x-samp.mostly-harmless": "1" }])
    )
  }, override)
