import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { rawClient, rawExchange } from '@sallyport/testkit/raw'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

let target: RecordingUpstream
let house: HttpHouse
let respond: (path: string) => string

beforeEach(async () => {
  respond = (path) => answer(path)
  target = await recordingUpstream((head, socket) => void socket.write(respond(head.split(' ')[1] ?? '')))
  house = await openHttpHouse({ target: `${target.url}/api/` })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await house.close()
  await target.close()
})

/** One request on a connection of its own; `lines` are its headers besides host and key. */
function raw(requestLine: string, ...lines: readonly string[]): Promise<string> {
  const headers = [`Authorization: Bearer ${house.key}`, 'Connection: close', ...lines]
  const host = lines.some((line) => line.startsWith('Host:')) ? [] : ['Host: localhost']
  return rawExchange(house.port, `${[`${requestLine} HTTP/1.1`, ...host, ...headers].join('\r\n')}\r\n\r\n`)
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(house.url + path, { headers: house.headers(headers) })
}

describe('a resource is named', () => {
  test.each([
    ['by the first segment', 'GET /crm/a?b=1', [], '/api/a?b=1'],
    ['by the first segment alone', 'GET /crm', [], '/api/'],
    ['by the host', 'GET /a/b?c', ['Host: crm.localhost:7080'], '/api/a/b?c'],
    ['by the host, whatever its path', 'GET /crm/b', ['Host: CRM.localhost'], '/api/crm/b'],
    ['in absolute form', 'GET http://localhost/crm/a', [], '/api/a'],
  ])('%s', async (_, requestLine, lines, path) => {
    expect(await raw(requestLine, ...lines)).toMatch(/^HTTP\/1.1 200 /)
    expect(target.requests()[0]).toMatch(new RegExp(`^GET ${path.replaceAll('?', '\\?')} HTTP`))
  })
})

describe('a key is presented', () => {
  test.each([
    ['as a bearer token', () => `Bearer ${house.key}`],
    ['in another case of the scheme', () => `bEARER ${house.key}`],
    ['as the password of Basic', () => `Basic ${Buffer.from(`anything:${house.key}`).toString('base64')}`],
  ])('%s', async (_, authorization) => {
    const response = await fetch(`${house.url}/crm/a`, { headers: { authorization: authorization() } })
    expect(response.status).toBe(200)
  })

  test('and without one nobody learns which resources there are', async () => {
    const [there, notThere] = await Promise.all([
      fetch(`${house.url}/crm/a`),
      fetch(`${house.url}/nothing/a`),
    ])
    expect(there.headers.get('www-authenticate')).toContain('Bearer')
    expect(await there.text()).toBe(await notThere.text())
  })
})

describe('what goes on', () => {
  test('is the request, in its order, and nothing that was for us', async () => {
    await raw(
      'GET /crm/a',
      'Accept: text/csv',
      'X-One: 1',
      'Accept-Encoding: gzip',
      'Cookie: session=1',
      'X-Forwarded-For: 10.0.0.1',
      'X_Forwarded_For: 10.0.0.1',
      'Forwarded: for=10.0.0.1',
      'Remote-User: root',
      'X-Sallyport-Identity: root',
      'Sallyport-Reason: because',
      'Sallyport-Session: s',
      'Prefer: respond-async, return=minimal',
      'Idempotency-Key: k1',
      'x-one: 2',
    )
    expect(target.requests()).toEqual([
      [
        'GET /api/a HTTP/1.1',
        `host: 127.0.0.1:${target.port}`,
        'connection: keep-alive',
        'accept: text/csv',
        'x-one: 1',
        'prefer: return=minimal',
        'idempotency-key: k1',
        'x-one: 2',
        'accept-encoding: identity',
        'via: 1.1 sallyport',
      ].join('\r\n'),
    ])
  })

  test('loses what `Connection` names, but that takes nothing of ours away', async () => {
    const received = await raw(
      'GET /crm/a',
      'Connection: Sallyport-Action, X-Gone, Via, Host',
      'X-Gone: 1',
      'X-Stays: 1',
    )
    expect(received).toMatch(/Sallyport-Action: act_/)
    expect(target.requests()[0]).toContain('via: 1.1 sallyport')
    expect(target.requests()[0]).toContain('x-stays: 1')
    expect(target.requests()[0]).not.toContain('x-gone')
  })
})

