import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificate } from '@sallyport/testkit/certificate'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { answer, type RecordingUpstream, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { curl } from './curl.ts'

let folder: string
let target: RecordingUpstream
let house: HttpHouse

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-curl-'))
  const root = certificate()
  writeFileSync(join(folder, 'ca.crt'), root.certificate)
  target = await recordingUpstream((head, socket) => void socket.write(answer(head.split(' ', 1).join())))
  house = await openHttpHouse({ target: target.url, certificate: root.issue() })
})
afterAll(async () => {
  await house.close()
  await target.close()
  rmSync(folder, { recursive: true })
})

function asking(path: string, ...options: readonly string[]) {
  const key = ['--header', `Authorization: Bearer ${house.key}`]
  const url = `https://localhost:${house.port}/crm${path}`
  return curl('--cacert', join(folder, 'ca.crt'), ...key, ...options, url)
}

describe('an unmodified curl over TLS', () => {
  test.each([
    ['--http2', '2'],
    ['--http1.1', '1.1'],
  ])('reads by %s', async (option, version) => {
    expect(await asking('/a', option).answer).toMatchObject({ status: 200, version, body: 'GET' })
  })

  test.each(['--http2', '--http1.1'])(
    'waits for people by %s, and has its answer after the yes',
    async (option) => {
      const waiting = asking('/orders/1', option, '--request', 'DELETE')
      const [life] = await house.waiting(1)
      if (life === undefined) throw new Error('nothing waits')
      await house.decide(life, 'approve')
      expect(await waiting.answer).toMatchObject({ status: 200, body: 'DELETE' })
    },
  )

  test('that gets a Ctrl-C takes its action back', async () => {
    const waiting = asking('/orders/2', '--http2', '--request', 'DELETE')
    const [life] = await house.waiting(1)
    waiting.interrupt()
    await house.reaches(life?.action.id ?? null, 'withdrawn')
  })

  test('does not speak HTTP/2 without TLS', async () => {
    const plain = await openHttpHouse({ target: target.url })
    const before = target.requests().length
    const url = `${plain.url}/crm/a`
    const key = ['--header', `Authorization: Bearer ${plain.key}`]
    expect((await curl('--http2-prior-knowledge', ...key, url).answer).version).not.toBe('2')
    expect(await curl('--http2', ...key, url).answer).toMatchObject({ status: 403, version: '1.1' })
    expect(target.requests()).toHaveLength(before)
    await plain.close()
  })
})
