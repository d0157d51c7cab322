/**
 * Definitions of MTypes (MT-04): name, parameters and return values, with types that the compiler knows.
 *
 * Anybody may define MTypes of their own; ours are in Vocabulary.ts.
 *
 * @example
 * const blink = define({
 *   mtype: "org.example.lamp.blink",
 *   params: { times: SampInt, colour: Schema.optionalKey(SampString) },
 *   result: { done: SampBoolean }
 * })
 * encodeParams(blink, { times: 3 })              // a Result of the map {times: "3"}
 * decodeParams(blink, map({ times: "3", x: "" })) // a Result of { value: { times: 3 }, rest: Map { x } }
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { message as makeMessage } from "../Message.ts"
import { isMType } from "../MType.ts"
import { emptyMap, type SampMap, type SampValue } from "../SampValue.ts"
import { type BadParams, firstIssue, type IllFormed, type Part, unwritable, wrongTop } from "./Mistakes.ts"
import { type Fields, SampFields } from "./Scalars.ts"

/** The type of a map without known keys: an object literal with any key is a compile error. */
export type Empty = { readonly [key: string]: never }

/** The type of the values of some fields. */
export type ValueOf<F extends Fields> = [keyof F] extends [never] ? Empty : Schema.Struct.Type<F>

/** The same, where one at least of the optional keys `K` has to be there. */
export type WithOneOf<F extends Fields, K extends keyof F> = [K] extends [never] ? ValueOf<F>
  : ValueOf<F> & { [X in K]: { readonly [Y in X]: F[X]["Type"] } }[K]

/** The parameters, or the return values, of an MType. */
export interface Shape<out A> {
  /** What is under each key. */
  readonly fields: Fields
  /** Keys of which one at least has to be there; usually none. */
  readonly atLeastOne: ReadonlyArray<string>
  /** The schema between the SAMP map and the value; made when first asked for. */
  readonly schema: () => Schema.Codec<A, SampMap>
}

/** An MType with the types of its parameters and return values, and of its name where that is known. */
export interface Definition<out Params, out Returns, out Name extends string = string> {
  readonly mtype: Name
  readonly params: Shape<Params>
  readonly result: Shape<Returns>
  /** What a client of ours says beside its subscription, such as `x-samp.mostly-harmless` (section 7 of mtypes.md). */
  readonly annotation: SampMap
}

/** The type of the parameters of a definition. */
export type ParamsOf<D> = D extends Definition<infer P, unknown> ? P : never

/** The type of the return values of a definition. */
export type ResultOf<D> = D extends Definition<unknown, infer R> ? R : never

/** What a decoder gives: the typed value, and what the definition does not know (MT-05). */
export interface Decoded<out A> {
  readonly value: A
  /** The other entries, as they came. */
  readonly rest: SampMap
}

const shape = (fields: Fields, atLeastOne: ReadonlyArray<string>): Shape<unknown> => {
  let made: Schema.Codec<unknown, SampMap> | undefined
  return { fields, atLeastOne, schema: () => made ??= SampFields(fields) }
}

/**
 * Defines an MType. Cheap: codecs are made when first used.
 *
 * @param spec - `mtype`: the name. `params`, `result`: the fields by their SAMP keys; optional ones by
 *   `Schema.optionalKey`. `atLeastOne`: optional parameters of which one has to be there, and not empty. `annotation`:
 *   what goes with a subscription
 * @throws TypeError when `mtype` is not an MType (MT-01): a mistake in the program
 */
export const define = <
  const N extends string,
  const P extends Fields = {},
  const R extends Fields = {},
  const K extends keyof P & string = never
>(spec: {
  readonly mtype: N
  readonly params?: P
  readonly result?: R
  readonly atLeastOne?: ReadonlyArray<K>
  readonly annotation?: SampMap
}): Definition<WithOneOf<P, K>, ValueOf<R>, N> => {
  if (!isMType(spec.mtype)) throw new TypeError(`'${spec.mtype}' is not an MType such as table.load.votable`)
  return {
    mtype: spec.mtype,
    // the schema of the fields has exactly the type that ValueOf computes, and the check of atLeastOne the rest
    params: shape(spec.params ?? {}, spec.atLeastOne ?? []) as Shape<WithOneOf<P, K>>,
    result: shape(spec.result ?? {}, []) as Shape<ValueOf<R>>,
    annotation: spec.annotation ?? emptyMap
  }
}

/** The same definition for another MType: for families such as `voresource.loadlist.*`. */
export const rename = <P, R>(definition: Definition<P, R>, mtype: string): Definition<P, R> => {
  if (!isMType(mtype)) throw new TypeError(`'${mtype}' is not an MType such as table.load.votable`)
  return { ...definition, mtype }
}

interface Codec {
  readonly encode: (value: unknown) => Result.Result<SampMap, Schema.SchemaError>
  readonly decode: (map: unknown) => Result.Result<unknown, Schema.SchemaError>
}

const codecs = new WeakMap<Shape<unknown>, Codec>()

