import { claim } from '@sallyport/testkit/claim'
import { describe, expect, test } from 'vitest'
import { NO_CAP } from './cap.ts'
import { meterOf } from './meter.ts'

const FIELDS = { ssn: ['pii'], email: ['email'], both: ['email', 'pii'] }

/** By what it crosses, fed whole and byte by byte. */
function crossed(cap: Partial<typeof NO_CAP>, type: string | null, text: string): string {
  const bytes = new TextEncoder().encode(text)
  const [whole, single] = [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))].map((chunks) => {
    const meter = meterOf({ ...NO_CAP, ...cap }, FIELDS, type)
    for (const chunk of chunks) {
      const crossing = meter?.push(chunk)
      if (crossing !== undefined) return crossing.by
    }
    return meter?.end()?.by ?? 'within'
  })
  expect(single).toBe(whole)
  return whole ?? ''
}

const JSON_TYPE = 'application/json; charset=utf-8'
/** Little more than a megabyte of them, each as long as a key may be. */
const longKeys = Array.from({ length: 1025 }, (_, at) => `"${at.toString().padEnd(1024, 'x')}":1`).join()
const row = '{"id":1,"tags":[1,2]},'

describe('three items are counted', () => {
  test.each([
    ['a list', JSON_TYPE, '[1,2,3]', '[1,2,3,4]'],
    [
      'a list in an answer',
      'application/problem+json',
      '{"data":{"rows":[1,[2],{}]}}',
      '{"data":{"rows":[1,[2],{},4]}}',
    ],
    ['the largest of its lists', JSON_TYPE, '{"a":[1,2,3],"b":[1,2,3]}', '{"a":[],"b":[[[1,2,3,4]]]}'],
    ['rows of rows', JSON_TYPE, `[${row}${row}1]`, `[${row}${row}${row}1]`],
    ['an object', JSON_TYPE, '{"a":1,"b":2,"c":3,"d":4,"e":5}', '{"a":[1,2,3,4]}'],
    ['lines', 'application/x-ndjson', '{"a":1}\n\n{"a":2}\r\n{"a":3}', '1\n2\n3\n4\n'],
    ['lists in lines', 'application/x-ndjson', '[1,2,3]\n[1]\n', '[1]\n[1,2,3,4]'],
    ['rows', 'text/csv', 'a,b\r\n1,2\r\n\r\n3,4\r\n5,6', 'a\n1\n2\n3\n4'],
    ['rows that pretend to be quoted', 'text/csv', 'a\n"1"\n', 'a\n"1\n2\n3\n4'],
    [
      'events',
      'text/event-stream',
      'data: 1\n\ndata: 2\ndata: 3\n\n\n:x\n\n',
      'data: 1\n\ndata: 2\r\n\r\ndata: 3\r\rdata: 4',
    ],
  ])(claim('R6', 'core', 'of %s (%s)'), (_, type, within, beyond) => {
    expect(crossed({ items: 3 }, type, within)).toBe('within')
    expect(crossed({ items: 3 }, type, beyond)).toBe('items')
  })
})

describe('a field whose class is not allowed crosses the cap', () => {
  test.each([
    [JSON_TYPE, '{"a":{"SSN":null}}', 'classes'],
    [JSON_TYPE, '{"a":{"s\\u0073n":1}}', 'classes'],
    [JSON_TYPE, '[{"both":1}]', 'classes'],
    [JSON_TYPE, '{"email":"ssn","a":["ssn"]}', 'within'],
    ['application/x-ndjson', '{"a":1}\n{"ssn":2}', 'classes'],
    ['text/csv; header=present', 'id,"ssn"\n1,2', 'classes'],
    ['text/csv; header=present', 'id;email\n1;ssn', 'within'],
    ['text/csv; header=present', '\ufeffSSN', 'classes'],
  ])(claim('R6', 'core', '%s: %s is %s'), (type, text, by) => {
    expect(crossed({ classes: ['email'] }, type, text)).toBe(by)
  })
})

describe('what cannot be counted crosses a cap of items and one of classes', () => {
  test.each([
    ['of no type', null, 'x'],
    ['of an unknown type', 'application/octet-stream', 'x'],
    ['text', 'text/plain', 'x'],
    ['a page', 'text/html', '<p>'],
    ['JSON that is none', JSON_TYPE, '[1,2'],
    ['JSON behind JSON', JSON_TYPE, '[1][2]'],
    ['JSON with comments', JSON_TYPE, '[1/*,2,3*/]'],
    ['JSON in UTF-16', 'application/json; charset=utf-16', '[1]'],
    ['JSON in JSON lines', 'application/x-ndjson', '[1\n,2]'],
    ['JSON of a megabyte of keys', JSON_TYPE, `{${longKeys}}`],
    ['JSON without bottom', JSON_TYPE, '['.repeat(300) + ']'.repeat(300)],
  ])(claim('G5', 'core', '%s'), (_, type, text) => {
    expect(crossed({ items: 3 }, type, text)).toBe('items')
    expect(crossed({ classes: [] }, type, text)).toBe('classes')
    expect(crossed({ bytes: 2_000_000 }, type, text)).toBe('within')
  })

  test.each([
    ['rows without a head line', 'text/csv', 'a\n1'],
    ['events', 'text/event-stream', 'data: {}\n\n'],
  ])('%s have items, and no names', (_, type, text) => {
    expect(crossed({ classes: [] }, type, text)).toBe('classes')
    expect(crossed({ items: 3 }, type, text)).toBe('within')
  })

  test('but nothing at all is within every cap', () => {
    expect(crossed({ items: 3, bytes: 1, classes: [] }, null, '')).toBe('within')
  })
})

test(claim('R6', 'core', 'bytes are counted to the last'), () => {
  expect(crossed({ bytes: 3 }, null, 'abc')).toBe('within')
  expect(crossed({ bytes: 3 }, null, 'abcd')).toBe('bytes')
  expect(meterOf(NO_CAP, FIELDS, null)).toBeNull()
})