describe('what comes back', () => {
  test('is the answer, with the id of its action in the gateway own hand', async () => {
    respond = () =>
      answer(
        'hello',
        'ETag: "1"\r\nConnection: X-Hop, Sallyport-Action\r\nX-Hop: 1\r\nSallyport-Action: act_forged\r\nSet-Cookie: s=1\r\n',
        '418 Teapot',
      )
    const received = await raw('GET /crm/a')
    expect(received).toMatch(/^HTTP\/1.1 418 /)
    expect(received).toMatch(/\r\n\r\nhello$/)
    expect(received).toContain('etag: "1"')
    expect(received.match(/sallyport-action: act_[0-9a-z]{26}\r\n/gi)).toHaveLength(1)
    expect(received).not.toMatch(/x-hop|forged|set-cookie/i)
  })

  test('of HEAD has the length and not the content', async () => {
    respond = () => 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'
    const response = await fetch(`${house.url}/crm/a`, { method: 'HEAD', headers: house.headers() })
    expect(response.headers.get('content-length')).toBe('1000')
    await house.reaches(response.headers.get('sallyport-action'), 'succeeded')
  })

  test('may have no content at all', async () => {
    respond = () => 'HTTP/1.1 204 No Content\r\n\r\n'
    expect((await get('/crm/a')).status).toBe(204)
  })

  test('arrives piece by piece', async () => {
    let finish = () => {}
    const pieces = await recordingUpstream((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n')
      finish = () => void socket.write('6\r\nsecond\r\n0\r\n\r\n')
    })
    await house.close()
    house = await openHttpHouse({ target: pieces.url })
    const reader = (await get('/crm/a')).body?.getReader()
    const text = async () => Buffer.from((await reader?.read())?.value ?? []).toString()
    expect(await text()).toBe('first')
    finish()
    expect(await text()).toBe('second')
    await pieces.close()
  })

  test('that breaks off is not taken for a whole one', async () => {
    const broken = await recordingUpstream((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n', () =>
        socket.destroy(),
      )
    })
    await house.close()
    house = await openHttpHouse({ target: broken.url })
    const response = await get('/crm/a')
    await expect(response.text()).rejects.toThrow()
    await house.reaches(response.headers.get('sallyport-action'), 'unknown')
    await broken.close()
  })

  test('is no faster than its client: a target cannot fill our memory', async () => {
    const block = Buffer.alloc(64 * 1024, 'x')
    let written = 0
    const endless = await recordingUpstream((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = (): void => {
        while (!socket.destroyed && socket.write(block)) written += block.length
        written += block.length
      }
      socket.on('drain', more)
      more()
    })
    await house.close()
    house = await openHttpHouse({ target: endless.url })
    const client = rawClient(house.port)
    client.send(`GET /crm/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\n\r\n`)
    const head = await client.until((received) => received.includes('\r\n\r\n'))
    client.socket.pause()
    let before = -1
    await vi.waitUntil(() => before === written || (before = written) < 0, { interval: 300, timeout: 15_000 })
    expect(written).toBeLessThan(64 * 1024 * 1024)
    client.socket.destroy()
    await house.reaches(/sallyport-action: (\S+)/i.exec(head)?.[1] ?? null, 'unknown')
    await endless.close()
  })
})

describe('a handle instead of an answer', () => {
  const parked = { Prefer: 'respond-async' }
  const ask = (headers: Record<string, string>) =>
    fetch(`${house.url}/crm/customers/7`, { method: 'DELETE', headers: house.headers(headers) })

  test('is given where people have to decide, and it runs without its client', async () => {
    const response = await ask(parked)
    const action = response.headers.get('sallyport-action')
    expect(response.status).toBe(202)
    expect(response.headers.get('location')).toBe(`http://localhost:7070/v1/actions/${action}`)
    expect(await response.json()).toEqual({ action, location: response.headers.get('location') })
    expect(target.connections()).toBe(0)
    await house.decide(await house.reaches(action, 'waiting'), 'approve')
    const { action: ran } = await house.reaches(action, 'succeeded')
    expect(target.requests()).toHaveLength(1)
    expect(await house.inside.desk.fetch(ran.id)).toMatchObject({ status: 200 })
  })

  test('is not given where nothing has to wait', async () => {
    expect(await (await get('/crm/a', parked)).text()).toBe('/api/a')
  })

  test('is the same for the same Idempotency-Key, and no other request has it', async () => {
    const [first, again] = [
      await ask({ ...parked, 'Idempotency-Key': 'k' }),
      await ask({ ...parked, 'Idempotency-Key': 'k' }),
    ]
    expect(again.headers.get('sallyport-action')).toBe(first.headers.get('sallyport-action'))
    const other = await fetch(`${house.url}/crm/customers/8`, {
      method: 'DELETE',
      headers: house.headers({ ...parked, 'Idempotency-Key': 'k' }),
    })
    expect(await other.json()).toMatchObject({ code: 'conflict', status: 409 })
  })
})

