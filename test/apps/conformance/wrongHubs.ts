/** Hubs that are wrong in one way each: ours, with what it hears or says bent. */
import * as Effect from "effect/Effect"
import { fault } from "../../../src/domain/Fault.ts"
import { emptyMap, isMap, map, type SampMap, type SampValue } from "../../../src/domain/SampValue.ts"
import type { MethodCall } from "../../../src/domain/XmlRpc.ts"
import type { CallHandler } from "../../../src/ports/CallServer.ts"
import type { Wrong } from "./world.ts"

/** A wrong hub, and the requirements of which at least the first must be found broken. */
export interface WrongHub {
  readonly does: string
  readonly id: string
  readonly make: () => Wrong
}

type Bend = (right: CallHandler, call: MethodCall) => ReturnType<CallHandler>

/** A hub that handles one method in its own way. */
const on = (operation: string, bend: Bend): Wrong => ({
  handler: (right) => (call) => call.method === `samp.hub.${operation}` ? bend(right, call) : right(call)
})

/** A hub that answers one method in its own way. */
const answers = (operation: string, change: (value: SampValue, call: MethodCall) => SampValue): Wrong =>
  on(operation, (right, call) => Effect.map(right(call), (value) => change(value, call)))

/** A hub that is content where it should refuse. */
const content = (...operations: ReadonlyArray<string>): Wrong => ({
  handler: (right) => (call) =>
    operations.includes(call.method.replace("samp.hub.", ""))
      ? Effect.orElseSucceed(right(call), () => "")
      : right(call)
})

/** A hub that hears other arguments than it was given. */
const hears = (operation: string, change: (call: MethodCall) => ReadonlyArray<SampValue>): Wrong =>
  on(operation, (right, call) => right({ ...call, params: change(call) }))

const asMap = (value: SampValue | undefined): SampMap => isMap(value) ? value : emptyMap
const asText = (value: SampValue | undefined): string => typeof value === "string" ? value : ""

/** A value with its strings changed. */
const everywhere = (value: SampValue, change: (text: string) => string): SampValue => {
  if (typeof value === "string") return change(value)
  return isMap(value)
    ? new Map([...value].map(([key, item]) => [key, everywhere(item, change)]))
    : value.map((item) => everywhere(item, change))
}

/** A hub that changes the strings of messages that it passes on. */
const garbles = (change: (text: string) => string): Wrong => ({
  deliver: ({ method, params }) => [{
    method,
    params: params.map((param) => isMap(param) ? everywhere(param, change) : param)
  }]
})

const only = (value: SampMap, ...keys: ReadonlyArray<string>): SampMap =>
  new Map([...value].filter(([key]) => keys.includes(key)))

const withLast = ({ method, params }: MethodCall, change: (map: SampMap) => SampMap): MethodCall => ({
  method,
  params: params.map((param, at) => at === params.length - 1 && isMap(param) ? change(param) : param)
})

const isEvent = (call: MethodCall, name: string): boolean =>
  asText(asMap(call.params.at(-1)).get("samp.mtype")) === `samp.hub.event.${name}`

const silentAbout = (name: string): Wrong => ({ deliver: (call) => isEvent(call, name) ? [] : [call] })

