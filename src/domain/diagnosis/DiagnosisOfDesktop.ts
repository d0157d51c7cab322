/** What surrounds the hub: home, permissions, other hubs and users, clients, network settings. */
import { isOurs } from "../Lockfile.ts"
import type { Evidence, OtherHub } from "./Evidence.ts"
import {
  authority,
  type Check,
  type Finding,
  finding,
  found,
  holder,
  isLoopback,
  isReached,
  octal,
  plain,
  type Severity,
  skipped,
  type Verdict,
  well,
  word
} from "./Finding.ts"

const verdict = (findings: ReadonlyArray<Finding | undefined>, saw: string): Verdict => {
  const real = findings.filter((each) => each !== undefined)
  return real.length === 0 ? well(saw) : found(...real)
}

/** Bytes below which a lockfile may not fit any more. */
const scarce = 65_536

/** How bad it is when no lockfile can be written at home: it is the cause only if that is where one is missing. */
const weight = (evidence: Evidence): Severity => {
  const { place } = evidence
  if (place.by !== "default") return "note"
  return place._tag === "Place" && place.text._tag === "Absent" && !isReached(evidence) ? "fatal" : "warning"
}

const homeTrouble = (evidence: Evidence): Finding | undefined => {
  const { account, freeBytes, home, homeFile, homeWritable } = evidence
  const trouble = (code: string, why: string, seen: string, remedy: string) =>
    finding(
      weight(evidence),
      code,
      `${why}, so no hub can put its lockfile there`,
      seen === "" ? [] : [seen],
      remedy
    )
  const differs = account.home !== undefined && account.home !== home
  const remedy = differs ? `export HOME=${word(account.home ?? "")}` : `mkdir -m 700 ${word(home)}`
  if (homeFile === undefined) {
    return trouble("home-missing", `HOME is ${home}, which does not exist`, "", remedy)
  }
  if (homeFile.kind !== "directory") {
    return trouble(
      "home-missing",
      `HOME is ${home}, which is no directory`,
      "",
      "set HOME to your home directory"
    )
  }
  if (!homeWritable) {
    const { mode, owner } = homeFile
    const bits = mode === undefined ? "unknown" : octal(mode)
    const seen = `user id ${owner ?? "unknown"}, mode ${bits}; you are user id ${account.uid ?? "unknown"}`
    const own = owner !== undefined && owner === account.uid
    return trouble(
      "home-not-writable",
      `The home directory ${home} is not writable for you`,
      seen,
      own ? `chmod u+wx ${word(home)}` : "set HOME to a directory of your own"
    )
  }
  return freeBytes !== undefined && freeBytes < scarce
    ? trouble("disk-full", `The disk of ${home} is full`, `${freeBytes} bytes are free`, "make room")
    : undefined
}

/** STD-33, STD-34, STD-40: a hub can put its lockfile at home. */
const home: Check = {
  name: "home directory",
  run: (evidence) => verdict([homeTrouble(evidence)], `${evidence.home} is writable`)
}

const loopback: Check = {
  name: "loopback interface",
  run: ({ hasLoopback }) =>
    hasLoopback
      ? well("up")
      : found(
        finding(
          "fatal",
          "no-loopback",
          "This machine has no loopback interface that is up, so no program reaches a hub on 127.0.0.1",
          [],
          "ip link set lo up, as root"
        )
      )
}

/** STD-39, STD-40: only the user reads or replaces the lockfile. */
const permissions: Check = {
  name: "permissions of the lockfile",
  run: ({ account, place }) => {
    if (place._tag === "Unusable" || place.file?.kind !== "file") return skipped("no lockfile on disk")
    const { directory, file: { mode, owner }, name } = place
    const remedy = `chmod 600 ${word(name)}`
    const bits = mode ?? 0
    const dirBits = directory?.mode ?? 0
    return verdict([
      owner === undefined || account.uid === undefined || owner === account.uid
        ? undefined
        : finding(
          "warning",
          "lockfile-foreign-owner",
          `The lockfile ${name} belongs to another user (id ${owner}), whose hub you would talk to`,
          [`you are user id ${account.uid}`],
          `if that is not meant, remove it and start your own hub: rm ${word(name)}; samp hub`
        ),
      (bits & 0o022) === 0
        ? undefined
        : finding(
          "warning",
          "lockfile-writable",
          `The lockfile ${name} is writable by others, who can lead your programs to a hub of theirs`,
          [`mode ${octal(bits)}`],
          remedy
        ),
      (bits & 0o022) !== 0 || (bits & 0o044) === 0
        ? undefined
        : finding(
          "warning",
          "lockfile-readable",
          `The lockfile ${name} is readable by others, who can use its secret to talk to your programs`,
          [`mode ${octal(bits)}`],
          remedy
        ),
      // With the sticky bit only its owner can replace a file.
      (dirBits & 0o002) === 0 || (dirBits & 0o1000) !== 0
        ? undefined
        : finding(
          "warning",
          "directory-writable",
          `The directory of the lockfile ${name} is writable by everybody, who can replace the lockfile`,
          [`mode ${octal(dirBits)}`],
          "chmod o-w on that directory"
        )
    ], mode === undefined ? "this system has no mode bits" : `mode ${octal(mode)}, your own`)
  }
}

