import { claim } from '@sallyport/testkit/claim'
import { DIRECTORY, GIVEN, policy, question } from '@sallyport/testkit/policy'
import { describe, expect, test } from 'vitest'
import { canonicalText } from '../action/canonical.ts'
import { contentDigest } from '../action/digest.ts'
import { EFFECTS } from '../action/effect.ts'
import { explain } from './explain.ts'
import { rebuild, replay } from './replay.ts'

const TEXT = `@id("reads") permit (principal, action == Action::"read", resource);
@id("changes") @hold("reviewers") @reason("required") @because("somebody looks at it") permit (principal, action in Action::"change", resource);
@id("night") @because("nobody is awake") forbid (principal, action in Action::"change", resource) when { context.hour < 6 };
@id("pii") forbid (principal, action == Action::"read", resource) when { context.labels.contains("pii") };`

/** What an archive is after it was stored and fetched. */
function stored(content: Parameters<typeof canonicalText>[0]): unknown {
  return JSON.parse(canonicalText(content))
}

describe('replay', () => {
  const set = policy(TEXT)
  const questions = EFFECTS.flatMap((effect) => [
    question([effect]),
    question(['read', effect], { unknown: ['labels'] }),
    question(
      [effect],
      { labels: ['pii'] },
      { circumstances: { hour: 3, signals: [], session: { labels: [], untrusted: false } } },
    ),
  ])

  test.each(questions)(
    claim('L4', 'core', 'a verdict replays from the archived set, the people and the question: $effects'),
    (asked) => {
      const verdict = set.decide(asked, DIRECTORY)
      const archived = { policy: stored(set.archive), policyDigest: set.digest, directory: DIRECTORY }
      expect(replay(archived, asked, GIVEN)).toEqual({ kind: 'replayed', verdict })
    },
  )

  test('a set that the record does not name is not replayed', () => {
    const other = policy(TEXT.replace('< 6', '< 7'))
    const archived = { policy: stored(other.archive), policyDigest: set.digest, directory: DIRECTORY }
    expect(replay(archived, question(['read']), GIVEN)).toMatchObject({ kind: 'not-replayed' })
  })

  test.each([
    ['another engine', { engine: 'cedar 3.0.0' }],
    ['another schema', { schema: 'entity Person;' }],
  ])('a set that was judged by %s is not replayed as if it had not been', (_, difference) => {
    const archive = { ...set.archive, ...difference }
    const rebuilt = rebuild(stored(archive), contentDigest(GIVEN.sha256, archive), GIVEN)
    expect(rebuilt).toMatchObject({ kind: 'not-rebuilt' })
  })

  test.each([
    [null],
    [[]],
    [{ format: 'sallyport-policy/1' }],
    [{ ...set.archive, sources: { actions: [{}], people: [], admin: [] } }],
  ])('what is no archive is not replayed: %j', (content) => {
    expect(rebuild(content, set.digest, GIVEN)).toMatchObject({ kind: 'not-rebuilt' })
  })

  test('looking back does not change what is serving', () => {
    const old = policy('@id("n") forbid (principal, action == Action::"read", resource);')
    const rebuilt = rebuild(stored(old.archive), old.digest, GIVEN)
    const serving = policy(TEXT)
    const verdict = () => serving.judge(question(['read']), DIRECTORY).verdict.kind
    expect(verdict()).toBe('allow')
    expect(
      rebuilt.kind === 'rebuilt' && rebuilt.policy.judge(question(['read']), DIRECTORY).verdict.kind,
    ).toBe('refuse')
    expect(verdict()).toBe('allow')
  })
})

describe('explain', () => {
  test(
    claim(
      'P1',
      'core',
      'a verdict is explained link by link and effect by effect, with the policy and its line',
    ),
    () => {
      const judgement = policy(TEXT).judge(question(['read', 'write', 'export']), DIRECTORY)
      expect(explain(judgement)).toEqual([
        'Refused (not-permitted): no policy permits `export` to `helper`. Decided by `export` for `helper`.',
        'Agent `helper`, effect `read`: allowed by `reads` (actions/test.cedar:1), because policy `reads` permits it.',
        'Agent `helper`, effect `write`: held for 1 of `reviewers`, with a reason by `changes` (actions/test.cedar:2), because somebody looks at it.',
        'Agent `helper`, effect `export`: refused (not-permitted), because no policy permits it.',
      ])
    },
  )

  test('a hold says for whom and for how long, an unknown fact who reads it, a forbid its reason', () => {
    const set = policy(TEXT)
    const first = (asked: Parameters<typeof set.judge>[0]) => explain(set.judge(asked, DIRECTORY)).at(0)
    const second = (asked: Parameters<typeof set.judge>[0]) => explain(set.judge(asked, DIRECTORY)).at(1)
    expect(first(question(['write']))).toBe(
      'Held for 1 of `reviewers`, with a reason, at most 15 minutes: somebody looks at it. Decided by `write` for `helper`.',
    )
    expect(second(question(['read'], { unknown: ['labels'] }))).toBe(
      'Agent `helper`, effect `read`: refused, because `labels` is unknown and read by `pii` (actions/test.cedar:4).',
    )
    const night = question(
      ['write'],
      {},
      { circumstances: { hour: 3, signals: [], session: { labels: [], untrusted: false } } },
    )
    expect(second(night)).toBe(
      'Agent `helper`, effect `write`: refused by `night` (actions/test.cedar:3), because nobody is awake.',
    )
  })
})
