import { describe, expect, test } from 'vitest'
import type { Exception } from './sizes.ts'
import { spelled } from './source.ts'
import { tidy } from './tidy.ts'

const PATH = 'packages/core/a.ts'

describe('a function fits a screen', () => {
  test.each([
    ['a declaration', (body: string) => `function walk() {\n${body}}`],
    ['an arrow', (body: string) => `const walk = () => {\n${body}}`],
    ['a method', (body: string) => `class K { walk() {\n${body}} }`],
    ['a member of an object', (body: string) => `const k = { walk: () => {\n${body}} }`],
  ])('%s of 60 lines stands, one of 61 is found by name', (_, write) => {
    expect(findings(PATH, write('1\n'.repeat(58)))).toEqual([])
    expect(findings(PATH, write('1\n'.repeat(59)))).toEqual([
      `${PATH}:1: \`walk\` has 61 lines, above 60: give each step a name`,
    ])
  })

  test('a group of tests is a list, a test is a function', () => {
    const long = `() => {\n${'1\n'.repeat(59)}}`
    expect(findings('packages/core/a.test.ts', `describe('a', ${long})`)).toEqual([])
    expect(findings('packages/core/a.test.ts', `test('a', ${long})`)).toHaveLength(1)
  })
})

describe('a file is one idea', () => {
  test('of 400 lines and no more', () => {
    expect(findings(PATH, '1\n'.repeat(400))).toEqual([])
    expect(findings(PATH, '1\n'.repeat(401))).toEqual([
      `${PATH}:401: 401 lines, above 400: give each idea its own file`,
    ])
  })
})

describe('an exception', () => {
  const long = `function walk() {\n${'1\n'.repeat(59)}}`

  test('lets the one named function be long', () => {
    expect(findings(PATH, long, [{ path: PATH, name: 'walk', why: 'a table' }])).toEqual([])
    expect(findings(PATH, long, [{ path: PATH, name: 'run', why: 'a table' }])).toHaveLength(2)
  })

  test('that nothing needs is found', () => {
    expect(findings(PATH, '1', [{ path: PATH, name: 'walk', why: 'a table' }])).toEqual([
      `tools/tidy/sizes.ts:1: the exception for \`${PATH}\` (\`walk\`) is not needed: delete it`,
    ])
  })
})

function findings(path: string, text: string, exceptions: readonly Exception[] = []): readonly string[] {
  return tidy(new Map([[path, text]]), exceptions).map(spelled)
}
