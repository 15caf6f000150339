/**
 * What counts as one source: an IPv4 address, or the /64 of an IPv6 address, because whoever has one address of such
 * a network has them all.
 */
export function sourceNetwork(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::', 2)
  const leading = head === '' ? [] : head.split(':')
  const trailing = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : 8 - leading.length - trailing.length
  const groups = [...leading, ...Array<string>(Math.max(missing, 0)).fill('0'), ...trailing]
  return groups
    .slice(0, 4)
    .map((group) => group.padStart(4, '0'))
    .join(':')
}

/** The /48 around such a network, which one subscriber often has as a whole; an IPv4 address stands alone. */
export function neighbourhoodOf(network: string): string {
  return network.includes(':') ? network.split(':').slice(0, 3).join(':') : network
}
