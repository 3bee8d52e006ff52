import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { claim } from '@sallyport/testkit/claim'
import { openHttpHouse } from '@sallyport/testkit/http-house'
import { actionOf, received, requestOf } from '@sallyport/testkit/http-target'
import { rawClient } from '@sallyport/testkit/raw'
import { answer } from '@sallyport/testkit/upstream'
import { expect, test } from 'vitest'

const ACTIONS = `
@id("all")
permit (principal, action in [Action::"read", Action::"write"], resource);`

test(
  claim(
    'G5',
    'http',
    'a target that answers before it has the whole request is heard, and its connection ends there',
  ),
  async () => {
    let connections = 0
    const server = createServer((socket) => {
      connections++
      socket.on('error', () => undefined)
      socket.once('data', () => socket.write(answer(`early ${connections}`)))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const house = await openHttpHouse({ target: `http://127.0.0.1:${port}`, actions: ACTIONS })
    const client = rawClient(house.port)
    const piece = 'x'.repeat(65_536)
    client.send(
      requestOf(
        house,
        'POST /crm/notes',
        'Content-Type: application/octet-stream',
        'Transfer-Encoding: chunked',
      ),
    )
    for (let sent = 0; sent < 32; sent++) client.send(`10000\r\n${piece}\r\n`)
    const bytes = await client.until((all) => all.endsWith('early 1'))
    expect(bytes).toMatch(/^HTTP\/1.1 200 /)
    await house.reaches(actionOf(bytes), 'succeeded')
    client.socket.destroy()
    expect(await received(house)).toMatch(/\r\n\r\nearly 2$/)
    await house.close()
    server.close()
  },
)
