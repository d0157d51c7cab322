/** The requirements that tests cite, and the arguments for those that none does. */
import { type Requirement, standard, webProfile } from "../../src/apps/conformance/Requirements.ts"

/** All of them, but the demands of single peers on the wire. */
export const requirements: ReadonlyArray<Requirement> = [...standard, ...webProfile]

const author = "asks authors of MTypes for good manners; a hub passes all on alike"
/** Requirements that no test names, and why that is right. */
export const gaps: { readonly [id: string]: string } = {
  "GEN-16": author,
  "GEN-17": author,
  "MT-02": author,
  "MT-03": author,
  "MT-06": author,
  "MSG-06": "follows from DT-01: a map has no order, and ours are compared as maps in every round trip",
  "DT-11":
    "the hub interprets no string but its timeout argument; the round trips of DT-04 show that it changes none",
  "REG-06": "an attitude; ClientId is an opaque type here, and no code takes one apart",
  "META-07":
    "a MAY that we leave: whatever metadata is a map is kept, since refusing it would lose a client its name",
  "WEB-56":
    "a page may have its data anywhere; those that it hands to the hub are tried in adapters/Publisher*.test.ts and e2e/web-data.test.ts",
  "STD-41": "Windows alone, which these tests do not run on; chmod is not called there"
}
