import { isIP } from 'node:net'
import type { Listen } from './configuration.ts'
import { type Read, text } from './fields.ts'

const PORT_MAX = 65_535
const HOST_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i

/** `127.0.0.1:7070`, `[::1]:7070`, `localhost:0`. */
export const readListen: Read<Listen> = text(
  parseListen,
  'this is no address to listen on',
  'write host and port, `127.0.0.1:7070` or `[::1]:7070`',
)

/** A name by which clients come to the HTTP door. */
export const readHost: Read<string> = text(
  (value) => (HOST_NAME.test(value) ? value.toLowerCase() : undefined),
  'this is no host name',
  'write the name alone, `gate.example.com`',
)

function parseListen(value: string): Listen | undefined {
  const [, v6, name, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(value) ?? []
  const host = v6 ?? name
  const port = Number(digits)
  if (host === undefined || port > PORT_MAX) return undefined
  const fine = v6 === undefined ? isIP(host) === 4 || HOST_NAME.test(host) : isIP(host) === 6
  return fine ? { host, port } : undefined
}
