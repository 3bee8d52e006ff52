import { gzipSync } from 'node:zlib'
import { claim } from '@sallyport/testkit/claim'
import { actionOf, type Fronted, houseBefore, received } from '@sallyport/testkit/http-target'
import { answer, type Respond } from '@sallyport/testkit/upstream'
import { afterEach, describe, expect, test } from 'vitest'
import { heldBack } from './held-back.ts'
import { HOLD_BACK_BYTES } from './limits.ts'

const CAP = `    cap: { bytes: 1MiB, items: 3, classes: [email] }
    fields: { ssn: [pii], email: [email] }`
const JSON_TYPE = 'Content-Type: application/json\r\n'

const closing: Fronted[] = []
afterEach(async () => {
  for (const fronted of closing.splice(0)) await fronted.close()
})

const GRAPHQL = "      - { route: 'GET /graphql', speaks: graphql }"

async function before(respond: Respond, resource = CAP, actions?: string): Promise<Fronted> {
  const settings = { resource, routes: GRAPHQL }
  const fronted = await houseBefore(respond, actions === undefined ? settings : { ...settings, actions })
  closing.push(fronted)
  return fronted
}

function saying(body: string, headers = JSON_TYPE): Respond {
  return (_, socket) => void socket.write(answer(body, headers))
}

