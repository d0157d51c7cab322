/** Checks: subscriptions (section 3.7). */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { isMType } from "../../../domain/MType.ts"
import { emptyMap, map } from "../../../domain/SampValue.ts"
import { aMap, type Check, check, demand, equal, refused, strings } from "../Check.ts"
import { answering, join, subscriptionsTo } from "../Party.ts"
import { isFault } from "../World.ts"
import { msg, sendings, subscribedTo } from "./Common.ts"

/** Patterns, each with an MType that it matches. */
const below: ReadonlyArray<readonly [string, string]> = [["a.*", "a.b"], ["a.*", "a.b.c"], ["a.b.*", "a.b.c"]]
/** Patterns, each with an MType that it does not match. */
const beside: ReadonlyArray<readonly [string, string]> = [
  ["a.*", "a"],
  ["a.*", "ab"],
  ["a.*", "ab.c"],
  [
    "a.b.*",
    "a.b"
  ],
  ["a.b.*", "a.bc"],
  ["a.b", "a.b.c"],
  ["a.b", "a"],
  ["a.b", "A.b"]
]

const illFormed = ["*.b", "a.*.c", "a*", "a.", ".a", "a..b", "", "a b"]

/** Sees whether a pattern of Bob's lets the hub list him, tell him, and deliver to him. */
const matching = (vectors: ReadonlyArray<readonly [string, string]>, matches: boolean): Check["run"] =>
  Effect.fnUntraced(function*(world) {
    const alice = yield* join(world, "Alice", { callable: false })
    for (const [pattern, name] of vectors) {
      const stem = world.mtype()
      const bob = yield* join(world, "Bob", { subscriptions: [`${stem}.${pattern}`] })
      const mtype = `${stem}.${name}`
      const says = matches ? "does not match" : "matches"
      yield* demand((yield* subscribedTo(alice, mtype)).has(bob.id) === matches, `${pattern} ${says} ${name}`)
      const told = yield* strings("notifyAll", yield* alice.ask("notifyAll", msg(mtype)))
      yield* demand(told.includes(bob.id) === matches, `${pattern} ${says} ${name} in notifyAll`)
      if (matches) yield* bob.receives(mtype)
      else {yield* refused(
          `${name} to one who subscribes to ${pattern}`,
          alice.ask("notify", bob.id, msg(mtype))
        )}
      yield* bob.unregister
    }
  })