test('an Idempotency-Key belongs to what ran at once with it, and the client hears which request that was', async () => {
  const said = async (path: string): Promise<string> => (await get(path, { 'Idempotency-Key': 'k' })).text()
  expect(await said('/crm/a')).toBe('/api/a')
  expect(await said('/crm/a')).toContain('has run')
  expect(await said('/crm/b')).toContain('another request')
  expect(target.requests()).toHaveLength(1)
})

describe('a reason', () => {
  test.each([
    ['in UTF-8', Buffer.from('für Zoë').toString('latin1'), 'für Zoë'],
    ['without its secrets', 'token=hunter2hunter2', 'token=‹hidden: token›'],
    ['of nothing', '  ', null],
  ])('%s', async (_, sent, kept) => {
    const client = rawClient(house.port)
    client.send(
      `DELETE /crm/a/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\nSallyport-Reason: ${sent}\r\n\r\n`,
    )
    const [life] = await house.waiting(1)
    expect(life?.action.reason ?? null).toBe(kept)
    client.socket.destroy()
  })

  test('is cut where it is an essay', async () => {
    const asking = fetch(`${house.url}/crm/customers/7`, {
      method: 'DELETE',
      headers: house.headers({ 'Sallyport-Reason': 'because '.repeat(500), Prefer: 'respond-async' }),
    })
    const life = await house.reaches((await asking).headers.get('sallyport-action'), 'waiting')
    expect(life.action.reason?.length).toBeLessThanOrEqual(500)
    expect(life.action.reason).toContain('‹cut: ')
  })
})

describe('when something of ours fails', () => {
  test(claim('L1', 'http', 'an answer that is there waits for its record'), async () => {
    const { store } = house.inside
    const move = store.move.bind(store)
    let commit = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      commit = resolve
    })
    vi.spyOn(store, 'move').mockImplementation(async (change) => {
      await gate
      return move(change)
    })
    const client = rawClient(house.port)
    client.send(`GET /crm/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${house.key}\r\n\r\n`)
    await target.arrived(1)
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
    expect(client.received()).toBe('')
    commit()
    expect(await client.until((received) => received.endsWith('/api/a'))).toMatch(/^HTTP\/1.1 200 /)
    client.socket.destroy()
  })

  test(claim('L1', 'http', 'without a record there is no answer'), async () => {
    vi.spyOn(house.inside.store, 'move').mockRejectedValue(new Error('the disk is gone at /var/lib'))
    const response = await get('/crm/a')
    expect(response.status).toBe(503)
    expect(await response.text()).not.toMatch(/api|disk/)
  })

  test(
    claim('G5', 'http', 'the client hears that it may try again, and nothing of what went wrong'),
    async () => {
      await house.close()
      house = await openHttpHouse({
        target: target.url,
        door: {
          prove: () => {
            throw new Error('a secret of the gateway at door.ts:1')
          },
        },
      })
      const response = await get('/crm/a')
      expect(response.headers.get('retry-after')).not.toBeNull()
      expect(await response.json()).toMatchObject({
        code: 'unavailable',
        detail: 'the gateway could not serve this',
      })
      expect(house.log).toEqual(['a request at the HTTP door failed unexpectedly'])
    },
  )
})

test(claim('G4', 'http', 'what the target may have seen is unknown, and is not tried again'), async () => {
  const hangsUp = await recordingUpstream((_, socket) => void socket.destroy())
  await house.close()
  house = await openHttpHouse({ target: hangsUp.url })
  const asking = fetch(`${house.url}/crm/customers/7`, { method: 'DELETE', headers: house.headers() })
  const [life] = await house.waiting(1)
  if (life === undefined) throw new Error('nothing waits')
  await house.decide(life, 'approve')
  const response = await asking
  expect(await response.json()).toMatchObject({ code: 'unknown-outcome', action: life.action.id })
  await house.reaches(life.action.id, 'unknown')
  expect(await house.decide(life, 'approve')).toHaveProperty('code')
  expect(hangsUp.requests()).toHaveLength(1)
  await hangsUp.close()
})

test('a door that drains takes nothing new and lets what runs end', async () => {
  let finish = () => {}
  const slow = await recordingUpstream((_, socket) => {
    finish = () => void socket.write(answer('done'))
  })
  await house.close()
  house = await openHttpHouse({ target: slow.url })
  const running = get('/crm/a')
  await slow.arrived(1)
  const drained = house.door.drain(20_000)
  await expect(get('/crm/b')).rejects.toThrow()
  finish()
  expect(await (await running).text()).toBe('done')
  await drained
  expect(slow.requests()).toHaveLength(1)
  await slow.close()
})
