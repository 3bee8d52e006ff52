import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { encodeVerifierKey, keyOf } from '@sallyport/core/ledger/note'
import { claim } from '@sallyport/testkit/claim'
import { history } from '@sallyport/testkit/history'
import { keyPair, publish, sha256 } from '@sallyport/testkit/ledger'
import { expect, onTestFinished, test } from 'vitest'
import { folderSource, NODE_ENGINES } from './node.ts'
import { MAX_FILE_BYTES, urlSource } from './source.ts'
import { verifyLog } from './verify-log.ts'

const ORIGIN = 'sallyport.example/log'
const { signer, raw } = keyPair(ORIGIN, 'sources')
const VKEY = encodeVerifierKey(keyOf(sha256, ORIGIN, raw))
const FILES = publish(ORIGIN, history(300), [signer])

test(claim('L2', 'core', 'a log is verified from the folder that it was copied to'), async () => {
  const folder = await mkdtemp(join(tmpdir(), 'log-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [path, bytes] of FILES) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  expect(await verifyLog(NODE_ENGINES, folderSource(folder), VKEY)).toMatchObject({ kind: 'sound' })
  await writeFile(join(folder, 'tile/entries/000'), '')
  expect(await verifyLog(NODE_ENGINES, folderSource(folder), VKEY)).toMatchObject({ wrong: 'deleted' })
})

test('a log is verified from its URL, with the token of an auditor', async () => {
  const url = await serve((request, response) => {
    const bytes = FILES.get(request.url?.slice('/log/'.length) ?? '')
    const allowed = request.headers.authorization === 'Bearer auditor'
    response.writeHead(allowed ? (bytes === undefined ? 404 : 200) : 401).end(bytes)
  })
  for (const prefix of [`${url}/log`, `${url}/log/`])
    expect((await verifyLog(NODE_ENGINES, urlSource(prefix, { token: 'auditor' }), VKEY)).kind).toBe('sound')
  await expect(urlSource(`${url}/log`).read('checkpoint')).rejects.toThrow('answers 401')
})

test('a file that is not there is not there, and everything else that is no file is an error', async () => {
  const url = await serve((request, response) => {
    const status = Number(request.url?.slice(1))
    if (status === 200) response.write(Buffer.alloc(MAX_FILE_BYTES + 1))
    else response.writeHead(status, { location: '/404' })
    response.end()
  })
  const source = urlSource(url)
  expect(await source.read('404')).toBeUndefined()
  expect(await source.read('410')).toBeUndefined()
  await expect(source.read('500')).rejects.toThrow('answers 500')
  await expect(source.read('302')).rejects.toThrow()
  await expect(source.read('200')).rejects.toThrow('larger than any file of a log')
})

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}
