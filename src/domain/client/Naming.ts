/** Clients as people name them; the same for every kind of client. */

/** What it takes to be found. */
export interface Named {
  readonly id: string
  /** `samp.name`, or empty. */
  readonly name: string
}

/**
 * The clients of this id, or else of this name whatever its case, which several may share, or else the one client whose
 * name holds it: DS9 calls itself SAOImageDS9. Nobody is named by the empty string, not even a client without a name.
 *
 * @returns empty when nobody is meant for certain
 */
export const named = <A extends Named>(clients: ReadonlyArray<A>, name: string): ReadonlyArray<A> => {
  const byId = clients.filter(({ id }) => id === name)
  const wanted = name.toLowerCase()
  if (byId.length > 0 || wanted === "") return byId
  const byName = clients.filter((client) => client.name.toLowerCase() === wanted)
  if (byName.length > 0) return byName
  const byPart = clients.filter((client) => client.name.toLowerCase().includes(wanted))
  return new Set(byPart.map((client) => client.name)).size === 1 ? byPart : []
}

/** What to say when nobody is meant. */
export const nobodyNamed = (wanted: string, known: ReadonlyArray<string>): string =>
  `No client is named ${wanted}. Registered are: ${known.length === 0 ? "none" : known.join(", ")}`

/** Names of clients, ids of those without. */
export const namesOf = (clients: ReadonlyArray<Named>): ReadonlyArray<string> =>
  clients.map(({ id, name }) => name === "" ? id : name)
