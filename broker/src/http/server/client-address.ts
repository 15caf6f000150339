import { BlockList, isIP, SocketAddress } from 'node:net'

/** The address a request came from, given the socket's peer and the `X-Forwarded-For` header. */
export type ClientAddress = (
  peer: string | undefined,
  forwardedFor: string | string[] | undefined,
) => string

/** What an audit event names when the socket was gone before its address could be read. */
const UNKNOWN = 'unknown'

/**
 * Contract 1.7. The header is read only behind a trusted peer, and from the right: every proxy appends what it saw, so
 * everything left of the first untrusted address is the client's own invention.
 */
export function clientAddressBehind(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = trust(trustedProxies)
  return (peer, forwardedFor) => {
    const nearest = peer === undefined ? undefined : toAddress(peer)
    if (nearest === undefined) return UNKNOWN
    if (forwardedFor === undefined || trustedProxies.length === 0) return nearest
    return walk(nearest, String(forwardedFor), isTrusted)
  }
}

/** From the right until the first address that is not trusted; what is no address ends the walk at the last hop. */
function walk(peer: string, forwardedFor: string, isTrusted: (address: string) => boolean): string {
  let client = peer
  let end = forwardedFor.length
  while (end >= 0 && isTrusted(client)) {
    const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1)
    const hop = toAddress(forwardedFor.slice(comma + 1, end).trim())
    if (hop === undefined) return client
    client = hop
    end = comma
  }
  return client
}

function trust(ranges: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList()
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/')
    trusted.addSubnet(network, Number(prefix), familyOf(network))
  }
  return (address) => trusted.check(address, familyOf(address))
}

/** One spelling per address, so that nobody is two sources: no zone, IPv6 compressed, mapped IPv4 as IPv4. */
function toAddress(text: string): string | undefined {
  if (isIP(text) === 4) return text
  const [address = ''] = text.split('%', 1)
  if (isIP(address) !== 6) return undefined
  const compressed = new SocketAddress({ address, family: 'ipv6' }).address
  const mapped = compressed.startsWith('::ffff:') ? compressed.slice(7) : ''
  return isIP(mapped) === 4 ? mapped : compressed
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}
