/** MTypes about images, spectra, coverages, publications and registry resources. */
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { emptyMap } from "../SampValue.ts"
import { define } from "./Definition.ts"
import { SampMapOf, SampOpenMap, SampString, SampUrl } from "./Scalars.ts"

const optionalString = Schema.optionalKey(SampString)

/** MTY-40: load a two-dimensional FITS image. `image-id` is the sender's name for it, `name` a label for people. */
export const imageLoadFits = define({
  mtype: "image.load.fits",
  params: { url: SampUrl, "image-id": optionalString, name: optionalString }
})

/**
 * MTY-43: load a spectrum. `meta` says of it what an SSA service would, by utype, as `Access.Format`; a sender has to give
 * it, if empty. A message without it is read as if it were empty, since pyvo sends none.
 */
export const spectrumLoadSsaGeneric = define({
  mtype: "spectrum.load.ssa-generic",
  params: {
    url: SampUrl,
    meta: SampOpenMap.pipe(Schema.withDecodingDefaultKey(Exit.succeed(emptyMap))),
    "spectrum-id": optionalString,
    name: optionalString
  }
})

/** MTY-44: load a coverage, a MOC in FITS. */
export const coverageLoadMocFits = define({
  mtype: "coverage.load.moc.fits",
  params: { url: SampUrl, "coverage-id": optionalString, name: optionalString }
})

/** MTY-45: show a publication, by its bibcode of 19 characters. */
export const bibcodeLoad = define({ mtype: "bibcode.load", params: { bibcode: SampString } })

const resources = { ids: SampMapOf(SampString), name: optionalString }

/**
 * MTY-46: load a set of registry resources of any kind. The keys of `ids` are IVOA identifiers, the values URLs or names
 * to go with them, or empty.
 */
export const voresourceLoadlist = define({ mtype: "voresource.loadlist", params: resources })

/** MTY-47: the same for cone searches. */
export const voresourceLoadlistCone = define({ mtype: "voresource.loadlist.cone", params: resources })

/** MTY-47: the same for image services (SIAP). */
export const voresourceLoadlistSiap = define({ mtype: "voresource.loadlist.siap", params: resources })

/** MTY-47: the same for spectrum services (SSAP). */
export const voresourceLoadlistSsap = define({ mtype: "voresource.loadlist.ssap", params: resources })

/** MTY-47: the same for table services (TAP). */
export const voresourceLoadlistTap = define({ mtype: "voresource.loadlist.tap", params: resources })

/** MTY-47: the same for storage services (VOSpace). */
export const voresourceLoadlistVospace = define({ mtype: "voresource.loadlist.vospace", params: resources })
