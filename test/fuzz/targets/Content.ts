/**
 * What a file or URL holds, by its first bytes: FITS, VOTable, others. Recognising ends within few looks, says something
 * that can be printed and sent, and says the same however the file comes in pieces.
 */
import * as Result from "effect/Result"
import { hintedKind } from "../../../src/domain/content/Kinds.ts"
import { loadParams } from "../../../src/domain/content/Product.ts"
import { propertiesOf, recognise } from "../../../src/domain/content/Recognise.ts"
import type { Verdict } from "../../../src/domain/content/Verdict.ts"
import { dataPath, isMediaType, readTarget, safeName } from "../../../src/domain/DataUrl.ts"
import { isList, type SampValue } from "../../../src/domain/SampValue.ts"
import * as Fits from "../../support/fits.ts"
import { below, pick, type Random } from "../../support/seeded.ts"
import { bytesOf, type Outcome, shape, type Target, type Wrong } from "../engine/Target.ts"

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

const moc: ReadonlyArray<Fits.Card> = [["MOCVERS", "2.0"], ["MOCORD_S", 9]]
const binary = [
  Fits.primary([9, 9]),
  Fits.concat(Fits.primary(), Fits.image([9, 9])),
  Fits.concat(Fits.primary(), Fits.table(["a", "b"], 9)),
  Fits.concat(Fits.primary([300], [["VOTMETA", true]], 8), Fits.table(["a", "b"], 9)),
  Fits.concat(Fits.primary(), Fits.table(["WAVE", "FLUX"], 9)),
  Fits.concat(Fits.primary(), Fits.table(["UNIQ"], 9, ...moc))
].map(textOf)
const text = [
  `<?xml version="1.0"?><!DOCTYPE VOTABLE [<!ENTITY a "b">]><!-- c --><v:VOTABLE version="1.4"><RESOURCE><TABLE>` +
  `<PARAM utype="Target.Name" value="x"/><FIELD name="wave"/><FIELD name='flux'/><DATA></v:VOTABLE>`,
  "<?xml version='1.0'?><Product_Observational><title>t</title><file_name>a</file_name>",
  "<!doctype html><html></html>",
  "<?xml version='1.0' encoding='UTF-16'?><VOTABLE>",
  "{\"MOC\": {\"order\": 3}}",
  "3/1-3 4/5",
  "creator_did = ivo://x/y\nobs_title = t\nhips_version = 1.4\ndataproduct_type = image\n",
  "a,b\n1,2\n",
  "\xcd\xf3\0\x01\0\0\xff\xff\0\0\0\0",
  "GIF89a\x01\0\x01\0",
  "\x1f\x8b\x08\0",
  "BZh91AY&SY",
  "\x89HDF\r\n\x1a\n",
  "CDF\x01\0\0\0\0",
  "PK\x03\x04",
  "PK\x05\x06",
  `${"x".repeat(257)}ustar`,
  "\xfd7zXZ\0",
  "\x28\xb5\x2f\xfd",
  "#ASDF 1.0.0",
  "PAR1",
  "ARROW1",
  "FEA1",
  "SQLite format 3\0",
  "%!PS-Adobe",
  "II*\0",
  "MM\0*",
  "RIFF\x04\0\0\0WEBP",
  "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x02\0",
  "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\x01\0\x02\0\x03",
  "\xcd\xf3\0\x01\xcc\xcc\0\x01",
  "\xcd\xf2\x60\x02\0\0\xff\xff",
  "\0\0\xff\xff\0\0\xff\xff",
  "\x1f\x9d\x90",
  "# %ECSV 1.0\n# ---\na b\n",
  "|a|b|\n|int|char|\n 1 x\n",
  "{\"3\": [1, 2], \"4\": []}",
  "a\tb\n-\t-\n1\t2\n",
  "%PDF-1.4",
  "\xff\xfe<\0?\0x\0m\0l\0",
  "\xef\xbb\xbf<VOTABLE/>"
]

const cards: readonly [Fits.Card, ...ReadonlyArray<Fits.Card>] = [
  ["NAXIS", 2],
  ["NAXIS1", 1e9],
  ["NAXIS1", -1],
  ["NAXIS2", 0],
  ["BITPIX", 7],
  ["BITPIX", "x"],
  ["GROUPS", true],
  ["PCOUNT", 1e15],
  ["GCOUNT", 0],
  ["TFIELDS", 9999],
  ["TTYPE1", "wavelength"],
  ["TTYPE2", "it''s"],
  ["TUCD1", "em.wl"],
  ["TUNIT1", "Angstrom"],
  ["EXTNAME", "SPECTRUM"],
  ["ZIMAGE", true],
  ["CTYPE1", "WAVE-LOG"],
  ["MOCVERS", "2.0"],
  ["ORDERING", "NUNIQ"],
  ["PIXTYPE", "HEALPIX"]
]

