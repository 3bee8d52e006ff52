/** The names by which a machine knows itself. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
const AUTHORITY = /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/
/** RFC 6761, 6.3: names below `localhost` stay on this machine, so that no foreign page has one. */
const BELOW_LOCALHOST = /^([a-z0-9-]{1,63})\.localhost$/

/** The host of an authority, without its port, or nothing where it is none. */
export function hostOf(authority: string): string | undefined {
  return AUTHORITY.exec(authority.toLowerCase())?.[1]
}

export function isKnownHost(host: string, hosts: ReadonlySet<string>): boolean {
  return LOOPBACK.has(host) || hosts.has(host) || BELOW_LOCALHOST.test(host)
}

/** `crm` of `crm.localhost`. */
export function nameBelowLocalhost(host: string): string | undefined {
  return BELOW_LOCALHOST.exec(host)?.[1]
}
