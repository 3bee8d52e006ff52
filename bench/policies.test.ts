import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeConfiguration } from './company.ts'
import { measureDecisions } from './decisions.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('the hundred policies load, and they permit what the bench asks', async () => {
  const target = 'http://127.0.0.1:9'
  const file = writeConfiguration(folder, { shop: target, vault: target })
  const { known, new: unknown } = await measureDecisions(file, 1, 1)
  expect([...known, ...unknown].every((rate) => rate > 0)).toBe(true)
})
