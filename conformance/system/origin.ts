import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Site {
  readonly port: number
  close(): Promise<void>
}

/** Any web server of this machine: a target, or somebody else's page. */
export async function openSite(serve: RequestListener): Promise<Site> {
  const server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface Origin {
  readonly url: string
  readonly arrived: readonly string[]
  close(): Promise<void>
}

/** The target: answers whoever has its credential, and writes down what came. */
export async function openOrigin(authorization: string): Promise<Origin> {
  const arrived: string[] = []
  const site = await openSite((request, response) => {
    arrived.push(`${request.method} ${request.url}`)
    response.statusCode = request.headers.authorization === authorization ? 200 : 401
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ nth: arrived.length }))
  })
  return { url: `http://127.0.0.1:${site.port}`, arrived, close: () => site.close() }
}
