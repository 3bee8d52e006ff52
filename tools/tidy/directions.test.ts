import { describe, expect, test } from 'vitest'
import { spelled } from './source.ts'
import { tidy } from './tidy.ts'

describe('imports go one way', () => {
  // biome-ignore format: a table
  test.each([
    ['packages/core/a.ts', `import { x } from '@sallyport/gateway/store/store'`, '`packages/core` imports `packages/gateway/store/store`'],
    ['packages/core/a.ts', `import type { X } from '@sallyport/describe/described'`, '`packages/core` imports `packages/describe/described`'],
    ['packages/core/a.ts', `import { x } from '../gateway/store/store.ts'`, '`packages/core` imports `packages/gateway/store/store`'],
    ['packages/core/a.ts', `export { x } from '../gateway/store/store.ts'`, '`packages/core` imports `packages/gateway/store/store`'],
    ['packages/core/a.ts', `export * from '../gateway/store/store.ts'`, '`packages/core` imports `packages/gateway/store/store`'],
    ['packages/core/a.ts', `const x = await import('../gateway/store/store.ts')`, '`packages/core` imports `packages/gateway/store/store`'],
    ['packages/core/a.ts', `type X = import('../gateway/store/store.ts').Store`, '`packages/core` imports `packages/gateway/store/store`'],
    ['packages/core/a.ts', `import '../gateway/store/store.ts'`, '`packages/core` imports `packages/gateway/store/store`'],
    ['packages/core/a.ts', `import { hash } from 'node:crypto'`, '`packages/core` imports `node:crypto`'],
    ['packages/core/a.ts', `import { hash } from 'crypto'`, '`packages/core` imports the package `crypto`'],
    ['packages/core/a.ts', `import { z } from 'zod'`, '`packages/core` imports the package `zod`'],
    ['packages/core/a.ts', `import { isAuthorized } from '@cedar-policy/cedar-wasm'`, '`packages/core` imports the package `@cedar-policy/cedar-wasm`'],
    ['packages/core/a.ts', `import { x } from '../testkit/claim.ts'`, '`packages/core` imports `packages/testkit/claim`'],
    ['packages/describe/a.ts', `import { x } from '@sallyport/contract/a'`, '`packages/describe` imports `packages/contract/a`'],
    ['packages/contract/a.ts', `import { x } from '@sallyport/gateway/a'`, '`packages/contract` imports `packages/gateway/a`'],
    ['packages/verify/a.ts', `import { x } from '@sallyport/gateway/a'`, '`packages/verify` imports `packages/gateway/a`'],
    ['packages/gateway/api/a.ts', `import { x } from 'sallyport/a'`, '`packages/gateway` imports `packages/cli/a`'],
    ['packages/gateway/doors/http/a.ts', `import { Store } from '../../store/store.ts'`, '`packages/gateway/doors` imports `packages/gateway/store/store`'],
    ['packages/gateway/doors/http/a.ts', `import { durable } from '../../store/durable.ts'`, '`packages/gateway/doors` imports `packages/gateway/store/durable`'],
    ['packages/core/a.ts', `import canonicalize from 'canonicalize'`, '`packages/core` imports the package `canonicalize`'],
    ['packages/gateway/doors/http/a.ts', `import { request } from 'undici'`, '`packages/gateway/doors` imports the package `undici`'],
    ['packages/console/a.ts', `import { x } from '@sallyport/core/a'`, 'stands in no room'],
  ])('%s may not say %s', (path, text, what) => {
    expect(findings(path, text)).toEqual([expect.stringContaining(`${path}:1: ${what}: `)])
  })

  test.each([
    ['packages/core/a.ts', `import type { Context } from '@cedar-policy/cedar-wasm'`],
    ['packages/core/people/a.ts', `import { x } from '../action/b.ts'`],
    [
      'packages/core/a.test.ts',
      `import { test } from 'vitest'; import { Store } from '../gateway/store/store.ts'`,
    ],
    ['packages/describe/a.ts', `import { x } from '@sallyport/core/facts/facts'`],
    ['packages/gateway/api/a.ts', `import { x } from '@sallyport/contract/a'`],
    ['packages/gateway/guard/a.ts', `import { x } from '../upstreams/http/a.ts'`],
    ['packages/gateway/upstreams/http/a.ts', `import { spend } from '../../guard/permit.ts'`],
    ['packages/gateway/doors/http/a.ts', `import type { Durable } from '../../store/durable.ts'`],
    ['packages/gateway/doors/http/a.ts', `import { type Guard } from '../../guard/guard.ts'`],
    ['packages/cli/a.ts', `import { serve } from '@sallyport/gateway/serve'`],
    ['tools/a.ts', `import { x } from '../packages/gateway/store/store.ts'`],
  ])('%s may say %s', (path, text) => {
    expect(findings(path, text)).toEqual([])
  })
})

