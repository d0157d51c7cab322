/** MTypes of single applications: the environment, Aladin, DS9, JHelioviewer. */
import * as Schema from "effect/Schema"
import { map } from "../SampValue.ts"
import { define } from "./Definition.ts"
import { SampBoolean, SampFields, SampFloat, SampInt, SampList, SampString, SampUrl } from "./Scalars.ts"

const optionalString = Schema.optionalKey(SampString)
const optionalUrl = Schema.optionalKey(SampUrl)
const optionalFloat = Schema.optionalKey(SampFloat)

/**
 * MTY-62: the value of an environment variable. Of one that is not set JSAMP says the empty string, pyvo the same with a
 * warning, and DS9 nothing at all (WIRE-103).
 */
export const clientEnvGet = define({
  mtype: "client.env.get",
  params: { name: SampString },
  result: { value: SampString }
})

/**
 * MTY-66: have Aladin run commands, one a line or between semicolons. Aladin Lite looks for `url` instead, its new base
 * layer; so one at least of the two is there.
 */
export const scriptAladinSend = define({
  mtype: "script.aladin.send",
  params: { script: optionalString, url: optionalUrl },
  result: { "script.result": optionalString },
  atLeastOne: ["script", "url"]
})

/** MTY-67: the current view of Aladin, as a URL `data:image/jpeg;base64,...`. */
export const snapshotGetJpg = define({ mtype: "snapshot.get.jpg", result: { data: SampString } })

const set = { params: { cmd: SampString, url: optionalUrl } }
const get = { ...set, result: { value: optionalString, url: optionalUrl } }
const harmless = map({ "x-samp.mostly-harmless": "1" })

/** MTY-68: have DS9 run a command, spelt as for XPA. `url` is where the data for it are, such as a region file. */
export const ds9Set = define({ mtype: "ds9.set", ...set })

/** MTY-69: ask DS9. The answer is short and in `value`, or in a temporary file at `url`, or empty. */
export const ds9Get = define({ mtype: "ds9.get", ...get })

/** MTY-70: {@link ds9Set} for the safe commands, open to web clients. */
export const ds9RestrictedSet = define({ mtype: "ds9.restricted-set", ...set, annotation: harmless })

/** MTY-70: {@link ds9Get} for the safe commands, open to web clients. */
export const ds9RestrictedGet = define({ mtype: "ds9.restricted-get", ...get, annotation: harmless })

const jhv = { url: SampUrl }

/** MTY-90: load an image into JHelioviewer. */
export const jhvLoadImage = define({ mtype: "jhv.load.image", params: jhv })

/** MTY-90: load a request into JHelioviewer. */
export const jhvLoadRequest = define({ mtype: "jhv.load.request", params: jhv })

/** MTY-90: load a timeline into JHelioviewer. */
export const jhvLoadTimeline = define({ mtype: "jhv.load.timeline", params: jhv })

/** MTY-90: load a state into JHelioviewer. */
export const jhvLoadState = define({ mtype: "jhv.load.state", params: jhv })

/**
 * MTY-91: what JHelioviewer shows, for a search in the Virtual Solar Observatory. Times are of ISO 8601, `cadence` is in
 * milliseconds, the cutout in arcseconds. Nothing is required, since the details are not documented.
 */
export const jhvVsoLoad = define({
  mtype: "jhv.vso.load",
  params: {
    timestamp: optionalString,
    start: optionalString,
    end: optionalString,
    cadence: Schema.optionalKey(SampInt),
    "cutout.set": Schema.optionalKey(SampBoolean),
    "cutout.x0": optionalFloat,
    "cutout.y0": optionalFloat,
    "cutout.w": optionalFloat,
    "cutout.h": optionalFloat,
    layers: Schema.optionalKey(SampList(SampFields({
      observatory: optionalString,
      instrument: optionalString,
      detector: optionalString,
      measurement: optionalString,
      timestamp: optionalString
    })))
  }
})
