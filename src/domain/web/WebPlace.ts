/** Hubs that are named by their Web Profile, as `SAMP_HUB` can do it (WIRE-50). */
import { webPort } from "../WebProfile.ts"

/** Where the Web Profile of a hub is, and under which name to register with it. */
export interface WebPlace {
  /** XML-RPC endpoint. */
  readonly url: string
  /** `samp.name` for the registration, which is what the user is asked about (WEB-11); undefined for the client's own name. */
  readonly name: string | undefined
}

/** The endpoint that pages know (WEB-01), by its address: no name is looked up. */
export const webUrl = `http://127.0.0.1:${webPort}/`

const appName = "web-appname:"
const ownUrl = "web-url:"

/**
 * The Web Profile that a value of `SAMP_HUB` or `--hub` names: `web-appname:NAME` registers under that name at the usual
 * port, as with JSAMP; `web-url:URL` is ours, for hubs at other ports.
 *
 * @returns undefined when it names something else
 */
export const readWebPlace = (value: string): WebPlace | undefined => {
  if (value.startsWith(appName)) {
    const name = value.slice(appName.length).trim()
    return { url: webUrl, name: name === "" ? undefined : name }
  }
  const url = value.startsWith(ownUrl) ? value.slice(ownUrl.length) : ""
  return /^http:\/\/[^\s/]+/iu.test(url) && URL.canParse(url) ? { url, name: undefined } : undefined
}
