import type { Socket } from 'node:net'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Answer, Outcome } from './answer.ts'
import { PARKED_ANSWER_READ_LIMIT_MS, packAnswer } from './parked-answer.ts'

let target: RecordingUpstream
let house: HttpHouse
let hungUp: Promise<void>

beforeEach(async () => {
  let leave = (): void => {}
  hungUp = new Promise((resolve) => {
    leave = resolve
  })
  target = await recordingUpstream((_, socket) => {
    socket.once('close', leave)
    pour(socket)
  })
  house = await openHttpHouse({ target: target.url })
})
afterEach(async () => {
  await house.close()
  await target.close()
})

function pour(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  const piece = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', more)
  more()
}

test('a parked action whose answer never ends is settled: it ran, its target is left, and nothing is kept', async () => {
  const headers = house.headers({ prefer: 'respond-async' })
  const handle = await fetch(`${house.url}/crm/orders/7`, { method: 'DELETE', headers })
  const [life] = await house.waiting(1)
  if (life === undefined) throw new Error('nothing waits')
  await house.decide(life, 'approve')
  await hungUp
  const ended = await house.reaches(handle.headers.get('sallyport-action'), 'succeeded')
  expect(ended.ended?.answer).toEqual({ status: 200, bytes: 0, cut: 'bytes' })
  expect(await house.inside.desk.fetch(life.action.id)).toMatchObject({ code: 'too-large' })
})

test('one that comes too slowly is cut', async () => {
  let expire = (): void => {}
  const timer = (waitMs: number, then: () => void) => {
    expect(waitMs).toBe(PARKED_ANSWER_READ_LIMIT_MS)
    expire = then
    return () => undefined
  }
  const cut = Promise.withResolvers<never>()
  const packing = packAnswer(dripping(cut.promise), timer, () => cut.reject(new Error('cut')))
  expire()
  expect(await packing).toBeNull()
})

/** It says something, and then nothing until it breaks. */
function dripping(broken: Promise<never>): Answer {
  const outcome: Promise<Outcome> = broken.catch(() => ({ kind: 'unknown', answer: null, body: null }))
  const body = (async function* () {
    yield new Uint8Array(1)
    yield await broken
  })()
  return { kind: 'http', status: 200, headers: [], body, outcome }
}
