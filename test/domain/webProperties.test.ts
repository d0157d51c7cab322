/** Properties of what the Web Profile keeps: against naive models, in random sequences. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as HashSet from "effect/HashSet"
import * as Schema from "effect/Schema"
import type { Delivery } from "../../src/domain/HubOutput.ts"
import { clientById } from "../../src/domain/HubState.ts"
import { ClientId } from "../../src/domain/Identifiers.ts"
import { message } from "../../src/domain/Message.ts"
import { emptyMap, map, type SampMap } from "../../src/domain/SampValue.ts"
import { annotationFor } from "../../src/domain/Subscriptions.ts"
import * as PullQueue from "../../src/domain/web/PullQueue.ts"
import { maySend, visible } from "../../src/domain/web/Restriction.ts"
import { runs } from "../support/arbitraries.ts"
import { Table } from "../support/Table.ts"

const upTo = (maximum: number) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum })))

const several = <A>(item: Arbitrary.Arbitrary<A>, maxLength: number) => Arbitrary.array(item, { maxLength })

/** Something happens at a queue: so many callbacks come, or there is a pull, the answer to which is read or lost. */
const happenings = several(
  Arbitrary.all({ what: upTo(5), size: upTo(60), how: upTo(2) }),
  60
)

const limit = 100

const consistent = (queue: PullQueue.PullQueue): void => {
  const waiting = PullQueue.waiting(queue)
  assert.strictEqual(queue.count, waiting.length)
  assert.strictEqual(
    queue.size,
    [...queue.handed, ...waiting].reduce((sum, { size }) => sum + size, 0)
  )
  const handed = queue.handed.reduce((sum, { size }) => sum + size, 0)
  assert.isTrue(handed <= limit || queue.handed.length === 1, `${handed} characters in one answer`)
}

const delivery = (n: number): Delivery => ({
  _tag: "Notification",
  sender: ClientId("c1"),
  message: map({ n: String(n) })
})

const numberOf = ({ delivery }: PullQueue.Waiting): number => Number(PullQueue.contentOf(delivery).get("n"))

describe("a queue of callbacks", () => {
  for (const counts of [false, true]) {
    const who = counts
      ? "a client that counts, whatever answers are lost"
      : "any other, when the hub is told what is lost"
    it.prop(
      `P10, WEB-32, WEB-36 loses nothing, doubles nothing, and keeps the order for ${who}`,
      { happenings },
      ({ happenings }) => {
        let queue = PullQueue.empty
        let sent = 0
        const got: Array<number> = []
        let has = 0
        const pull = (how: number): number => {
          queue = PullQueue.handOut(PullQueue.acknowledge(queue, counts ? has : undefined), limit)
          consistent(queue)
          const { handed } = queue
          if (how === 0 || (how === 1 && !counts)) queue = PullQueue.restore(queue)
          else if (how === 2) {
            for (const item of handed) {
              got.push(numberOf(item))
              has = item.serial
            }
          }
          consistent(queue)
          return handed.length
        }
        for (const { how, size, what } of happenings) {
          if (what > 1) pull(how)
          else for (let n = 0; n < 4; n++) queue = PullQueue.append(queue, delivery(++sent), size)
          consistent(queue)
        }
        while (pull(2) > 0) assert.isAtMost(got.length, sent)
        assert.deepStrictEqual(got, Array.from({ length: sent }, (_, n) => n + 1))
        assert.isTrue(PullQueue.isEmpty(queue))
        assert.strictEqual(queue.size, 0)
      },
      runs(300)
    )
  }
})

const atoms = ["a", "b", "c"]
const mtypes = atoms.flatMap((one) => [one, ...atoms.flatMap((two) => [`${one}.${two}`, `${one}.${two}.a`])])
const patterns = ["*", ...mtypes, ...mtypes.map((mtype) => `${mtype}.*`)]

const pattern = Arbitrary.map(upTo(patterns.length - 1), (index) => patterns[index] ?? "*")
const marks = [{}, {}, {}, { "x-samp.mostly-harmless": "1" }, { "samp.mostly-harmless": "0" }]
const annotation = Arbitrary.map(upTo(marks.length - 1), (index) => map({ ...marks[index] }))
const allowed = several(pattern, 4)

