/**
 * What Sallyport must make true, claim by surface. A cell is `cited` (a passing test of `npm test` names it), `cited: system`
 * (a passing test of `npm run test:system` does), `cited in part: what is open`, `n/a: why` or `open: why`. A part owes its
 * test and is counted among the open cells as well. An empty cell does not compile; the reporter
 * compares the others with the tests that passed.
 */
const DOORS = ['http', 'postgres', 'mysql', 'mcp', 'command', 'kubernetes', 'ssh', 'model'] as const
const DECIDERS = ['page', 'api', 'cli', 'slack', 'teams'] as const
export const SURFACES = [...DOORS, ...DECIDERS, 'core'] as const

export type Surface = (typeof SURFACES)[number]
export type Cell =
  | 'cited'
  | 'cited: system'
  | `cited in part: ${string}`
  | `n/a: ${string}`
  | `open: ${string}`
export interface Requirement {
  readonly says: string
  readonly cells: Readonly<Record<Surface, Cell>>
}
export type Requirements = Readonly<Record<string, Requirement>>

/** Doors and deciders that this build does not have: open once, for every claim that will have to hold there. */
const LATER_DOORS = {
  postgres: 'open: there is no PostgreSQL door',
  mysql: 'open: there is no MySQL door',
  mcp: 'open: there is no MCP door',
  command: 'open: there is no command door',
  kubernetes: 'open: there is no Kubernetes door',
  ssh: 'open: there is no SSH door',
  model: 'open: there is no model door',
} as const

const LATER_DECIDERS = {
  slack: 'open: there is no Slack channel',
  teams: 'open: there is no Teams channel',
} as const

const NO_DOOR = each(DOORS, 'n/a: a door has no part in this')
const NO_DECIDER = each(DECIDERS, 'n/a: a decider has no part in this')
const NO_CORE = { core: 'n/a: seen only where somebody asks or looks' } as const

/** Where a claim has to hold; a row then says what differs. */
const AT_DOORS = { ...NO_DECIDER, ...LATER_DOORS } as const
const AT_DECIDERS = { ...NO_DOOR, ...LATER_DECIDERS } as const
const EVERYWHERE = { ...LATER_DOORS, ...LATER_DECIDERS } as const
const IN_CORE = { ...NO_DOOR, ...NO_DECIDER } as const
const NOWHERE_ELSE = { ...IN_CORE, core: 'n/a: this claim is about one surface' } as const

const NO_CANARY = 'open: no canary is sent yet'
const NO_PASSKEY = 'open: no passkey can be registered yet'
const NO_RACE = 'open: two channels are not raced yet'
const NO_BREAK_GLASS = 'open: break-glass is not built'
const NO_IMPACT = 'open: no target is asked for the impact yet'
const NO_CORPUS = 'open: no seeded corpus is sent through this yet'
const NO_MASK = 'open: answers are not masked yet'
const NO_REVEAL = 'open: reveal is not built'
const CAPS = 'cited in part: labels do not follow derived and partial data yet'
const NO_RECEIPT = 'open: a receipt is not checked by a third party yet'
const NO_TIMELINE = 'open: the timeline has no questions by dataset and control yet'
const NO_EVIDENCE = 'open: no evidence is produced by control'
const NO_RECONCILING = 'open: no audit log of a target is read'
const NO_REMINDER =
  'cited in part: it expires and is refused without a reviewer, but nobody is reminded and nothing escalates'
const NO_GATE_ON_POLICY =
  'cited in part: it is loaded, tested and explained, but not simulated and not yet under the gate itself'
const NO_WALK = 'open: approve, deny and ask are proved apart, not in one walk'

