/** Hubs that are wrong on the wire only: ours behind a proxy that bends bytes. */
import type { RawAnswer, RawRequest } from "../../../src/ports/RawHttp.ts"
import type { Wrong } from "./world.ts"

/** A wrong hub on sockets, and the requirement that must be found broken. */
export interface WrongWire {
  readonly does: string
  readonly id: string
  /** What our hub is asked in place of the request; a string is an answer without asking it. */
  readonly ask?: (request: RawRequest) => Pick<RawRequest, "body"> | string | undefined
  /** What is answered in place of the answer. */
  readonly answer?: (
    answer: RawAnswer
  ) => Partial<Pick<RawAnswer, "body" | "status">> & { readonly type?: string }
  readonly hub?: Wrong
  /** The URL that the lockfile has in place of the right one. */
  readonly url?: (url: string) => string
}

const isFault = ({ body }: RawAnswer): boolean => body.includes("<fault>")

/** An answer as bytes. */
export const asBytes = (status: number, body: string, type = "text/xml"): string =>
  `HTTP/1.1 ${status} Whatever\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`

const empty =
  "<?xml version=\"1.0\"?><methodResponse><params><param><value></value></param></params></methodResponse>"

export const wrongWires: ReadonlyArray<WrongWire> = [
  {
    does: "sends faults as HTTP errors",
    id: "ERR-03",
    answer: (answer) => isFault(answer) ? { status: 500 } : {}
  },
  {
    does: "has a string for a fault code",
    id: "ERR-02",
    answer: ({ body }) => ({ body: body.replaceAll(/<int>(\d+)<\/int>/gu, "<string>$1</string>") })
  },
  {
    does: "has a third member in its faults",
    id: "ERR-02",
    answer: ({ body }) => ({
      body: body.replace(
        "</struct></value></fault>",
        "<member><name>x</name><value>y</value></member></struct></value></fault>"
      )
    })
  },
  {
    does: "tells a stack trace in its faults",
    id: "ERR-05",
    answer: ({ body }) => ({
      body: body.replace(/(faultString<\/name><value><string>)/u, "$1Exception\n at Hub\n")
    })
  },
  {
    does: "takes anything for a call",
    id: "ERR-06",
    ask: ({ body }) => body.includes("</methodCall>") ? { body } : asBytes(200, empty)
  },
  {
    does: "fails at what is no XML",
    id: "ERR-06",
    ask: ({ body }) => body.includes("</methodCall>") ? { body } : asBytes(500, "")
  },
  {
    does: "answers with ints",
    id: "STD-02",
    answer: ({ body }) => ({ body: body.replace("<string>hub</string>", "<int>0</int>") })
  },
  {
    does: "answers with nothing where there is no result",
    id: "HUB-21",
    answer: ({ body }) => ({ body: body.replace(/<param><value><string><\/string><\/value><\/param>/u, "") })
  },
  {
    does: "wants a type for each value",
    id: "STD-03",
    ask: ({ body }) => /<value>[^<]/u.test(body) ? asBytes(500, "") : { body }
  },
  {
    does: "takes what is no ASCII",
    id: "DT-06",
    ask: ({ body }) => ({ body: body.replaceAll(/&#\d+;|[\u0080-\u00ff]+/gu, "?") })
  },
  { does: "answers in plain text", id: "WIRE-09", answer: () => ({ type: "text/plain" }) },
  {
    does: "wants HTTP/1.1",
    id: "WIRE-20",
    ask: ({ body, head }) => head.includes("HTTP/1.0") ? asBytes(505, "") : { body }
  },
  {
    does: "resolves entities",
    id: "WIRE-154",
    ask: ({ body }) => ({
      body: body.replace(/<!DOCTYPE[^\]]*\]>/u, "").replaceAll("&e;", "resolved")
    })
  },
  {
    does: "forgets the query of callback URLs",
    id: "STD-07",
    hub: { place: (url) => url.replace(/\?.*/u, "") }
  },
  { does: "has a URL without a path", id: "STD-48", url: (url) => url.replace(/\/xmlrpc$/u, "") }
]
