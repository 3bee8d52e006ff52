import { claim } from '@sallyport/testkit/claim'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'
import { button, line, openCard } from './card.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 3 }
/** More stops than any page has. */
const STOPS_LIMIT = 40
const PATIENCE = { timeout: 5_000 }
/** What a thumb hits. */
const THUMB_PX = 44

describe('the inbox is live', () => {
  test(
    claim('U1', 'page', 'a new hold appears, and goes when its client has gone, without a reload by hand'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      await ben.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
      const asking = stage.house.agent('crm', '/live/1', '--request', 'POST')
      await ben.getByRole('heading', { name: '1 action waits for you' }).waitFor()
      expect(await line(ben, 'POST /live/1').innerText()).toContain('night on crm')
      asking.interrupt()
      await ben.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
    },
  )

  test(claim('U1', 'page', 'what came while the page was not listening yet appears too'), async () => {
    const ben = await stage.visitors.signIn('ben')
    const listening = Promise.withResolvers<void>()
    const loaded = Promise.withResolvers<void>()
    await ben.route('**/v1/events*', async (route) => {
      loaded.resolve()
      await listening.promise
      await route.continue()
    })
    await ben.goto('/')
    await loaded.promise
    const cyd = await stage.visitors.signIn('cyd')
    const asking = stage.house.agent('crm', '/live/2', '--request', 'POST')
    await line(cyd, 'POST /live/2').waitFor()
    expect(await line(ben, 'POST /live/2').count()).toBe(0)
    listening.resolve()
    await line(ben, 'POST /live/2').waitFor()
    asking.interrupt()
    await ben.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
  })
})

test(
  claim('U1', 'page', 'from the inbox to a decision by Tab and Enter alone, and the focus is always seen'),
  async () => {
    const ben = await stage.visitors.signIn('ben')
    const asking = stage.house.agent('crm', '/keys/1', '--request', 'POST')
    await line(ben, 'POST /keys/1').waitFor()
    await tabTo(ben, line(ben, 'POST /keys/1'))
    await ben.keyboard.press('Enter')
    await ben.waitForURL('**/holds/*')
    await tabTo(ben, button(ben, 'Approve once'))
    await ben.keyboard.press('Enter')
    expect((await asking.answer).status).toBe(200)
    await ben.getByText('It ran.').waitFor()
  },
)

test(
  claim(
    'U1',
    'page',
    'on a phone nothing is wider than the screen or smaller than a thumb, from the link to the decision',
  ),
  async () => {
    const ben = await stage.visitors.visit(PHONE)
    await ben.goto(await stage.house.link('ben'))
    await fitsPhone(ben)
    await ben.getByRole('button', { name: 'Sign in as Ben Ruiz' }).tap()
    await ben.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
    await fitsPhone(ben)
    const wide = `/phone/${'wide'.repeat(60)}?${'and-wider='.repeat(20)}`
    const asking = stage.house.agent('crm', wide, '--request', 'POST')
    await line(ben, 'POST /phone').waitFor()
    await fitsPhone(ben)
    await line(ben, 'POST /phone').tap()
    await ben.waitForURL('**/holds/*')
    await fitsPhone(ben)
    for (const more of await ben.locator('summary').all()) await more.tap()
    await fitsPhone(ben)
    await button(ben, 'Approve once').tap()
    expect((await asking.answer).status).toBe(200)
    await ben.getByText('It ran.').waitFor()
    await fitsPhone(ben)
    await ben.goto('/holds/act_00000000000000000000000000')
    await fitsPhone(ben)
    expect(stage.visitors.complaints()).toEqual([expect.stringContaining('404')])
  },
)

test('a card that is open when its action ends shows the end, though the page was not listening yet', async () => {
  const ben = await stage.visitors.signIn('ben')
  const asking = stage.house.agent('crm', '/live/3', '--request', 'POST')
  await openCard(ben, 'POST /live/3')
  const listening = Promise.withResolvers<void>()
  const loaded = Promise.withResolvers<void>()
  await ben.route('**/v1/events*', async (route) => {
    loaded.resolve()
    await listening.promise
    await route.continue()
  })
  await ben.reload()
  await loaded.promise
  const cyd = await stage.visitors.signIn('cyd')
  await openCard(cyd, 'POST /live/3')
  await button(cyd, 'Deny').click()
  expect((await asking.answer).status).toBe(403)
  listening.resolve()
  await ben.getByText('Cyd Lau denied').waitFor()
})

/** What has the focus, and whether somebody who looks for it finds it: a ring, and inside of the window. */
const FOCUS = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
  const { top, left } = document.activeElement.getBoundingClientRect()
  const ring = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  return { on: document.activeElement.outerHTML.slice(0, 80), seen: ring && top >= 0 && left >= 0 && top < innerHeight }
})()`

/** Presses Tab until the focus is there. Each stop on the way must be seen. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < STOPS_LIMIT; stops++) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate<{ readonly on: string; readonly seen: boolean }>(FOCUS)
    expect(focus).toEqual({ on: focus.on, seen: true })
    if (await target.evaluate(hasFocus)) return
  }
  throw new Error(`${STOPS_LIMIT} times Tab do not lead there`)
}

function hasFocus(node: { matches(selector: string): boolean }): boolean {
  return node.matches(':focus')
}

/** What can be tapped, and is shown, and is too small for it. Links within a sentence are as high as the sentence. */
const TOO_SMALL = `[...document.querySelectorAll('button, .button, .mark, summary, label.choice, .cards a, .fields input, textarea')]
  .filter((each) => each.getClientRects().length > 0)
  .filter((each) => each.getBoundingClientRect().height < ${THUMB_PX} || each.getBoundingClientRect().width < ${THUMB_PX})
  .map((each) => each.outerHTML)`

/** A live page may be read anew while it is measured. */
function fitsPhone(page: Page): Promise<void> {
  return vi.waitFor(async () => {
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(PHONE.viewport.width)
    expect(await page.evaluate<readonly string[]>(TOO_SMALL)).toEqual([])
  }, PATIENCE)
}
