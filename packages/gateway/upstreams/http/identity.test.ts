import { randomBytes } from 'node:crypto'
import type { ActionId } from '@sallyport/core/action/ids'
import { type Instant, instant } from '@sallyport/core/given'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { named } from '@sallyport/testkit/identity'
import { rawClient, rawExchange } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, type Respond, recordingUpstream } from '@sallyport/testkit/upstream'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWTVerifyOptions, jwtVerify } from 'jose'
import { afterEach, describe, expect, test } from 'vitest'
import { identityKeyOf } from '../../keys/identity.ts'
import { sha256 } from '../../keys/sha256.ts'
import { openIntroduction } from './identity.ts'

const SIGNED = '    identity: signed'
const ISSUER = 'http://localhost:7070'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Scene {
  readonly house: HttpHouse
  readonly target: RecordingUpstream
}

async function houseBefore(resource: string, respond?: Respond): Promise<Scene> {
  const target = await recordingUpstream(respond)
  closing.push(() => target.close())
  const house = await openHttpHouse({ target: target.url, resource, secret: 'tgt-0123456789' })
  closing.push(() => house.close())
  return { house, target }
}

/** A request with exactly these lines behind the key. */
function request(key: string, lines: readonly string[]): string {
  const head = ['GET /crm/a HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${key}`, ...lines]
  return `${head.join('\r\n')}\r\n\r\n`
}

/** Every byte of the answer. */
function received({ port, key }: HttpHouse, lines: readonly string[] = [], by = key): Promise<string> {
  return rawExchange(port, request(by, [...lines, 'Connection: close']))
}

/** Every header line of a request that some server could take for one of ours. */
function ours(head = ''): readonly string[] {
  return head.split('\r\n').filter((line) => /^(x[-_])?sallyport/i.test(line))
}

function tokenIn(head = ''): string {
  const [, token = ''] = /^sallyport-identity: (.*)$/m.exec(head) ?? []
  return token.trim()
}

/** As a service would, with the published keys and an implementation that is not ours. */
async function verified({ house }: Scene, token: string, options: JWTVerifyOptions = {}) {
  const keys = createLocalJWKSet({ keys: house.inside.jwks.keys.map((key) => ({ ...key })) })
  const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: 'crm', ...options })
  return payload
}

describe('the target receives each header once, whatever the client sends', () => {
  test.each<[string, readonly string[]]>([
    ['nothing of it', []],
    ['a token of its own', ['Sallyport-Identity: mine']],
    ['the names with underscores', ['sallyport_identity: mine', 'Sallyport_Action: mine']],
    ['both spellings', ['Sallyport-Identity: mine', 'SALLYPORT_IDENTITY: mine']],
    ['an action of its own', ['Sallyport-Action: act_mine']],
    ['another that begins like ours', ['X-Sallyport-Identity: mine', 'Sallyport-Identity-2: mine']],
    ['Connection that names it', ['Connection: sallyport-identity']],
    ['Connection that names it and ends', ['Connection: close, Sallyport-Identity']],
    [
      'Connection that names both, by lines',
      ['Connection: Sallyport-Action', 'Connection: SALLYPORT-IDENTITY'],
    ],
    ['both at once', ['Sallyport-Identity: mine', 'Connection: Sallyport-Identity, Sallyport-Action']],
    ['its name as a trailer', ['Trailer: Sallyport-Identity', 'TE: trailers']],
  ])('%s', async (_, lines) => {
    const scene = await houseBefore(SIGNED)
    const client = rawClient(scene.house.port)
    client.send(request(scene.house.key, lines))
    const answered = await client.until((bytes) => bytes.endsWith('hello'))
    client.socket.destroy()
    const [head = ''] = scene.target.requests()
    expect(ours(head).map((line) => line.replace(/:.*/, ''))).toEqual([
      'sallyport-identity',
      'sallyport-action',
    ])
    expect(head.split('\r\n').slice(-2)).toEqual(ours(head))
    expect(head).not.toContain('mine')
    expect(await verified(scene, tokenIn(head))).toMatchObject({ sub: 'bot' })
    expect(ours(head)[1]).toBe(`sallyport-action: ${/sallyport-action: (\S+)/i.exec(answered)?.[1]}`)
  })

  test('and what sends one twice is no request', async () => {
    const { house, target } = await houseBefore(SIGNED)
    const lines = ['Sallyport-Identity: mine', 'sallyport-identity: mine too']
    expect(await received(house, lines)).toMatch(/^HTTP\/1.1 400 /)
    expect(target.bytes()).toBe('')
  })

  test('and neither of them where the resource does not say `identity: signed`', async () => {
    const { house, target } = await houseBefore('')
    await received(house, ['Sallyport-Identity: mine', 'Sallyport-Action: mine'])
    expect(target.requests()).toHaveLength(1)
    expect(ours(target.requests()[0])).toEqual([])
  })
})

