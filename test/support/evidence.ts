/** Evidence of desktops: a healthy one, and one for each fault, with what the diagnosis must make of it. */
import {
  type ClientFacts,
  type Evidence,
  type HubFacts,
  type Listener,
  lockfileFacts,
  type OtherHub,
  type PlaceFacts
} from "../../src/domain/diagnosis/Evidence.ts"

type Place = Extract<PlaceFacts, { readonly _tag: "Place" }>

const url = "http://127.0.0.1:4242/xmlrpc"
const home = "/home/vera"
const name = `${home}/.samp`
const text = `samp.secret=s\nsamp.hub.xmlrpc.url=${url}\nhub.pid=77\n`
const done = { _tag: "Done", ms: 1.25 } as const
const failure = (reason: "Refused" | "Lost" | "Timeout" | "BadAnswer" | "RemoteFault", detail = "why") =>
  ({ _tag: "Failed", reason, detail }) as const

export const place: Place = {
  _tag: "Place",
  by: "default",
  name,
  isUrl: false,
  file: { kind: "file", mode: 0o600, owner: 1000 },
  directory: { kind: "directory", mode: 0o700, owner: 1000 },
  text: { _tag: "Read", facts: lockfileFacts(text) }
}
const listener: Listener = { port: 4242, uid: 1000, pid: 77, command: "node samp" }
export const hub: HubFacts = {
  url,
  ping: done,
  addresses: ["127.0.0.1"],
  processAlive: true,
  processOwner: 1000,
  listener
}
export const client: ClientFacts = { id: "c1", name: "TOPCAT", state: "Answers" }
export const healthy: Evidence = {
  account: { uid: 1000, home },
  home,
  homeFile: { kind: "directory", mode: 0o700, owner: 1000 },
  homeWritable: true,
  freeBytes: 1e9,
  hasLoopback: true,
  localhost: ["::1", "127.0.0.1"],
  proxies: new Map(),
  noProxy: [],
  place,
  hub,
  conversation: { registration: done, callback: done, clients: [client] },
  others: [],
  web: { port: 21_012, state: "WebProfile" }
}

const lockfile = (change: Partial<Place>): Partial<Evidence> => ({
  place: { ...place, ...change },
  hub: undefined,
  conversation: undefined
})
export const absent: Partial<Evidence> = lockfile({ file: undefined, text: { _tag: "Absent" } })
const says = (text: string): Partial<Evidence> =>
  lockfile({ text: { _tag: "Read", facts: lockfileFacts(text) } })
export const unanswered = (change: Partial<HubFacts>): Partial<Evidence> => ({
  hub: { ...hub, ping: failure("Refused"), listener: null, processAlive: false, ...change },
  conversation: undefined
})
export const other: OtherHub = {
  where: "further",
  lockfile: `${home}/.samp-1/samp-hub-1`,
  url: "http://127.0.0.1:5151/xmlrpc",
  state: "Alive",
  clients: 0
}
export const talk = (change: Partial<Evidence["conversation"]>): Partial<Evidence> => ({
  conversation: { registration: done, callback: done, clients: [client], ...change }
})
export const proxies = new Map([["http_proxy", "http://u:secret-word@proxy:3128"]])
const foreign = { ...listener, uid: 1001 }

/** The evidence, the code of the first finding, its severity, and what it says. */
type Case = readonly [string, Partial<Evidence>, string, "fatal" | "warning" | "note", ReadonlyArray<string>]

