/** Calls of a hub, as sampjs makes them: a request, and a client that executes it and calls back. */
import { pageFacts, watchedPolicy } from "../../adapters/web/BrowserPage.ts"
import { type WebCall, webCalls } from "../../adapters/web/WebCalls.ts"
import { CallError } from "../../adapters/web/WebErrors.ts"
import { after, quickMs, sentence } from "../../domain/web/Reach.ts"
import { webPort } from "../../domain/WebProfile.ts"
import { writeCall } from "../../domain/XmlRpcWriter.ts"
import { type PlainValue, plainValue } from "../facade/Plain.ts"
import { checkParams, type SampType, toSamp } from "./Values.ts"
import { createXhr, noAnswer } from "./Xhr.ts"

/** Where pages find the hub (WEB-01). The name, as in sampjs: pages may have it in their Content-Security-Policy. */
const endpoint = `http://localhost:${webPort}/`

/** Takes the result of a call. */
export type ResultHandler<R = PlainValue> = (result: R) => void
/** Takes a {@link Fault}, or an error. */
export type ErrorHandler = (error: Fault | Error) => void

/** A request that is under way. */
export interface Running {
  /** Gives it up: nothing is called back any more. */
  readonly abort: () => void
}

/** The hub says no (section 3.13). */
export class Fault {
  faultString: string
  /** A number, as text. */
  faultCode: string

  constructor(faultString: string, faultCode: string) {
    this.faultString = faultString
    this.faultCode = faultCode
  }

  toString(): string {
    return `XML-RPC Fault (${this.faultCode}): ${this.faultString}`
  }
}

/** A call that can be sent. */
export class XmlRpcRequest {
  methodName: string
  params: Array<PlainValue>

  constructor(methodName: string, params?: Array<PlainValue>) {
    this.methodName = methodName
    this.params = params ?? []
  }

  addParam(param: PlainValue): this {
    this.params.push(param)
    return this
  }

  addParams(params: ReadonlyArray<PlainValue>): this {
    this.params.push(...params)
    return this
  }

  /** Throws unless the parameters have these types. */
  checkParams(types: ReadonlyArray<SampType>): void {
    checkParams(this.params, types)
  }

  /** The text that is sent. Throws for what SAMP does not have. */
  toXml(): string {
    return writeCall({ method: this.methodName, params: this.params.map(toSamp) })
  }

  toString(): string {
    return `${this.methodName}(${JSON.stringify(this.params)})`
  }
}

const sendCall = webCalls()

/** Nothing answered, and why that may be (P1): sampjs says `No hub?` whatever the matter is. */
const noHub = async (isForbidden: () => boolean, asked: boolean, error: unknown): Promise<Error> => {
  const facts = await pageFacts()
  await new Promise((resolve) => setTimeout(resolve)) // the browser tells of what the page's policy forbids a little later
  const reason = after(facts, { answered: false, asked, forbidden: isForbidden() })
  return noAnswer(`No hub? ${sentence(reason)}`, error)
}

const call: WebCall = (url, asked, options) =>
  watchedPolicy([url], async (isForbidden) => {
    const began = Date.now()
    try {
      return await sendCall(url, asked, options)
    } catch (error) {
      const tookLong = Date.now() - began > quickMs
      throw error instanceof CallError && error.reason === "Lost"
        ? await noHub(isForbidden, tookLong, error)
        : error
    }
  })

const errorOf = (error: unknown): Fault | Error => {
  if (!(error instanceof CallError)) return error instanceof Error ? error : new Error(String(error))
  switch (error.reason) {
    case "RemoteFault":
      return new Fault(error.detail, String(error.code ?? 0))
    case "Lost":
    case "Timeout":
    case "BadAnswer":
      return noAnswer(error.detail, error)
  }
}

/** Sends calls to a hub. */
export class XmlRpcClient {
  /** A request for whatever URL. */
  static createXHR = createXhr

  endpoint: string

  /** @param url - of the hub; default: where pages find it */
  constructor(url?: string) {
    this.endpoint = url === undefined || url === "" ? endpoint : url
  }

  /**
   * Calls, and calls back later: one of the two, once. Throws, and calls nothing back, if there is something in the request
   * that SAMP does not have.
   */
  execute(
    request: XmlRpcRequest,
    resultHandler?: ResultHandler | null,
    errorHandler?: ErrorHandler | null
  ): Running {
    const giveUp = new AbortController()
    const asked = { method: request.methodName, params: request.params.map(toSamp) }
    // A page that is left has no time to wait for an answer.
    const keepalive = asked.method.endsWith(".unregister")
    call(this.endpoint, asked, { signal: giveUp.signal, keepalive }).then(
      (value) => {
        if (!giveUp.signal.aborted) resultHandler?.(plainValue(value))
      },
      (error: unknown) => {
        if (!giveUp.signal.aborted) errorHandler?.(errorOf(error))
      }
    )
    return { abort: () => giveUp.abort() }
  }
}
