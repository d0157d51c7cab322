/** Sky positions as people write them, in decimal degrees or sexagesimally (ICRS). */
import * as Result from "effect/Result"

/** A position in decimal degrees, as `coord.pointAt.sky` wants it (MTY-60). */
export interface SkyPosition {
  /** Right ascension, 0 to 360. */
  readonly ra: number
  /** Declination, -90 to 90. */
  readonly dec: number
}

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:d|deg|°)?$/iu
const sexagesimal =
  /^([+-]?)(\d{1,3})(?:[:\s]|([hd°]))\s*(\d{1,2})(?:(?:[:\s]|[m'′])\s*(?:(\d{1,2}(?:\.\d*)?)(?:s|"|″|'')?)?)?$/iu

/** A parsed angle, and whether it was written in hours. */
type Angle = { readonly value: number; readonly hours: boolean | undefined }

const angle = (text: string): Angle | undefined => {
  const trimmed = text.trim().replace(/^\u2212/u, "-")
  if (decimal.test(trimmed)) return { value: Number.parseFloat(trimmed), hours: false }
  const [, sign, whole, unit, minutes, seconds = "0"] = sexagesimal.exec(trimmed) ?? []
  if (whole === undefined || Number(minutes) >= 60 || Number(seconds) >= 60) return undefined
  const size = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3600
  return {
    value: sign === "-" ? -size : size,
    hours: unit === undefined ? undefined : unit.toLowerCase() === "h"
  }
}

const refuse = (what: string, text: string, example: string) =>
  Result.fail(`'${text.slice(0, 40)}' is no ${what}; write ${example}`)

/**
 * Reads a position. A right ascension with colons is in hours, as everybody writes it; a plain number is in degrees.
 *
 * @example
 * parse("10.6847", "41.2687")
 * parse("00:42:44.3", "+41:16:09")
 * parse("0h42m44.3s", "41d16m9s")
 */
export const parse = (ra: string, dec: string): Result.Result<SkyPosition, string> => {
  const right = angle(ra)
  if (right === undefined) return refuse("right ascension", ra, "10.6847, 00:42:44.3 or 0h42m44.3s")
  const degrees = right.hours === false ? right.value : right.value * 15
  if (!(degrees >= 0 && degrees <= 360)) {
    return refuse("right ascension from 0 to 360 degrees or 24 hours", ra, "10.6847 or 00:42:44.3")
  }
  const up = angle(dec)
  if (up === undefined || up.hours === true) {
    return refuse("declination", dec, "41.2687, +41:16:09 or 41d16m9s")
  }
  return up.value >= -90 && up.value <= 90
    ? Result.succeed({ ra: degrees, dec: up.value })
    : refuse("declination from -90 to 90 degrees", dec, "41.2687 or +41:16:09")
}
