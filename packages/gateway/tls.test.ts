import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type DetailedPeerCertificate } from 'node:tls'
import { certificate, type Made } from '@sallyport/testkit/certificate'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfiguration } from './config/load.ts'
import { KeyProblem } from './keys/folder.ts'
import { type Gateway, openGateway } from './open.ts'

const root = certificate()
let folder: string
let gateway: Gateway
let first: Made

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-tls-'))
  for (const set of ['actions', 'people', 'admin'])
    mkdirSync(join(folder, 'policies', set), { recursive: true })
  writeFileSync(
    join(folder, 'policies/actions/all.cedar'),
    '@id("reads") permit (principal, action == Action::"read", resource);',
  )
  first = root.issue()
  put(first)
  const given = { version: '0', variable: () => undefined, write: () => undefined }
  const opening = await openGateway({ configuration: configuration(), ...given })
  if (opening.kind === 'rejected') throw new Error(JSON.stringify(opening.problems))
  gateway = opening.gateway
})
afterEach(async () => {
  await gateway.close(0)
  rmSync(folder, { recursive: true })
})

function put({ chain, key }: Made): void {
  writeFileSync(join(folder, 'door.crt'), chain)
  writeFileSync(join(folder, 'door.key'), key, { mode: 0o600 })
}

function configuration() {
  const yaml = `
data: ./data
listen:
  console: "127.0.0.1:0"
  http: { at: "127.0.0.1:0", tls: { certificate: ./door.crt, key: "file:${folder}/door.key" } }
environments: [{ id: prod }]
resources: [{ id: crm, kind: http, environment: prod, address: "http://127.0.0.1:9" }]
changes: unguarded
`
  const around = { variable: () => undefined, home: folder, folder }
  const loading = readConfiguration(join(folder, 'sallyport.yaml'), yaml, {}, around)
  if (loading.kind === 'rejected') throw new Error(JSON.stringify(loading.problems))
  return loading.configuration
}

/** The certificate that a new client is shown, by its serial number. */
async function shown(): Promise<string> {
  const { port } = new URL(gateway.httpUrl)
  const socket = connectTls({ port: Number(port), host: 'localhost', ca: root.certificate })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const { serialNumber } = socket.getPeerCertificate() as DetailedPeerCertificate
      socket.destroy()
      resolve(serialNumber)
    })
  })
}

async function statusBy(session: ClientHttp2Session): Promise<number | undefined> {
  const stream = session.request({ ':path': '/crm/a' })
  return new Promise((resolve, reject) => {
    stream.once('error', reject)
    stream.once('response', (head) => resolve(head[':status']))
  })
}

describe('the door of a gateway with a certificate', () => {
  test('shows a renewed one after a reload, and drops nobody', async () => {
    expect(gateway.httpUrl).toMatch(/^https:/)
    const before = await shown()
    const session = connect(gateway.httpUrl, { ca: root.certificate })
    expect(await statusBy(session)).toBe(401)
    put(root.issue())
    expect(await gateway.reload(configuration())).toEqual([])
    expect(await shown()).not.toBe(before)
    expect(await statusBy(session)).toBe(401)
    session.destroy()
  })

  test('keeps what it had where the renewed one is none', async () => {
    const before = await shown()
    put({ ...root.issue(), key: root.key })
    await expect(gateway.reload(configuration())).rejects.toBeInstanceOf(KeyProblem)
    expect(await shown()).toBe(before)
  })

  test('takes no older TLS than 1.2', async () => {
    const { port } = new URL(gateway.httpUrl)
    const socket = connectTls({
      port: Number(port),
      host: 'localhost',
      ca: root.certificate,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const refused = await new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve))
    expect(refused.code).toMatch(/PROTOCOL_VERSION/)
  })
})
