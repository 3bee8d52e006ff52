import { SHOP } from './company.ts'
import type { Leg, Legs } from './legs.ts'
import { spentBelow, spentByReaped } from './processor.ts'
import { type Load, run } from './wrk.ts'

/** Different enough that nothing can answer from having seen this very request. */
const IDS = 1_000
const ORDERS = `/${SHOP}/orders/`

export interface Plan {
  readonly methods: readonly Load['method'][]
  readonly connections: readonly number[]
  readonly rounds: number
  readonly seconds: number
  /** Before the first round: a runtime that compiles while it runs is measured warm. */
  readonly warmUpSeconds: number
}

/** What one leg gave in one round. */
export interface Sample {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Microseconds of processor a request, by process; `origin` and `wrk` among them. */
  readonly microseconds: Readonly<Record<string, number>>
}

export interface Proxied {
  readonly method: Load['method']
  readonly connections: number
  readonly legs: readonly { readonly name: string; readonly samples: readonly Sample[] }[]
}

/** Leg after leg, round after round, so that a machine that is slow for a while is slow for all of them. */
export async function measureProxying(
  legs: Legs,
  { methods, connections, rounds, seconds, warmUpSeconds }: Plan,
  keys: readonly string[],
  bodyFile: string,
  say: (line: string) => void,
): Promise<readonly Proxied[]> {
  const measured: Proxied[] = []
  for (const method of methods) {
    const load = { method, path: ORDERS, ids: IDS, bodyFile: method === 'GET' ? null : bodyFile, keys }
    const warm = { ...load, connections: Math.max(...connections), seconds: warmUpSeconds }
    for (const leg of legs.legs) await measure(legs, leg, warm)
    for (const count of connections) {
      const samples = new Map<string, Sample[]>(legs.legs.map(({ name }) => [name, []]))
      for (let round = 1; round <= rounds; round++) {
        say(`${method}, ${count} connections, round ${round} of ${rounds}`)
        for (const leg of legs.legs)
          samples.get(leg.name)?.push(await measure(legs, leg, { ...load, connections: count, seconds }))
      }
      const of = [...samples].map(([name, all]) => ({ name, samples: all }))
      measured.push({ method, connections: count, legs: of })
    }
  }
  return measured
}

async function measure(
  { origin }: Legs,
  { name, url, processes }: Leg,
  load: Omit<Load, 'url'>,
): Promise<Sample> {
  const servers = Object.entries({ ...processes, origin: origin.pid })
  const spent = () => [...servers.map(([, pid]) => spentBelow(pid)), spentByReaped()]
  const before = spent()
  const figures = await run({ ...load, url }).catch((cause: unknown) => {
    throw new Error(`${name}, ${load.method}: ${cause instanceof Error ? cause.message : ''}`, { cause })
  })
  const microseconds = spent().map((now, at) => ((now - (before[at] ?? 0)) * 1e6) / figures.answers)
  const names = [...servers.map(([server]) => server), 'wrk']
  return {
    perSecond: figures.perSecond,
    p50Ms: figures.p50Ms,
    p99Ms: figures.p99Ms,
    microseconds: Object.fromEntries(names.map((server, at) => [server, microseconds[at] ?? 0])),
  }
}
