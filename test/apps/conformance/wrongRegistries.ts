/** Hubs that are wrong about their clients. */
import * as Effect from "effect/Effect"
import { emptyMap, isMap, type SampMap, type SampValue } from "../../../src/domain/SampValue.ts"
import { answers, asMap, asText, content, hears, on, only, type WrongHub } from "./bending.ts"

/** They. */
export const wrongRegistries: ReadonlyArray<WrongHub> = [
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
  }
]
