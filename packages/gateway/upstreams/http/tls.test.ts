import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { certificate, type Made } from '@sallyport/testkit/certificate'
import { claim } from '@sallyport/testkit/claim'
import { openHttpHouse } from '@sallyport/testkit/http-house'
import { actionOf, received } from '@sallyport/testkit/http-target'
import { expect, test } from 'vitest'

const DAY_MS = 86_400_000
const root = certificate()

async function targetBy<T>({ chain, key }: Made, use: (port: number, asked: () => number) => Promise<T>) {
  let asked = 0
  const server = createServer({ cert: chain, key }, (_, response) => {
    asked++
    response.end('hello')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await use((server.address() as AddressInfo).port, () => asked)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** In a process of its own: which authorities are trusted is read when one starts. */
const ASK = `
const { freshClient } = await import(process.argv[1])
const client = freshClient(new URL(process.argv[2]))
const answer = await client.request({ method: 'GET', path: '/' }).then(({ body }) => body.text(), ({ code }) => code)
console.log(answer)
await client.destroy()
`

async function askedBy(port: number, trusted: string | null): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
  writeFileSync(join(folder, 'ca.crt'), trusted ?? '')
  const env = trusted === null ? {} : { NODE_EXTRA_CA_CERTS: join(folder, 'ca.crt') }
  const connect = new URL('./connect.ts', import.meta.url).href
  const words = ['--input-type=module', '-e', ASK, connect, `https://localhost:${port}`]
  const { stdout } = await promisify(execFile)(process.execPath, words, { env })
  rmSync(folder, { recursive: true })
  return stdout.trim()
}

test.each([
  ['that an authority of NODE_EXTRA_CA_CERTS vouches for is spoken to', root.issue(), root, 'hello'],
  ['that nobody vouches for is not', root.issue(), null, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['that only vouches for itself is not', certificate(), null, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['of another name is not', root.issue({ names: ['other.example'] }), root, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [
    'whose time is over is not',
    root.issue({ from: new Date(Date.now() - 3 * DAY_MS), until: new Date(Date.now() - DAY_MS) }),
    root,
    'CERT_HAS_EXPIRED',
  ],
])('a target %s', async (_, made, trusted, says) => {
  await targetBy(made, async (port, asked) => {
    expect(await askedBy(port, trusted?.certificate ?? null)).toBe(says)
    expect(asked()).toBe(says === 'hello' ? 1 : 0)
  })
})

test(
  claim('G5', 'http', 'a target whose certificate is in doubt is sent nothing, and the action failed'),
  async () => {
    await targetBy(certificate(), async (port, asked) => {
      const house = await openHttpHouse({ target: `https://localhost:${port}` })
      const bytes = await received(house)
      expect(bytes).toMatch(/^HTTP\/1.1 503 /)
      await house.reaches(actionOf(bytes), 'failed')
      expect(asked()).toBe(0)
      await house.close()
    })
  },
)
