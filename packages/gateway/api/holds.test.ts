import { ListedHoldView } from '@sallyport/contract/hold'
import type { Console } from '@sallyport/testkit/console'
import { actionId, held } from '@sallyport/testkit/lives'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LISTED_LIMIT } from './hold.ts'

const MANY = LISTED_LIMIT + 30

let shop: Console
beforeAll(async () => {
  shop = await openShop()
  await fill()
})
afterAll(() => shop.close())

describe('where more wait than a list holds', () => {
  test('the API gives the oldest hundred and says how many wait behind them', async () => {
    const answer = await (await shop.browser('ines')).get('/v1/holds')
    const { holds, more } = (await answer.json()) as { holds: unknown[]; more: number }
    expect(holds).toHaveLength(LISTED_LIMIT)
    expect(more).toBe(MANY - LISTED_LIMIT)
    const [first, ...others] = holds.map((hold) => ListedHoldView.parse(hold).action.askedAt)
    expect(others.toSorted()).toEqual(others)
    expect(first).toBe('2026-11-20T12:00:00.000Z')
    for (const hold of holds) expect(hold).not.toHaveProperty('card.history')
  })

  test('so does the inbox, and its heading counts them all', async () => {
    const page = await (await (await shop.browser('ines')).get('/')).text()
    expect(page.match(/<li>/g)).toHaveLength(LISTED_LIMIT)
    expect(page).toContain(`${MANY} actions wait for you`)
    expect(page).toContain('30 more wait behind these')
  })

  test('what others decide fills no more of the page than is left', async () => {
    const page = await (await (await shop.browser('omar')).get('/')).text()
    expect(page.match(/<li>/g)).toHaveLength(LISTED_LIMIT)
    expect(page).toContain('Nothing waits for you')
    expect(page).toContain('30 more wait behind these')
  })

  test('the edition of the page changes with what is behind its end', async () => {
    const ines = await shop.browser('ines')
    const edition = async () => /data-edition="([^"]+)"/.exec(await (await ines.get('/')).text())?.[1]
    const before = await edition()
    expect(before).toBeDefined()
    expect(await edition()).toBe(before)
    await waiting(MANY)
    expect(await edition()).not.toBe(before)
  })
})

let template: Awaited<ReturnType<Console['hold']>>

async function fill(): Promise<void> {
  template = await shop.hold({ message: 'a delete' })
  for (let n = 1; n < MANY; n++) await waiting(n)
}

/** Another of the same agent, later by `n` seconds. */
async function waiting(n: number): Promise<void> {
  const askedAt = (template.action.askedAt + n * 1_000) as typeof template.action.askedAt
  const life = { ...template, version: 1, action: { ...template.action, id: actionId(n), askedAt } }
  await shop.store.move({ writes: [{ kind: 'life', from: 0, life }], leaves: [held(n).leaf] })
}
