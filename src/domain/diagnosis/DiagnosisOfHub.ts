/** The last steps on the way to a hub: who answers at its URL, and what he answers. */
import { apart, living, whereIs } from "./DiagnosisOfLockfile.ts"
import type { Evidence, HubFacts } from "./Evidence.ts"
import {
  authority,
  broken,
  type Check,
  type Finding,
  finding,
  found,
  holder,
  isLoopback,
  isReached,
  skipped,
  well
} from "./Finding.ts"

/** STD-48, STD-49, WIRE-42: the hub's URL leads to this machine whatever the network. */
const address: Check = {
  name: "address of the hub",
  run: (evidence) => {
    const { hub } = evidence
    if (hub?.addresses === undefined) {
      return skipped(hub === undefined ? "no hub is known" : "the look-up took too long")
    }
    const { host } = authority(hub.url)
    const severity = isReached(evidence) ? "warning" : "fatal"
    const remedy = "start the hub again with a loopback address, as samp hub does by itself"
    if (hub.addresses.length === 0) {
      return found(
        finding(
          severity,
          "host-unresolvable",
          `The lockfile names the hub at ${hub.url}, but the host name ${host} does not resolve`,
          [
            isReached(evidence)
              ? "the hub answers at 127.0.0.1 all the same; other programs may not try that"
              : undefined
          ],
          `${remedy}, or put ${host} into /etc/hosts`
        )
      )
    }
    const outside = hub.addresses.filter((each) => !isLoopback(each))
    return outside.length === 0
      ? well(`${host} is this machine's loopback`)
      : found(
        finding(
          severity,
          "hub-not-loopback",
          `The lockfile names the hub at ${hub.url}, which is not on this machine's loopback and goes when the network changes`,
          [`${host} is ${outside.join(", ")}`],
          remedy
        )
      )
  }
}

const lockfileName = ({ place }: Evidence): string => place._tag === "Place" ? place.name : ""

/** The hub lives, but on the loopback of another container. */
const elsewhere = (evidence: Evidence, { url }: HubFacts): Finding =>
  finding(
    "fatal",
    "other-network",
    `The hub at ${url} runs in another container or network namespace, whose 127.0.0.1 is not the one here`,
    [`its process ${hubProcess(evidence)} lives, and nothing listens at that port here`, apart(evidence)],
    "run hub and programs in the same container, or give the container the network of the host"
  )

/** The process that the lockfile names. */
const hubProcess = ({ place }: Evidence): number | undefined =>
  place._tag === "Place" && place.text._tag === "Read" ? place.text.facts.pid : undefined

/** Nobody listens at the URL. */
const stale = (evidence: Evidence, { processAlive, url }: HubFacts): Finding => {
  const pid = hubProcess(evidence)
  const process = pid === undefined
    ? "the lockfile names no process"
    : `the hub's process ${pid} ${
      processAlive === true ? "is there, or its number was given to another" : "is gone"
    }`
  return finding(
    "fatal",
    "stale-lockfile",
    `The lockfile ${lockfileName(evidence)} was left behind by a hub that is gone: nothing listens at ${url}`,
    [process, ...living(evidence).map(whereIs), apart(evidence)],
    "start a hub, which replaces it: samp hub"
  )
}

const silent = (evidence: Evidence, { listener, ping, processAlive, url }: HubFacts): Finding => {
  const pid = hubProcess(evidence)
  const who = listener?.pid ?? pid
  // A port whose process is not the one that wrote the file is somebody else's.
  if (
    pid !== undefined && (processAlive === false || (listener?.pid !== undefined && listener.pid !== pid))
  ) {
    return otherProgram(evidence, { listener, ping, processAlive, url })
  }
  return finding(
    "fatal",
    "hub-frozen",
    `The hub at ${url} is frozen: it takes connections but does not answer`,
    [
      ping._tag === "Failed" ? ping.detail : undefined,
      listener === undefined || listener === null ? undefined : `the port is held by ${holder(listener)}`
    ],
    who === undefined
      ? "end the program that runs the hub, and start one with: samp hub"
      : `let it go on with kill -CONT ${who}, or end it with kill -KILL ${who} and start another: samp hub`
  )
}

