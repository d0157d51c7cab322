/** Generated policies, from a small world in which rules meet each other often. */
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type OriginPattern, parsePattern } from "../../../src/domain/consent/Origin.ts"
import type { Applicant, Policy, Rule } from "../../../src/domain/consent/Policy.ts"

/** A pattern that is one. */
export const pattern = (text: string): OriginPattern => Result.getOrThrow(parsePattern(text))

/** A rule. */
export const rule = (verdict: Rule["verdict"], origin: string, rest: Partial<Rule> = {}): Rule => ({
  verdict,
  origin: pattern(origin),
  name: undefined,
  send: undefined,
  receive: undefined,
  expires: undefined,
  note: undefined,
  extra: {},
  ...rest
})

/** Whoever asks. */
export const applicant = (origin: string | undefined, name = "Page", referer?: string): Applicant => ({
  origin,
  name,
  referer
})

const oneOf = <A>(choices: ReadonlyArray<A>): Arbitrary.Arbitrary<A> =>
  Arbitrary.map(
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: choices.length - 1 }))),
    // the index is one of the list
    (index) => choices[index] as A
  )

/** Origins as browsers send them. */
export const origins = [
  undefined,
  "null",
  "https://a.example",
  "https://b.a.example",
  "https://c.b.a.example",
  "https://a.example:8443",
  "http://a.example",
  "http://localhost:8888",
  "https://notexample"
]

/** Patterns that are about some of them. */
export const patterns = [
  "local",
  "null",
  "https://a.example",
  "https://a.example:*",
  "https://*.a.example",
  "https://*.b.a.example",
  "https://*.example",
  "https://*.a.example:*",
  "https://*",
  "http://*:*",
  "http://localhost:*",
  "http://localhost:8888"
]

const names = ["Page", "Other"]

/** The MTypes that rules are about. */
const mtypes = ["table.*", "image.load.fits", "harmless", "*"]

const maybe = <A>(value: Arbitrary.Arbitrary<A>): Arbitrary.Arbitrary<A | undefined> =>
  Arbitrary.flatMap(
    oneOf([true, false]),
    (some): Arbitrary.Arbitrary<A | undefined> => some ? value : oneOf([undefined])
  )

const someMTypes = maybe(Arbitrary.array(oneOf(mtypes), { maxLength: 2 }))

/** Any rule. */
export const anyRule: Arbitrary.Arbitrary<Rule> = Arbitrary.map(
  Arbitrary.all({
    verdict: oneOf<Rule["verdict"]>(["allow", "deny"]),
    origin: oneOf(patterns),
    name: maybe(oneOf(names)),
    send: someMTypes,
    receive: someMTypes,
    expires: maybe(oneOf([1_000, 2_000, 1_700_000_000_000])),
    note: maybe(oneOf(["", "a \"note\"\n"])),
    extra: oneOf([{}, { "x-who": "admin" }])
  }),
  ({ origin, receive, send, verdict, ...rest }) =>
    rule(verdict, origin, { ...rest, ...verdict === "deny" ? {} : { send, receive } })
)

/** Any policy. */
export const anyPolicy: Arbitrary.Arbitrary<Policy> = Arbitrary.map(
  Arbitrary.array(anyRule, { maxLength: 8 }),
  (rules) => ({ rules, extra: {} })
)

/** Anyone who asks. */
export const anyApplicant: Arbitrary.Arbitrary<Applicant> = Arbitrary.map(
  Arbitrary.all({ origin: oneOf(origins), name: oneOf(names) }),
  ({ name, origin }) => applicant(origin, name)
)

/** A time when some rules have expired, perhaps. */
export const anyTime: Arbitrary.Arbitrary<number> = oneOf([0, 1_000, 1_500, 5_000])
