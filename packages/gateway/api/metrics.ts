import { isEnd } from '@sallyport/core/lifecycle/table'
import type { RefusalCode } from '@sallyport/core/refusal/table'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Store } from '../store/store.ts'
import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'
import { mustSeeAll } from './who.ts'

/** The figures of one gateway, each by a bounded set of labels: no id, no name, no text ever becomes a label (claim R1). */
export interface Metrics {
  /** A request of the API that was turned away, recorded or not. */
  problem(code: RefusalCode): void
  storeFailed(): void
  policyReloadFailed(): void
  text(): Promise<string>
  readonly contentType: string
  stop(): void
}

/** Counts what the store says after each commit, so that a figure stands for something recorded. */
export function openMetrics(store: Store, publishedSize: () => number): Metrics {
  const registry = new Registry()
  const actions = new Counter({
    name: 'sallyport_actions_total',
    help: 'Actions that ended, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  const refusals = new Counter({
    name: 'sallyport_refusals_total',
    help: 'Actions that ended with a code of the refusal table.',
    labelNames: ['code'],
    registers: [registry],
  })
  const problems = new Counter({
    name: 'sallyport_api_problems_total',
    help: 'Requests of the API that got a problem document, by code.',
    labelNames: ['code'],
    registers: [registry],
  })
  const storeFailures = counter(
    registry,
    'sallyport_store_failures_total',
    'Reads or writes that the store did not do.',
  )
  const reloads = counter(
    registry,
    'sallyport_policy_reload_failures_total',
    'Policy sets that did not load; the old one serves.',
  )
  gauge(registry, 'sallyport_holds_waiting', 'Actions that wait for people now.', () =>
    store.read('waiting', {}),
  )
  gauge(
    registry,
    'sallyport_log_entries',
    'Entries of the record.',
    async () => (await store.read('head', {})).size,
  )
  gauge(registry, 'sallyport_log_published_entries', 'Entries under a signed checkpoint.', () =>
    publishedSize(),
  )
  const unlisten = store.onLives((lives) => {
    for (const life of lives) {
      if (!isEnd(life.state)) continue
      actions.inc({ outcome: life.state })
      if (life.ended?.code) refusals.inc({ code: life.ended.code })
    }
  })
  return {
    problem: (code) => problems.inc({ code }),
    storeFailed: () => storeFailures.inc(),
    policyReloadFailed: () => reloads.inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
    stop: unlisten,
  }
}

export function metricsRoute(metrics: Metrics, parts: ApiParts): Api {
  const api = router()
  api.get('/metrics', async (c) => {
    mustSeeAll(c.var.who, parts)
    c.header('Content-Type', metrics.contentType)
    return c.body(await metrics.text())
  })
  return api
}

function counter(registry: Registry, name: string, help: string): Counter {
  return new Counter({ name, help, registers: [registry] })
}

function gauge(registry: Registry, name: string, help: string, read: () => number | Promise<number>): Gauge {
  return new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      this.set(await read())
    },
  })
}
