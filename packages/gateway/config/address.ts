import { BlockList, isIP } from 'node:net'

/**
 * Where clouds keep the credentials of the machine itself. A resource there would lend them to every agent, so no address
 * points at it, in whatever spelling: IPv4 inside IPv6 ends at the same place. `BlockList` knows the mapped form by itself.
 */
const METADATA = new BlockList()
METADATA.addSubnet('169.254.0.0', 16, 'ipv4')
METADATA.addAddress('100.100.100.200', 'ipv4')
METADATA.addAddress('192.0.0.192', 'ipv4')
METADATA.addSubnet('fe80::', 10, 'ipv6')
METADATA.addAddress('fd00:ec2::254', 'ipv6')
METADATA.addAddress('fd20:ce::254', 'ipv6')
// IPv4-compatible (RFC 4291) and NAT64 (RFC 6052); below them 6to4 (RFC 3056).
for (const prefix of ['::', '64:ff9b::']) {
  METADATA.addSubnet(`${prefix}169.254.0.0`, 112, 'ipv6')
  METADATA.addAddress(`${prefix}100.100.100.200`, 'ipv6')
  METADATA.addAddress(`${prefix}192.0.0.192`, 'ipv6')
}
METADATA.addSubnet('2002:a9fe::', 32, 'ipv6')
METADATA.addSubnet('2002:6464:64c8::', 48, 'ipv6')
METADATA.addSubnet('2002:c000:c0::', 48, 'ipv6')

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'instance-data',
  'instance-data.ec2.internal',
])

/** For a name that was resolved, too: whoever connects asks again with the address that DNS gave. */
export function isMetadataAddress(host: string): boolean {
  const version = isIP(host)
  if (version === 0) return METADATA_NAMES.has(host.toLowerCase().replace(/\.$/, ''))
  return METADATA.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

export type Address =
  | { readonly kind: 'address'; readonly url: URL }
  | { readonly kind: 'bad'; readonly message: string; readonly help: string }

/** Scheme, host, port and an optional path prefix. */
export function parseAddress(text: string): Address {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    return bad(
      'this is no address of an HTTP resource',
      'write `https://host:port`, with a path prefix if it has one',
    )
  }
  if (url.username !== '' || url.password !== '') {
    return bad('the address holds a credential', 'take it out and name it under `credential`, by reference')
  }
  if (/[?#]/.test(text)) {
    return bad('the address holds a query or a fragment', 'end it after the path prefix')
  }
  if (isMetadataAddress(url.hostname.replace(/^\[|\]$/g, ''))) {
    return bad(
      'the address points at the metadata of the machine',
      'name another host: what is there are the credentials of the machine itself',
    )
  }
  return { kind: 'address', url }
}

/** Where people reach the console: an origin, since links and cookies are made for it. */
export function parseOrigin(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) return undefined
  return url.href === `${url.origin}/` ? url.origin : undefined
}

function bad(message: string, help: string): Address {
  return { kind: 'bad', message, help }
}
