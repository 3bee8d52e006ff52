import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const asked = ['package.json', ...globSync('packages/*/package.json')]
  .map(readManifest)
  .flatMap(({ dependencies, devDependencies, optionalDependencies, peerDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies }),
  )
  .filter(([name]) => !name.startsWith('@sallyport/') && name !== 'sallyport')

test('every dependency is defended in docs/dependencies.md, and nothing else is', () => {
  const lines = readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| `([^`]+)` \|/gm)
  const defended = [...lines].map(([, name = '']) => name)
  expect(defended.toSorted()).toEqual([...new Set(asked.map(([name]) => name))].toSorted())
})

test('every dependency is asked for in one exact version', () => {
  expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  const versions = Map.groupBy(asked, ([name]) => name)
  expect([...versions].filter(([, all]) => new Set(all.map(([, version]) => version)).size > 1)).toEqual([])
})

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}