export const wrongHubs: ReadonlyArray<WrongHub> = [
  {
    does: "gives each client the same public id",
    id: "REG-03",
    make: () => answers("register", (info) => new Map(asMap(info)).set("samp.self-id", "c1"))
  },
  {
    does: "tells each client another id of the hub",
    id: "REG-04",
    make: () => {
      let count = 0
      return answers("register", (info) => new Map(asMap(info)).set("samp.hub-id", `hub${++count}`))
    }
  },
  {
    does: "does not list itself",
    id: "REG-05",
    make: () =>
      answers("getRegisteredClients", (ids) => Array.isArray(ids) ? ids.filter((id) => id !== "hub") : ids)
  },
  {
    does: "leaves samp.private-key out",
    id: "STD-08",
    make: () => answers("register", (info) => only(asMap(info), "samp.hub-id", "samp.self-id"))
  },
  {
    does: "keeps those who unregister",
    id: "REG-09",
    make: () => on("unregister", () => Effect.succeed(""))
  },
  {
    does: "lets those who have left stay in the lists",
    id: "REG-10",
    make: () => {
      const ids: Array<string> = []
      return {
        handler: (right) => (call) =>
          Effect.map(right(call), (value) => {
            if (call.method === "samp.hub.register") ids.push(asText(asMap(value).get("samp.self-id")))
            return call.method === "samp.hub.getRegisteredClients" ? ["hub", ...ids] : value
          })
      }
    }
  },
  {
    does: "takes any secret",
    id: "HUB-02",
    make: () => {
      let secret: SampValue | undefined
      return on("register", (right, call) => {
        secret ??= call.params[0] // the first that comes is right
        return right({ ...call, params: [secret ?? ""] })
      })
    }
  },
  {
    does: "answers whoever has no valid key",
    id: "HUB-24",
    make: () => content("getRegisteredClients")
  },
  {
    does: "puts the private key into the public metadata",
    id: "REG-13",
    make: () => {
      let key: SampValue = ""
      return on("getMetadata", (right, call) =>
        Effect.map(right(call), (value) => {
          const seen = key
          key = call.params[0] ?? ""
          return new Map(asMap(value)).set("asked-before-by", seen)
        }))
    }
  },
  {
    does: "merges metadata",
    id: "META-02",
    make: () => {
      const kept = new Map<SampValue, SampMap>()
      return hears("declareMetadata", ({ params: [key = "", metadata = ""] }) => {
        const merged = isMap(metadata) ? new Map([...kept.get(key) ?? emptyMap, ...metadata]) : metadata
        if (isMap(merged)) kept.set(key, merged)
        return [key, merged]
      })
    }
  },
  {
    does: "keeps only the metadata that it knows",
    id: "META-03",
    make: () =>
      hears("declareMetadata", ({ params: [key = "", metadata = ""] }) => [
        key,
        isMap(metadata) ? only(metadata, "samp.name") : metadata
      ])
  },
  {
    does: "answers for clients that are not there",
    id: "META-04",
    make: () => on("getMetadata", (right, call) => Effect.orElseSucceed(right(call), () => emptyMap))
  },
  {
    does: "compares wildcards without their dot",
    id: "SUB-05",
    make: () =>
      hears("declareSubscriptions", ({ params: [key = "", patterns = ""] }) => [
        key,
        isMap(patterns)
          ? new Map([
            ...patterns,
            ...[...patterns].map(([name, notes]): [string, SampValue] => [
              name.replace(/\.\*$/u, "") || "*",
              notes
            ])
          ])
          : patterns
      ])
  },
  {
    does: "knows no wildcards",
    id: "SUB-04",
    make: () =>
      hears("declareSubscriptions", ({ params: [key = "", patterns = ""] }) => [
        key,
        isMap(patterns) ? new Map([...patterns].filter(([name]) => !name.endsWith(".*"))) : patterns
      ])
  },
  {
    does: "forgets annotations",
    id: "SUB-07",
    make: () =>
      answers(
        "getSubscribedClients",
        (found) => new Map([...asMap(found).keys()].map((id) => [id, emptyMap]))
      )
  },
  {
    does: "drops keys of messages that it does not know",
    id: "MSG-04",
    make: () => ({
      deliver: (call) => [
        /Notification|Call$/u.test(call.method)
          ? withLast(call, (message) => only(message, "samp.mtype", "samp.params"))
          : call
      ]
    })
  },
  {
    does: "drops keys of responses that it does not know",
    id: "RSP-06",
    make: () => ({
      deliver: (call) => [
        call.method.endsWith("Response")
          ? withLast(call, (response) => only(response, "samp.status", "samp.result", "samp.error"))
          : call
      ]
    })
  },
  { does: "trims strings", id: "DT-04", make: () => garbles((text) => text.trim()) },
  {
    does: "turns empty strings into something",
    id: "DT-03",
    make: () => garbles((text) => text === "" ? "-" : text)
  },
  { does: "makes LF of CR", id: "DT-05", make: () => garbles((text) => text.replaceAll(/\r\n?/gu, "\n")) },
  {
    does: "delivers a broadcast to its sender too",
    id: "GEN-04",
    make: () => {
      const ids = new Map<SampValue, SampValue>()
      return {
        handler: (right) => (call) =>
          Effect.gen(function*() {
            const value = yield* right(call)
            const [key = "", message = ""] = call.params
            const info = asMap(value)
            const own = info.get("samp.self-id")
            if (own !== undefined) ids.set(info.get("samp.private-key") ?? "", own)
            if (call.method === "samp.hub.notifyAll") {
              const back = { method: "samp.hub.notify", params: [key, ids.get(key) ?? "", message] }
              yield* Effect.ignore(right(back))
            }
            return value
          })
      }
    }
  },
  {
    does: "lists those as recipients of a broadcast who get none",
    id: "DLV-04",
    make: () => answers("notifyAll", (ids) => Array.isArray(ids) ? [...ids, "c1", "c4"] : ids)
  },
  {
    does: "says yes to a message that nobody takes",
    id: "GEN-05",
    make: () => content("notify", "call", "callAndWait")
  },
  {
    does: "loses responses",
    id: "DLV-01",
    make: () => ({ deliver: (call) => call.method.endsWith("Response") ? [] : [call] })
  },
  {
    does: "delivers responses twice",
    id: "DLV-15",
    make: () => ({ deliver: (call) => call.method.endsWith("Response") ? [call, call] : [call] })
  },
  {
    does: "delivers notifications twice",
    id: "GEN-04",
    make: () => ({ deliver: (call) => call.method.endsWith("Notification") ? [call, call] : [call] })
  },
  {
    does: "tells the recipient another msg-id than the sender",
    id: "DLV-03",
    make: () => answers("call", (id) => `other-${asText(id)}`)
  },
  {
    does: "sends calls as notifications",
    id: "STD-27",
    make: () => ({
      deliver: (call) => {
        const [key = "", sender = "", , message = ""] = call.params
        return [
          call.method.endsWith("receiveCall")
            ? { method: "samp.client.receiveNotification", params: [key, sender, message] }
            : call
        ]
      }
    })
  },
  {
    does: "sends callbacks without the key",
    id: "STD-26",
    make: () => ({ deliver: ({ method, params }) => [{ method, params: ["", ...params.slice(1)] }] })
  },
  {
    does: "takes replies to calls that it does not know",
    id: "DLV-17",
    make: () => content("reply")
  },
  {
    does: "does not know when callAndWait is over",
    id: "DLV-12",
    make: () => hears("callAndWait", ({ params }) => [...params.slice(0, 3), "0"])
  },
  {
    does: "takes no timeout of 0",
    id: "DLV-11",
    make: () =>
      on(
        "callAndWait",
        (right, call) =>
          Number(asText(call.params[3])) > 0 ? right(call) : Effect.fail(fault("Timeout", "no time at all"))
      )
  },
  {
    does: "makes a fault of a callee's error",
    id: "ERR-01",
    make: () =>
      on(
        "callAndWait",
        (right, call) =>
          Effect.flatMap(right(call), (response) =>
            asMap(response).get("samp.status") === "samp.error"
              ? Effect.fail(fault("Malformed", "the callee failed"))
              : Effect.succeed(response))
      )
  },
  {
    does: "waits until the recipient has done its work",
    id: "DLV-07",
    make: () => on("notify", (right, call) => Effect.tap(right(call), () => Effect.sleep(2_500)))
  },
  {
    does: "lists the caller among the registered clients",
    id: "HUB-08",
    make: () => {
      const ids = new Map<SampValue, SampValue>()
      return {
        handler: (right) => (call) =>
          Effect.map(right(call), (value) => {
            if (call.method === "samp.hub.register") {
              ids.set(asMap(value).get("samp.private-key") ?? "", asMap(value).get("samp.self-id") ?? "")
            }
            const own = ids.get(call.params[0] ?? "") ?? ""
            return call.method === "samp.hub.getRegisteredClients" && Array.isArray(value)
              ? [...value, own]
              : value
          })
      }
    }
  },
  {
    does: "wants a key for ping",
    id: "STD-13",
    make: () =>
      on(
        "ping",
        (right, call) =>
          call.params.length === 0 ? Effect.fail(fault("Malformed", "who is asking?")) : right(call)
      )
  },
  {
    does: "takes all methods for known",
    id: "HUB-23",
    make: () => ({
      handler: (right) => (call) => call.method === "samp.hub.noSuchMethod" ? Effect.succeed("") : right(call)
    })
  },
  {
    does: "ignores arguments that are too many",
    id: "HUB-22",
    make: () => hears("getRegisteredClients", ({ params }) => params.slice(0, 1))
  },
  { does: "announces no registrations", id: "EVT-01", make: () => silentAbout("register") },
  { does: "announces no unregistrations", id: "EVT-03", make: () => silentAbout("unregister") },
  { does: "announces no metadata", id: "EVT-05", make: () => silentAbout("metadata") },
  { does: "announces no subscriptions", id: "EVT-06", make: () => silentAbout("subscriptions") },
  {
    does: "sends its events under another id",
    id: "REG-05",
    make: () => ({
      deliver: ({ method, params: [key = "", sender = "", ...rest] }) => [
        { method, params: [key, sender === "hub" ? "c0" : sender, ...rest] }
      ]
    })
  },
  {
    does: "keeps the first callback URL",
    id: "STD-07",
    make: () => {
      const urls = new Map<SampValue, SampValue>()
      return hears("setXmlrpcCallback", ({ params: [key = "", url = "", ...rest] }) => {
        if (!urls.has(key)) urls.set(key, url)
        return [key, urls.get(key) ?? "", ...rest]
      })
    }
  },
  {
    does: "gives guessable keys",
    id: "REG-12",
    make: () => {
      const keys = new Map<SampValue, string>()
      const real = new Map<SampValue, SampValue>()
      return {
        handler: (right) => (call) => {
          const [first = "", ...rest] = call.params
          return Effect.map(
            right({ ...call, params: call.params.length === 0 ? [] : [real.get(first) ?? first, ...rest] }),
            (value) => {
              if (call.method !== "samp.hub.register") return value
              const key = asMap(value).get("samp.private-key") ?? ""
              const shown = `a-long-private-key-${keys.size}`
              keys.set(key, shown)
              real.set(shown, key)
              return new Map(asMap(value)).set("samp.private-key", shown)
            }
          )
        },
        deliver: (
          { method, params: [key = "", ...rest] }
        ) => [{ method, params: [keys.get(key) ?? key, ...rest] }]
      }
    }
  },
  {
    does: "has no name",
    id: "META-06",
    make: () => answers("getMetadata", (metadata, { params }) => params[1] === "hub" ? map({}) : metadata)
  }
]
