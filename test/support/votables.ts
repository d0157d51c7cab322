/** Generated tables of every field type, size and awkwardness, with what readers have to find in them. */
import type { Column, DataType, Table } from "../../src/domain/votable/Table.ts"
import { awkward } from "./arbitraries.ts"
import { below, pick, type Random } from "./seeded.ts"
import { bits32, bits64, type Plain } from "./votableValue.ts"

/** A table, and its cells as a reader should have them. */
export interface Generated {
  readonly table: Table & { readonly rows: ReadonlyArray<ReadonlyArray<unknown>> }
  readonly plain: ReadonlyArray<ReadonlyArray<Plain>>
}

/** All field types. */
export const types: readonly [DataType, ...ReadonlyArray<DataType>] = [
  "boolean",
  "bit",
  "unsignedByte",
  "short",
  "int",
  "long",
  "float",
  "double",
  "floatComplex",
  "doubleComplex",
  "char",
  "unicodeChar"
]

const fit = (text: string): boolean => !/[\0-\x08\x0b\x0c\x0e-\x1f]/u.test(text)
const ascii = (text: string): boolean => fit(text) && !/[^\0-\x7f]/u.test(text)

const foreign = [
  "\u00e9",
  "\u03b1 Cen",
  "\u{1f52d}",
  "\u0085",
  "\u2028",
  "\ufeffx",
  "\u00a0",
  "\u4e2d\u6587",
  "e\u0301"
]
const plainTexts = [
  "x",
  "M 31",
  "NGC 224",
  "  padded  ",
  "a\tb\r\nc",
  "NaN",
  "null",
  "1,2",
  "\"quoted\"",
  "-"
]

const texts: { readonly [type: string]: readonly [string, ...ReadonlyArray<string>] } = {
  char: ["", ...plainTexts, ...awkward.filter(ascii)],
  unicodeChar: ["", ...plainTexts, ...foreign, ...awkward.filter(fit)]
}

const reals: readonly [number, ...ReadonlyArray<number>] = [
  0,
  -0,
  1,
  -1,
  0.1,
  1 / 3,
  Math.PI,
  16_777_217,
  1e-40,
  3.4028234e38,
  Infinity,
  -Infinity,
  Number.NaN,
  2 ** -149
]

const doubles: typeof reals = [...reals, Number.MAX_VALUE, Number.MIN_VALUE, 1e21, 1e-7, 2 ** 53, 5e-324]

const real = (next: Random, edges: typeof reals): number =>
  next() < 0.5 ? pick(next, edges) : (next() - 0.5) * 10 ** (below(next, 60) - 30)

const whole = (next: Random, low: bigint, high: bigint): bigint => {
  const edge = [low, high, 0n, 1n][below(next, 8)]
  return edge ?? low + BigInt(Math.floor(next() * 2 ** 53)) * (high - low) / 2n ** 53n
}

/** A value that a program would hold, and how it reads. */
type Value = readonly [unknown, Plain]

const number = (next: Random, value: bigint): unknown =>
  BigInt(Number(value)) === value && next() < 0.8 ? Number(value) : value

const leaf = (next: Random, type: DataType): Value => {
  const bool = next() < 0.5
  const integer = (low: bigint, high: bigint): Value => {
    const value = whole(next, low, high)
    return [number(next, value), String(value)]
  }
  const complex = (edges: typeof reals, bits: (number: number) => string | null): Value => {
    const part = () => {
      const value = real(next, edges)
      return Number.isNaN(value) ? 1 : value
    }
    const [re, im] = [part(), part()]
    return [bool ? { re, im } : [re, im], [bits(re), bits(im)]]
  }
  switch (type) {
    case "boolean":
      return [bool, bool ? "T" : "F"]
    case "bit":
      return [pick<unknown>(next, [bool, bool ? 1 : 0, bool ? 1n : 0n]), bool ? "T" : "F"]
    case "unsignedByte":
      return integer(0n, 255n)
    case "short":
      return integer(-(2n ** 15n), 2n ** 15n - 1n)
    case "int":
      return integer(-(2n ** 31n), 2n ** 31n - 1n)
    case "long":
      return integer(-(2n ** 63n), 2n ** 63n - 1n)
    case "float": {
      const value = real(next, reals)
      return [value, bits32(value)]
    }
    case "double": {
      const value = real(next, doubles)
      return [value, bits64(value)]
    }
    case "floatComplex":
      return complex(reals, bits32)
    case "doubleComplex":
      return complex(doubles, bits64)
    case "char":
    case "unicodeChar": {
      const text = pick(next, texts[type] ?? [""]) + (next() < 0.3 ? pick(next, texts[type] ?? [""]) : "")
      return [text, text]
    }
  }
}

