import { isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import { isMap } from 'yaml'
import { parseReference } from '../secrets/reference.ts'
import type { Configuration, Listen, Tls } from './configuration.ts'
import { fieldsOf, type Read, text } from './fields.ts'

const PORT_MAX = 65_535
const HOST_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i

/** `127.0.0.1:7070`, `[::1]:7070`, `localhost:0`. */
const readListen: Read<Listen> = text(
  parseListen,
  'this is no address to listen on',
  'write host and port, `127.0.0.1:7070` or `[::1]:7070`',
)

const CONSOLE_DEFAULT: Listen = { host: '127.0.0.1', port: 7070 }
const HTTP_DEFAULT: Listen = { host: '127.0.0.1', port: 7080 }

export interface Listens {
  readonly console: Listen
  readonly http: Configuration['httpListen']
}

export const LISTENS_DEFAULT: Listens = { console: CONSOLE_DEFAULT, http: { ...HTTP_DEFAULT, tls: null } }

export function readListens(file: string): Read<Listens> {
  return (node, source) => {
    const fields = fieldsOf('`listen`', ['console', 'http'], node, source)
    if (fields === undefined) return undefined
    return {
      console: fields.optional('console', CONSOLE_DEFAULT, readListen),
      http: fields.optional('http', LISTENS_DEFAULT.http, readHttp(file)),
    }
  }
}

/** The address alone, or with what makes it speak TLS. */
function readHttp(file: string): Read<Listens['http']> {
  return (node, source) => {
    if (!isMap(node)) {
      const at = readListen(node, source)
      return at === undefined ? undefined : { ...at, tls: null }
    }
    const fields = fieldsOf('`http`', ['at', 'tls'], node, source)
    if (fields === undefined) return undefined
    const at = fields.optional('at', HTTP_DEFAULT, readListen)
    return { ...at, tls: fields.optional<Tls | null>('tls', null, readTls(file)) }
  }
}

function readTls(file: string): Read<Tls> {
  const readCertificate = text(
    (value) => (value === '' ? undefined : resolve(dirname(file), value)),
    'no path',
    'name the file of the certificate, the chain after it',
  )
  return (node, source) => {
    const fields = fieldsOf('`tls`', ['certificate', 'key'], node, source)
    const certificate = fields?.required('certificate', readCertificate)
    const key = fields?.required('key', readKey)
    return certificate === undefined || key === undefined ? undefined : { certificate, key }
  }
}

const readKey: Read<string> = text(
  (value) => (['file', 'credential'].includes(parseReference(value)?.kind ?? '') ? value : undefined),
  'this is no reference to the key of a certificate',
  'write `file:/path` or `credential:NAME`: the key itself stands nowhere',
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
