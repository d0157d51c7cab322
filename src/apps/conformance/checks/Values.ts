/** Checks: what values the hub carries, and with which arguments it is content (sections 3.3, 3.13). */
import * as Effect from "effect/Effect"
import {
  emptyMap,
  illegalCharacter,
  isList,
  map,
  type SampMap,
  type SampValue
} from "../../../domain/SampValue.ts"
import { aMap, type Broken, broken, type Check, check, demand, equal, refused } from "../Check.ts"
import { answering, join } from "../Party.ts"
import { same, show } from "../Transcript.ts"
import { msg, operations, paramsOf } from "./Common.ts"

const ascii = Array.from({ length: 0x80 - 0x20 }, (_, n) => String.fromCodePoint(n + 0x20)).join("")

/** A value nested so deeply. */
const nested = (depth: number): SampValue =>
  Array.from({ length: depth }).reduce<SampValue>(
    (inner, _, n) => n % 2 === 0 ? [inner] : map({ a: inner }),
    "x"
  )

/** Sees whether values come through: in a message, and in metadata. */
const carried = (values: SampMap): Check["run"] =>
  Effect.fnUntraced(function*(world) {
    const alice = yield* join(world, "Alice")
    const stem = world.mtype()
    const bob = yield* join(world, "Bob", { subscriptions: [`${stem}.*`] })
    let count = 0
    for (const [name, value] of values) {
      const mtype = `${stem}.${++count}`
      const params = map({ value })
      yield* alice.ask("notify", bob.id, msg(mtype, params))
      const [received] = yield* bob.receives(mtype)
      const came = paramsOf(received?.content ?? emptyMap)
      if (!same(came, params)) return yield* broken(`${name} came as ${show(came).slice(0, 300)}`)
      yield* alice.ask("declareMetadata", params)
      const kept = yield* bob.ask("getMetadata", alice.id)
      if (!same(kept, params)) {
        return yield* broken(`${name} in metadata came back as ${show(kept).slice(0, 300)}`)
      }
    }
  })

const allLegal = (what: string, value: SampValue): Effect.Effect<void, Broken> => {
  if (typeof value === "string") {
    const bad = illegalCharacter(value)
    return demand(bad === undefined, `${what} holds the character ${bad}`)
  }
  const inner: ReadonlyArray<SampValue> = isList(value) ? value : [...value].flat()
  return Effect.forEach(inner, (item) => allLegal(what, item), { discard: true })
}

/** Values of the wrong type in place of one of the right type. */
const instead = (value: SampValue): ReadonlyArray<SampValue> =>
  typeof value === "string" ? [map({ a: "b" }), ["x"]] : ["text", ["x"]]

/** These checks, in the order in which they run. */
export const values: ReadonlyArray<Check> = [
  check(
    "DT-02",
    "what the hub says of itself are legal strings",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      yield* allLegal("the registration", alice.info)
      for (const operation of ["getMetadata", "getSubscriptions"]) {
        yield* allLegal(`${operation} of the hub`, yield* alice.ask(operation, alice.hubId))
      }
      yield* allLegal("getRegisteredClients", yield* alice.ask("getRegisteredClients"))
    })
  ),
  check(
    "DT-03",
    "empty strings, keys, lists and maps pass",
    carried(map({
      "an empty string": "",
      "an empty list": [],
      "an empty map": emptyMap,
      "an empty key": map({ "": "x" }),
      "a mixture": [[], "", map({ "": emptyMap, a: [] }), [[]]]
    }))
  ),
  check(
    "DT-04",
    "strings and lists pass as they are, whitespace and all",
    carried(map({
      "a string of all legal characters but CR": `\t\n${ascii}`,
      "leading and trailing blanks": "  x \t\n",
      "a string of blanks only": "   ",
      "a tab only": "\t",
      "a line feed only": "\n",
      "a number with zeros": "007.50",
      "a list": ["b", "a", "b", "", " "]
    }))
  ),
  check("DT-05", "carriage returns pass", carried(map({ "a CR": "a\rb", "a CR LF": "a\r\nb\r" }))),
  check(
    "DT-12",
    "a list of 10 000 items passes, and 20 levels of nesting",
    carried(
      map({
        "a list of 10 000": Array.from({ length: 10_000 }, (_, n) => `item ${n}`),
        "20 levels": nested(20)
      })
    )
  ),
  check(
    "DT-12",
    "a string of a megabyte passes",
    carried(map({ "a megabyte": "0123456789 <&> \n".repeat(65_536) }))
  ),
  check(
    "DT-13",
    "keys such as __proto__ pass",
    carried(map({
      "odd keys": new Map<string, SampValue>([
        ["__proto__", map({ a: "1" })],
        ["constructor", "c"],
        ["toString", "t"],
        ["a b.c\nd <e>", "x"],
        [" ", "blank"]
      ])
    }))
  ),
  check(
    "HUB-22",
    "a wrong number of arguments is a fault",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const { secret } = world.run.hub
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], onReceive: answering() })
      yield* refused("register without argument", world.ask("register"))
      yield* refused("register with two arguments", world.ask("register", secret, "x"))
      for (const [method, ...args] of operations(bob, mtype)) {
        yield* refused(`${method} with an argument too many`, alice.ask(method, ...args, "x"))
        if (args.length > 0) {
          yield* refused(`${method} with an argument too few`, alice.ask(method, ...args.slice(0, -1)))
        }
        yield* refused(`${method} without arguments`, world.ask(method))
      }
    })
  ),
  check(
    "HUB-22",
    "an argument of a wrong type is a fault",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype], onReceive: answering() })
      yield* refused("register with a map", world.ask("register", emptyMap))
      for (const [method, ...args] of operations(bob, mtype)) {
        for (const [at, right] of args.entries()) {
          for (const wrong of instead(right)) {
            const asking = alice.ask(method, ...args.map((arg, n) => n === at ? wrong : arg))
            yield* refused(`${method} with ${show(wrong)} as argument ${at + 2}`, asking)
          }
        }
      }
      const metadata = yield* aMap("the metadata", yield* bob.ask("getMetadata", alice.id))
      yield* equal("the metadata after all that", metadata, emptyMap)
    })
  )
]