const isText = (type: DataType): boolean => type === "char" || type === "unicodeChar"

const sizes: readonly [ReadonlyArray<number | "*">, ...ReadonlyArray<ReadonlyArray<number | "*">>] = [
  [],
  [],
  ["*"],
  [3],
  [1],
  [2, 2],
  [2, "*"],
  [1, 1],
  [3, 1, 2],
  [2, 1, "*"]
]

/** A column, and a source of its cells. */
interface Source {
  readonly column: Column
  readonly cell: (next: Random) => Value
}

const clip = (text: string, width: number): string =>
  // a string in a list ends where its blanks begin; half a character is none
  text.slice(0, width).replace(/[\ud800-\udbff]$/u, "").replace(/ +$/u, "")

const source = (next: Random, name: string): Source => {
  const type = pick(next, types)
  const size = pick(next, sizes)
  const bounded = size.at(-1) === "*" && next() < 0.3
  const width = 1 + below(next, 6)
  const stands = !isText(type) && /^(?:unsignedByte|short|int|long)$/u.test(type) && size.length > 0 &&
    next() < 0.5
  const varies = size.at(-1) === "*"
  const single = size.length === 0 || (!isText(type) && size.length === 1 && size[0] === 1)
  const lengths = size.map((length) => length === "*" && bounded ? "4*" : String(length))
  const arraysize = isText(type)
    ? size.length === 0 ? pick(next, [undefined, "*", "40", "40*"]) : [width, ...lengths].join("x")
    : size.length === 0
    ? undefined
    : lengths.join("x")
  const canMiss = single
    ? type !== "bit"
    : varies || type === "boolean" || isText(type) || /float|double/u.test(type)
  const partsCanMiss = stands || (type !== "bit" && !/^(?:unsignedByte|short|int|long)$/u.test(type))
  const maybe = (text: string): string | undefined => next() < 0.4 ? text : undefined
  const column: Column = {
    name,
    type,
    arraysize,
    unit: next() < 0.3 ? pick(next, ["deg", "km/s", "mag", "um"]) : undefined,
    ucd: next() < 0.3 ? pick(next, ["pos.eq.ra;meta.main", "phot.mag", "meta.id"]) : undefined,
    utype: maybe("a:b.c"),
    description: next() < 0.4 ? pick(next, texts["unicodeChar"] ?? [""]) : undefined,
    null: stands ? 77 : undefined
  }
  const one = (random: Random): Value => {
    for (;;) {
      const [value, plain] = leaf(random, type)
      if (isText(type) && size.length > 0) {
        const text = clip(String(value), width)
        return [text, text]
      }
      if (isText(type) && String(value).length > 40) continue
      if (!stands || plain !== "77") return [value, plain]
    }
  }
  const list = (random: Random, depth: number): Value => {
    const length = size[depth]
    if (length === undefined) return one(random)
    const count = length === "*" ? below(random, 5) : length
    const made = Array.from({ length: count }, (): Value => {
      const missing = depth === 0 && partsCanMiss && random() < 0.15
      if (!missing) return list(random, depth - 1)
      return [pick(random, [null, undefined]), type.endsWith("Complex") ? [null, null] : null]
    })
    return [made.map(([value]) => value), made.flatMap(([, plain]) => plain)]
  }
  return {
    column,
    cell: (random) => {
      if (canMiss && random() < 0.15) return [pick(random, [null, undefined]), null]
      return single ? one(random) : list(random, size.length - 1)
    }
  }
}

const names: readonly [string, ...ReadonlyArray<string>] = [
  "ra",
  "dec",
  "ra",
  "RA",
  "",
  " ",
  "ra_2",
  "_",
  "col1",
  "col2",
  "1st",
  "-x",
  "a b",
  "a_b",
  "a<b>&\"c'",
  "\u03b1",
  "\u{1f52d}",
  "tab\tname",
  "line\nname",
  "__proto__",
  "constructor",
  "xml",
  "flux (mJy/beam)",
  "$1",
  "a:b"
]

/** Makes a table. */
export const generate = (next: Random): Generated => {
  const sources = Array.from({ length: 1 + below(next, 8) }, () => source(next, pick(next, names)))
  const cells = Array.from({ length: below(next, 7) }, () => sources.map(({ cell }) => cell(next)))
  const text = texts["unicodeChar"] ?? [""]
  return {
    table: {
      name: next() < 0.7 ? pick(next, text) : undefined,
      description: next() < 0.5 ? pick(next, text) : undefined,
      columns: sources.map(({ column }) => column),
      rows: cells.map((row) => row.map(([value]) => value))
    },
    plain: cells.map((row) => row.map(([, plain]) => plain))
  }
}