/** A list of so many rows, in chunks that come one by one. */
function rows(count: number, row: string): Respond {
  return (_, socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${JSON_TYPE}\r\n`)
    const chunk = (text: string): boolean => socket.write(`${text.length.toString(16)}\r\n${text}\r\n`)
    chunk('[')
    for (let at = 1; at <= count; at++) chunk(at < count ? `${row},` : row)
    chunk(']')
    socket.write('0\r\n\r\n')
  }
}

const LARGE_ROW = JSON.stringify({ text: 'x'.repeat(50_000) })

describe('an answer that crosses its cap before any of it was handed over is a clean problem without a byte of it', () => {
  test.each([
    ['bytes, by its length', 'bytes', saying(`"${'s3cret'.repeat(200_000)}"`)],
    ['items', 'items', saying('["s3cret",2,3,4]')],
    ['items, chunked', 'items', rows(4, '"s3cret"')],
    [
      'items, compressed',
      'items',
      (_, socket) => {
        const packed = gzipSync('["s3cret",2,3,4]')
        socket.write(
          `HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`,
        )
        socket.write(packed)
      },
    ],
    ['classes', 'classes', saying('{"ssn":"s3cret"}')],
    ['items that cannot be counted', 'items', saying('s3cret', 'Content-Type: text/plain\r\n')],
    ['items of no type', 'items', saying('s3cret', '')],
    [
      'items of a piece',
      'items',
      (_, socket) => void socket.write(answer('["s3cret"]', JSON_TYPE, '206 Partial Content')),
    ],
  ] as readonly (readonly [string, string, Respond])[])(
    claim('R6', 'http', '%s'),
    async (_, cut, respond) => {
      const { house } = await before(respond)
      const bytes = await received(house)
      expect(bytes).toMatch(/^HTTP\/1.1 403 [\s\S]*"code":"export-cap"/)
      expect(bytes).toContain('Sallyport-Cap: bytes=…, items=…, classes=…'.replaceAll('…', '\xe2\x80\xa6'))
      expect(bytes).not.toContain('s3cret')
      const life = await house.reaches(actionOf(bytes), 'succeeded')
      expect(life.ended?.answer).toEqual({ status: expect.any(Number), bytes: 0, cut })
    },
  )

  test.each([
    ['a field under another name', '{ customers { x: ssn } }', 'items'],
    ['a list in pages', '{ me { a: orders(first: 3) { id } b: orders(after: 3) { id } } }', 'items'],
    ['two lists', '{ customers { id } orders { id } }', 'items'],
  ])(claim('R6', 'http', 'a document that asks for %s: %s'), async (_, query, cut) => {
    const { house } = await before(saying('{"data":{"x":["s3cret"]}}'))
    const bytes = await received(house, `GET /crm/graphql?query=${encodeURIComponent(query)}`)
    expect(bytes).toMatch(/^HTTP\/1.1 403 [\s\S]*"code":"export-cap"/)
    expect(bytes).not.toContain('s3cret')
    expect((await house.reaches(actionOf(bytes), 'succeeded')).ended?.answer).toMatchObject({ bytes: 0, cut })
  })

  test('and one that leaves the names to the target is counted', async () => {
    const { house } = await before(saying('{"data":{"customers":[1,2,3]}}'))
    const query = encodeURIComponent('{ customers { id } }')
    expect(await received(house, `GET /crm/graphql?query=${query}`)).toMatch(
      /^HTTP\/1.1 200 [\s\S]*\[1,2,3\]/,
    )
  })

  test(claim('R6', 'http', 'and of a change the client hears that it ran'), async () => {
    const { house, target } = await before(
      saying('[1,2,3,4]'),
      CAP,
      '@id("all")\npermit (principal, action == Action::"delete", resource);',
    )
    const bytes = await received(house, 'DELETE /crm/orders/7')
    expect(bytes).toMatch(/^HTTP\/1.1 403 [\s\S]*"detail":"it ran, and the target answered with status 200; /)
    expect(bytes).not.toContain('Sallyport-Cap: ')
    expect(bytes).toContain('a change has run, so do not send it again')
    expect(target.requests()).toHaveLength(1)
  })
})

describe('an answer that crosses its cap later is cut there', () => {
  test(
    claim('R6', 'http', "the connection ends broken, the target's too, and the record says so"),
    async () => {
      const gone: Promise<void>[] = []
      const { house } = await before((head, socket, body) => {
        gone.push(new Promise((resolve) => void socket.on('close', () => resolve())))
        rows(1_000, LARGE_ROW)(head, socket, body)
      }, '    cap: { items: 10 }')
      const bytes = await received(house)
      expect(bytes).toMatch(/^HTTP\/1.1 200 /)
      expect(bytes.endsWith('0\r\n\r\n')).toBe(false)
      expect(bytes.length).toBeGreaterThan(HOLD_BACK_BYTES)
      expect(bytes.length).toBeLessThan(10 * 51_000)
      await Promise.all(gone)
      const life = await house.reaches(actionOf(bytes), 'succeeded')
      expect(life.ended?.answer).toMatchObject({ status: 200, cut: 'items' })
      expect(life.ended?.answer?.bytes).toBeLessThan(10 * 51_000)
    },
  )

  test('and before so much of it is here nothing is handed over, and not more is asked for', async () => {
    const piece = new Uint8Array(HOLD_BACK_BYTES / 4)
    let pulled = 0
    let isDone = false
    async function* content(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          pulled++
          yield piece
        }
      } finally {
        isDone = true
      }
    }
    const shown = await heldBack(content())
    expect(pulled).toBe(4)
    await shown.next()
    expect(pulled).toBe(4)
    await shown.return?.()
    expect(isDone).toBe(true)
  })

  test(
    claim('G5', 'http', 'one that breaks before anything was handed over is a clean problem'),
    async () => {
      const { house } = await before(
        (_, socket) => void socket.end(`HTTP/1.1 200 OK\r\n${JSON_TYPE}Content-Length: 50\r\n\r\n["s3cret"`),
      )
      const bytes = await received(house)
      expect(bytes).toMatch(/^HTTP\/1.1 502 [\s\S]*unknown-outcome/)
      expect(bytes).not.toContain('s3cret')
      await house.reaches(actionOf(bytes), 'unknown')
    },
  )
})

describe('within its cap an answer is whole', () => {
  test.each([
    ['a list', 'GET /crm/a', saying('["a@b",{"email":1},3]'), /\r\n\r\n\["a@b",\{"email":1\},3\]$/],
    ['a large one', 'GET /crm/a', rows(3, LARGE_ROW), /\r\n0\r\n\r\n$/],
    ['nothing', 'GET /crm/a', saying('', ''), /^HTTP\/1.1 200 [\s\S]*\r\n\r\n$/],
    [
      'a head',
      'HEAD /crm/a',
      (_, socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n'),
      /^HTTP\/1.1 200 [\s\S]*\r\n\r\n$/,
    ],
  ] as readonly (readonly [string, string, Respond, RegExp])[])('%s', async (_, line, respond, sees) => {
    const { house } = await before(respond)
    const bytes = await received(house, line)
    expect(bytes).toMatch(sees)
    expect((await house.reaches(actionOf(bytes), 'succeeded')).ended?.answer).not.toHaveProperty('cut')
  })
})

describe('going on is an export', () => {
  const list = rows(700, '{"ssn":1}')

  test(
    claim('R6', 'http', 'that people hold, and that is cut at exactly what was asked for and approved'),
    async () => {
      const { house, target } = await before(list)
      for (const [items, status] of [
        [700, 200],
        [699, 403],
      ] as const) {
        const asking = received(house, 'GET /crm/a', `Sallyport-Cap: items=${items}, classes=pii`)
        const [life] = await house.waiting(1)
        if (life === undefined) throw new Error('nothing waits')
        expect(life.action.effects).toEqual(['read', 'export'])
        expect(life.action.facts).toMatchObject({
          rows: items,
          cap: { bytes: 1_048_576, items, classes: ['pii'] },
        })
        expect(life.action.command.parameters).toContainEqual({
          name: 'cap of the answer',
          value: `items=${items}, classes=pii`,
        })
        await house.decide(life, 'approve')
        expect(await asking).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      }
      expect(target.bytes()).not.toMatch(/sallyport-cap/i)
    },
  )

  test(claim('R6', 'http', 'also where the answer is asked for by a handle'), async () => {
    const { house } = await before(list)
    const bytes = await received(house, 'GET /crm/a', 'Sallyport-Cap: items=4', 'Prefer: respond-async')
    expect(bytes).toMatch(/^HTTP\/1.1 202 /)
    const [life] = await house.waiting(1)
    if (life === undefined) throw new Error('nothing waits')
    await house.decide(life, 'approve')
    const ended = await house.reaches(actionOf(bytes), 'succeeded')
    expect(ended.ended?.answer).toMatchObject({ bytes: 0, cut: 'classes' })
  })

  test('and asking for less is none, and is enforced', async () => {
    const { house } = await before(saying('[1,2,3]'))
    expect(await received(house, 'GET /crm/a', 'Sallyport-Cap: items=3')).toMatch(/^HTTP\/1.1 200 /)
    expect(await received(house, 'GET /crm/a', 'Sallyport-Cap: items=2')).toMatch(/^HTTP\/1.1 403 /)
  })

  test.each([['items=many'], ['items=1', 'items=2']])(
    'and what cannot be read is refused: %s',
    async (...caps) => {
      const { house, target } = await before(list)
      const lines = caps.map((cap) => `Sallyport-Cap: ${cap}`)
      expect(await received(house, 'GET /crm/a', ...lines)).toMatch(/^HTTP\/1.1 400 /)
      expect(target.connections()).toBe(0)
    },
  )
})
