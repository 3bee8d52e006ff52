import { readFileSync } from 'node:fs'
import { claim } from '@sallyport/testkit/claim'
import { expect, test } from 'vitest'
import { PUBLISHED, page } from './published.ts'
import type { Report } from './report.ts'

const report = JSON.parse(readFileSync(PUBLISHED, 'utf8')) as Report

test(
  claim('U2', 'core', 'what an allowed action and a release cost is published, and is what one run measured'),
  async () => {
    const methods = report.proxied.map(({ method, connections }) => `${method} ${connections}`)
    expect(methods).toEqual(['GET 1', 'GET 16', 'GET 64', 'POST 1', 'POST 16', 'POST 64'])
    expect(report.releasedMs.length).toBeGreaterThanOrEqual(100)
    await expect(page(report)).toMatchFileSnapshot('FIGURES.md')
  },
)