const hubOwner: Check = {
  name: "user of the hub",
  run: ({ account, hub }) => {
    const owner = hub?.listener?.uid ?? hub?.processOwner
    if (hub === undefined || owner === undefined || account.uid === undefined) return skipped("not known")
    return owner === account.uid
      ? well("you")
      : found(
        finding(
          "warning",
          "hub-foreign-user",
          `The hub at ${hub.url} runs as another user (id ${owner}), who sees all messages and whose files may not be yours`,
          [holder(hub.listener), `you are user id ${account.uid}`],
          "start the hub as yourself: samp hub"
        )
      )
  }
}

const named = ({ label, lockfile, pid, url }: OtherHub): string =>
  [
    url,
    label === undefined ? undefined : `label ${label}`,
    lockfile,
    pid === undefined ? undefined : `process ${pid}`
  ].filter((part) => part !== undefined).join(", ")

const meeting = "programs at different hubs do not see each other"

const endOf = (lockfile: string, hub: OtherHub): string =>
  isOurs(hub) ? `stop it: samp hub stop --hub ${word(lockfile)}` : "end it where it was started"

const rival = (evidence: Evidence, other: OtherHub): Finding | undefined => {
  if (!isReached(evidence)) return undefined
  const mine = evidence.conversation?.clients?.length
  const url = evidence.hub?.url ?? ""
  if (other.where === "unlisted") {
    return finding(
      "warning",
      "unlisted-hub",
      `A second hub runs at ${other.url}, which no lockfile names any more: ${meeting}`,
      [named(other), `the lockfile names ${url}`],
      other.pid === undefined
        ? "end the older hub"
        : `end the one you do not need, for example with: kill ${other.pid}`
    )
  }
  const theirs = other.clients ?? 0
  return mine === 0 && theirs > 0
    ? finding(
      "warning",
      "other-hub-in-use",
      `The hub at ${url} has no clients, while ${theirs} are registered with the one at ${other.url}: ${meeting}`,
      [named(other)],
      other.lockfile === undefined
        ? "stop one of the hubs"
        : `use that hub with --hub ${word(other.lockfile)}, or ${endOf(other.lockfile, other)}`
    )
    : finding(
      "note",
      "further-hub",
      `A further hub runs at ${other.url}: ${meeting}`,
      [named(other)],
      "samp hubs lists them; --hub chooses one"
    )
}

/** STD-47, STD-53: all programs are at one hub. */
const others: Check = {
  name: "other hubs",
  run: (evidence) => {
    const living = evidence.others.filter(({ state }) => state === "Alive").map((other) =>
      rival(evidence, other)
    )
    const left = evidence.others.filter(({ lockfile, state }) => lockfile !== undefined && state !== "Alive")
    const notes = left.map((other) =>
      other.state === "Dead"
        ? finding(
          "note",
          "stale-further-lockfile",
          `The lockfile ${other.lockfile} was left behind by a hub that is gone`,
          [named(other)],
          other.where === "further" ? "samp hubs, which removes it" : `rm ${word(other.lockfile ?? "")}`
        )
        : finding("note", "further-hub-silent", `A further hub at ${other.url} does not answer`, [
          named(other)
        ], "end its process")
    )
    return verdict([...living, ...notes], evidence.others.length === 0 ? "none" : "none that answers")
  }
}

/** The most clients that are named. */
const namedClients = 8

