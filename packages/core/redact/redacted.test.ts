import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ActionId } from '../action/ids.ts'
import { safe } from './redacted.ts'

const PACKAGES = join(import.meta.dirname, '../..')
/** A brand, and the only folder with a cast or a type predicate to it. */
const MAKERS: readonly (readonly [string, string])[] = [['Redacted', 'core/redact/']]

function sources(): readonly (readonly [string, string])[] {
  return readdirSync(PACKAGES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes('node_modules') && !/\.test\.tsx?$/.test(path))
    .map((path) => [path, readFileSync(join(PACKAGES, path), 'utf8')])
}

test.each(MAKERS)('`%s` is made in %s and nowhere else', (brand, folder) => {
  const makes = new RegExp(`\\b(?:as|is)\\s+(?:readonly\\s+)?${brand}\\b|(?<!\\w)<${brand}>\\s*[\\w(]`)
  const makers = sources()
    .filter(([, text]) => makes.test(text))
    .map(([path]) => path)
  expect(makers).not.toEqual([])
  expect(makers.filter((path) => !path.startsWith(folder))).toEqual([])
})

test('a safe sentence is source text with ids, numbers and redacted text in it', () => {
  const id = 'act_00000000000000000000000000' as ActionId
  expect(safe`${id} asked ${2} times`).toBe('act_00000000000000000000000000 asked 2 times')
  // @ts-expect-error a plain string may hold a secret
  safe`${'hunter2' as string}`
})
