/** The first steps on the way to a hub: where its lockfile is looked for, and what it says. */
import type { Evidence, FileFacts, LockfileFacts, OtherHub, PlaceFacts } from "./Evidence.ts"
import {
  broken,
  type Check,
  type Finding,
  finding,
  found,
  octal,
  skipped,
  type Verdict,
  well,
  word
} from "./Finding.ts"

type Place = Extract<PlaceFacts, { readonly _tag: "Place" }>

/** STD-30..32: SAMP_HUB, or what the user named, can be followed. */
const place: Check = {
  name: "where the lockfile is looked for",
  run: ({ place }) => {
    if (place._tag === "Unusable") {
      const [code, remedy] = place.by === "SAMP_HUB"
        ? ["bad-samp-hub", "unset SAMP_HUB, or set it to std-lockurl:file:///path/of/a/lockfile"]
        : ["no-such-hub", "samp hubs"]
      return broken(code, place.detail, [`named by ${place.by}`], remedy)
    }
    return well(place.by === "default" ? place.name : `${place.name}, named by ${place.by}`)
  }
}

/** Other hubs that answer. */
export const living = ({ others }: Evidence): ReadonlyArray<OtherHub> =>
  others.filter(({ state }) => state === "Alive")

/** Says of a hub that it runs, and where. */
export const whereIs = ({ label, lockfile, pid, url }: OtherHub): string =>
  `a hub${label === undefined ? "" : ` labelled ${label}`} runs at ${url}${
    lockfile === undefined ? pid === undefined ? "" : ` (process ${pid})` : ` (lockfile ${lockfile})`
  }`

const useOther = ({ lockfile }: OtherHub): string =>
  lockfile === undefined
    ? "stop that hub, and start one with: samp hub"
    : `add --hub ${word(lockfile)} to samp commands, or start a hub for all programs with: samp hub`

const nowhere = (evidence: Evidence, { by, isUrl, name }: Place, why: string): Finding => {
  const others = living(evidence)
  const usual = others.find(({ where }) => where === "usual")
  const tail = usual === undefined ? "" : `, while ${whereIs(usual)}`
  const code = by === "SAMP_HUB" ? "samp-hub-nowhere" : "hub-option-nowhere"
  const start = isUrl
    ? "start the hub there"
    : by === "SAMP_HUB"
    ? "start one there with: samp hub"
    : `start one there with: samp hub --lockfile ${word(name)}`
  const leave = by === "SAMP_HUB" ? "unset SAMP_HUB" : "leave --hub out"
  return finding(
    "fatal",
    code,
    `${by} names the lockfile ${name}, ${why}${tail}`,
    others.map(whereIs),
    usual === undefined ? `${start}, or ${leave}` : leave
  )
}

/** Why a hub may run and yet not be seen. */
export const apart = ({ confinement }: Evidence): string | undefined =>
  confinement === undefined
    ? undefined
    : `${confinement}; hubs and lockfiles elsewhere are not seen from here`

/** No lockfile at the usual place. */
const noLockfile = (evidence: Evidence, name: string): Finding => {
  const others = living(evidence)
  const account = others.find(({ where }) => where === "account")
  const sudo = evidence.sudoUser === undefined ? undefined : `sudo was called by ${evidence.sudoUser}`
  if (account !== undefined) {
    return finding(
      "fatal",
      "hub-in-other-home",
      `HOME is ${evidence.home}, where no lockfile is, but ${whereIs(account)} in your account's home`,
      [`account's home: ${evidence.account.home}`, sudo],
      `export HOME=${word(evidence.account.home ?? "")}`
    )
  }
  const [other] = others
  if (other !== undefined) {
    return finding(
      "fatal",
      other.lockfile === undefined ? "unlisted-hub" : "hub-elsewhere",
      `There is no lockfile ${name}, though ${
        whereIs(other)
      }: programs that look at the usual place find no hub`,
      others.map(whereIs),
      useOther(other)
    )
  }
  return finding(
    "fatal",
    "no-hub",
    `No hub is running: there is no lockfile ${name}`,
    [sudo, apart(evidence)],
    sudo === undefined ? "samp hub" : "run samp without sudo, as the user of the desktop"
  )
}

const malformed = (name: string, facts: LockfileFacts): Finding => {
  const { characters, ended, hasSecret, url } = facts
  const cut = ended || characters === 0 ? "" : "; its last line has no end, as if it were half-written"
  const why = characters === 0
    ? "is empty"
    : !hasSecret
    ? `lacks samp.secret${url === undefined ? " and samp.hub.xmlrpc.url" : ""}${cut}`
    : url === undefined
    ? `lacks samp.hub.xmlrpc.url${cut}`
    : /^https:/iu.test(url)
    ? `names the hub by the https URL ${url}, while the Standard Profile is plain http`
    : `names the hub by ${url}, which is no http URL${cut}`
  return finding(
    "fatal",
    "lockfile-malformed",
    `The lockfile ${name} ${why}`,
    [`${characters} characters`],
    `remove it with rm ${word(name)}, and start a hub with: samp hub`
  )
}

const access = ({ file, name }: Place, { account }: Evidence): string => {
  const { mode, owner } = file ?? {}
  const whose = owner === undefined ? "" : ` of user id ${owner}`
  const bits = mode === undefined ? "" : `, mode ${octal(mode)}`
  return `${name}${whose}${bits}; you are user id ${account.uid ?? "unknown"}`
}

const notAFile = (place: Place, { kind }: FileFacts): Verdict | undefined => {
  const { name } = place
  if (kind === "dangling link") {
    return broken(
      "lockfile-dangling",
      `The lockfile ${name} is a symbolic link that leads nowhere`,
      [],
      `rm ${word(name)}`
    )
  }
  if (kind === "file") return undefined
  const what = kind === "directory" ? "a directory" : "a pipe, socket or device"
  return broken(
    "lockfile-no-file",
    `The lockfile ${name} is ${what} and not a file`,
    [],
    `move it away: mv ${word(name)} ${word(`${name}.old`)}`
  )
}

/** STD-33, STD-36..38: there is a lockfile, it can be read, and it says enough. */
const lockfile: Check = {
  name: "lockfile",
  run: (evidence) => {
    const { place } = evidence
    if (place._tag === "Unusable") return skipped("no place to look at")
    const { by, file, isUrl, name, text } = place
    const wrongKind = file === undefined ? undefined : notAFile(place, file)
    if (wrongKind !== undefined) return wrongKind
    if (text._tag === "Failed" && isUrl) {
      return found(nowhere(evidence, place, `which cannot be fetched (${text.detail})`))
    }
    if (text._tag === "Failed") {
      return broken("lockfile-unreadable", `You may not read the lockfile ${name}: ${text.detail}`, [
        access(place, evidence)
      ], `run samp as the user whose hub it is, or remove it: rm ${word(name)}`)
    }
    if (text._tag === "Absent") {
      return found(
        by === "default" ? noLockfile(evidence, name) : nowhere(evidence, place, "which is not there")
      )
    }
    return text.facts.usable ? well(`${name} is complete`) : found(malformed(name, text.facts))
  }
}

/** In the order in which they are passed. */
export const checks: ReadonlyArray<Check> = [place, lockfile]
