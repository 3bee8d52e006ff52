import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { buildConnector, Client, Pool } from 'undici'
import { isMetadataAddress } from '../../config/address.ts'
import {
  ANSWER_HEADERS_LIMIT_BYTES,
  BODY_IDLE_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  CONNECTIONS_LIMIT,
  HEADERS_TIMEOUT_MS,
  IDLE_CONNECTION_MS,
} from './limits.ts'

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  done: (error: Error | null, addresses: LookupAddress[]) => void,
) => void

/**
 * A name is checked again with what it resolves to now, and it is this very address that is connected to: whoever holds the
 * DNS of a target could otherwise point it at the credentials of the machine.
 */
export function checkedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, [])
      if (addresses.some(({ address }) => isMetadataAddress(address)))
        return done(new Error('the name of the target resolves to the metadata of a machine'), [])
      const [first] = addresses
      if (options.all === true || first === undefined) return done(null, addresses)
      done(null, first.address, first.family)
    })
  }
}

const CONNECTING: buildConnector.BuildOptions = {
  timeout: CONNECT_TIMEOUT_MS,
  lookup: checkedLookup(lookup),
  allowH2: false,
}

const COMMON: Client.Options = {
  connect: CONNECTING,
  allowH2: false,
  pipelining: 1,
  headersTimeout: HEADERS_TIMEOUT_MS,
  bodyTimeout: BODY_IDLE_TIMEOUT_MS,
  keepAliveTimeout: IDLE_CONNECTION_MS,
  keepAliveMaxTimeout: IDLE_CONNECTION_MS,
  maxHeaderSize: ANSWER_HEADERS_LIMIT_BYTES,
}

/** Shorter than in service. */
type Waits = Pick<Client.Options, 'headersTimeout' | 'bodyTimeout'>

/** Connections that are used again. */
export function openPool(address: URL): Pool {
  return new Pool(address.origin, { ...COMMON, connections: CONNECTIONS_LIMIT })
}

/** A connection for one request: if it cannot be made, nothing was sent, and that is known. */
export function freshClient(address: URL, waits: Waits = {}): Client {
  return new Client(address.origin, { ...COMMON, ...waits })
}

/** Whether somebody answers there, asked without a byte of a request. */
export function canConnect(address: URL): Promise<boolean> {
  const connect = buildConnector(CONNECTING)
  const { hostname, host, protocol, port } = address
  return new Promise((resolve) => {
    connect({ hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port }, (error, socket) => {
      socket?.destroy()
      resolve(error === null)
    })
  })
}