const sendable = (allowed: ReadonlyArray<string>, subscriptions: SampMap, mtype: string): boolean => {
  const annotation = annotationFor(subscriptions, mtype)
  return annotation !== undefined && maySend(allowed, mtype, annotation)
}

/** The wildcard match once more, naively. */
const covers = (pattern: string, mtype: string): boolean =>
  new RegExp(`^${pattern.replaceAll(".", "\\.").replace("*", ".+")}$`, "u").test(mtype)

describe("what a page sees of subscriptions", () => {
  it.prop(
    "WEB-62, WIRE-142 lets through whatever it may send",
    { allowed, declared: several(Arbitrary.all([pattern, annotation]), 5) },
    ({ allowed, declared }) => {
      const subscriptions: SampMap = new Map(declared)
      const seen = visible(allowed, subscriptions)
      for (const mtype of mtypes) {
        if (!sendable(allowed, subscriptions, mtype)) continue
        assert.isTrue([...seen.keys()].some((pattern) => covers(pattern, mtype)), mtype)
      }
    },
    runs(1_000)
  )

  it.prop(
    "WEB-62 is nothing else, where no annotation says otherwise",
    { allowed, declared: several(pattern, 5) },
    ({ allowed, declared }) => {
      const subscriptions: SampMap = new Map(declared.map((pattern) => [pattern, emptyMap]))
      const seen = visible(allowed, subscriptions)
      for (const mtype of mtypes) {
        const shown = [...seen.keys()].some((pattern) => covers(pattern, mtype))
        const wanted = declared.some((pattern) => covers(pattern, mtype)) &&
          allowed.some((pattern) => covers(pattern, mtype))
        assert.strictEqual(shown, wanted, mtype)
        assert.strictEqual(sendable(allowed, subscriptions, mtype), wanted, mtype)
      }
    },
    runs(1_000)
  )
})

describe("what a page may read", () => {
  const desktops = 2
  const pages = 3
  const talk = several(
    Arbitrary.all({ from: upTo(desktops + pages - 1), to: upTo(desktops + pages), url: upTo(3) }),
    40
  )

  it.prop(
    "WEB-54 is what trusted clients mentioned first of all, and to it before it said it itself",
    { talk },
    ({ talk }) => {
      const table = new Table()
      const guests = [
        ...Array.from({ length: desktops }, () => table.callable("table.*")),
        ...Array.from({ length: pages }, () => table.page(["table.*"]))
      ]
      const isPage = (index: number): boolean => index >= desktops
      /** What pages have said and heard of trusted clients, in order. */
      const log: Array<{ readonly page: number; readonly heard: boolean; readonly url: string }> = []
      for (const { from, to, url: number } of talk) {
        const url = `file:///${number}`
        const [sender, recipient] = [guests[from], guests[to]]
        if (sender === undefined || sender === recipient) continue
        const content = message("table.x", map({ url }))
        if (isPage(from)) log.push({ page: from, heard: false, url })
        if (recipient === undefined) {
          table.ask(sender, { _tag: "NotifyAll", message: content })
          guests.forEach((_, page) => {
            if (isPage(page) && !isPage(from)) log.push({ page, heard: true, url })
          })
        } else {
          table.ask(sender, { _tag: "Notify", recipient: recipient.id, message: content })
          if (isPage(to) && !isPage(from)) log.push({ page: to, heard: true, url })
        }
      }
      for (const [page, guest] of guests.entries()) {
        if (!isPage(page)) continue
        for (let n = 0; n < 4; n++) {
          const url = `file:///${n}`
          const first = log.find((entry) => entry.url === url)
          const own = log.find((entry) => entry.url === url && entry.page === page)
          const expected = first?.heard === true && own?.heard === true
          const web = clientById(table.state, guest.id)?.web
          assert.strictEqual(web !== undefined && HashSet.has(web.mayRead, url), expected, `${page} ${url}`)
        }
      }
    },
    runs(400)
  )
})
