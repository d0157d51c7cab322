/** A web page of the tests: it registers over the Web Profile as a browser would for it. */
import { request } from "node:http"
import { readAnswer, type Struct, type Value, writeCall } from "./Wire.ts"

/** What a page asks, and who it says it is. */
export interface Asking {
  /** As the browser sends it; undefined for a program that is no browser. */
  readonly origin: string | undefined
  readonly name?: string
  readonly referer?: string
}

/** Calls a method. The call can be given up. */
export const call = (
  url: string,
  method: string,
  params: ReadonlyArray<Value>,
  { origin, referer }: Asking
) => {
  const headers = {
    "content-type": "text/xml",
    connection: "close",
    ...origin === undefined ? {} : { origin },
    ...referer === undefined ? {} : { referer }
  }
  const sent = request(url, { method: "POST", headers })
  const answer = new Promise<Value>((resolve, reject) => {
    sent.on("response", (response) => {
      let text = ""
      response.setEncoding("latin1").on("data", (chunk: string) => text += chunk)
      response.on("end", () => {
        try {
          resolve(readAnswer(text))
        } catch (error) {
          reject(error)
        }
      })
    })
    sent.on("error", reject)
  })
  sent.end(writeCall(`samp.webhub.${method}`, params))
  return { answer, giveUp: () => void sent.destroy() }
}

/** A page that asks to be let in. `said` is what it hears in the end: its private key, or why not. */
export const asks = (url: string, asking: Asking) => {
  const { answer, giveUp } = call(url, "register", [{ "samp.name": asking.name ?? "A page" }], asking)
  let heard: string | undefined
  const said = answer.then(
    (info) => `in ${String((info as Struct)["samp.private-key"])}`,
    (error: unknown) => `out: ${error instanceof Error ? error.message : String(error)}`
  ).then((text) => heard = text)
  return {
    said,
    giveUp,
    /** What it has heard so far. */
    get heard(): string | undefined {
      return heard
    }
  }
}
