import { join } from 'node:path'
import type { Company } from './company.ts'
import { openAskingProxy, openProxy } from './nginx.ts'
import { type Running, start } from './running.ts'

/** One way to the same origin. The processes that serve it are counted apart from the origin and from wrk. */
export interface Leg {
  readonly name: string
  readonly url: string
  readonly processes: Readonly<Record<string, number>>
}

export interface Legs {
  readonly origin: Running
  readonly legs: readonly Leg[]
  close(): Promise<void>
}

const DIRECT = 'origin direct'
export const PROXY = 'nginx'
export const ASKING = 'nginx, auth_request'
const GATE = 'sallyport'

/** All but the origin and the gateway, which stand already: the gateway's configuration names the origin. */
export async function openLegs(
  folder: string,
  origin: Running,
  { gateway }: Company,
  keys: readonly string[],
): Promise<Legs> {
  const file = join(import.meta.dirname, 'authoriser.ts')
  const authoriser = await start([file], ({ url }) => url, JSON.stringify(keys))
  const proxy = await openProxy(folder, origin)
  const asking = await openAskingProxy(folder, origin, authoriser)
  const legs: readonly Leg[] = [
    { name: DIRECT, url: origin.url, processes: {} },
    { name: PROXY, url: proxy.url, processes: { nginx: proxy.pid } },
    { name: ASKING, url: asking.url, processes: { nginx: asking.pid, authoriser: authoriser.pid } },
    { name: GATE, url: gateway.url, processes: { gateway: gateway.pid } },
  ]
  return {
    origin,
    legs,
    async close() {
      await Promise.all([proxy, asking, authoriser].map((one) => one.close()))
    },
  }
}
