import { describe, expect, test } from 'vitest'
import { spelled } from './source.ts'
import { tidy } from './tidy.ts'

const CORE = 'packages/core/a.ts'
const GATEWAY = 'packages/gateway/api/a.ts'
const TEST = 'packages/core/a.test.ts'

describe('what a room must not say', () => {
  // biome-ignore format: a table
  test.each([
    [CORE, 'const now = Date.now()', '`Date.now`: take the `Clock` that is given (core/given.ts)'],
    [CORE, `const now = Date['now']()`, '`Date.now`: take the `Clock`'],
    [CORE, 'const clock = Date.now', '`Date.now`: take the `Clock`'],
    [CORE, 'const now = new Date()', '`new Date()`: take the `Clock`'],
    [CORE, 'const now = performance.now()', '`performance`: take the `Clock`'],
    [CORE, 'const n = Math.random()', '`Math.random`: take the `RandomBytes`'],
    [CORE, 'const id = crypto.randomUUID()', '`crypto`: take the `RandomBytes`'],
    [CORE, 'setTimeout(run, 1)', '`setTimeout`: return the deadline'],
    [CORE, 'process.exit()', '`process`: take what it gives'],
    [CORE, 'await fetch(url)', '`fetch`: take what it gives'],
    [CORE, 'const send = { fetch }', '`fetch`: take what it gives'],
    [CORE, 'const now = globalThis.Date', '`globalThis`: take what it gives'],
    [CORE, 'console.log(1)', '`console`: hand in the log'],
    ['packages/describe/a.ts', 'const now = Date.now()', '`Date.now`: take the `Clock`'],
    [GATEWAY, 'const home = process.env.HOME', '`process.env`: read it in gateway/config'],
    [GATEWAY, 'console.log(1)', '`console`: hand in the log'],
    [TEST, 'console.log(1)', '`console`: hand in the log'],
    [GATEWAY, `const x = require('x')`, '`require`: write an `import`'],
    [GATEWAY, `import { createRequire } from 'node:module'`, '`createRequire`: write an `import`'],
    [GATEWAY, 'const x = y as unknown as X', '`as unknown as`: parse it into a type'],
    [GATEWAY, 'const x = (y as unknown) as X', '`as unknown as`: parse it into a type'],
    [GATEWAY, 'const x = y as any', '`as any`: parse it into a type'],
    [GATEWAY, '// @ts-ignore: later', '`@ts-ignore`: correct the type'],
    [GATEWAY, '/* @ts-nocheck */', '`@ts-nocheck`: correct the type'],
    [TEST, `test.only('a', run)`, '`test.only`: let it run, or delete it'],
    [TEST, `test.skip('a', run)`, '`test.skip`: let it run, or delete it'],
    [TEST, `it.todo('a')`, '`it.todo`: let it run, or delete it'],
    [TEST, `describe.only.each([1])('a', run)`, '`describe.only`: let it run, or delete it'],
  ])('%s: %s', (path, text, what) => {
    expect(new Set(findings(path, text).map((line) => line.slice(0, `${path}:1: ${what}`.length)))).toEqual(
      new Set([`${path}:1: ${what}`]),
    )
  })

  test.each([
    [CORE, 'const at = new Date(now)'],
    [CORE, 'const size = Math.max(1, 2)'],
    [CORE, 'interface Desk { fetch(id: string): void; readonly process: string }'],
    [CORE, 'const x = { console: desk.fetch(id), crypto: 1 }'],
    [CORE, `// Date.now() and 'as any' in a comment`],
    [CORE, `const says = 'Date.now() as any'`],
    [TEST, 'const now = Date.now()'],
    [TEST, `test.skipIf(missing)('a', run)`],
    [GATEWAY, 'const now = Date.now()'],
    ['packages/gateway/config/a.ts', 'const home = process.env.HOME'],
    ['packages/gateway/log.ts', 'console.log(1)'],
    ['packages/cli/a.ts', 'console.log(process.env.HOME)'],
    ['packages/core/permission.ts', `const skip = list.only('a')`],
  ])('%s may say: %s', (path, text) => {
    expect(findings(path, text)).toEqual([])
  })
})

test('a finding says where, what, and what to do instead', () => {
  expect(findings(CORE, '\n\nconst n = Math.random()\n')).toEqual([
    `${CORE}:3: \`Math.random\`: take the \`RandomBytes\` or \`Sha256\` that is given (core/given.ts)`,
  ])
})

test('a file that cannot be parsed is a finding and not passed over', () => {
  expect(findings(CORE, 'const = 1')).toEqual([expect.stringContaining(`${CORE}:1: cannot be parsed`)])
})

function findings(path: string, text: string): readonly string[] {
  return tidy(new Map([[path, text]]), []).map(spelled)
}
