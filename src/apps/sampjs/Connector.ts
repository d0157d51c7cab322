/** Registration for pages: by buttons, or by the way when something is to be sent. */
import type { PlainObject } from "../facade/Plain.ts"
import type { Connection } from "./Connection.ts"
import { type Fragment, page, type PageNode } from "./Page.ts"
import type { Callable } from "./Pulling.ts"
import { ping, register } from "./Registering.ts"
import { safely } from "./Safely.ts"
import type { ErrorHandler } from "./XmlRpc.ts"

/** A client that hears of a connection before it is called back over it, as {@link CallableClient} does. */
export interface Initialised extends Callable {
  init?: ((connection: Connection) => void) | undefined
}

/** Keeps one connection at most. */
export class Connector {
  name: string
  meta: PlainObject | null | undefined
  callableClient: Initialised | null | undefined
  subs: object | null | undefined
  /** Texts that tell whether this page is registered. */
  regTextNodes: Array<PageNode> = []
  /** Buttons that can be used when registered. */
  whenRegs: Array<PageNode> = []
  /** Buttons that can be used when not. */
  whenUnregs: Array<PageNode> = []
  connection: Connection | null | undefined
  /** Runs when there is a connection. */
  onreg: ((connection: Connection) => void) | null | undefined
  /** Runs when there is none any more; as in sampjs, perhaps twice. */
  onunreg: (() => void) | null | undefined

  /**
   * @param name - to register with, for which the user is asked
   * @param meta - metadata to declare
   * @param callableClient - who is called back
   * @param subs - subscriptions to declare
   */
  constructor(
    name: string,
    meta?: PlainObject | null,
    callableClient?: Initialised | null,
    subs?: object | null
  ) {
    this.name = name
    this.meta = meta
    this.callableClient = callableClient
    this.subs = subs
  }

  /** Takes a connection, or none, in the place of the one there is, which is closed. */
  setConnection(connection: Connection | null | undefined): void {
    const before = this.connection
    if (before) {
      before.close()
      safely(this.onunreg)
    }
    this.connection = connection
    if (connection) this.begin(connection)
    this.update()
  }

  private begin(connection: Connection): void {
    connection.onclose = () => {
      this.connection = null
      safely(this.onunreg)
      this.update()
    }
    if (this.meta) connection.declareMetadata([this.meta])
    const { callableClient } = this
    if (callableClient) {
      callableClient.init?.(connection)
      connection.setCallable(callableClient, () => {
        if (this.subs) connection.declareSubscriptions([this.subs])
      })
    }
    safely(() => this.onreg?.(connection))
  }

  /** Registers. */
  register(): void {
    register(
      this.name,
      (connection) => this.setConnection(connection),
      (error) => this.tell(`no (${error.toString()})`)
    )
  }

  /** Unregisters, if registered. */
  unregister(): void {
    if (!this.connection) return
    this.connection.unregister([])
    this.setConnection(null)
  }

  private tell(text: string): void {
    for (const node of this.regTextNodes) {
      node.innerHTML = ""
      if (page.document !== undefined) node.appendChild(page.document.createTextNode(text))
    }
  }

  /** Buttons to register and to unregister, and a text that tells which was the last. */
  createRegButtons(): Fragment {
    const { document } = page
    if (document === undefined) throw new Error("createRegButtons() is for pages: there is no document here")
    const button = (text: string, press: () => void): PageNode => {
      const made = document.createElement("button")
      made.setAttribute("type", "button")
      made.append(text)
      made.onclick = press
      return made
    }
    const on = button("Register", () => this.register())
    const off = button("Unregister", () => this.unregister())
    this.whenUnregs.push(on)
    this.whenRegs.push(off)
    const label = document.createElement("strong")
    label.append("Registered: ")
    const text = document.createElement("span")
    text.setAttribute("role", "status")
    this.regTextNodes.push(text)
    const all = document.createDocumentFragment()
    all.append(on, " ", off, " ", label, text)
    this.update()
    return all as unknown as Fragment // the same, under the name that the page's compiler knows
  }

  /** Lets buttons and texts show whether there is a connection. */
  update(): void {
    const isConnected = Boolean(this.connection)
    for (const node of isConnected ? this.whenRegs : this.whenUnregs) node.removeAttribute("disabled")
    for (const node of isConnected ? this.whenUnregs : this.whenRegs) {
      node.setAttribute("disabled", "disabled")
    }
    this.tell(isConnected ? "Yes" : "No")
  }

  /**
   * Runs something with a connection: the one there is, if the hub still knows it, or a new one.
   *
   * @param regErrorHandler - runs if there is none to be had
   */
  runWithConnection(
    connHandler: (connection: Connection) => void,
    regErrorHandler?: ErrorHandler | null
  ): void {
    const anew = (): void =>
      register(
        this.name,
        (connection) => {
          this.setConnection(connection)
          connHandler(connection)
        },
        (error) => {
          this.setConnection(undefined)
          this.tell(`no (${error.toString()})`)
          regErrorHandler?.(error)
        }
      )
    const { connection } = this
    if (!connection) return anew()
    // A hub answers a ping whatever the key; this it answers to those only whom it knows.
    connection.getRegisteredClients([], () => {
      if (this.connection) connHandler(this.connection)
      else anew()
    }, anew)
  }

  /**
   * Tells at once, and then every so many milliseconds, whether there is a hub; not again while an answer is awaited, so that
   * nothing piles up while the browser asks its user.
   *
   * @returns for `clearInterval`
   */
  onHubAvailability(
    availHandler: (isHubRunning: boolean) => void,
    millis: number
  ): ReturnType<typeof setInterval> {
    let isAwaited = false
    const look = (): void => {
      if (isAwaited) return
      isAwaited = true
      ping((isRunning) => {
        isAwaited = false
        availHandler(isRunning)
      })
    }
    look()
    return setInterval(look, millis)
  }
}