/** These checks, in the order in which they run. */
export const subscribing: ReadonlyArray<Check> = [
  check(
    "SUB-02 SUB-09 HUB-06 HUB-07 STD-16 STD-17 GEN-14",
    "subscriptions come back as they were declared, patterns and annotations included",
    Effect.fnUntraced(function*(world) {
      const subscriptions = map({
        [world.mtype()]: emptyMap,
        [`${world.mtype()}.*`]: map({ "x-samp.a": "1", nested: map({ list: ["x", emptyMap] }) })
      })
      const alice = yield* join(world, "Alice", { subscriptions })
      const bob = yield* join(world, "Bob", { callable: false })
      yield* equal(
        "Alice's subscriptions for Bob",
        yield* bob.ask("getSubscriptions", alice.id),
        subscriptions
      )
      yield* equal("her own subscriptions", yield* alice.ask("getSubscriptions", alice.id), subscriptions)
    })
  ),
  check(
    "SUB-09",
    "getSubscriptions answers for the hub, and is a fault for an unknown id",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      yield* aMap("the hub's subscriptions", yield* alice.ask("getSubscriptions", alice.hubId))
      yield* refused("getSubscriptions of nobody", alice.ask("getSubscriptions", world.fresh("nobody")))
    })
  ),
  check(
    "SUB-03",
    "declareSubscriptions replaces what was there",
    Effect.fnUntraced(function*(world) {
      const [first, second] = [world.mtype("first"), world.mtype("second")]
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: [first] })
      yield* bob.subscribe([second])
      yield* equal(
        "getSubscriptions",
        yield* alice.ask("getSubscriptions", bob.id),
        subscriptionsTo([second])
      )
      yield* demand(
        !(yield* subscribedTo(alice, first)).has(bob.id),
        "Bob is still subscribed to what he gave up"
      )
      yield* refused("a message of an MType given up", alice.ask("notify", bob.id, msg(first)))
      yield* alice.ask("notify", bob.id, msg(second))
      yield* bob.subscribe(emptyMap)
      yield* refused("a message of an MType given up", alice.ask("notify", bob.id, msg(second)))
    })
  ),
  check(
    "SUB-03",
    "subscriptions that replace overlapping wildcards are in force at once",
    Effect.fnUntraced(function*(world) {
      const stem = world.mtype()
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: [`${stem}.*`, `${stem}.a.*`, `${stem}.a.b`] })
      yield* bob.subscribe([`${stem}.a.b`])
      yield* demand(
        !(yield* subscribedTo(alice, `${stem}.a.c`)).has(bob.id),
        "the wildcard is still in force"
      )
      yield* demand(
        (yield* subscribedTo(alice, `${stem}.a.b`)).has(bob.id),
        "the new subscription is not in force"
      )
    })
  ),
  check("SUB-04", "a.b.* matches what is below a.b", matching(below, true)),
  check("SUB-05", "a.b.* matches neither a.b nor a.bc", matching(beside, false)),
  check(
    "SUB-06",
    "* matches every MType",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", { subscriptions: ["*"] })
      for (const mtype of [world.mtype(), "x-samp-conformance"]) {
        yield* demand((yield* subscribedTo(alice, mtype)).has(bob.id), `* does not match ${mtype}`)
        yield* alice.ask("notify", bob.id, msg(mtype))
        yield* bob.receives(mtype)
      }
    })
  ),
  check(
    "HUB-09 STD-19",
    "getSubscribedClients lists who is subscribed, and no others",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [mtype] })
      const carol = yield* join(world, "Carol", { subscriptions: [world.mtype("other")] })
      const found = yield* subscribedTo(alice, mtype)
      yield* aMap("what is said of Bob", found.get(bob.id))
      yield* demand(!found.has(carol.id), "it lists Carol, who is not subscribed")
    })
  ),
  check(
    "SUB-08",
    "getSubscribedClients leaves the caller out",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice", { subscriptions: [mtype] })
      yield* demand(!(yield* subscribedTo(alice, mtype)).has(alice.id), "it lists the caller")
    })
  ),
  check(
    "SUB-07",
    "getSubscribedClients tells the annotations of the most specific pattern",
    Effect.fnUntraced(function*(world) {
      const stem = world.mtype()
      const level = (n: string) => map({ level: n })
      const alice = yield* join(world, "Alice", { callable: false })
      const bob = yield* join(world, "Bob", {
        subscriptions: map({
          "*": level("0"),
          [`${stem}.*`]: level("1"),
          [`${stem}.a.*`]: level("2"),
          [`${stem}.a.b`]: level("3")
        })
      })
      for (const [mtype, n] of [["a.b", "3"], ["a.c", "2"], ["a.b.c", "2"], ["b", "1"]] as const) {
        const found = yield* subscribedTo(alice, `${stem}.${mtype}`)
        yield* equal(`what is said of Bob for ${mtype}`, found.get(bob.id), level(n))
      }
    })
  ),
  check(
    "SUB-10",
    "a client without callback cannot subscribe, or is not subscribed until it has one",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { callable: false })
      const declared = yield* Effect.result(bob.subscribe([mtype]))
      if (Result.isFailure(declared)) {
        yield* demand(isFault(declared.failure), declared.failure.message)
        return
      }
      yield* demand(!(yield* subscribedTo(alice, mtype)).has(bob.id), "it counts as subscribed")
      for (const [method, ...args] of sendings(bob.id, msg(mtype))) {
        yield* refused(`${method} to a client without callback`, alice.ask(method, ...args))
      }
    })
  ),
  check(
    "DLV-05",
    "what is sent to a client that is not callable is a fault",
    Effect.fnUntraced(function*(world) {
      const mtype = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { callable: false })
      yield* Effect.ignore(bob.subscribe([mtype]))
      for (const [method, ...args] of sendings(bob.id, msg(mtype)).slice(0, 2)) {
        yield* refused(`${method} to a client that is not callable`, alice.ask(method, ...args))
      }
    })
  ),
  check(
    "SUB-11",
    "ill-formed subscriptions are a fault",
    Effect.fnUntraced(function*(world) {
      const bob = yield* join(world, "Bob")
      for (const pattern of illFormed) {
        yield* refused(`the pattern ${JSON.stringify(pattern)}`, bob.subscribe([pattern]))
      }
      yield* refused("annotations that are no map", bob.subscribe(map({ [world.mtype()]: "x" })))
    })
  ),
  check(
    "SUB-13",
    "a pattern in place of an MType is refused, or matches nothing",
    Effect.fnUntraced(function*(world) {
      const stem = world.mtype()
      const alice = yield* join(world, "Alice")
      const bob = yield* join(world, "Bob", { subscriptions: [`${stem}.a`], onReceive: answering() })
      const found = yield* Effect.result(subscribedTo(alice, `${stem}.*`))
      yield* demand(
        Result.isFailure(found) ? isFault(found.failure) : !found.success.has(bob.id),
        "getSubscribedClients expands a pattern"
      )
      for (
        const [method, ...args] of [["notifyAll", msg(`${stem}.*`)], [
          "callAll",
          "t",
          msg(`${stem}.*`)
        ]] as const
      ) {
        yield* Effect.ignore(alice.ask(method, ...args))
      }
      yield* world.quiet
      yield* demand(bob.inbox.length === 0, "a message whose MType is a pattern was delivered")
    })
  ),
  check(
    "MT-01",
    "the hub itself subscribes to well-formed MTypes and patterns",
    Effect.fnUntraced(function*(world) {
      const alice = yield* join(world, "Alice", { callable: false })
      const subscriptions = yield* aMap(
        "its subscriptions",
        yield* alice.ask("getSubscriptions", alice.hubId)
      )
      for (const pattern of subscriptions.keys()) {
        const mtype = pattern === "*" ? "all" : pattern.replace(/\.\*$/u, "")
        yield* demand(isMType(mtype), `the hub subscribes to ${JSON.stringify(pattern)}`)
      }
    })
  )
]
