import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Arrival } from './evidence.ts'

/** Where on the way of a request the target may have somebody killed. */
export const MOMENTS = ['connect', 'head', 'half an answer', 'a whole answer'] as const
export type Moment = (typeof MOMENTS)[number]

/** A target that counts: every request that reached it, by the name that its client gave it. */
export interface Target {
  readonly url: string
  readonly arrivals: readonly Arrival[]
  /** Which process of the gateway speaks to it from now on. */
  run: number
  /** Called at each moment of each request. What it says between the halves of an answer comes before the second. */
  onMoment: (moment: Moment) => void
  close(): Promise<void>
}

const ANSWER = JSON.stringify({ done: true, padding: '.'.repeat(4_000) })
/** So that the first half is on its way alone. */
const BETWEEN_HALVES_MS = 5

export async function openTarget(): Promise<Target> {
  const arrivals: Arrival[] = []
  const server = createServer((request, response) => serve(request, response, target, arrivals))
  server.on('connection', () => target.onMoment('connect'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const target: Target = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    run: 0,
    onMoment: () => undefined,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return target
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  arrivals: Arrival[],
): void {
  const { method = '', url = '' } = request
  arrivals.push({ name: nameIn(url), reads: method === 'GET', run: target.run })
  target.onMoment('head')
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length })
    response.write(ANSWER.slice(0, ANSWER.length / 2))
    target.onMoment('half an answer')
    setTimeout(() => {
      response.end(ANSWER.slice(ANSWER.length / 2), () => target.onMoment('a whole answer'))
    }, BETWEEN_HALVES_MS)
  })
  request.on('error', () => undefined)
  response.on('error', () => undefined)
}

/** The last word of a path or of a command line. */
export function nameIn(text: string): string {
  return /\bn\d+\b/.exec(text)?.[0] ?? text
}
