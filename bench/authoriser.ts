import { createSecretKey, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { hashOf } from '@sallyport/gateway/identity/derive'

/**
 * What a small team would put behind `auth_request`: reads the keys that it knows as JSON from standard input, and says yes
 * to a request with one of them. It derives and looks up as the gateway does, and does nothing else.
 */
const derivation = createSecretKey(randomBytes(32))
const keys = JSON.parse(await text(process.stdin)) as readonly string[]
const known = new Map(keys.map((key) => [hashOf(derivation, key), key]))

const server = createServer((request, response) => {
  const [, key] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
  response.writeHead(key !== undefined && known.has(hashOf(derivation, key)) ? 204 : 401)
  response.end()
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
})
process.once('SIGTERM', () => process.exit(0))
