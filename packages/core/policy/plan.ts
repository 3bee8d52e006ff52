import type { Effect } from '../action/effect.ts'
import type { Rule } from './rule.ts'
import type { EntityName } from './walk.ts'

/** What the answers about one effect depend on, besides the resource. */
export interface Plan {
  /** False: something is read that changes between two equal questions, or something that the walk does not know. */
  readonly cacheable: boolean
  /** Facts that are read, sorted; `''` never stands here. */
  readonly paths: readonly string[]
  readonly hour: boolean
  /** The literals that principals are compared with. */
  readonly tests: readonly EntityName[]
  /** A principal is more than those tests tell of it. */
  readonly wholePrincipal: boolean
}

export type Plans = Readonly<Record<Effect, Plan>>

/** Counters and signals change with every action; what reads them, or all of the context, is asked each time. */
const NEVER_CACHED = ['signals', 'session', '']

export function plansOf(rules: readonly Rule[]): Plans {
  const plan = (effect: Effect): Plan => {
    const reads = rules.filter((rule) => rule.effects.includes(effect)).map((rule) => rule.reads)
    const paths = [...new Set(reads.flatMap((read) => [...read.paths]))].sort()
    const tests = new Map(
      reads.flatMap((read) => read.tests).map((test) => [`${test.type} ${test.id}`, test]),
    )
    return {
      cacheable: !reads.some((read) => read.opaque) && !paths.some(isNeverCached),
      paths: paths.filter((path) => path !== 'hour' && !isNeverCached(path)),
      hour: paths.includes('hour'),
      tests: [...tests.values()],
      wholePrincipal: reads.some((read) => read.wholePrincipal),
    }
  }
  return {
    read: plan('read'),
    write: plan('write'),
    delete: plan('delete'),
    define: plan('define'),
    grant: plan('grant'),
    execute: plan('execute'),
    export: plan('export'),
  }
}

function isNeverCached(path: string): boolean {
  return NEVER_CACHED.includes(path.split('.')[0] ?? '')
}
