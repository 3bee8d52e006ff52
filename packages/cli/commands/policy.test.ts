import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { claim } from '@sallyport/testkit/claim'
import { type Console, openConsole } from '@sallyport/testkit/console'
import { named } from '@sallyport/testkit/identity'
import { SHOP } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folder, sallyport } from '../trial/sallyport.ts'

/** A configuration whose policies are the starter's, with this on top. */
async function withPolicy(name: string, text: string): Promise<readonly string[]> {
  const here = folder()
  await sallyport(['init', '--yes', '--folder', here])
  mkdirSync(join(here, 'policies/actions'), { recursive: true })
  writeFileSync(join(here, 'policies', name), text)
  return ['--config', join(here, 'sallyport.yaml')]
}

describe('policy check', () => {
  // biome-ignore format: a table
  test.each([
    ['a group that does not exist', '@id("x") @hold("reveiwers")\npermit (principal, action == Action::"write", resource);', 'there is no `Group::"reveiwers"`'],
    ['a fact that does not exist', '@id("x")\npermit (principal, action == Action::"read", resource) when { context.lables.contains("x") };', 'lables'],
    ['an obligation that this build cannot honour', '@id("x") @hold("reviewers") @approvals("many")\npermit (principal, action == Action::"read", resource);', '@approvals'],
  ])(claim('P1', 'cli', '%s is refused with its file and line, before anything is in force'), async (_, text, says) => {
    const { exit, err } = await sallyport(['policy', 'check', ...(await withPolicy('actions/x.cedar', text))])
    expect(exit).toBe(1)
    expect(err).toMatch(/policies\/actions\/x\.cedar:\d: /)
    expect(err).toContain(says)
  })
})

describe('policy test', () => {
  test(claim('P1', 'cli', 'a policy that changes what a test says fails it, with the reason'), async () => {
    const config = await withPolicy('actions/reads.cedar', '// nobody reads any more\n')
    const { exit, out } = await sallyport(['policy', 'test', ...config])
    expect(exit).toBe(1)
    expect(out).toContain('failed an agent reads customers\n  expected allow by reads-pass, got refuse')
    expect(out).toMatch(/\d+ passed, [1-9]\d* failed\n$/)
  })

  test('tests that cannot be read are no tests that passed', async () => {
    const config = await withPolicy('tests.yaml', '- name: x\n  expct: allow\n')
    expect(await sallyport(['policy', 'test', ...config])).toMatchObject({
      exit: 1,
      err: expect.stringContaining('tests.yaml` cannot be used'),
    })
  })
})

describe('policy explain', () => {
  let gate: Console
  beforeAll(async () => {
    gate = await openConsole(SHOP)
    await gate.identity.createAgent(named('agent', 'invoice-bot'), named('person', 'olga'), [], 'operator')
  })
  afterAll(() => gate.close())

  test(
    claim('P1', 'cli', 'a verdict is explained from the record, and replayed by the archived policy'),
    async () => {
      const { action } = await gate.hold()
      const env = { SALLYPORT_URL: gate.url, SALLYPORT_TOKEN: await gate.token('ines') }
      const { exit, out } = await sallyport(['policy', 'explain', action.id], { env })
      expect(exit).toBe(0)
      expect(out).toMatch(/says hold: deleting customers takes a data owner \(deletes-are-held\)/)
      expect(out).toContain('The archive still says what was recorded.')
    },
  )
})
