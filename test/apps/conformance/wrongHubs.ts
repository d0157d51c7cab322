/** Hubs that are wrong in one way each. */
import * as Effect from "effect/Effect"
import { fault } from "../../../src/domain/Fault.ts"
import { map, type SampValue } from "../../../src/domain/SampValue.ts"
import {
  answers,
  asMap,
  asText,
  content,
  garbles,
  hears,
  on,
  only,
  silentAbout,
  withLast,
  type WrongHub
} from "./bending.ts"
import { wrongRegistries } from "./wrongRegistries.ts"

/** Hubs that are wrong about messages, and all others. */
export const wrongHubs: ReadonlyArray<WrongHub> = [
  ...wrongRegistries,
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
    does: "lists all clients as recipients of a broadcast",
    id: "DLV-04",
    make: () => {
      const ids: Array<SampValue> = []
      return {
        handler: (right) => (call) =>
          Effect.map(right(call), (value) => {
            if (call.method === "samp.hub.register") ids.push(asMap(value).get("samp.self-id") ?? "")
            return call.method === "samp.hub.notifyAll" ? [...ids] : value
          })
      }
    }
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
    make: () => on("notify", (right, call) => Effect.tap(right(call), () => Effect.sleep(4_500)))
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
  },
  {
    does: "leaves the version out of its lockfile",
    id: "STD-36",
    make: () => ({ lockfile: (text) => text.replace(/^samp\.profile\.version=.*\n/mu, "") })
  }
]
