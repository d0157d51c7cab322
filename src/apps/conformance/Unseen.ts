/** The requirements of hubs that no check sees to, and why. */

const ending = "the hub would have to end"
const starting = "it is about how a hub starts"
const free = "a hub is free to do so or not"
const windows = "Windows only"
const consent = "only its user sees what a hub asks"
const owner = "only the owner of a hub throws clients out"

/** Why, by id. */
export const unseen: { readonly [id: string]: string } = {
  "GEN-01": "clients that talk past the hub are not its doing",
  "GEN-02": starting,
  "GEN-06": free,
  "GEN-07": ending,
  "DT-10": "about readers of parameters, which a hub is not",
  "META-07": free,
  "SUB-15": free,
  "ERR-04": free,
  "STD-30": starting,
  "STD-32": free,
  "STD-34": starting,
  "STD-35": starting,
  "STD-40": starting,
  "STD-41": windows,
  "STD-42": starting,
  "STD-43": starting,
  "STD-44": ending,
  "STD-45": ending,
  "STD-46": "the lockfile would have to be taken away",
  "STD-52": "about readers of lockfiles",
  "STD-53": "several hubs would have to run",
  "EVT-02": ending,
  "EVT-04": owner,
  "EVT-14": "the Web Profile would have to end",
  "SHUT-01": ending,
  "SHUT-02": ending,
  "SHUT-03": ending,
  "SHUT-06": owner,
  "WEB-01": "it is looked at where it was said to be",
  "WEB-02": starting,
  "WEB-09": free,
  "WEB-13": consent,
  "WEB-14": consent,
  "WEB-15": starting,
  "WEB-16": consent,
  "WEB-17": "another machine would have to ask",
  "WEB-38": "a page would have to be away for long",
  "WEB-67": "a flood would disturb others",
  "WEB-68": owner
}

/** Requirements of all hubs to which only checks of the Web Profile see. */
export const seenByPages: ReadonlySet<string> = new Set(["HUB-29"])

/** Why a requirement that does not concern hubs is not looked at. */
const aboutOthers = (who: string): string => who === "A" ? "about authors of MTypes" : "about clients"

/** Why no check sees to a requirement; undefined if one should. */
export const reasonOf = (id: string, who: string): string | undefined =>
  seenByPages.has(id)
    ? "about the Web Profile, which was not looked at"
    : unseen[id] ?? (who.split(",").includes("H") ? undefined : aboutOthers(who))