const codecOf = (shape: Shape<unknown>): Codec => {
  const known = codecs.get(shape)
  if (known !== undefined) return known
  const schema = shape.schema()
  const made = {
    encode: Schema.encodeUnknownResult(schema, { onExcessProperty: "error" }),
    decode: Schema.decodeUnknownResult(schema)
  }
  codecs.set(shape, made)
  return made
}

const names = (keys: ReadonlyArray<string>): string => keys.map((key) => `'${key}'`).join(" or ")

const lacking = (shape: Shape<unknown>, map: SampMap): string | undefined => {
  const given = (key: string) => map.has(key) && map.get(key) !== ""
  return shape.atLeastOne.length === 0 || shape.atLeastOne.some(given) ? undefined : names(shape.atLeastOne)
}

const encode = (
  mtype: string,
  part: Part,
  shape: Shape<unknown>,
  value: unknown,
  rest: SampMap
): Result.Result<SampMap, BadParams> => {
  const bad = (path: string, text: string) =>
    Result.fail<BadParams>({ _tag: "BadParams", mtype, part, path, text })
  const wrong = wrongTop(value, shape.fields)
  if (wrong !== undefined) return bad(wrong.path, `expected ${wrong.expected}, got ${wrong.found}`)
  const encoded = codecOf(shape).encode(value)
  if (Result.isFailure(encoded)) {
    const { expected, found, path } = firstIssue(encoded.failure.issue, value)
    return bad(path, `expected ${expected}, got ${found}`)
  }
  const missing = lacking(shape, encoded.success)
  if (missing !== undefined) return bad("", `expected ${missing}, got neither; give one that is not empty`)
  const map = rest.size === 0 ? encoded.success : new Map([...rest, ...encoded.success])
  const unsendable = unwritable(map, shape.fields)
  return unsendable === undefined ? Result.succeed(map) : bad(unsendable.path, unsendable.text)
}

const decode = <A>(
  mtype: string,
  part: Part,
  shape: Shape<A>,
  map: SampMap
): Result.Result<Decoded<A>, IllFormed> => {
  const bad = (path: string, expected: string, found: string) =>
    Result.fail<IllFormed>({ _tag: "IllFormed", mtype, part, path, expected, found })
  const decoded = codecOf(shape).decode(map)
  if (Result.isFailure(decoded)) {
    const { expected, found, path } = firstIssue(decoded.failure.issue, map)
    return bad(path, expected, found)
  }
  const missing = lacking(shape, map)
  if (missing !== undefined) return bad("", missing, "neither")
  const rest = new Map<string, SampValue>()
  for (const [key, value] of map) {
    if (!Object.hasOwn(shape.fields, key)) rest.set(key, value)
  }
  // the decoder was made of this shape's own schema
  return Result.succeed({ value: decoded.success as A, rest })
}

/**
 * Writes parameters as a SAMP map.
 *
 * @param rest - parameters that the definition does not know, sent as they are (GEN-14); known ones win over them
 * @returns a failure for what the types cannot exclude: numbers that are no ints, URLs without a scheme, characters that
 *   are not ASCII (DT-02)
 */
export const encodeParams = <P, R>(
  definition: Definition<P, R>,
  params: NoInfer<P>,
  rest: SampMap = emptyMap
): Result.Result<SampMap, BadParams> => encode(definition.mtype, "params", definition.params, params, rest)

/** Reads the `samp.params` of a message; parameters that the definition does not know are in `rest` (MT-05). */
export const decodeParams = <P, R>(
  definition: Definition<P, R>,
  params: SampMap
): Result.Result<Decoded<P>, IllFormed> => decode(definition.mtype, "params", definition.params, params)

/** Writes return values as a SAMP map; see {@link encodeParams}. */
export const encodeResult = <P, R>(
  definition: Definition<P, R>,
  result: NoInfer<R>,
  rest: SampMap = emptyMap
): Result.Result<SampMap, BadParams> => encode(definition.mtype, "result", definition.result, result, rest)

/** Reads the `samp.result` of a response; see {@link decodeParams}. */
export const decodeResult = <P, R>(
  definition: Definition<P, R>,
  result: SampMap
): Result.Result<Decoded<R>, IllFormed> => decode(definition.mtype, "result", definition.result, result)

/** What goes into a message beside the parameters that its definition knows. */
export interface Extra {
  /** Further parameters. */
  readonly params?: SampMap
  /** Further keys of the message itself, such as `test.wait` of HubTester; never `samp.mtype` or `samp.params`. */
  readonly message?: SampMap
}

/** A message of this MType with these parameters. */
export const message = <P, R>(
  definition: Definition<P, R>,
  params: NoInfer<P>,
  extra: Extra = {}
): Result.Result<SampMap, BadParams> => {
  const encoded = encodeParams(definition, params, extra.params)
  if (Result.isFailure(encoded)) return encoded
  const plain = makeMessage(definition.mtype, encoded.success)
  if (extra.message === undefined) return Result.succeed(plain)
  const wrong = unwritable(extra.message, {})
  return wrong === undefined
    ? Result.succeed(new Map([...extra.message, ...plain]))
    : Result.fail({
      _tag: "BadParams",
      mtype: definition.mtype,
      part: "message",
      path: wrong.path,
      text: wrong.text
    })
}
