import { canonicalBytes } from '@sallyport/core/action/canonical'
import { digestOf, drawNonce } from '@sallyport/core/action/digest'
import { type Digest, drawId, type PersonId } from '@sallyport/core/action/ids'
import { type HttpBody, type HttpMessage, httpMessage } from '@sallyport/describe/http/message'
import { claim } from '@sallyport/testkit/claim'
import { answer, recordingUpstream } from '@sallyport/testkit/upstream'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../keys/sha256.ts'
import { openHttpUpstream } from '../upstreams/http/open.ts'
import { type Content, type Kept, NO_CONTENT, packPayload, unpackPayload } from './content.ts'
import { canonicalAction } from './draft.ts'

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

describe('of an action that was spelled in this process', () => {
  const asked = httpMessage({ method: 'GET', target: '/meant', headers: [], body: null }, null)
  if (asked.kind === 'unclear') throw new Error(asked.why)

  test(claim('G3', 'http', 'what the bytes of its permit say is sent'), async () => {
    const target = await recordingUpstream((_head, socket) => void socket.write(answer('done')))
    await sendBytes(target.url, spelledFor(target.url, asked))
    expect(target.requests()).toEqual([expect.stringMatching(/^GET \/meant /)])
    await target.close()
  })

  test(claim('G3', 'http', 'whatever becomes of the object that they were spelled from'), async () => {
    const target = await recordingUpstream((_head, socket) => void socket.write(answer('done')))
    const message = { ...asked }
    const canonical = spelledFor(target.url, message)
    Object.assign(message, { path: '/evil' })
    await sendBytes(target.url, canonical)
    expect(target.requests()).toEqual([expect.stringMatching(/^GET \/meant /)])
    await target.close()
  })

  test(claim('G3', 'http', 'and nothing is, if they became others'), async () => {
    const target = await recordingUpstream((_head, socket) => void socket.write(answer('done')))
    const canonical = spelledFor(target.url, asked)
    const sent = sendBytes(target.url, canonical, 'exact', NO_CONTENT, () => canonical.reverse())
    await expect(sent).rejects.toThrow('not the bytes')
    expect(target.connections()).toBe(0)
    await target.close()
  })

  test(claim('G3', 'http', 'and nothing is, if it is for another address'), async () => {
    const target = await recordingUpstream((_head, socket) => void socket.write(answer('done')))
    const canonical = spelledFor('http://127.0.0.1:9/', asked)
    await expect(sendBytes(target.url, canonical)).rejects.toThrow('another address')
    expect(target.connections()).toBe(0)
    await target.close()
  })

  function spelledFor(url: string, message: HttpMessage): Uint8Array {
    const proof = { kind: 'sign-in', session: 's', madeBy: null } as const
    const caller = { agents: [], owner: 'olga' as PersonId, actsFor: [], proof }
    const guarded = { address: new URL(url).href, configured: '0'.repeat(64) as Digest }
    return canonicalAction(caller, 'crm', guarded, message)
  }
})

test('what is sealed is what is opened', () => {
  for (const content of [{ kind: 'none' }, whole('\u0000a')] as const)
    expect(unpackPayload(packPayload(bytes('{"a":1}'), content))).toEqual({
      canonical: bytes('{"a":1}'),
      content,
    })
})

function send(url: string, kind: Permit['kind'], names: Names, content: Content): Promise<void> {
  const opens = names === 'tunnel' ? ({ method: 'GET', body: null, upgrade: 'websocket' } as const) : null
  const sends = { method: 'POST', body: names === 'tunnel' ? null : names, upgrade: null }
  const message = { kind: 'http', path: '/a', query: '', headers: [], cap: null, ...(opens ?? sends) }
  return sendBytes(url, canonicalBytes({ address: new URL(url).href, message }), kind, content)
}

async function sendBytes(
  url: string,
  canonical: Uint8Array,
  kind: Permit['kind'] = 'exact',
  content: Content = NO_CONTENT,
  meanwhile: () => void = () => {},
): Promise<void> {
  const address = new URL(url)
  const resource = { address, credential: null, routes: [], cap: null, fields: {} }
  const upstream = openHttpUpstream({ resource, credentialValue: () => '', introduce: null, sha256 })
  const random = (n: number): Uint8Array => crypto.getRandomValues(new Uint8Array(n))
  const nonce = drawNonce(random)
  const digest = digestOf(sha256, nonce, canonical)
  const permit = mint(
    { kind, action: drawId('act', random), digest, nonce, fresh: true, effects: ['read'] },
    'being-written',
  )
  meanwhile()
  const sent = await upstream.send(permit, canonical, content, new AbortController().signal)
  await sent.outcome
  await upstream.close()
}
