import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseRequestText } from './text.ts'

function parsed(text: string, credential: string | null = null) {
  return parseRequestText(text, credential, (bytes) => createHash('sha256').update(bytes).digest())
}

function read(text: string) {
  const written = parsed(text)
  if (written.kind === 'unclear') throw new Error(written.why)
  const { message, bytes, assumed } = written
  const content = bytes === null ? null : new TextDecoder().decode(bytes)
  return { start: `${message.method} ${message.path}`, headers: message.headers, content, assumed }
}

const JSON_ASSUMED = 'the body is `application/json`, since it says nothing else'
const BREAK_ASSUMED = 'the last line break does not belong to the body'

describe('a request that somebody wrote down', () => {
  test.each<[string, object]>([
    ['GET /a', { start: 'GET /a', headers: [], content: null, assumed: [] }],
    [
      'GET /a HTTP/1.1\r\nHost: x\r\nAccept: a/b\r\n\r\n',
      { start: 'GET /a', headers: [['accept', 'a/b']], content: null, assumed: [] },
    ],
    [
      'PUT /a\n\n{"a":1}',
      {
        start: 'PUT /a',
        headers: [['content-type', 'application/json']],
        content: '{"a":1}',
        assumed: [JSON_ASSUMED],
      },
    ],
    [
      'PUT /a\nContent-Type: text/csv\n\na,b\n\nc,d\n',
      {
        start: 'PUT /a',
        headers: [['content-type', 'text/csv']],
        content: 'a,b\n\nc,d',
        assumed: [BREAK_ASSUMED],
      },
    ],
    [
      'PUT /a\r\nContent-Type: text/csv\r\nContent-Length: 5\r\n\r\na,b\r\n',
      { start: 'PUT /a', headers: [['content-type', 'text/csv']], content: 'a,b\r\n', assumed: [] },
    ],
    ['PUT /a\n\nplain', { start: 'PUT /a', headers: [], content: 'plain', assumed: [] }],
  ])('%j', (text, request) => {
    expect(read(text)).toEqual(request)
  })

  test('its body is named by its hash', () => {
    expect(parsed('PUT /a\n\nabc')).toMatchObject({
      message: {
        body: {
          kind: 'whole',
          bytes: 3,
          sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        },
      },
    })
  })

  test('what is under the name of the target’s credential goes nowhere', () => {
    expect(parsed('GET /a\nX-Api-Key: hunter2', 'x-api-key')).toMatchObject({ message: { headers: [] } })
  })

  test.each([
    '',
    'PUT',
    'PUT /a\nno header\n\nx',
    'PUT /a\nA: b\n folded\n\nx',
    'GET /a\n\n{}',
    'PUT /a HTTP/1.1 x',
  ])('%j is none', (text) => {
    expect(parsed(text).kind).toBe('unclear')
  })
})
