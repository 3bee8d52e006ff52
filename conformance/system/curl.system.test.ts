import { claim } from '@sallyport/testkit/claim'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { button, openCard } from './card.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
const PATIENCE = { timeout: 10_000 }

describe('an unmodified curl', () => {
  test('reads at once, without the credential of the target', async () => {
    const answer = await stage.house.agent('crm', '/customers').answer
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('nth') })
    expect(answer.header('sallyport-action')).toMatch(/^act_/)
  })

  test(claim('G1', 'http', 'waits while people look, and has its answer after the yes'), async () => {
    const asking = stage.house.agent('crm', '/curl/1', '--request', 'POST')
    const ben = await stage.visitors.signIn('ben')
    await openCard(ben, 'POST /curl/1')
    expect(arrivals('/curl/1')).toEqual([])
    await button(ben, 'Approve once').click()
    expect((await asking.answer).status).toBe(200)
    expect(arrivals('/curl/1')).toEqual(['POST /curl/1'])
  })

  test(
    claim('G6', 'http', 'that gets a Ctrl-C takes its action back, and the open card says so'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      const asking = stage.house.agent('crm', '/curl/2', '--request', 'POST')
      await openCard(ben, 'POST /curl/2')
      asking.interrupt()
      await ben.getByText('Withdrawn. Nothing was sent.').waitFor()
      expect(await ben.locator('[name=word]').count()).toBe(0)
      expect(arrivals('/curl/2')).toEqual([])
    },
  )

  test(claim('G6', 'http', 'that retries by itself after `held` runs once after the yes'), async () => {
    const ben = await stage.visitors.signIn('ben')
    const asking = stage.house.agent('brief', '/curl/3', '--request', 'POST', '--retry', '3')
    const id = await openCard(ben, 'POST /curl/3')
    await expect
      .poll(() => now(`/v1/actions/${id}`), PATIENCE)
      .toMatchObject({ state: 'waiting', wait: 'claimable' })
    await button(ben, 'Approve once').click()
    await ben.getByText('Approved. It has not run yet.').waitFor()
    const answer = await asking.answer
    expect(answer.status).toBe(200)
    // Curl gives out the body of each try.
    expect(answer.body).toMatch(/"code":"held".*"nth":/)
    expect(arrivals('/curl/3')).toEqual(['POST /curl/3'])
    await ben.getByText('It ran.').waitFor()
  })

  test('asks for a head: it is held like the whole, and its answer has no body', async () => {
    const reason = ['--header', 'Sallyport-Reason: how large is it']
    const asking = stage.house.agent('crm', '/exports/all', '--head', '--output', '/dev/null', ...reason)
    const ben = await stage.visitors.signIn('ben')
    await approve(ben, 'HEAD /exports/all')
    const answer = await asking.answer
    expect(answer).toMatchObject({ status: 200, body: '' })
    expect(answer.header('content-type')).toBe('application/json')
    expect(arrivals('/exports/')).toEqual(['HEAD /exports/all'])
  })

  test('that prefers a handle goes on, polls the Location, and fetches the answer after the yes', async () => {
    const prefer = ['--header', 'Prefer: respond-async']
    const handle = await stage.house.agent('crm', '/curl/5', '--request', 'PUT', ...prefer).answer
    expect(handle.status).toBe(202)
    const location = handle.header('location') ?? ''
    expect(await now(location)).toMatchObject({ state: 'waiting', wait: 'parked' })
    const ben = await stage.visitors.signIn('ben')
    await approve(ben, 'PUT /curl/5')
    await expect.poll(() => now(location), PATIENCE).toMatchObject({ state: 'succeeded' })
    const answer = await stage.house.api(`${location}/answer`).answer
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('nth') })
    expect(answer.header('sallyport-status')).toBe('200')
    expect(arrivals('/curl/5')).toEqual(['PUT /curl/5'])
  })
})

async function approve(ben: Page, command: string): Promise<void> {
  await openCard(ben, command)
  await button(ben, 'Approve once').click()
}

/** What the gateway says of the action; it may wait a second for a change. */
async function now(address: string): Promise<unknown> {
  return JSON.parse((await stage.house.api(`${address}?wait=1`).answer).body)
}

function arrivals(path: string): readonly string[] {
  return stage.house.arrived.filter((one) => one.includes(path))
}