const generate = (next: Random): string => {
  if (next() < 0.3) return pick(next, ["", ...text])
  const some = (): ReadonlyArray<Fits.Card> => Array.from({ length: below(next, 4) }, () => pick(next, cards))
  const axes = Array.from({ length: below(next, 4) }, () => below(next, 6))
  const parts = [Fits.primary(axes, some(), pick(next, [8, 16, 32, 64, -32, -64]))]
  for (let count = below(next, 3); count > 0; count--) {
    const names = Array.from(
      { length: below(next, 4) },
      () => pick(next, ["WAVE", "FLUX", "a", "ra", "dec", "UNIQ", "time"])
    )
    parts.push(next() < 0.4 ? Fits.image(axes, ...some()) : Fits.table(names, below(next, 5), ...some()))
  }
  // more than a few blocks would only make the mutations miss
  return textOf(Fits.concat(...parts)).slice(0, 5_900)
}

const textsIn = (value: SampValue): ReadonlyArray<string> =>
  typeof value === "string"
    ? [value]
    : isList(value)
    ? value.flatMap(textsIn)
    : [...value].flatMap(([key, item]) => [key, ...textsIn(item)])

const nameOf = (verdict: Verdict): string =>
  Result.isSuccess(verdict)
    ? verdict.success.kind
    : verdict.failure._tag === "Unrecognised"
    ? verdict.failure.look
    : verdict.failure._tag

const unfit = (verdict: Verdict): Wrong | undefined => {
  const texts = Result.isSuccess(verdict)
    ? [
      verdict.success.description,
      ...textsIn(loadParams(verdict.success, { url: "http://x/y", name: "\u00e9" }))
    ]
    : verdict.failure._tag === "NeedMore"
    ? []
    : [verdict.failure.message]
  const odd = texts.find((one) => !/^[\t\n\r\x20-\x7f]*$/u.test(one))
  return odd === undefined
    ? undefined
    : { kind: "a text that SAMP does not allow", detail: JSON.stringify(odd) }
}

/** What is wrong about names and URLs made of this text. */
const badName = (input: string): Wrong | undefined => {
  const name = safeName(input)
  const target = readTarget(dataPath("key", input))
  hintedKind({ name: input, mediaType: input })
  propertiesOf(input)
  isMediaType(input)
  return target?.name === name && target.key === "key"
    ? undefined
    : { kind: "a data URL that is read otherwise", detail: `${name}: ${JSON.stringify(target)}` }
}

const check = (input: string): Outcome => {
  const file = bytesOf(input)
  const whole = recognise(file, { size: file.length })
  const longer = recognise(file)
  const seen = [
    nameOf(whole),
    `longer ${nameOf(longer)}`,
    Result.isFailure(whole) && whole.failure._tag === "Unrecognised" ? shape(whole.failure.message) : "",
    Result.isSuccess(whole) ? shape(whole.success.description) : ""
  ]
  const more = Result.isFailure(longer) && longer.failure._tag === "NeedMore" ? longer.failure : undefined
  const pieces = Fits.serve(file, {}, 80)
  const wrong: Wrong | undefined = Result.isFailure(whole) && whole.failure._tag === "NeedMore"
    ? { kind: "more is wanted of a whole file", detail: JSON.stringify(whole.failure) }
    : more !== undefined && more.offset + more.length <= file.length
    ? { kind: "what was given is wanted again", detail: JSON.stringify(more) }
    : pieces.asks > 60
    ? { kind: "many looks", detail: `${pieces.asks} for ${file.length} bytes` }
    : nameOf(pieces.verdict) !== nameOf(whole)
    ? { kind: "in pieces it is something else", detail: `${nameOf(pieces.verdict)}, whole ${nameOf(whole)}` }
    : unfit(whole) ?? unfit(longer) ?? badName(input)
  return { seen, wrong }
}

/** What recognises products. */
export const content: Target = {
  name: "content",
  sources: /\/src\/domain\/(?:content\/|DataUrl)/u,
  seeds: [...binary, ...text, "dir/", "a.HiPS", "x.fits.gz?y=1", "text/xml; charset=utf-8"],
  pieces: [
    "<",
    "<",
    ">",
    "\"",
    "'",
    "<!--",
    "-->",
    "[",
    "]>",
    "<!DOCTYPE a [",
    "<?xml",
    "?>",
    "<VOTABLE",
    "<FIELD name='",
    " ucd=",

    "NAXIS   = 99",
    "END".padEnd(80),
    "XTENSION= 'IMAGE   '",
    "\0",
    "= -1e99",
    "SIMPLE  =   T",
    "/ c",
    "'",
    "CONTINUE",
    "TFORM1",

    "\xef\xbb\xbf",
    "\xff\xfe",
    "\xc3\xa9",
    "&amp;",
    "&#65;",
    ",",
    "{",
    "\"MOC\"",
    "/1-3",
    " = ",
    "\n",
    "\r",
    "hips_version"
  ],
  generate,
  check,
  read: (input) => {
    const file = bytesOf(input)
    recognise(file)
    recognise(file, { size: file.length })
    Fits.serve(file, {}, 80)
    badName(input)
  }
}
