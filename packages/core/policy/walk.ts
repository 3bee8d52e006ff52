import type { Clause, PolicyJson } from './engine.ts'

export interface EntityName {
  readonly type: string
  readonly id: string
}

/** What one policy looks at, beyond the effect and the resource. */
export interface Reads {
  /** Paths under `context`: `rows`, `http.path`; `''` is all of it. */
  readonly paths: ReadonlySet<string>
  /** The literals that the principal is compared with, by `==`, `in` or `is … in`. */
  readonly tests: readonly EntityName[]
  /** The principal is used in a way that those tests do not describe. */
  readonly wholePrincipal: boolean
  /** Every entity that the policy names, wherever. */
  readonly named: readonly EntityName[]
  /** It has an operator that this walk does not know: nothing may be concluded from the rest. */
  readonly opaque: boolean
}

const ONE_OPERAND = new Set(['!', 'neg', 'isEmpty'])
const TWO_OPERANDS = new Set(
  ['==', '!=', '<', '<=', '>', '>=', '&&', '||', '+', '-', '*', 'in'].concat([
    'contains',
    'containsAll',
    'containsAny',
  ]),
)

interface Seen {
  readonly paths: Set<string>
  readonly tests: EntityName[]
  readonly named: EntityName[]
  wholePrincipal: boolean
  opaque: boolean
}

/** Walks a policy as the engine itself reads it back. Too much is harmless here, too little is a wrong verdict. */
export function readsOf(policy: PolicyJson): Reads {
  const seen: Seen = { paths: new Set(), tests: [], named: [], wholePrincipal: false, opaque: false }
  const principal = scopeEntities(policy.principal)
  seen.tests.push(...principal)
  seen.named.push(...principal, ...scopeEntities(policy.resource))
  for (const clause of policy.conditions) walkClause(clause, seen)
  if (seen.opaque) {
    seen.paths.add('')
    seen.wholePrincipal = true
  }
  return seen
}

/** The entities in a scope, in any of its spellings: `== X`, `in X`, `in [X, …]`, `is T in X`. */
export function scopeEntities(scope: unknown): readonly EntityName[] {
  const { entity, entities, in: within } = fields(scope)
  const listed: readonly unknown[] = Array.isArray(entities) ? entities : []
  const here = [entity, ...listed].map(entityName).filter((name) => name !== null)
  return within === undefined ? here : [...here, ...scopeEntities(within)]
}

function walkClause(clause: Clause, seen: Seen): void {
  if (clause.kind === 'when' || clause.kind === 'unless') walk(clause.body, seen)
  else seen.opaque = true
}

function walk(expression: unknown, seen: Seen): void {
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(fields(expression))
  const path = contextPath(expression)
  if (more.length > 0) seen.opaque = true
  else if (path !== null) seen.paths.add(path.join('.'))
  else if (isPrincipalTest(operator, operand, seen)) return
  else if (TWO_OPERANDS.has(operator)) walkAll([fields(operand)['left'], fields(operand)['right']], seen)
  else if (ONE_OPERAND.has(operator)) walk(fields(operand)['arg'], seen)
  else walkOther(operator, operand, seen)
}

function walkOther(operator: string, operand: unknown, seen: Seen): void {
  const part = fields(operand)
  switch (operator) {
    case 'Var':
      // `resource` and `action` are in every key; `context` alone was taken as a path.
      if (operand === 'principal') seen.wholePrincipal = true
      else if (operand !== 'resource' && operand !== 'action') seen.opaque = true
      return
    case 'Value':
      return walkValue(operand, seen)
    case 'Set':
      return Array.isArray(operand) ? walkAll(operand, seen) : void (seen.opaque = true)
    case 'Record':
      return walkAll(Object.values(part), seen)
    case '.':
    case 'like':
      return walk(part['left'], seen)
    case 'is':
      return walkAll([part['left'], ...('in' in part ? [part['in']] : [])], seen)
    case 'has':
      return walkHas(part, seen)
    case 'if-then-else':
      return walkAll([part['if'], part['then'], part['else']], seen)
    default:
      seen.opaque = true
  }
}

function walkAll(expressions: readonly unknown[], seen: Seen): void {
  for (const expression of expressions) walk(expression, seen)
}

function walkHas(part: Readonly<Record<string, unknown>>, seen: Seen): void {
  const path = contextPath(part['left'])
  if (path === null) walk(part['left'], seen)
  else seen.paths.add([...path, ...[part['attr']].flat()].join('.'))
}

function walkValue(value: unknown, seen: Seen): void {
  const name = entityName(value)
  if (name !== null) seen.named.push(name)
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) walkValue(inner, seen)
}

/** `principal == X`, `X != principal`, `principal in X`, `principal in [X, Y]`, `principal is T in X`: a bit each, no more. */
function isPrincipalTest(operator: string, operand: unknown, seen: Seen): boolean {
  const { left, right, in: within } = fields(operand)
  const other = operandBesidePrincipal(operator, left, right, within)
  const literals = other === null ? null : literalsOf(other.expression)
  if (literals === null) return false
  seen.tests.push(...literals)
  seen.named.push(...literals)
  return true
}

function operandBesidePrincipal(
  operator: string,
  left: unknown,
  right: unknown,
  within: unknown,
): { readonly expression: unknown } | null {
  const isEquality = operator === '==' || operator === '!='
  if (isPrincipal(left) && (isEquality || operator === 'in')) return { expression: right }
  if (isPrincipal(right) && isEquality) return { expression: left }
  // The type alone is always part of what is known of a principal.
  if (isPrincipal(left) && operator === 'is') return { expression: within ?? { Set: [] } }
  return null
}

function isPrincipal(expression: unknown): boolean {
  return fields(expression)['Var'] === 'principal'
}

function literalsOf(expression: unknown): readonly EntityName[] | null {
  const { Value: value, Set: items } = fields(expression)
  const single = entityName(value)
  if (single !== null) return [single]
  if (!Array.isArray(items)) return null
  const names = items.map((item) => entityName(fields(item)['Value']))
  return names.every((name) => name !== null) ? names : null
}

function contextPath(expression: unknown): readonly string[] | null {
  const { Var: variable, '.': access } = fields(expression)
  if (variable === 'context') return []
  if (access === undefined) return null
  const { left, attr } = fields(access)
  const path = contextPath(left)
  return path === null || typeof attr !== 'string' ? null : [...path, attr]
}

function entityName(value: unknown): EntityName | null {
  const { __entity: wrapped, type, id } = fields(value)
  if (wrapped !== undefined) return entityName(wrapped)
  return typeof type === 'string' && typeof id === 'string' ? { type, id } : null
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
