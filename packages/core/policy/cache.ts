import { deepFreeze } from '../action/canonical.ts'
import type { Effect } from '../action/effect.ts'
import type { Facts } from '../facts/facts.ts'
import type { Directory } from '../people/directory.ts'
import type { Answer, Ask } from './ask.ts'
import { type Statement, stateCircumstances, stateFacts, touches, valueAt } from './context.ts'
import type { Plan, Plans } from './plan.ts'
import { findPrincipal, type Link, type Principal } from './principal.ts'
import type { Target } from './verdict.ts'

/** At the limit everything is forgotten and learnt again: simple, and no caller can grow it. */
const ANSWERS_MAX = 65_536

/**
 * Answers that cannot differ, asked once. A cache lives as long as its policy set; another directory empties it, since every
 * membership may have changed. A directory is one version: a change of people is a new object.
 */
export function cached(ask: Ask, plans: Plans): Ask {
  let memory = freshMemory(null)
  return (asked) => {
    const { effect, link, question, directory } = asked
    const plan = plans[effect]
    if (!plan.cacheable) return ask(asked)
    if (memory.directory !== directory || memory.size >= ANSWERS_MAX) memory = freshMemory(directory)
    // Shape before key: what is malformed has no key, and must not find an answer that was given to something whole.
    const circumstances = stateCircumstances(question.circumstances)
    const signature = signatureIn(memory, effect, link, plan, directory)
    const projection = projectionIn(memory, effect, question.facts, plan)
    if (circumstances === null || signature === null || projection === null) return ask(asked)

    const head = memory.effects[effect]
    const target = number(head.targets, targetKey(question.target))
    const hour = plan.hour ? question.circumstances.hour : 0
    const key = keyOf(signature, projection, target, hour)
    const known = key === null ? undefined : head.answers.get(key)
    if (known !== undefined) return known
    const answer = ask(asked)
    memory.size++
    // A failure of the engine may be over the next time.
    if (key !== null && !isFailure(answer)) head.answers.set(key, answer)
    return answer
  }
}

interface Memory {
  readonly directory: Directory | null
  size: number
  readonly effects: Readonly<Record<Effect, Head>>
}

/** The integers that stand for what is in a key, and the answers by them. */
interface Head {
  readonly principals: Map<string, number>
  readonly signatures: Map<string, number>
  readonly statements: WeakMap<Facts, number>
  readonly projections: Map<string, number>
  readonly targets: Map<string, number>
  readonly answers: Map<number, Answer>
}

function freshMemory(directory: Directory | null): Memory {
  const head = (): Head => ({
    principals: new Map(),
    signatures: new Map(),
    statements: new WeakMap(),
    projections: new Map(),
    targets: new Map(),
    answers: new Map(),
  })
  const effects = {
    read: head(),
    write: head(),
    delete: head(),
    define: head(),
    grant: head(),
    execute: head(),
    export: head(),
  }
  return { directory, size: 0, effects }
}

const HOURS = 24
const SIGNATURES = 2 ** 12
const TARGETS = 2 ** 12
const PROJECTIONS = 2 ** 24

/** One integer below 2^53 from four, or null where one does not fit: then nothing is remembered. */
function keyOf(signature: number, projection: number, target: number, hour: number): number | null {
  if (signature >= SIGNATURES || projection >= PROJECTIONS || target >= TARGETS) return null
  return ((projection * SIGNATURES + signature) * TARGETS + target) * HOURS + hour
}

function isFailure(answer: Answer): boolean {
  return answer.kind === 'refuse' && answer.code === 'policy-error'
}

/**
 * What policy can tell of a principal: its type and a bit for each literal it is compared with; its id where that is not all.
 * Two agents with one signature get one answer.
 */
function signatureIn(
  { effects }: Memory,
  effect: Effect,
  link: Link,
  plan: Plan,
  directory: Directory,
): number | null {
  const { principals, signatures } = effects[effect]
  const name = `${link.type} ${link.id}`
  const known = principals.get(name)
  if (known !== undefined) return known
  const principal = findPrincipal(link, directory)
  if (principal === 'unknown' || principal === 'incomplete') return null
  const bits = plan.tests.map((test) => (passes(principal, test.type, test.id) ? '1' : '0')).join('')
  const signature = number(signatures, `${link.type} ${bits} ${plan.wholePrincipal ? link.id : ''}`)
  principals.set(name, signature)
  return signature
}

function passes({ link, groups }: Principal, type: string, id: string): boolean {
  if (type === link.type) return id === link.id
  return type === 'Group' && [...groups].some((group) => group === id)
}

/** The number of these facts as far as this effect's policies read them, or null where they have no sound form. */
function projectionIn({ effects }: Memory, effect: Effect, facts: Facts, plan: Plan): number | null {
  const { statements, projections } = effects[effect]
  const known = statements.get(facts)
  if (known !== undefined) return known
  const text = project(stateFacts(facts), plan)
  if (text === null) return null
  const projection = number(projections, text)
  // From here on these facts are known by their identity, so nobody may change them.
  deepFreeze(facts)
  statements.set(facts, projection)
  return projection
}

function project(statement: Statement, { paths }: Plan): string | null {
  if (statement.kind === 'malformed') return null
  const values = paths.map((path) => valueAt(statement.context, path))
  const unknown = statement.unknown.filter((path) => paths.some((read) => touches(read, path)))
  return JSON.stringify([values, unknown])
}

/** Targets are spelled out each time: they belong to the configuration, and it is not for us to freeze that. */
function targetKey({ id, kind, region, environments }: Target): string {
  return JSON.stringify([id, kind, region, environments])
}

function number(numbers: Map<string, number>, text: string): number {
  const known = numbers.get(text)
  if (known !== undefined) return known
  numbers.set(text, numbers.size)
  return numbers.size - 1
}
