/** How many policies there are in all three sets. */
const POLICIES = 100

const TEAMS = ['billing', 'shipping', 'support', 'catalogue', 'ledger', 'fraud', 'search', 'growth']
const WRITES_PATHS = 23
const DATASETS = 47

/**
 * A set as a company of some size has it: a rule for all reading and one for orders, which decide what the bench asks; then
 * rules by dataset, by path, by team and by effect, most of which any request has to be held against.
 */
export function policySets(): Readonly<Record<'actions' | 'people' | 'admin', string>> {
  const actions = [
    rule('reads-pass', '', 'permit (principal in Group::"agents", action == Action::"read", resource)'),
    rule(
      'orders-are-written',
      '@because("agents keep the orders")',
      'permit (principal in Group::"agents", action == Action::"write", resource == Resource::"shop")\nwhen { context.datasets.contains("orders") }',
    ),
    rule(
      'deletes-wait',
      '@hold("reviewers") @within("10m") @because("what is deleted is gone")',
      'permit (principal, action == Action::"delete", resource)',
    ),
    ...Array.from({ length: DATASETS }, (_, n) => datasetRule(n)),
    ...Array.from({ length: WRITES_PATHS }, (_, n) => pathRule(n)),
    ...TEAMS.map(teamRule),
    ...TEAMS.map(exportRule),
    rule(
      'unbounded-waits',
      '@hold("reviewers") @because("nobody knows how much it is")',
      'permit (principal, action == Action::"define", resource) when { context.unbounded }',
    ),
    rule(
      'strange-shapes-wait',
      '@hold("reviewers") @because("it was never asked for")',
      'permit (principal, action == Action::"grant", resource) when { context.signals.contains("first-seen") }',
    ),
  ]
  const people = TEAMS.map((team) =>
    rule(
      `${team}-reviews`,
      '',
      `permit (principal in Group::"reviewers", action == Action::"decide", resource) when { resource.region == "${team === 'billing' ? '' : team}" }`,
    ),
  )
  const admin = [
    rule('operators', '', 'permit (principal in Group::"reviewers", action == Action::"operate", resource)'),
  ]
  const count = actions.length + people.length + admin.length
  if (count !== POLICIES) throw new Error(`these are ${count} policies and not ${POLICIES}`)
  return { actions: actions.join('\n'), people: people.join('\n'), admin: admin.join('\n') }
}

function datasetRule(n: number): string {
  const because = `@because("dataset ${n} is not for agents")`
  return rule(
    `dataset-${n}`,
    because,
    `forbid (principal, action in [Action::"read", Action::"write"], resource)\nwhen { context.datasets.contains("dataset-${n}") && context.labels.contains("restricted") }`,
  )
}

function pathRule(n: number): string {
  return rule(
    `path-${n}`,
    `@because("path ${n} is closed")`,
    `forbid (principal, action in [Action::"read", Action::"write"], resource in Environment::"prod")\nwhen { context.http.path like "/internal/${n}/*" }`,
  )
}

function teamRule(team: string): string {
  return rule(
    `${team}-of-its-own`,
    `@because("${team} is asked first")`,
    `forbid (principal, action == Action::"write", resource)\nwhen { context.datasets.contains("${team}") }\nunless { principal in Group::"${team}" }`,
  )
}

function exportRule(team: string): string {
  return rule(
    `${team}-exports`,
    '@hold("reviewers") @reason("required") @because("data leaves")',
    `permit (principal in Group::"${team}", action == Action::"export", resource)`,
  )
}

function rule(id: string, marks: string, text: string): string {
  return `@id("${id}") ${marks}\n${text};\n`
}

/** The groups that the policies name. */
export const GROUPS: readonly string[] = ['agents', 'reviewers', ...TEAMS]