const otherProgram = (evidence: Evidence, { listener, ping, url }: HubFacts): Finding =>
  finding(
    "fatal",
    "port-not-hub",
    `The lockfile ${
      lockfileName(evidence)
    } is stale: its port (${url}) is now another program's, which is no SAMP hub`,
    [
      ping._tag === "Failed" ? ping.detail : undefined,
      holder(listener) === undefined ? undefined : `the port is held by ${holder(listener)}`
    ],
    "start a hub, which replaces the lockfile: samp hub; if it will not, remove the lockfile first"
  )

/** STD-13, STD-42, STD-43: the hub answers a ping. */
const ping: Check = {
  name: "hub",
  run: (evidence) => {
    const { hub } = evidence
    if (hub === undefined) return skipped("no hub is known")
    if (hub.ping._tag === "Done") return well(`${hub.url} answers in ${hub.ping.ms.toFixed(1)} ms`)
    switch (hub.ping.reason) {
      case "Refused":
        return found(hub.sharesNetwork === false ? elsewhere(evidence, hub) : stale(evidence, hub))
      case "Timeout":
        return found(silent(evidence, hub))
      case "Lost":
      case "BadAnswer":
      case "RemoteFault":
        return found(otherProgram(evidence, hub))
    }
  }
}

/** STD-10: the hub takes the secret of the lockfile. */
const registration: Check = {
  name: "registration",
  run: (evidence) => {
    const { account, conversation, hub } = evidence
    if (conversation === undefined || hub === undefined) return skipped("no hub answers")
    const outcome = conversation.registration
    if (outcome._tag === "Done") return well(`accepted in ${outcome.ms.toFixed(1)} ms`)
    const { detail, reason } = outcome
    const owner = hub.listener?.uid ?? hub.processOwner
    const seen = [`the hub says: ${detail}`, hub.listener === null ? undefined : holder(hub.listener)]
    if (reason !== "RemoteFault") {
      return broken(
        "hub-misbehaves",
        `The hub at ${hub.url} answers pings, but does not let anybody register`,
        seen,
        "end that hub and start another: samp hub"
      )
    }
    const remedy = "end that hub where it was started, remove the lockfile, and start one with: samp hub"
    return owner !== undefined && account.uid !== undefined && owner !== account.uid
      ? broken(
        "foreign-hub",
        `The hub at ${hub.url} belongs to another user (id ${owner}) and refuses the secret of your lockfile, which is stale`,
        seen,
        "start a hub of your own: rm the lockfile, then samp hub"
      )
      : broken(
        "secret-refused",
        `The hub at ${hub.url} refuses the secret of the lockfile ${
          lockfileName(evidence)
        }, so no program can register`,
        seen,
        remedy
      )
  }
}

const firewall =
  "let programs on this machine reach 127.0.0.1 (firewall), and run hub and programs in the same container or virtual machine"

/** STD-26..28: the hub reaches a client's callback endpoint. */
const callback: Check = {
  name: "callback",
  run: ({ conversation, hub }) => {
    const facts = conversation?.callback
    if (facts === undefined || hub === undefined) return skipped("not registered")
    const url = hub.url
    switch (facts._tag) {
      case "Done":
        return well(`a message to ourselves came back in ${facts.ms.toFixed(1)} ms`)
      case "Unasked":
        return skipped(facts.detail)
      case "NoEndpoint":
        return broken(
          "no-endpoint",
          "No program can listen on 127.0.0.1, so the hub can send nothing to any",
          [facts.detail],
          firewall
        )
      case "Silent":
        return broken(
          "no-callback",
          `The hub at ${url} takes messages but cannot call back: nothing it was to send arrived`,
          [`nothing within ${facts.ms} ms at our endpoint on 127.0.0.1`],
          firewall
        )
      case "Failed":
        return broken(
          "callback-refused",
          `The hub at ${url} does not accept our callback endpoint on 127.0.0.1`,
          [facts.detail],
          firewall
        )
    }
  }
}

/** In the order in which they are passed; each needs those before it. */
export const checks: ReadonlyArray<Check> = [address, ping, registration, callback]