describe('only the guard has the inner door', () => {
  test.each([
    ['packages/gateway/api/a.ts', `import { x } from '../upstreams/http/a.ts'`],
    ['packages/gateway/api/a.ts', `import type { Upstream } from '../upstreams/upstream.ts'`],
    ['packages/gateway/api/a.ts', `export * from '../upstreams/http/a.ts'`],
    ['packages/gateway/api/a.ts', `const x = await import('../upstreams/http/a.ts')`],
    ['packages/gateway/api/a.ts', `import { x } from '@sallyport/gateway/upstreams/http/a'`],
    ['packages/gateway/api/a.ts', String.raw`import { x } from '.\\..\\upstreams\\http\\a.ts'`],
    ['packages/gateway/doors/http/a.ts', `import { x } from '../../upstreams/http/a.ts'`],
    ['packages/gateway/api/a.test.ts', `import { x } from '../upstreams/http/a.ts'`],
    ['packages/testkit/a.ts', `import { x } from '@sallyport/gateway/upstreams/http/a'`],
    ['conformance/a.ts', `import { x } from '../packages/gateway/upstreams/http/a.ts'`],
  ])('so %s may not say %s', (path, text) => {
    expect(findings(path, text)).toEqual([
      expect.stringMatching(/imports the inner door `packages\/gateway\/upstreams\/.*`: ask the guard/),
    ])
  })

  test.each([
    `import { x } from '../../../node_modules/@sallyport/gateway/upstreams/a.ts'`,
    `import { x } from '../%75pstreams/a.ts'`,
    `import { x } from 'file:///upstreams/a.ts'`,
    `import { x } from '#upstreams/a'`,
    `const x = await import(name)`,
  ])('and what cannot be followed is refused: %s', (text) => {
    expect(findings('packages/gateway/api/a.ts', text)).toEqual([
      expect.stringContaining('an import that cannot be followed'),
    ])
  })
})

describe('only the guard mints', () => {
  test.each([
    ['packages/gateway/api/a.ts', `import { mint } from '../guard/permit.ts'`],
    ['packages/gateway/api/a.ts', `import { mint as spend } from '../guard/permit.ts?x'`],
    ['packages/gateway/api/a.ts', `import * as permit from '@sallyport/gateway/guard/permit'`],
    ['packages/gateway/api/a.ts', `export { mint } from '../guard/permit.ts'`],
    ['packages/gateway/api/a.ts', `const { mint } = await import('../guard/permit.ts')`],
    ['packages/gateway/upstreams/http/a.ts', `import { mint } from '../../guard/permit.ts'`],
    ['packages/gateway/guard/a.ts', `export { mint } from './permit.ts'`],
    ['packages/gateway/guard/a.ts', `export * from './permit.ts'`],
    ['packages/gateway/guard/a.ts', `import { mint as make } from './permit.ts'; export { make as release }`],
    ['packages/gateway/guard/a.ts', `import * as permit from './permit.ts'`],
    ['packages/testkit/a.ts', `import { mint } from '@sallyport/gateway/guard/permit'`],
  ])('so %s may not say %s', (path, text) => {
    expect(findings(path, text)).toEqual([
      expect.stringContaining('takes `mint` out of the guard: ask the guard'),
    ])
  })

  test.each([
    ['packages/gateway/guard/a.ts', `import { mint } from './permit.ts'`],
    ['packages/gateway/upstreams/a.ts', `import { type Permit, spend } from '../guard/permit.ts'`],
  ])('while %s may say %s', (path, text) => {
    expect(findings(path, text)).toEqual([])
  })
})

function findings(path: string, text: string): readonly string[] {
  return tidy(new Map([[path, text]]), []).map(spelled)
}
