/**
 * Two desktop programs in a process of their own, beside whatever goes on at a hub: one pings the hub and sends messages to the
 * other until it is told over IPC to end. It says then how long its pings took, and what the other one has got.
 */
import { pause, until } from "../harness.ts"
import { Client, message } from "./Client.ts"
import { textAt } from "./Wire.ts"

const mtype = "e2e.beside"
const [url = "", secret = ""] = process.argv.slice(2)

const one = await Client.register({ url, secret })
const two = await Client.register({ url, secret })
await two.listen(mtype)

const over = new AbortController()
process.once("message", () => over.abort())
process.send?.({ ready: true })

const times: Array<number> = []
while (!over.signal.aborted) {
  const begun = performance.now()
  await one.ask("ping")
  times.push(performance.now() - begun)
  await one.ask("notify", two.id, message(mtype, { n: String(times.length) }))
  await pause(5)
}
await until("all messages", () => two.received.length === times.length)
process.send?.({ times, got: two.received.map(({ content }) => Number(textAt(content, "samp.params", "n"))) })
await Promise.all([one.vanish(), two.vanish()])
