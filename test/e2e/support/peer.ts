/**
 * A program with one or more SAMP clients, to be killed or stopped from outside. It says what it gets over its IPC
 * channel, and answers nothing.
 */
import { Client } from "./Client.ts"

const [url = "", secret = "", count = "1", ...mtypes] = process.argv.slice(2)
const clients: Array<Client> = []
for (let i = 0; i < Number(count); i++) {
  const client = await Client.register({ url, secret })
  client.onDelivery = ({ content }) => process.send?.({ got: content["samp.mtype"] })
  await client.listen(...mtypes)
  clients.push(client)
}
process.send?.({ ids: clients.map(({ id }) => id) })
