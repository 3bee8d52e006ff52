import { claim } from '@sallyport/testkit/claim'
import { type Console, openConsole } from '@sallyport/testkit/console'
import { named } from '@sallyport/testkit/identity'
import { SHOP } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sallyport } from '../trial/sallyport.ts'

let gate: Console
let ines: { readonly env: Readonly<Record<string, string>> }
let olga: typeof ines
beforeAll(async () => {
  gate = await openConsole(SHOP)
  await gate.identity.createAgent(named('agent', 'invoice-bot'), named('person', 'olga'), [], 'operator')
  const as = async (person: string) => ({
    env: { SALLYPORT_URL: gate.url, SALLYPORT_TOKEN: await gate.token(person) },
  })
  ines = await as('ines')
  olga = await as('olga')
})
afterAll(() => gate.close())

test('what tightens takes a token, and what loosens takes somebody in the browser', async () => {
  const frozen = await sallyport(['freeze', 'agent', 'other-bot', '--reason', 'it loops', '--json'], ines)
  expect(frozen.exit).toBe(0)
  const { id } = JSON.parse(frozen.out) as { readonly id: string }
  const listed = await sallyport(['freeze', 'list'], olga)
  expect(listed.out).toMatch(new RegExp(`${id} +The agent other-bot +by ines .*it loops`))
  const lifted = await sallyport(['unfreeze', id], ines)
  expect(lifted).toMatchObject({ exit: 17, err: expect.stringContaining(`sign in at ${gate.url}/`) })
  expect((await sallyport(['freeze', 'list'], ines)).out).toContain(id)
})

test(claim('A8', 'cli', 'a waiver is listed to whom it concerns, and revoked at once'), async () => {
  const { action } = await gate.hold()
  const browser = await gate.browser('ivo')
  const { saw } = (await (await browser.get(`/v1/holds/${action.id}`)).json()) as { readonly saw: string }
  const scope = { kind: 'waiver', uses: 3, forMs: 3_600_000 }
  await browser.send('POST', `/v1/holds/${action.id}/decisions`, { says: 'approve', scope, saw })
  const listed = await sallyport(['waivers'], olga)
  const [id = ''] = /std_\w+/.exec(listed.out) ?? []
  expect(listed.out).toMatch(/waiver +customers +3 uses +.* +by ivo/)
  expect(await sallyport(['waivers', 'revoke', id], olga)).toMatchObject({ exit: 0 })
  expect((await sallyport(['waivers'], olga)).out).toBe('No waiver and no ban is in force.\n')
})
