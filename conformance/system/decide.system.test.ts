import { claim } from '@sallyport/testkit/claim'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ask, button, DECIDED, line, openCard } from './card.ts'
import type { Curl } from './curl.ts'
import { Stage } from './stage.ts'

const stage = new Stage()

test(
  claim('C1', 'page', 'ask, approve and deny in one walk, and the agent has its answer exactly once'),
  async () => {
    const ben = await stage.visitors.signIn('ben')
    const asking = post('/walk/1')
    const id = await openCard(ben, 'POST /walk/1')
    await ask(ben, 'Which customer is this?')
    const answered = await stage.house.api(`/v1/holds/${id}/answers`, '--json', '{"text":"a test of ours"}')
      .answer
    expect(answered.status).toBe(200)
    await ben.getByText('a test of ours').waitFor()
    expect(arrivals('/walk/')).toEqual([])
    await button(ben, 'Approve once').click()
    expect(await asking.answer).toMatchObject({ status: 200, body: expect.stringContaining('nth') })
    await ben.getByText('It ran.').waitFor()
    expect(arrivals('/walk/')).toEqual(['POST /walk/1'])

    await ben.getByRole('link', { name: 'Sallyport' }).click()
    const again = post('/walk/2')
    await openCard(ben, 'POST /walk/2')
    await button(ben, 'Deny').click()
    await ben.getByText('Denied. Nothing was sent.').waitFor()
    const denied = await again.answer
    expect(denied.status).toBe(403)
    expect(JSON.parse(denied.body)).toMatchObject({
      code: 'denied',
      action: denied.header('sallyport-action'),
    })
    expect(arrivals('/walk/')).toEqual(['POST /walk/1'])
  },
)

describe('two reviewers who click at once', () => {
  test(
    claim('A7', 'page', 'one approval counts, and every copy of the card shows whose and when'),
    async () => {
      const asking = post('/race/1')
      const [ben, cyd, ada] = await allAt('POST /race/1')
      await clickAtOnce([ben, 'Approve once'], [cyd, 'Approve once'])
      expect((await asking.answer).status).toBe(200)
      expect(arrivals('/race/1')).toHaveLength(1)
      const [shown, ...others] = await Promise.all([ben, cyd, ada].map((page) => decisionOn(page, 'It ran.')))
      expect(shown?.match(new RegExp(DECIDED, 'g'))).toHaveLength(1)
      expect(others).toEqual([shown, shown])
      onlyConflicts()
    },
  )

  test(
    claim('A7', 'page', 'a yes and a no: what every copy shows is what happened at the target'),
    async () => {
      const asking = post('/race/2')
      const [ben, cyd, ada] = await allAt('POST /race/2')
      await clickAtOnce([ben, 'Approve once'], [cyd, 'Deny'])
      const ran = (await asking.answer).status === 200
      expect(arrivals('/race/2')).toHaveLength(ran ? 1 : 0)
      const end = ran ? 'It ran.' : 'Denied. Nothing was sent.'
      const [shown, ...others] = await Promise.all([ben, cyd, ada].map((page) => decisionOn(page, end)))
      expect(shown).toContain(ran ? 'Ben Ruiz approved' : 'Cyd Lau denied')
      expect(others).toEqual([shown, shown])
      onlyConflicts()
    },
  )
})

describe('more than this one', () => {
  test(
    claim('A8', 'page', 'a waiver within bounds lets the next one pass without a hold, and no more'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      const asking = post('/waived/1')
      await openCard(ben, 'POST /waived/1')
      await ben.getByText('Approve more of the same').click()
      await ben.getByLabel('How often').fill('21')
      await button(ben, 'Approve with a waiver').click()
      expect(await ben.getByLabel('How often').evaluate(isTooMuch)).toBe(true)
      await ben.getByLabel('How often').fill('1')
      await button(ben, 'Approve with a waiver').click()
      expect((await asking.answer).status).toBe(200)
      await ben.getByText('Ben Ruiz approved with a waiver').waitFor()
      expect((await post('/waived/2').answer).status).toBe(200)
      await ben.goto('/')
      const held = post('/waived/3')
      await line(ben, 'POST /waived/3').waitFor()
      expect(arrivals('/waived/')).toHaveLength(2)
      held.interrupt()
    },
  )

  test(
    claim('A8', 'page', 'a denial of this shape refuses the next one without asking anybody'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      const asking = post('/never/1')
      await openCard(ben, 'POST /never/1')
      await ben.getByText('Deny more than this').click()
      await ben.getByLabel('Everything of this shape').check()
      await ben
        .locator('form', { has: ben.getByLabel('Everything of this shape') })
        .getByRole('button')
        .click()
      expect((await asking.answer).status).toBe(403)
      const next = await post('/never/2').answer
      expect(next.status).toBe(403)
      expect(JSON.parse(next.body)).toMatchObject({ code: 'denied' })
      expect(arrivals('/never/')).toEqual([])
    },
  )
})

/** Whether the browser itself holds back a form with this in it. */
function isTooMuch({ validity }: { readonly validity: { readonly rangeOverflow: boolean } }): boolean {
  return validity.rangeOverflow
}

function post(path: string): Curl {
  return stage.house.agent('crm', path, '--request', 'POST')
}

function arrivals(path: string): readonly string[] {
  return stage.house.arrived.filter((one) => one.includes(path))
}

/** The two reviewers and the owner, each in front of the card. */
function allAt(command: string): Promise<readonly [Page, Page, Page]> {
  const at = async (person: string) => {
    const page = await stage.visitors.signIn(person)
    await openCard(page, command)
    return page
  }
  return Promise.all([at('ben'), at('cyd'), at('ada')])
}

/** Both decisions are on their way before the gateway has seen either. */
async function clickAtOnce(...clicks: readonly (readonly [Page, string])[]): Promise<void> {
  const allSent = Promise.withResolvers<void>()
  let sent = 0
  for (const [page] of clicks) {
    await page.route('**/decision', async (route) => {
      sent++
      if (sent === clicks.length) allSent.resolve()
      await allSent.promise
      await route.continue()
    })
  }
  await Promise.all(clicks.map(([page, name]) => button(page, name).click()))
}

/** What this copy of the card says at its end. Whoever was slower is told so, or sees the card again at once. */
async function decisionOn(page: Page, end: string): Promise<string> {
  const back = page.getByRole('link', { name: 'Back to the card' })
  const card = page.getByRole('status').filter({ hasText: end })
  await card.or(back).waitFor()
  if (await back.isVisible()) await back.click()
  await card.waitFor()
  return card.innerText()
}

/** A browser says of an answer that it is none of the good ones; here one of the two clicks came too late: after a yes (409) or a no (403). */
function onlyConflicts(): void {
  for (const complaint of stage.visitors.complaints()) expect(complaint).toMatch(/status of 40[39]/)
}
