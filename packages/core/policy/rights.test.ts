import { CRM, DIRECTORY, name, policy } from '@sallyport/testkit/policy'
import { describe, expect, test } from 'vitest'

describe('rights', () => {
  const RIGHTS = [
    '@id("d") permit (principal in Group::"reviewers", action == Action::"decide", resource in Environment::"company");',
    '@id("o") permit (principal in Group::"operators", action in [Action::"operate", Action::"audit"], resource);',
  ] as const

  test('a right is for the people that its set names, where it names them', () => {
    const set = policy('', ...RIGHTS)
    const decides = (person: string, target = CRM) =>
      set.permits(name('person', person), 'decide', target, DIRECTORY)
    expect([decides('ann'), decides('omar'), decides('ghost')]).toEqual([true, false, false])
    expect(decides('ann', { ...CRM, environments: [name('environment', 'lab')] })).toBe(false)
    const has = (person: string, right: 'operate' | 'configure') =>
      set.administers(name('person', person), right, DIRECTORY)
    expect([
      has('omar', 'operate'),
      has('omar', 'configure'),
      has('ann', 'operate'),
      has('ghost', 'operate'),
    ]).toEqual([true, false, false, false])
  })

  test('a right of somebody whose groups are not all known is none', () => {
    const groups = new Map([...DIRECTORY.groups].filter(([id]) => id !== 'staff'))
    expect(
      policy('', ...RIGHTS).permits(name('person', 'ann'), 'decide', CRM, { ...DIRECTORY, groups }),
    ).toBe(false)
  })
})