/** CLI-18, GEN-06: registered clients are there. */
const clients: Check = {
  name: "clients",
  run: ({ conversation }) => {
    const list = conversation?.clients
    if (list === undefined) return skipped("not registered")
    const troubled = list.filter(({ state }) => state === "Dead" || state === "Hung")
    const findings = troubled.slice(0, namedClients).map(({ detail, id, name, state }) => {
      const who = name === "" ? plain(id) : `${plain(name)} (${plain(id)})`
      return state === "Dead"
        ? finding(
          "warning",
          "client-dead",
          `The client ${who} is registered but dead: the hub cannot reach it`,
          [detail],
          "messages to it are lost; start that program again, or the hub if it stays listed"
        )
        : finding("warning", "client-hung", `The client ${who} hangs: it does not answer a samp.app.ping`, [
          detail
        ], "look at that program: a dialogue may be open, or it may be stopped; end it if it stays so")
    })
    const unasked = list.filter(({ state }) => state === "Unasked").length
    return verdict(
      findings,
      `${list.length} registered${unasked === 0 ? "" : `, ${unasked} of which take no ping`}`
    )
  }
}

/** Whether one of the lists of hosts that bypass the proxy holds this host. */
const bypassed = (lists: ReadonlyArray<string>, host: string): boolean =>
  lists.some((list) =>
    list.split(/[\s,]+/u).some((entry) => {
      const name = entry.replace(/^\[|\](?::\d+)?$/gu, "").toLowerCase()
      return name === "*" || name === host ||
        (name.startsWith("127.") && host.startsWith("127.") && /[/*]|^127\.$/u.test(name))
    })
  )

/** P13: a proxy is of no use for a hub on this machine, and some tools send it what is for the hub. */
const proxy: Check = {
  name: "proxy variables",
  run: ({ hub, noProxy, proxies }) => {
    if (proxies.size === 0) return well("none set")
    const host = hub === undefined ? "127.0.0.1" : authority(hub.url).host
    if (bypassed(noProxy, host)) return well(`set, but not for ${host}`)
    return found(
      finding(
        "warning",
        "proxy-set",
        `${[...proxies.keys()].join(" and ")} ${
          proxies.size === 1 ? "sends" : "send"
        } what other tools say to the hub on ${host} to a proxy`,
        [
          ...[...proxies].map(([name, value]) => `${name}=${value}`),
          `no_proxy=${noProxy.join(",")}`,
          "samp itself uses no proxy"
        ],
        "export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost"
      )
    )
  }
}

const localhost: Check = {
  name: "localhost",
  run: ({ localhost }) => {
    if (localhost === undefined) return skipped("the look-up took too long")
    if (localhost.some(isLoopback)) return well(localhost.join(", "))
    const what = localhost.length === 0
      ? "does not resolve"
      : `is ${localhost.join(", ")} and not this machine's loopback`
    return found(
      finding(
        "note",
        "localhost-not-loopback",
        `The name localhost ${what}, which misleads programs that use it for their callbacks`,
        [],
        "put the line 127.0.0.1 localhost into /etc/hosts"
      )
    )
  }
}

const webPort: Check = {
  name: "Web Profile port",
  run: ({ web: { listener, port, state } }) => {
    if (state === "WebProfile") return well(`a hub answers on ${port}`)
    if (state === "Free") return well(`${port} is free: no hub here serves web pages`)
    const who = holder(listener)
    return found(
      finding(
        "warning",
        "web-port-taken",
        `Port ${port} is taken by ${who ?? "a program"} that ${
          state === "Silent" ? "does not answer" : "is no Web Profile hub"
        }, so web pages cannot reach SAMP`,
        [],
        listener?.pid === undefined ? "end that program" : `end that program: kill ${listener.pid}`
      )
    )
  }
}

/** STD-33: Java programs do not go by HOME, unlike all others. SAMP_HUB leads both to the same place. */
const accountHome: Check = {
  name: "home of the account",
  run: ({ account, home, place, sudoUser }) => {
    if (account.home === undefined) return skipped("not known")
    if (account.home === home) return well("the same as HOME")
    const { by } = place
    return found(
      finding(
        by === "default" ? "warning" : "note",
        "home-differs",
        `HOME is ${home}, but your account's home is ${account.home}: Java programs such as TOPCAT look for the lockfile there`,
        [sudoUser === undefined ? undefined : `sudo was called by ${sudoUser}`],
        by === "default"
          ? `export HOME=${
            word(account.home)
          }; or export SAMP_HUB=std-lockurl:file://${home}/.samp for all programs`
          : "nothing, as long as all programs get the same SAMP_HUB"
      )
    )
  }
}

/** Checks that go before the way to the hub, since without these there is none. */
export const before: ReadonlyArray<Check> = [loopback, home]

/** Checks that go after it. */
export const after: ReadonlyArray<Check> = [
  permissions,
  hubOwner,
  others,
  clients,
  proxy,
  webPort,
  localhost,
  accountHome
]