export const cases: ReadonlyArray<Case> = [
  ["nothing wrong", {}, "works", "note", [url, "1.3 ms", "1 client"]],
  ["1 no lockfile", absent, "no-hub", "fatal", [name]],
  ["1 no lockfile for root by sudo", { ...absent, sudoUser: "vera" }, "no-hub", "fatal", [name]],
  ["2 port refused", unanswered({}), "stale-lockfile", "fatal", [name, url]],
  ["2 port refused, pid taken by another", unanswered({ processAlive: true }), "stale-lockfile", "fatal", [
    url
  ]],
  [
    "2 the hub's process is in another container",
    unanswered({ processAlive: true, sharesNetwork: false }),
    "other-network",
    "fatal",
    [url]
  ],
  ["3 no XML-RPC", unanswered({ ping: failure("BadAnswer") }), "port-not-hub", "fatal", [name, url]],
  ["3 hangs up", unanswered({ ping: failure("Lost") }), "port-not-hub", "fatal", [url]],
  ["3 a client's endpoint", unanswered({ ping: failure("RemoteFault") }), "port-not-hub", "fatal", [url]],
  [
    "3 silent, and another process holds the port",
    unanswered({ ping: failure("Timeout"), processAlive: true, listener: { ...listener, pid: 78 } }),
    "port-not-hub",
    "fatal",
    [url]
  ],
  [
    "3 silent, and the hub's process is gone",
    unanswered({ ping: failure("Timeout") }),
    "port-not-hub",
    "fatal",
    []
  ],
  [
    "4 silent",
    unanswered({ ping: failure("Timeout"), processAlive: true, listener }),
    "hub-frozen",
    "fatal",
    [url]
  ],
  [
    "4 silent, on a system that tells nothing",
    {
      ...says(`samp.secret=s\nsamp.hub.xmlrpc.url=${url}\n`),
      hub: { url, ping: failure("Timeout") }
    },
    "hub-frozen",
    "fatal",
    [url]
  ],
  [
    "5 mode 644",
    { place: { ...place, file: { kind: "file", mode: 0o644 } } },
    "lockfile-readable",
    "warning",
    [name]
  ],
  [
    "5 mode 602",
    { place: { ...place, file: { kind: "file", mode: 0o602 } } },
    "lockfile-writable",
    "warning",
    [name]
  ],
  [
    "5 directory open to all",
    { place: { ...place, directory: { kind: "directory", mode: 0o777 } } },
    "directory-writable",
    "warning",
    [name]
  ],
  [
    "5 directory open to all, but sticky",
    { place: { ...place, directory: { kind: "directory", mode: 0o1777 } } },
    "works",
    "note",
    []
  ],
  ["6 unreadable", lockfile({ text: { _tag: "Failed", detail: "EACCES" } }), "lockfile-unreadable", "fatal", [
    name
  ]],
  ["6 directory", lockfile({ file: { kind: "directory" } }), "lockfile-no-file", "fatal", ["directory"]],
  ["6 pipe", lockfile({ file: { kind: "other" } }), "lockfile-no-file", "fatal", ["pipe"]],
  ["6 link to nowhere", lockfile({ file: { kind: "dangling link" } }), "lockfile-dangling", "fatal", [name]],
  ["7 empty", says(""), "lockfile-malformed", "fatal", ["is empty"]],
  ["7 no secret", says(`samp.hub.xmlrpc.url=${url}\n`), "lockfile-malformed", "fatal", ["lacks samp.secret"]],
  ["7 empty secret", says(`samp.secret=\nsamp.hub.xmlrpc.url=${url}\n`), "lockfile-malformed", "fatal", [
    "samp.secret"
  ]],
  ["7 no URL", says("samp.secret=s\n"), "lockfile-malformed", "fatal", ["lacks samp.hub.xmlrpc.url"]],
  ["7 half-written", says("samp.secret=s\nsamp.hub.x"), "lockfile-malformed", "fatal", ["half-written"]],
  [
    "7 https",
    says("samp.secret=s\nsamp.hub.xmlrpc.url=https://127.0.0.1:1/\n"),
    "lockfile-malformed",
    "fatal",
    ["https"]
  ],
  ["7 ftp", says("samp.secret=s\nsamp.hub.xmlrpc.url=ftp://x/\n"), "lockfile-malformed", "fatal", [
    "no http URL"
  ]],
  [
    "8 SAMP_HUB malformed",
    { ...absent, place: { _tag: "Unusable", by: "SAMP_HUB", detail: "SAMP_HUB is 'x'" } },
    "bad-samp-hub",
    "fatal",
    ["'x'"]
  ],
  [
    "9 SAMP_HUB to a file that is not there",
    { ...lockfile({ by: "SAMP_HUB", text: { _tag: "Absent" } }), others: [{ ...other, where: "usual" }] },
    "samp-hub-nowhere",
    "fatal",
    [name, other.url]
  ],
  [
    "9 SAMP_HUB to a URL that does not answer",
    lockfile({ by: "SAMP_HUB", isUrl: true, name: "http://x/", file: undefined, text: failure("Refused") }),
    "samp-hub-nowhere",
    "fatal",
    ["http://x/", "why"]
  ],
  [
    "9 --hub",
    { ...absent, place: { _tag: "Unusable", by: "--hub", detail: "No hub is called x" } },
    "no-such-hub",
    "fatal",
    ["called x"]
  ],
  [
    "9 --hub to a file that is not there",
    lockfile({ by: "--hub", text: { _tag: "Absent" } }),
    "hub-option-nowhere",
    "fatal",
    [
      name
    ]
  ],
  ["10 secret refused", talk({ registration: failure("RemoteFault") }), "secret-refused", "fatal", [name]],
  ["10 registration hangs", talk({ registration: failure("Timeout") }), "hub-misbehaves", "fatal", [url]],
  ["11 no callback", talk({ callback: { _tag: "Silent", ms: 2000 } }), "no-callback", "fatal", [url]],
  ["11 callback refused", talk({ callback: failure("RemoteFault") }), "callback-refused", "fatal", [url]],
  ["11 no endpoint", talk({ callback: { _tag: "NoEndpoint", detail: "x" } }), "no-endpoint", "fatal", [
    "127.0.0.1"
  ]],
  ["11 nothing to judge by", talk({ callback: { _tag: "Unasked", detail: "x" } }), "works", "note", [
    "registrations"
  ]],
  ["12 proxy", { proxies }, "proxy-set", "warning", ["http_proxy"]],
  [
    "12 proxy, and no_proxy for something else",
    { proxies, noProxy: ["a.b, 127.1.1.1"] },
    "proxy-set",
    "warning",
    []
  ],
  ["12 proxy, not for the hub", { proxies, noProxy: ["a.b, 127.0.0.1"] }, "works", "note", []],
  ["12 proxy, not for anybody", { proxies, noProxy: ["*"] }, "works", "note", []],
  ["12 proxy, not for 127.*", { proxies, noProxy: ["127.*"] }, "works", "note", []],
  ["13 unresolvable", unanswered({ addresses: [] }), "host-unresolvable", "fatal", [url]],
  ["13 unresolvable, but answers", { hub: { ...hub, addresses: [] } }, "host-unresolvable", "warning", [url]],
  ["13 elsewhere", unanswered({ addresses: ["10.0.0.1"] }), "hub-not-loopback", "fatal", [url]],
  ["13 elsewhere, and answers", { hub: { ...hub, addresses: ["10.0.0.1"] } }, "hub-not-loopback", "warning", [
    url
  ]],
  ["14 web port taken", { web: { port: 21_012, state: "Other", listener } }, "web-port-taken", "warning", [
    "21012",
    "77"
  ]],
  ["14 web port silent", { web: { port: 21_012, state: "Silent" } }, "web-port-taken", "warning", ["21012"]],
  ["14 web port free", { web: { port: 21_012, state: "Free" } }, "works", "note", []],
  ["15 hub elsewhere", { ...absent, others: [other] }, "hub-elsewhere", "fatal", [name, other.url]],
  [
    "15 clients elsewhere",
    { ...talk({ clients: [] }), others: [{ ...other, clients: 2 }] },
    "other-hub-in-use",
    "warning",
    [url, other.url]
  ],
  ["15 a further hub", { others: [{ ...other, clients: 2 }] }, "works", "note", [other.url]],
  ["15 overwritten", { others: [{ ...other, where: "unlisted", pid: 9 }] }, "unlisted-hub", "warning", [
    other.url
  ]],
  ["15 a stale further one", { others: [{ ...other, state: "Dead" }] }, "works", "note", [
    other.lockfile ?? ""
  ]],
  ["16 dead client", talk({ clients: [client, { ...client, state: "Dead" }] }), "client-dead", "warning", [
    "TOPCAT (c1)"
  ]],
  ["16 hung client", talk({ clients: [{ ...client, name: "", state: "Hung" }] }), "client-hung", "warning", [
    "c1"
  ]],
  ["17 no home", { ...absent, homeFile: undefined }, "home-missing", "fatal", [home]],
  ["17 home is a file", { ...absent, homeFile: { kind: "file" } }, "home-missing", "fatal", [home]],
  ["17 home not writable", { ...absent, homeWritable: false }, "home-not-writable", "fatal", [home]],
  ["17 home not writable, but a hub", { homeWritable: false }, "home-not-writable", "warning", [home]],
  ["17 disk full", { ...absent, freeBytes: 0 }, "disk-full", "fatal", [home]],
  ["17 another home", { account: { uid: 1000, home: "/real" } }, "home-differs", "warning", [
    home,
    "/real",
    "Java"
  ]],
  [
    "17 another home, where the hub is",
    { ...absent, account: { uid: 1000, home: "/real" }, others: [{ ...other, where: "account" }] },
    "hub-in-other-home",
    "fatal",
    [home, other.url]
  ],
  ["18 foreign lockfile", { account: { uid: 1001, home } }, "lockfile-foreign-owner", "warning", ["1000"]],
  ["18 foreign hub", { hub: { ...hub, listener: foreign } }, "hub-foreign-user", "warning", ["1001"]],
  [
    "18 foreign hub at a stale port",
    {
      hub: { ...hub, listener: foreign },
      ...talk({ registration: failure("RemoteFault") })
    },
    "foreign-hub",
    "fatal",
    ["1001"]
  ],
  ["19 localhost elsewhere", { localhost: ["10.0.0.1"] }, "works", "note", ["localhost", "10.0.0.1"]],
  ["19 localhost unknown", { localhost: [] }, "works", "note", ["localhost does not resolve"]],
  ["no loopback", { ...unanswered({}), hasLoopback: false }, "no-loopback", "fatal", ["loopback"]],
  ["nothing is known", { hub: undefined, conversation: undefined }, "unexplained", "fatal", []]
]
