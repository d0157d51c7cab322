/**
 * A program with one SAMP client that is often too busy to look at its connections. It says over its IPC channel which
 * numbers it gets.
 */
import { Client } from "./Client.ts"
import { textAt } from "./Wire.ts"

const [url = "", secret = "", mtype = ""] = process.argv.slice(2)

/** Milliseconds that it works for each message; seldom so long that the hub goes on without an acknowledgement. */
const work = [0, 4, 0, 0, 9, 0, 2, 0, 0, 0, 130, 0, 1]

const block = (ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const client = await Client.register({ url, secret })
client.onDelivery = ({ content }) => {
  process.send?.({ got: Number(textAt(content, "samp.params", "number")) })
  block(work[client.received.length % work.length] ?? 0)
}
await client.listen(mtype)
process.send?.({ ids: [client.id] })
