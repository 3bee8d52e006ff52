import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { expect, test } from 'vitest'
import { refuseOnSocket } from './refuse.ts'

test('a client that was refused and neither reads nor hangs up does not keep its connection', async () => {
  // As Node's HTTP server has it.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.once('data', () => refuseOnSocket(socket, refusal('malformed', safe`no`)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => undefined)
  client.pause()
  client.write('GET / HTTP/1.1\r\nHost: a')
  await once(server, 'connection')
  // Calls back once every connection has ended.
  await new Promise((resolve) => {
    server.close(resolve)
  })
  expect(client.destroyed).toBe(false)
  client.destroy()
})
