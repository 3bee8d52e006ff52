import { canonicalBytes } from '@sallyport/core/action/canonical'
import { digestOf, drawNonce } from '@sallyport/core/action/digest'
import { drawId } from '@sallyport/core/action/ids'
import type { HttpBody } from '@sallyport/describe/http/message'
import { claim } from '@sallyport/testkit/claim'
import { answer, recordingUpstream } from '@sallyport/testkit/upstream'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../keys/sha256.ts'
import { openHttpUpstream } from '../upstreams/http/open.ts'
import { type Content, type Kept, NO_CONTENT, packPayload, unpackPayload } from './content.ts'

import { mint, type Permit } from './permit.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const whole = (text: string): Kept => ({ kind: 'whole', bytes: bytes(text) })
const stream = (text: string): Content => ({
  kind: 'stream',
  chunks: (async function* () {
    yield bytes(text)
  })(),
})
const named = (text: string): HttpBody => ({
  kind: 'whole',
  bytes: text.length,
  sha256: Buffer.from(sha256(bytes(text))).toString('hex'),
})
const tunnel = (text: string): Content => ({ ...stream(text), kind: 'tunnel' }) as Content
const STREAMED: HttpBody = { kind: 'streamed', bytes: null }

/** The body in the message, or that it opens a tunnel. */
type Names = HttpBody | null | 'tunnel'

// biome-ignore format: a table is read by its rows
const OTHERS: readonly (readonly [what: string, kind: Permit['kind'], names: Names, content: Content])[] = [
  ['other bytes than the message names', 'exact', named('mine'), whole('evil')],
  ['a body where the message names none', 'exact', null, whole('evil')],
  ['none where the message names one', 'exact', named('mine'), NO_CONTENT],
  ['a stream where the message names these bytes', 'exact', named('mine'), stream('mine')],
  ['a stream under a permit for bytes', 'exact', STREAMED, stream('mine')],
  ['bytes under a permit for a stream', 'stream', named('mine'), whole('mine')],
  ['bytes where the message names a stream', 'stream', STREAMED, whole('mine')],
  ['tunnel under a permit for bytes', 'exact', 'tunnel', tunnel('mine')],
  ['tunnel under a permit for a stream', 'stream', 'tunnel', tunnel('mine')],
  ['tunnel where the message names none', 'tunnel', null, tunnel('mine')],
  ['tunnel with no client behind it', 'tunnel', 'tunnel', NO_CONTENT],
  ['tunnel with a body that ends', 'tunnel', 'tunnel', stream('mine')],
]

describe('a permit lets through', () => {
  test.each(OTHERS)(claim('G3', 'http', 'no %s'), async (_, kind, body, content) => {
    const target = await recordingUpstream((_head, socket) => void socket.write(answer('done')))
    await expect(send(target.url, kind, body, content)).rejects.toThrow(/body|tunnel/)
    expect(target.connections()).toBe(0)
    await target.close()
  })

  test('the body that the message names', async () => {
    const target = await recordingUpstream((_head, socket) => void socket.write(answer('done')))
    await send(target.url, 'exact', named('mine'), whole('mine'))
    await send(target.url, 'stream', STREAMED, stream('mine'))
    expect(target.bodies()).toEqual(['mine', 'mine'])
    await target.close()
  })
})

test('what is sealed is what is opened', () => {
  for (const content of [{ kind: 'none' }, whole('\u0000a')] as const)
    expect(unpackPayload(packPayload(bytes('{"a":1}'), content))).toEqual({
      canonical: bytes('{"a":1}'),
      content,
    })
})

async function send(url: string, kind: Permit['kind'], names: Names, content: Content) {
  const address = new URL(url)
  const resource = { address, credential: null, routes: [], cap: null, fields: {} }
  const upstream = openHttpUpstream({ resource, credentialValue: () => '', introduce: null, sha256 })
  const random = (n: number): Uint8Array => crypto.getRandomValues(new Uint8Array(n))
  const opens = names === 'tunnel' ? ({ method: 'GET', body: null, upgrade: 'websocket' } as const) : null
  const sends = { method: 'POST', body: names === 'tunnel' ? null : names, upgrade: null }
  const message = { kind: 'http', path: '/a', query: '', headers: [], cap: null, ...(opens ?? sends) }
  const canonical = canonicalBytes({ address: address.href, message })
  const nonce = drawNonce(random)
  const digest = digestOf(sha256, nonce, canonical)
  const permit = mint(
    { kind, action: drawId('act', random), digest, nonce, fresh: true, effects: ['read'] },
    'being-written',
  )
  const sent = await upstream.send(permit, canonical, content, new AbortController().signal)
  await sent.outcome
  await upstream.close()
}
