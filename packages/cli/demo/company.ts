import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asCsv, CUSTOMERS, type Customer, TOKENS } from './fernhill.ts'

export interface Company {
  readonly port: number
  close(): Promise<void>
}

interface Reply {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** The company's API. It knows nothing of Sallyport, and lets nobody in without its own credential. */
export function openCompany(port: number, credential: string): Promise<Company> {
  const customers = new Map(CUSTOMERS.map((customer) => [String(customer.id), customer]))
  const server = createServer((request, response) => {
    const { status, type, body } = mayEnter(request, credential) ? reply(request, customers) : UNKNOWN
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, () => {
      server.off('error', reject)
      const { port } = server.address() as AddressInfo
      resolve({ port, close: () => closed(server) })
    })
  })
}

const UNKNOWN: Reply = json(401, { error: 'this API wants its own credential' })

function mayEnter({ headers }: IncomingMessage, credential: string): boolean {
  const [given, wanted] = [headers.authorization ?? '', `Bearer ${credential}`].map((text) =>
    Buffer.from(text),
  )
  return (
    given !== undefined &&
    wanted !== undefined &&
    given.length === wanted.length &&
    timingSafeEqual(given, wanted)
  )
}

function reply({ method = '', url = '/' }: IncomingMessage, customers: Map<string, Customer>): Reply {
  const [, collection, name, ...deeper] = new URL(url, 'http://company').pathname.split('/')
  if (deeper.length > 0) return json(404, { error: 'nothing is here' })
  switch (`${method} /${collection}${name === undefined ? '' : '/{}'}`) {
    case 'GET /customers':
      return json(200, { customers: [...customers.values()] })
    case 'GET /customers/{}': {
      const customer = customers.get(name ?? '')
      return customer === undefined ? json(404, { error: 'no such customer' }) : json(200, customer)
    }
    case 'DELETE /customers/{}':
      return customers.delete(name ?? '')
        ? json(200, { deleted: Number(name) })
        : json(404, { error: 'no such customer' })
    case 'GET /exports/{}':
      return name === 'customers.csv'
        ? { status: 200, type: 'text/csv; charset=utf-8', body: asCsv([...customers.values()]) }
        : json(404, { error: 'no such export' })
    case 'GET /tokens':
      return json(200, { tokens: TOKENS })
    default:
      return json(404, { error: 'nothing is here' })
  }
}

function json(status: number, value: unknown): Reply {
  return { status, type: 'application/json', body: `${JSON.stringify(value, null, 2)}\n` }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