describe('the token', () => {
  test('names the caller of the action, and neither a former one nor who approved it', async () => {
    const scene = await houseBefore(SIGNED)
    const { house, target } = scene
    const other = await house.inside.identity.createAgent(
      named('agent', 'other-bot'),
      named('person', 'rita'),
      [],
      'operator',
    )
    if ('code' in other) throw new Error(other.detail)
    await received(house)
    await received(house, [], other.key)
    const asking = fetch(`${house.url}/crm/orders/7`, { method: 'DELETE', headers: house.headers() })
    const [life] = await house.waiting(1)
    if (life === undefined) throw new Error('nothing waits')
    await house.decide(life, 'approve')
    expect((await asking).status).toBe(200)
    const claims = await Promise.all(target.requests().map((head) => verified(scene, tokenIn(head))))
    expect(claims).toMatchObject([
      { sub: 'bot', owner: 'olga', agents: ['bot'], acts_for: [] },
      { sub: 'other-bot', owner: 'rita', agents: ['other-bot'] },
      { sub: 'bot', owner: 'olga' },
    ])
    expect(target.requests()[2]).toContain(`sallyport-action: ${life.action.id}`)
  })

  test('is one that a verifier refuses for anybody else, any other time and in any other form', async () => {
    const scene = await houseBefore(SIGNED)
    await received(scene.house)
    const token = tokenIn(scene.target.requests()[0])
    const { iat = 0, exp = 0 } = await verified(scene, token)
    const at = (seconds: number) => verified(scene, token, { currentDate: new Date(seconds * 1_000) })
    await expect(at(iat + 59)).resolves.toMatchObject({ iat, exp: iat + 60 })
    await expect(at(exp)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' })
    const refused = { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' }
    await expect(verified(scene, token, { audience: 'billing' })).rejects.toMatchObject(refused)
    await expect(verified(scene, token, { issuer: 'http://evil.example' })).rejects.toMatchObject(refused)

    const [head = '', body = '', signature = ''] = token.split('.')
    const claims = decodeJwt(token)
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const { kid } = decodeProtectedHeader(token)
    const elsewhere = identityKeyOf(randomBytes(32), sha256).jwt({ ...claims })
    const forgeries = [
      [head, encoded({ ...claims, sub: 'olga' }), signature],
      [head, body, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
      [encoded({ alg: 'EdDSA', kid }), body, signature],
      [encoded({ alg: 'none', kid }), body, ''],
      [head, ...elsewhere.split('.').slice(1)],
      elsewhere.split('.'),
    ]
    for (const forgery of forgeries) await expect(verified(scene, forgery.join('.'))).rejects.toThrow(/./)
  })

  test('is in nothing that the gateway keeps or logs', async () => {
    const { house, target } = await houseBefore(SIGNED)
    const bytes = await received(house)
    const life = await house.reaches(/sallyport-action: (\S+)/i.exec(bytes)?.[1] ?? null, 'succeeded')
    const [, , signature = ''] = tokenIn(target.requests()[0]).split('.')
    expect(signature).toHaveLength(86)
    expect(JSON.stringify(life) + house.log.join()).not.toContain(signature.slice(0, 20))
  })

  test('leaves the veil over the credential as it was, and the credential where it was', async () => {
    const credential = `    credential: { header: x-api-key, format: 'Key {}', secret: env:CRM_SECRET }`
    const { house, target } = await houseBefore(`${SIGNED}\n${credential}`, (head, socket) => {
      socket.write(answer(head, `X-Echo: ${/x-api-key: (.*)/.exec(head)?.[1]}\r\nSallyport-Identity: x\r\n`))
    })
    const bytes = await received(house)
    expect(target.requests()[0]).toContain('x-api-key: Key tgt-0123456789\r\nsallyport-identity: ')
    expect(bytes).toMatch(/^HTTP\/1.1 200 [^]*x-echo: Key \*{14}\r\n[^]*x-api-key: Key \*{14}\r\n/)
    expect(bytes).not.toContain('tgt-0123456789')
    // No header of a target passes as ours; what it shows in its body is the caller's own.
    expect(bytes.slice(0, bytes.indexOf('\r\n\r\n'))).not.toMatch(/sallyport-identity/i)
  })
})

describe('an introduction', () => {
  const BOT = { agents: ['bot'], owner: 'olga', actsFor: [] }
  const ACTION = 'act_0' as ActionId
  const START = instant(Date.parse('2026-11-20T12:00:00.900Z'))

  function introduction() {
    const world: { now: Instant } = { now: START }
    const identityKey = identityKeyOf(randomBytes(32), sha256)
    const introduce = openIntroduction(named('resource', 'crm'), {
      identityKey,
      issuer: () => ISSUER,
      clock: () => world.now,
      random: randomBytes,
    })
    return { world, token: (caller: unknown): string => introduce(caller, ACTION)[0]?.[1] ?? '' }
  }

  test.each([
    [{ agents: ['planner', 'bot'], owner: 'olga', actsFor: ['rita', 'ines'] }, 'bot'],
    [{ agents: [], owner: 'rita', actsFor: ['rita'] }, 'rita'],
  ])('of %j is of %s', (caller, sub) => {
    expect(decodeJwt(introduction().token({ ...caller, proof: 'no claim' }))).toEqual({
      iss: ISSUER,
      aud: 'crm',
      sub,
      owner: caller.owner,
      acts_for: caller.actsFor,
      agents: caller.agents,
      iat: 1_795_176_000,
      exp: 1_795_176_060,
      jti: expect.stringMatching(/^[\w-]{22}$/),
    })
  })

  test('serves again for half of its life, and never for another caller', () => {
    const { world, token } = introduction()
    const first = token(BOT)
    expect(token({ ...BOT, owner: 'rita' })).not.toBe(first)
    expect(token({ ...BOT, actsFor: ['rita'] })).not.toBe(first)
    expect(token({ ...BOT, agents: ['planner', 'bot'] })).not.toBe(first)
    world.now = instant(START + 29_999)
    expect(token(BOT)).toBe(first)
    world.now = instant(START + 30_000)
    expect(token(BOT)).not.toBe(first)
  })

  test('is made anew when the clock was set back', () => {
    const { world, token } = introduction()
    const first = token(BOT)
    world.now = instant(START - 60_000)
    expect(token(BOT)).not.toBe(first)
  })

  test('is kept for so many callers at once, and the oldest is made anew', () => {
    const { token } = introduction()
    const first = token(BOT)
    for (let n = 1; n < 10_000; n++) token({ ...BOT, owner: `p${n}` })
    expect(token(BOT)).toBe(first)
    token({ ...BOT, owner: 'one-more' })
    expect(token(BOT)).not.toBe(first)
  })

  test.each([
    undefined,
    null,
    'bot',
    {},
    { agents: 'bot', owner: 'olga', actsFor: [] },
    { agents: [1], owner: 'olga', actsFor: [] },
    { agents: ['bot'], owner: null, actsFor: [] },
  ])('of %j is none, and nothing is sent', (caller) => {
    expect(() => introduction().token(caller)).toThrow('name no caller')
  })
})
