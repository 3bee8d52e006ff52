import { EFFECTS, type Effect } from '../action/effect.ts'
import { HTTP_SCHEMA } from '../facts/http.ts'
import { SELF_SCHEMA } from '../facts/self.ts'
import type { AdminRight, PeopleRight } from './verdict.ts'

/** The three sets, evaluated apart: a generous policy about actions must not make anybody a reviewer or an administrator. */
export const SET_NAMES = ['actions', 'people', 'admin'] as const
export type SetName = (typeof SET_NAMES)[number]

export const PEOPLE_RIGHTS: readonly PeopleRight[] = ['decide']
export const ADMIN_RIGHTS: readonly AdminRight[] = ['operate', 'audit', 'configure']

/** What administration is about, and the name that no other resource and no other environment has. */
export const GATEWAY = 'sallyport'

/** Action groups, so that a policy can say `action in Action::"change"`. */
const GROUPS_OF: Readonly<Record<Effect, readonly string[]>> = {
  read: [],
  write: ['change'],
  define: ['change'],
  delete: ['change', 'sensitive'],
  grant: ['change', 'sensitive'],
  execute: ['change', 'sensitive'],
  export: ['sensitive'],
}

/** The effects that an action literal of the `actions` set stands for; none where it is no word of that set. */
export function effectsNamed(name: string, operator: '==' | 'in'): readonly Effect[] {
  return EFFECTS.filter(
    (effect) => effect === name || (operator === 'in' && GROUPS_OF[effect].includes(name)),
  )
}

/**
 * The whole schema as one text: Cedar has no record inheritance, so each kind contributes its part here. Nothing is
 * optional, since `context has x && …` over an absent fact is how a hold is skipped; and there is no word for what nothing
 * fills truthfully.
 */
export const SCHEMA: string = `type Facts = {
  kind: String, operation: String, understood: Bool, unknown: Set<String>, labels: Set<String>, datasets: Set<String>,
  deferred: Bool, unbounded: Bool, rows: Long, destination: String,
  cap: { bytes: Long, items: Long, classes: Set<String> },
  http: ${HTTP_SCHEMA},
  self: ${SELF_SCHEMA},
  hour: Long, signals: Set<String>, session: { labels: Set<String>, untrusted: Bool }
};
entity Group in [Group];
entity Person in [Group];
entity Agent in [Group];
entity Environment in [Environment];
entity Resource in [Environment] = { kind: String, region: String };
entity Gateway enum ["${GATEWAY}"];
action change, sensitive;
${EFFECTS.map(actionOf).join('\n')}
action ${PEOPLE_RIGHTS.join(', ')} appliesTo { principal: Person, resource: Resource };
action ${ADMIN_RIGHTS.join(', ')} appliesTo { principal: Person, resource: Gateway };
`

function actionOf(effect: Effect): string {
  const groups = GROUPS_OF[effect]
  const member = groups.length === 0 ? '' : ` in [${groups.join(', ')}]`
  return `action "${effect}"${member} appliesTo { principal: [Agent, Person], resource: Resource, context: Facts };`
}
