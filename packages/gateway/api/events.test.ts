import { type Console } from '@sallyport/testkit/console'
import { openShop } from '@sallyport/testkit/shop'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

let shop: Console
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

describe('a stream of events', () => {
  test('tells whoever may see it of a change', async () => {
    const ines = await shop.browser('ines')
    const events = await listen({ cookie: ines.cookie })
    const { id } = (await shop.hold({ message: 'told' })).action
    expect(await events.until('event: action')).toContain(id)
    await events.close()
  })

  test('ends with the session that it was opened by, and says nothing more', async () => {
    const ines = await shop.browser('ines')
    const events = await listen({ cookie: ines.cookie })
    expect((await ines.submit('/sign-out', {})).status).toBe(303)
    await shop.hold({ message: 'not told' })
    expect(await events.until(null)).not.toContain('event: action')
  })

  test('ends with the key of an agent', async () => {
    const key = await shop.key('invoice-bot')
    const events = await listen({ authorization: `Bearer ${key}` })
    await shop.key('invoice-bot')
    await shop.hold({ message: 'not told either' })
    expect(await events.until(null)).not.toContain('event: action')
  })
})

/** Reads until this is heard, or, for `null`, until the stream ends. */
async function listen(headers: Readonly<Record<string, string>>) {
  const answer = await fetch(`${shop.url}/v1/events`, { headers })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('no stream')
  let heard = ''
  const until = async (text: string | null): Promise<string> => {
    while (text === null || !heard.includes(text)) {
      const { value, done } = await reader.read()
      if (done) break
      heard += value
    }
    return heard
  }
  // It listens once it has said so.
  await until(': still here')
  return { until, close: () => reader.cancel() }
}
