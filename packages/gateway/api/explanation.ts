import type { Explanation } from '@sallyport/contract/house'
import type { Instant } from '@sallyport/core/given'
import type { Admitted, Leaf } from '@sallyport/core/ledger/leaf'
import type { Life } from '@sallyport/core/lifecycle/life'
import { readDirectory } from '@sallyport/core/people/archive'
import { replay } from '@sallyport/core/policy/replay'
import type { Verdict } from '@sallyport/core/policy/verdict'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import type { RefusalCode } from '@sallyport/core/refusal/table'
import type { ApiParts } from './parts.ts'

/** What was refused before or after policy was asked, so that policy's own word may have been a gentler one. */
const BEFORE_POLICY: ReadonlySet<RefusalCode> = new Set([
  'unresolved-caller',
  'frozen',
  'denied',
  'not-authenticated',
])
const AFTER_A_HOLD: ReadonlySet<RefusalCode> = new Set(['reason-needed', 'no-reviewer', 'too-large'])

/** The stored leaf, judged again by the archived policy and the people of its time (claim L4). */
export async function explanation(life: Life, parts: ApiParts): Promise<Explanation | Refusal> {
  const { id } = life.action
  const admitted = await admittedLeaf(life, parts)
  if (admitted === null) return refusal('unavailable', safe`the record of action ${id} cannot be read`, id)
  const { leaf, index } = admitted
  const { policy, directory } = leaf.judgedBy
  const replayed = await replayedVerdict(leaf, parts)
  return {
    action: id,
    recorded: {
      kind: leaf.verdict.kind,
      rules: [...leaf.verdict.why.rules],
      because: leaf.verdict.why.because,
    },
    replayed:
      replayed === null
        ? null
        : { kind: replayed.kind, rules: [...replayed.why.rules], because: replayed.why.because },
    same: replayed !== null && follows(leaf, replayed),
    policy,
    directory,
    leaf: index,
  }
}

async function admittedLeaf(
  { action }: Life,
  { store }: ApiParts,
): Promise<{ readonly leaf: Admitted & { readonly at: Instant }; readonly index: number } | null> {
  for (const { index, entry } of await store.read('leaves', { action: action.id })) {
    const leaf = JSON.parse(new TextDecoder().decode(entry)) as Leaf
    if (leaf.kind === 'admitted') return { leaf, index }
  }
  return null
}

async function replayedVerdict(leaf: Admitted, parts: ApiParts): Promise<Verdict | null> {
  const { store, replaying } = parts
  const [policy, people] = await Promise.all([
    store.read('archive', { digest: leaf.judgedBy.policy }),
    store.read('archive', { digest: leaf.judgedBy.directory }),
  ])
  const directory =
    people === null
      ? undefined
      : readDirectory(replaying.sha256, { digest: leaf.judgedBy.directory, content: people })
  if (policy === null || directory === undefined) return null
  const { caller, target, effects, facts, circumstances } = leaf
  const question = { caller, target, effects, facts, circumstances }
  const archived = { policy: JSON.parse(policy) as unknown, policyDigest: leaf.judgedBy.policy, directory }
  const answer = replay(archived, question, replaying)
  return answer.kind === 'replayed' ? answer.verdict : null
}

/** Whether the recorded verdict is what policy says, with what the guard adds to policy: a waiver that was used, or a stricter word. */
function follows({ verdict: recorded, facts }: Admitted, replayed: Verdict): boolean {
  // What nobody could waive is not put before people: that is policy's word on another action, the waived one.
  if (recorded.kind === 'refuse' && facts.kind === 'self') return true
  if (recorded.kind === 'refuse' && BEFORE_POLICY.has(recorded.code)) return true
  const heldByPolicy = replayed.kind === 'hold' && sameRules(recorded, replayed)
  if (recorded.kind === 'allow' && recorded.waiver !== undefined) return heldByPolicy
  if (recorded.kind === 'refuse' && AFTER_A_HOLD.has(recorded.code)) return heldByPolicy
  return recorded.kind === replayed.kind && sameRules(recorded, replayed)
}

function sameRules(a: Verdict, b: Verdict): boolean {
  return JSON.stringify(a.why.rules) === JSON.stringify(b.why.rules)
}