// biome-ignore format: a table is read by its rows
export const REQUIREMENTS = {
  G1:  { says: 'A held action sends nothing that can execute until a valid decision is consumed, and then exactly once.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  G2:  { says: 'The unit is one statement, request, tool call or command, however they were packed; never a session.', cells: { ...AT_DOORS, http: 'cited', core: 'n/a: a door splits what arrives' } },
  G3:  { says: 'What was reviewed is what runs: digest, target, caller and policy are checked again at dispatch.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  G4:  { says: 'An approval is spent at most once; where the upstream may have seen it, the outcome is unknown and nothing retries.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  G5:  { says: 'Every doubt is a refusal.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  G6:  { says: 'A client that goes away withdraws its action; past the live limit it is claimable and never runs by itself.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  G7:  { says: 'Expired, denied, withdrawn and failed are different words that tell the agent what to do next.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  G8:  { says: 'An agent never holds the credential of the target, and the direct path is closed.', cells: { ...AT_DOORS, http: 'cited', core: 'n/a: the core never sees a credential' } },
  G9:  { says: 'A refusal leaves protocol and transaction as the target itself would.', cells: { ...AT_DOORS, http: 'cited', core: 'n/a: transactions belong to a protocol' } },
  G10: { says: 'Freeze stops an agent, a resource or everything at once.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  G11: { says: 'A canary of each route is really held, on a schedule, and shown green or red.', cells: { ...AT_DOORS, http: NO_CANARY, core: NO_CANARY } },

  A1:  { says: 'Nobody in the chain of the requester decides, under whatever alias, and an unresolved chain is refused.', cells: { ...EVERYWHERE, http: 'cited', page: 'cited', api: 'cited', cli: 'cited', core: 'cited' } },
  A2:  { says: 'A quorum counts distinct humans across groups.', cells: { ...AT_DECIDERS, page: 'n/a: votes are counted behind the API', api: 'cited', cli: 'n/a: votes are counted behind the API', core: 'cited' } },
  A3:  { says: 'The token of an agent never decides, nor does the token file of a person without presence.', cells: { ...AT_DECIDERS, page: 'cited', api: 'cited', cli: 'cited', core: 'n/a: tokens are proved before the core is asked' } },
  A4:  { says: 'A chat account counts only when it is bound to a person at the identity provider.', cells: { ...NOWHERE_ELSE, ...LATER_DECIDERS } },
  A5:  { says: 'Where policy asks, the decision is a passkey signature over the digest that anybody can check later.', cells: { ...AT_DECIDERS, page: NO_PASSKEY, api: NO_PASSKEY, cli: NO_PASSKEY, core: NO_PASSKEY } },
  A6:  { says: 'Approve, deny or ask: question and answer stay in one thread, and the action under review does not change.', cells: { ...AT_DECIDERS, page: 'cited', api: 'cited', cli: 'cited', core: 'cited' } },
  A7:  { says: 'The first valid decision wins over all channels, and every copy of the card shows it.', cells: { ...AT_DECIDERS, page: 'cited: system', api: NO_RACE, cli: NO_RACE, core: NO_RACE } },
  A8:  { says: 'A person may approve once, waive within bounds, or deny with a scope; a waiver skips a hold, never a refusal.', cells: { ...AT_DECIDERS, page: 'cited: system', api: 'cited', cli: 'cited in part: waivers are listed and revoked, but not asked for ahead of time', core: 'cited' } },
  A9:  { says: 'Break-glass is its own louder verb and always stands in the timeline.', cells: { ...AT_DECIDERS, page: NO_BREAK_GLASS, api: NO_BREAK_GLASS, cli: NO_BREAK_GLASS, core: NO_BREAK_GLASS } },
  A10: { says: 'An unanswered review reminds, escalates and expires; one that nobody may decide is refused at once.', cells: { ...AT_DOORS, http: NO_REMINDER, core: NO_REMINDER } },

  V1:  { says: 'The card says who asks, for what, where, why, under which policy, what came before and how long is left.', cells: { ...AT_DECIDERS, page: 'cited', api: 'cited', cli: 'open: the card is not proved on the command line', ...NO_CORE } },
  V2:  { says: 'The impact comes from the target itself, and is stated as unknown where it is unknown.', cells: { ...EVERYWHERE, http: NO_IMPACT, page: NO_IMPACT, api: NO_IMPACT, cli: NO_IMPACT, core: NO_IMPACT } },
  V3:  { says: 'One plain sentence, made from the parse and not by a model, says what the action would do.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  V4:  { says: 'The text shown is safe and whole; what cannot be shown is counted, and a cut view takes more than one click.', cells: { ...AT_DECIDERS, page: 'cited', api: 'n/a: the API gives the text of the core as data', cli: 'cited', core: 'cited' } },

  R1:  { says: 'Everything passes one choke point before any sink; a seeded corpus of secrets shows up in none.', cells: { ...EVERYWHERE, http: NO_CORPUS, page: NO_CORPUS, api: NO_CORPUS, cli: NO_CORPUS, core: NO_CORPUS } },
  R2:  { says: 'What goes back to the agent is masked by column, key and content, and its framing stays right.', cells: { ...AT_DOORS, http: NO_MASK, core: NO_MASK } },
  R3:  { says: 'Stable typed placeholders let an agent join and refer without seeing.', cells: { ...AT_DOORS, http: NO_MASK, core: NO_MASK } },
  R4:  { says: 'Reveal is its own request: one field or class, a purpose, a time, one person, in the record.', cells: { ...NO_DOOR, page: NO_REVEAL, api: NO_REVEAL, cli: NO_REVEAL, slack: 'n/a: never into chat', teams: 'n/a: never into chat', core: NO_REVEAL } },
  R5:  { says: 'The record keeps usage and not content; a parked payload is unreadable once its key is erased.', cells: { ...AT_DOORS, http: 'open: erasing a key is not proved yet', core: 'open: erasing a nonce is not proved yet' } },
  R6:  { says: 'Data leaves only past policy, and an answer that crosses its cap is cut; going on is an export.', cells: { ...AT_DOORS, http: CAPS, core: CAPS } },

  L1:  { says: 'No effect and no answer before its record is durable.', cells: { ...AT_DOORS, http: 'cited', core: 'cited' } },
  L2:  { says: 'The record is a signed Merkle log whose every change is named by a verifier that runs without the server.', cells: { ...IN_CORE, core: 'cited' } },
  L3:  { says: 'Every action has a receipt that a third party checks without the server.', cells: { ...IN_CORE, api: NO_RECEIPT, core: 'cited' } },
  L4:  { says: 'Each decision replays from its record to the same verdict.', cells: { ...IN_CORE, core: 'cited' } },
  L5:  { says: 'One timeline answers who approved what, by person, agent, dataset, control and period.', cells: { ...IN_CORE, page: NO_TIMELINE, api: NO_TIMELINE, cli: NO_TIMELINE, core: NO_TIMELINE } },
  L6:  { says: 'Evidence by control, with population, sample and exceptions, is pushed to where auditors read.', cells: { ...IN_CORE, core: NO_EVIDENCE } },
  L7:  { says: 'Standing checks watch the controls and raise an alert.', cells: { ...IN_CORE, core: 'open: no standing check runs yet' } },
  L8:  { says: 'Shadow access is found by reconciling the audit log of the target with ours.', cells: { ...AT_DOORS, http: 'n/a: HTTP APIs share no audit log', core: NO_RECONCILING } },

  S1:  { says: 'Unmodified clients of HTTP APIs work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, http: 'cited' } },
  S2:  { says: 'Unmodified clients of PostgreSQL work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, postgres: LATER_DOORS.postgres } },
  S3:  { says: 'Unmodified clients of MySQL and MariaDB work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, mysql: LATER_DOORS.mysql } },
  S4:  { says: 'Unmodified clients of MCP servers work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, mcp: LATER_DOORS.mcp } },
  S5:  { says: 'Unmodified commands work, typed or in a pipeline, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, command: LATER_DOORS.command } },
  S6:  { says: 'Unmodified clients of Kubernetes work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, kubernetes: LATER_DOORS.kubernetes } },
  S7:  { says: 'Unmodified clients of SSH work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, ssh: LATER_DOORS.ssh } },
  S8:  { says: 'Unmodified clients of model APIs work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, model: LATER_DOORS.model } },
  S9:  { says: 'Agent hooks and SDKs work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, api: 'open: there is no SDK and no hook' } },
  S10: { says: 'Workflows of GitHub Actions work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, api: 'open: no workflow token is accepted' } },
  S11: { says: 'Unmodified clients of SQL Server work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, command: LATER_DOORS.command } },
  S12: { says: 'Unmodified clients of MongoDB work, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, command: LATER_DOORS.command } },
  S13: { says: 'Unmodified clients of Redis work, until then through commands only, as far as the published matrix says.', cells: { ...NOWHERE_ELSE, command: LATER_DOORS.command } },

  C1:  { says: 'Each decider carries approve, deny and ask inside the tool itself.', cells: { ...AT_DECIDERS, page: 'cited: system', api: NO_WALK, cli: NO_WALK, core: 'n/a: this claim is about the deciders' } },
  I1:  { says: 'People sign in through Okta and Entra ID, groups follow by SCIM, workloads bring federated tokens.', cells: { ...IN_CORE, core: 'open: no identity provider is connected yet' } },
  P1:  { says: 'Policy is closed where Cedar fails open, and is itself under the gate, tested, explained and simulated.', cells: { ...IN_CORE, cli: NO_GATE_ON_POLICY, core: NO_GATE_ON_POLICY } },
  P2:  { says: 'Unused rights are listed with the narrower policy, and a policy set can be learnt from traffic.', cells: { ...IN_CORE, core: 'open: nothing is learnt from traffic yet' } },
  U1:  { says: 'One command leads to the first held action; the inbox is live, by keyboard, and works on a phone.', cells: { ...NOWHERE_ELSE, page: 'cited: system', cli: 'cited' } },
  U2:  { says: 'An allowed action costs microseconds and a release follows the click, both by a published benchmark.', cells: { ...IN_CORE, core: 'cited in part: published; the verdict and the release are quick, but a whole allowed request costs hundreds of microseconds' } },
  U3:  { says: 'On a day of 10,000 actions the starter policies hold at most 2 % and let no seeded harm pass.', cells: { ...IN_CORE, core: 'open: there is no recorded day' } },
} as const satisfies Requirements

export type ClaimId = keyof typeof REQUIREMENTS

/** The surfaces where the claim means something: citing another one does not compile. */
export type SurfaceOf<Id extends ClaimId> = Exclude<Surface, NotApplicable<Id>>

type NotApplicable<Id extends ClaimId> = Id extends ClaimId
  ? { [S in Surface]: (typeof REQUIREMENTS)[Id]['cells'][S] extends `n/a: ${string}` ? S : never }[Surface]
  : never

function each<const S extends Surface, const C extends Cell>(surfaces: readonly S[], cell: C): Record<S, C> {
  return Object.fromEntries(surfaces.map((surface) => [surface, cell])) as Record<S, C>
}
