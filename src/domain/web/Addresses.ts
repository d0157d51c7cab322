/**
 * How far away hosts and addresses are (WEB-54). What a page reads through the hub comes from where the hub stands: this
 * machine and its network, where a page of the internet must not look round. Pure.
 */

/** The bytes of an IPv4 address in its usual form. */
const ipv4 = (text: string): ReadonlyArray<number> | undefined => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u.exec(text)?.slice(1).map(Number)
  return parts === undefined || parts.some((part) => part > 255) ? undefined : parts
}

/** The bytes of one side of the `::`, whose last group may be an IPv4 address. */
const groups = (text: string): ReadonlyArray<number> | undefined => {
  if (text === "") return []
  const bytes: Array<number> = []
  for (const [index, group] of text.split(":").entries()) {
    const last = index === text.split(":").length - 1
    const dotted = last ? ipv4(group) : undefined
    if (dotted !== undefined) bytes.push(...dotted)
    else if (/^[0-9a-f]{1,4}$/iu.test(group)) {
      const number = Number.parseInt(group, 16)
      bytes.push(number >> 8, number & 255)
    } else return undefined
  }
  return bytes
}

/** The bytes of an IPv6 address, without its zone. */
const ipv6 = (text: string): ReadonlyArray<number> | undefined => {
  const sides = text.replace(/%.*$/su, "").split("::")
  const [first, second] = sides.map(groups)
  if (sides.length > 2 || first === undefined) return undefined
  if (sides.length === 1) return first.length === 16 ? first : undefined
  if (second === undefined || first.length + second.length > 14) return undefined
  return [...first, ...Array.from({ length: 16 - first.length - second.length }, () => 0), ...second]
}

/** An IPv6 address that stands for an IPv4 one: the prefix before its four bytes, as bytes. */
const wrappings: ReadonlyArray<ReadonlyArray<number>> = [
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255], // ::ffff:0:0/96, mapped
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // ::/96, compatible; also :: and ::1
  [0, 100, 255, 155, 0, 0, 0, 0, 0, 0, 0, 0], // 64:ff9b::/96, translated by the network
  [32, 2] // 2002::/16, 6to4
]

/** The address as the shortest bytes: those of IPv4 where that is what it stands for. */
const bytesOf = (address: string): ReadonlyArray<number> | undefined => {
  const four = ipv4(address)
  if (four !== undefined) return four
  const six = ipv6(address)
  const prefix = wrappings.find((bytes) => bytes.every((byte, at) => six?.[at] === byte))
  return prefix === undefined ? six : six?.slice(prefix.length, prefix.length + 4)
}

/** A block of addresses: leading bytes, and how many bits of them count. */
type Block = readonly [bytes: ReadonlyArray<number>, bits: number]

/** What is not routed in the internet (RFC 6890 and its registry), and what is no single machine. */
const notPublic4: ReadonlyArray<Block> = [
  [[0], 8], // this machine
  [[10], 8],
  [[100, 64], 10], // shared, behind carriers' translators and in overlay networks
  [[127], 8],
  [[169, 254], 16], // link-local; clouds keep credentials there
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 3] // multicast, reserved, broadcast
]
const public6: Block = [[32], 3] // 2000::/3, all that is given out
const notPublic6: ReadonlyArray<Block> = [
  [[32, 1, 0], 23], // 2001::/23, protocols, Teredo among them
  [[32, 1, 13, 184], 32], // 2001:db8::/32, documents
  [[63, 255], 20] // 3fff::/20, documents
]

const isIn = (bytes: ReadonlyArray<number>, [prefix, bits]: Block): boolean =>
  Array.from({ length: Math.ceil(bits / 8) }, (_, at) => {
    const mask = 255 & (255 << Math.max(0, 8 * (at + 1) - bits))
    return ((bytes[at] ?? 0) & mask) === ((prefix[at] ?? 0) & mask)
  }).every(Boolean)

/**
 * Whether an address is one of the internet: no loopback, private, link-local, unique-local, shared, unspecified, multicast
 * or reserved one, nor an IPv6 spelling of such. What is no address is not public.
 *
 * @param address - IPv4 in dotted form or IPv6, as resolvers write them
 */
export const isPublic = (address: string): boolean => {
  const bytes = bytesOf(address)
  if (bytes === undefined) return false
  return bytes.length === 4
    ? !notPublic4.some((block) => isIn(bytes, block))
    : isIn(bytes, public6) && !notPublic6.some((block) => isIn(bytes, block))
}

/** The host of a URL as resolvers take it: without the brackets of IPv6 and the dot of the root, in lower case. */
export const bareHost = (hostname: string): string =>
  hostname.toLowerCase().replace(/^\[|\]$/gu, "").replace(/\.$/u, "")

/** Whether a host is an address, and not a name. */
export const isAddress = (host: string): boolean => bytesOf(host) !== undefined

/** Domains that nobody in the internet can own, so that no stranger says where names below them lead. */
const reserved = ["localhost", "local", "internal", "home.arpa"]

/**
 * Whether whoever names this host means a machine at hand, knowingly: by an address that is not public, or by a name that
 * only this machine or its network can have given, such as `localhost`, `nas` or `nas.local`. Any other name is given by a
 * stranger, who may let it lead to this machine (DNS rebinding).
 *
 * @param own - names of this machine, and domains that are the user's own
 */
export const isLocalHost = (host: string, own: Iterable<string> = []): boolean => {
  const bare = bareHost(host)
  if (isAddress(bare)) return !isPublic(bare)
  return !bare.includes(".") && !bare.includes(":") ||
    [...reserved, ...own].some((domain) => bare === domain || bare.endsWith(`.${domain}`))
}
