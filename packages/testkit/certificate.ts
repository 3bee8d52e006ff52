import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** Certificates as a test needs them: of any name, any time and any issuer. Made here, so that none lies around that expires. */
export interface Made {
  /** PEM, this one first and then those above it, except the root. */
  readonly chain: string
  /** PEM of this one alone. */
  readonly certificate: string
  readonly key: string
  /** Another one that this one vouches for. */
  issue(wish?: Wish): Made
}

export interface Wish {
  /** DNS names and IPv4 addresses; `localhost` and 127.0.0.1 by default. */
  readonly names?: readonly string[]
  readonly from?: Date
  readonly until?: Date
}

const DAY_MS = 86_400_000

/** One that vouches for itself. */
export function certificate(wish: Wish = {}): Made {
  return made(wish, undefined)
}

interface Issuer {
  readonly name: Buffer
  readonly key: KeyObject
  readonly chain: string
  readonly isRoot: boolean
}

function made(
  { names = ['localhost', '127.0.0.1'], from = ago(1), until = ago(-1) }: Wish,
  issuer: Issuer | undefined,
): Made {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Neither zero nor longer than it says: DER counts leading zeros as a mistake.
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)])
  // Two of one name would be taken for one.
  const name = nameOf(`test ${serial.toString('hex')}`)
  const extensions = [
    extension('551d13', sequence(der(0x01, Buffer.from([0xff])))),
    extension('551d11', sequence(...names.map(generalName))),
  ]
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_WITH_SHA256,
    issuer?.name ?? name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, issuer?.key ?? privateKey)
  const bytes = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), signature))
  const pem = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  const chain = issuer === undefined || issuer.isRoot ? pem : pem + issuer.chain
  const own = { name, key: privateKey, chain, isRoot: issuer === undefined }
  return {
    chain,
    certificate: pem,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    issue: (wish = {}) => made(wish, own),
  }
}

/** X.690: tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), content])
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts)
}

/** A leading zero where the first bit would make it negative; DER wants none elsewhere. */
function integer(bytes: Buffer): Buffer {
  const isNegative = (bytes[0] ?? 0) >= 0x80
  return isNegative ? der(0x02, Buffer.from([0]), bytes) : der(0x02, bytes)
}

/** `id` in hex, as it is encoded. */
function object(id: string): Buffer {
  return der(0x06, Buffer.from(id, 'hex'))
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(object('550403'), der(0x0c, Buffer.from(commonName)))))
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(object(id), der(0x04, value))
}

function generalName(name: string): Buffer {
  const isAddress = /^[0-9.]+$/.test(name)
  return isAddress ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name))
}

function time(at: Date): Buffer {
  return der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}

function ago(days: number): Date {
  return new Date(Date.now() - days * DAY_MS)
}

const ECDSA_WITH_SHA256 = sequence(object('2a8648ce3d040302'))
