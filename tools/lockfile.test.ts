import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Locked {
  readonly integrity?: string
  readonly link?: boolean
  readonly hasInstallScript?: boolean
  readonly dev?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const locked = new Map(Object.entries(readLock()))

test('every locked package carries the digest of what is installed', () => {
  const without = [...locked].filter(([path, { integrity }]) => isForeign(path) && integrity === undefined)
  expect(without.map(([path]) => path)).toEqual([])
})

// Where one is absent, `npm ci` fails on every platform: tools are pinned to versions that all platforms have.
test('every dependency of a locked package is locked too, that of other platforms included', () => {
  const missing = [...locked].flatMap(([path, { dependencies = {}, optionalDependencies = {} }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isLocked(path, name))
      .map((name) => `${path} needs ${name}`),
  )
  expect(missing).toEqual([])
})

test('nothing that runs in production has an install script', () => {
  const scripts = [...locked].filter(
    ([, { hasInstallScript, dev }]) => hasInstallScript === true && dev !== true,
  )
  expect(scripts.map(([path]) => path)).toEqual([])
})

/** As Node looks it up: beside the package, then outwards. */
function isLocked(from: string, name: string): boolean {
  if (locked.has(`${from === '' ? '' : `${from}/`}node_modules/${name}`)) return true
  return from !== '' && isLocked(from.includes('/') ? from.slice(0, from.lastIndexOf('/')) : '', name)
}

function isForeign(path: string): boolean {
  return path.includes('node_modules/') && locked.get(path)?.link !== true
}

function readLock(): Readonly<Record<string, Locked>> {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
  return lock.packages
}
