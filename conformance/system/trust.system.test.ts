import { createHash } from 'node:crypto'
import { claim } from '@sallyport/testkit/claim'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { ask, button, line, openCard, waysToApprove, waysToDecide } from './card.ts'
import { openSite } from './origin.ts'
import { Stage } from './stage.ts'

const stage = new Stage()
const OWN = 'You are in the chain of this request. Nobody decides their own.'

describe('the owner of the agent that asks', () => {
  test(
    claim(
      'A1',
      'page',
      'sees the card without a way to decide, and why, and what she sends by hand decides nothing',
    ),
    async () => {
      const [ada, ben] = await Promise.all([stage.visitors.signIn('ada'), stage.visitors.signIn('ben')])
      const asking = stage.house.agent('crm', '/own/1', '--request', 'POST')
      const id = await openCard(ada, 'POST /own/1')
      await openCard(ben, 'POST /own/1')
      await ada.getByText(OWN).waitFor()
      expect(await waysToDecide(ada).count()).toBe(0)
      expect(await waysToDecide(ben).count()).toBeGreaterThan(0)
      const { saw } = await hiddenFields(ben)
      const { pageKey } = await hiddenFields(ada)
      const sent = await sendDecision(ada, id, { pageKey, saw })
      expect(sent.status()).toBe(403)
      expect(await sent.text()).toContain('Ada may not decide')
      await nothingDecided(id, '/own/1')
      asking.interrupt()
    },
  )
})

describe('the key of the agent', () => {
  test(
    claim('A3', 'page', 'opens no page, and decides neither by the form of one nor by the API'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      const asking = stage.house.agent('crm', '/key/1', '--request', 'POST')
      const id = await openCard(ben, 'POST /key/1')
      const { pageKey, saw } = await hiddenFields(ben)
      expect(await stage.house.api(`/holds/${id}`).answer).toMatchObject({ status: 403 })
      const origin = ['--header', `Origin: ${stage.house.consoleUrl}`]
      const form = new URLSearchParams({ word: 'approve:once', pageKey, saw }).toString()
      const clicked = await stage.house.api(`/holds/${id}/decision`, ...origin, '--data', form).answer
      expect(clicked.status).toBe(403)
      const word = JSON.stringify({ says: 'approve', saw })
      const said = await stage.house.api(`/v1/holds/${id}/decisions`, '--json', word).answer
      expect(said.status).toBe(403)
      await nothingDecided(id, '/key/1')
      asking.interrupt()
    },
  )
})

describe('a sign-in link', () => {
  test('is not used up by those who look at every link, and works once for whoever presses the button', async () => {
    const link = await stage.house.link('ben')
    const chat = await openSite((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(
        `<link rel="icon" href="data:,"><link rel="prefetch" href="${link}"><a href="${link}">Sign in</a>`,
      )
    })
    const ben = await stage.visitors.visit()
    for (const options of [[], ['--head'], ['--location']]) {
      expect((await stage.house.api(link, ...options).answer).status).toBe(200)
    }
    const prefetched = ben.waitForEvent('requestfailed')
    await ben.goto(`http://localhost:${chat.port}/`)
    // The gateway has answered, and keeps its answer from pages of others.
    expect((await prefetched).url()).toBe(link)
    await ben.getByRole('link', { name: 'Sign in' }).click()
    await button(ben, 'Sign in as Ben Ruiz').click()
    await ben.getByRole('heading', { name: 'Nothing waits for you' }).waitFor()
    await ben.goto(link)
    await ben.getByText('Sign in again.').waitFor()
    const complaints = stage.visitors.complaints()
    expect(complaints).toEqual([expect.stringContaining('NotSameOrigin'), expect.stringContaining('401')])
    await chat.close()
  })
})

test('without JavaScript one can look at everything, is told so, and can neither ask nor decide', async () => {
  const ben = await stage.visitors.visit({ javaScriptEnabled: false })
  await ben.goto(await stage.house.link('ben'))
  await button(ben, 'Sign in as Ben Ruiz').click()
  expect(await ben.locator('noscript').innerText()).toContain('can look and not decide')
  const watch = await stage.visitors.signIn('cyd')
  const asking = stage.house.agent('crm', '/plain/1', '--request', 'POST')
  await line(watch, 'POST /plain/1').waitFor()
  await ben.getByRole('link', { name: 'Go on' }).click()
  const id = await openCard(ben, 'POST /plain/1')
  expect(await ben.locator('noscript').innerText()).toContain('can look here and not decide')
  await ben.getByText('Ask the requester').click()
  for (const name of ['Approve once', 'Ask']) expect(await button(ben, name).isDisabled()).toBe(true)
  await nothingDecided(id, '/plain/1')
  await button(ben, 'Sign out').click()
  await ben.getByRole('heading', { name: 'Sign in to go on' }).waitFor()
  expect(stage.visitors.complaints()).toEqual([expect.stringContaining('401')])
  asking.interrupt()
})

describe('a server on another port of this host', () => {
  test(
    claim('A3', 'page', 'is sent the cookie of whoever looks at it, and cannot decide with it'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      const asking = stage.house.agent('crm', '/port/1', '--request', 'POST')
      const id = await openCard(ben, 'POST /port/1')
      const stolen = Promise.withResolvers<string>()
      const evil = await openSite((request, response) => {
        stolen.resolve(request.headers.cookie ?? '')
        response.setHeader('content-type', 'text/html')
        response.end('<link rel="icon" href="data:,"><p>The preview of an agent</p>')
      })
      const { saw } = await hiddenFields(ben)
      await ben.goto(`http://localhost:${evil.port}/`)
      expect(await ben.evaluate<number>('localStorage.length')).toBe(0)
      const cookie = await stolen.promise
      expect(cookie).toContain('sp_session_')
      const headers = { cookie, origin: stage.house.consoleUrl }
      const card = await fetch(`${stage.house.consoleUrl}/holds/${id}`, { headers })
      const pageKey = /name="pageKey" value="([^"]*)"/.exec(await card.text())?.[1] ?? ''
      for (const guess of [pageKey, createHash('sha256').update(cookie).digest('base64url')]) {
        const clicked = await fetch(`${stage.house.consoleUrl}/holds/${id}/decision`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ word: 'approve:once', pageKey: guess, saw }).toString(),
        })
        expect(clicked.status).toBe(403)
        const said = await fetch(`${stage.house.consoleUrl}/v1/holds/${id}/decisions`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', 'sallyport-csrf': guess },
          body: JSON.stringify({ says: 'approve', saw }),
        })
        expect(await said.json()).toMatchObject({ code: 'needs-presence' })
      }
      await nothingDecided(id, '/port/1')
      asking.interrupt()
      await evil.close()
    },
  )
})

test('a browser that has lost the key of its sign-in says so, and lets nobody decide', async () => {
  const ben = await stage.visitors.signIn('ben')
  const asking = stage.house.agent('crm', '/lost/1', '--request', 'POST')
  await openCard(ben, 'POST /lost/1')
  await ben.evaluate('localStorage.clear()')
  await ben.reload()
  await ben.getByText('Sign in again with a new link.').waitFor()
  expect(await button(ben, 'Approve once').isDisabled()).toBe(true)
  asking.interrupt()
})

describe('a page', () => {
  test('loads from nowhere else, and its policy stops a script that somebody slipped in', async () => {
    const ben = await stage.visitors.signIn('ben')
    const asked = new Set<string>()
    ben.on('request', (request) => asked.add(new URL(request.url()).origin))
    const asking = stage.house.agent('crm', '/policy/1', '--request', 'POST')
    await openCard(ben, 'POST /policy/1')
    await ben.reload()
    expect([...asked]).toEqual([stage.house.consoleUrl])
    const seen = [...stage.visitors.complaints()]
    expect(seen).toEqual([])
    const markup = ben.evaluate('document.body.innerHTML = "<img src=x onerror=alert(1)>"')
    await expect(markup).rejects.toThrow('TrustedHTML')
    await ben.evaluate('document.body.append(Object.assign(new Image(), { src: "http://127.0.0.1:9/seen" }))')
    await expect
      .poll(() => seen.push(...stage.visitors.complaints()) && seen.join('\n'))
      .toContain('Content Security Policy directive: "img-src')
    asking.interrupt()
  })

  test('sends a click with its own Origin', async () => {
    const ben = await stage.visitors.signIn('ben')
    const asking = stage.house.agent('crm', '/click/1', '--request', 'POST')
    await openCard(ben, 'POST /click/1')
    const clicked = ben.waitForRequest('**/decision')
    await button(ben, 'Deny').click()
    expect((await (await clicked).allHeaders())['origin']).toBe(stage.house.consoleUrl)
    expect((await asking.answer).status).toBe(403)
  })
})

describe('a form of another site that sends itself', () => {
  // Another port is the same site to a browser, so the strict cookie comes along. Another name is not, and it stays at home.
  test.each([
    ['localhost', true],
    ['127.0.0.1', false],
  ])('decides nothing, with all that the card knows in it: from %s', async (host, brings) => {
    const ben = await stage.visitors.signIn('ben')
    const path = `/evil/${host}`
    const asking = stage.house.agent('crm', path, '--request', 'POST')
    const id = await openCard(ben, `POST ${path}`)
    const { pageKey, saw } = await hiddenFields(ben)
    const evil = await openSite((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(
        evilPage(`${stage.house.consoleUrl}/holds/${id}/decision`, { word: 'approve:once', pageKey, saw }),
      )
    })
    const sent = ben.waitForRequest('**/decision')
    await ben.goto(`http://${host}:${evil.port}/`)
    const headers = await (await sent).allHeaders()
    expect(headers['origin']).toBe(`http://${host}:${evil.port}`)
    expect(headers['cookie'] !== undefined).toBe(brings)
    expect((await (await sent).response())?.ok()).toBe(false)
    await nothingDecided(id, path)
    expect(stage.visitors.complaints()).toEqual([expect.stringMatching(/status of 4\d\d/)])
    asking.interrupt()
    await evil.close()
  })
})

describe('what a requester writes', () => {
  test(
    claim('V4', 'page', 'is text and nothing else: no order of letters, nothing unseen, no markup'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      const tricks =
        'a\u202egnp.exe b\u200bc \u2066d\u2069 <img src=x onerror=alert(1)></pre><button name=word>Approve</button>'
      const asking = stage.house.agent(
        'crm',
        '/tricks/1',
        '--request',
        'POST',
        '--header',
        `Sallyport-Reason: ${tricks}`,
      )
      const id = await openCard(ben, 'POST /tricks/1')
      await ask(ben, 'What is this?')
      const said = JSON.stringify({ text: tricks })
      expect((await stage.house.api(`/v1/holds/${id}/answers`, '--json', said).answer).status).toBe(200)
      await ben.getByText('night answered').waitFor()
      for (const place of [ben.locator('q'), ben.locator('.thread')]) {
        const shown = await place.innerText()
        for (const escape of ['\\u{202e}', '\\u{200b}', '\\u{2066}']) expect(shown).toContain(escape)
        expect(shown).toContain('<img src=x')
        expect(await place.locator('img, button').count()).toBe(0)
      }
      expect(await ben.content()).not.toMatch(/[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/u)
      asking.interrupt()
    },
  )

  test(
    claim('V4', 'page', 'and is cut in a view has no way to approve there; shown whole, it has'),
    async () => {
      const ben = await stage.visitors.signIn('ben')
      const query = ['a', 'b', 'c'].map((name) => `${name}=${name.repeat(1_500)}`).join('&')
      const asking = stage.house.agent('crm', `/long/1?${query}`, '--request', 'POST')
      await openCard(ben, 'POST /long/1')
      await ben.locator('pre').getByText('characters not shown').waitFor()
      expect(await waysToApprove(ben).count()).toBe(0)
      expect(await button(ben, 'Deny').count()).toBeGreaterThan(0)
      await ben.getByRole('link', { name: 'Read all of it' }).click()
      await ben.waitForURL('**?whole')
      expect(await ben.locator('pre').innerText()).toBe(`POST /long/1?${query}`)
      await button(ben, 'Approve once').click()
      expect((await asking.answer).status).toBe(200)
    },
  )

  test(claim('V4', 'page', 'and was never kept takes more than a click'), async () => {
    const ben = await stage.visitors.signIn('ben')
    const asking = stage.house.agent('crm', `/long/2?all=${'x'.repeat(6_000)}`, '--request', 'POST')
    const id = await openCard(ben, 'POST /long/2')
    await ben.locator('pre').getByText('characters›').waitFor()
    expect(await waysToApprove(ben).filter({ visible: true }).count()).toBe(0)
    await ben.getByText('Approve although a part cannot be shown').click()
    await button(ben, 'Approve once').click()
    await nothingDecided(id, '/long/2')
    await ben.getByLabel('I approve what I cannot see').check()
    await button(ben, 'Approve once').click()
    expect((await asking.answer).status).toBe(200)
  })
})

/** What the forms of a card would send. One without a way to decide names no card. */
async function hiddenFields(card: Page): Promise<{ readonly pageKey: string; readonly saw: string }> {
  const [saw] = await card.locator('[name=saw]').all()
  const pageKey = await card.evaluate<string>('Object.values(localStorage)[0]')
  expect(pageKey).toMatch(/^[\w-]{43}$/)
  return { pageKey, saw: (await saw?.getAttribute('value')) ?? '' }
}

/** What the browser of this page would send with a form, whatever form it is. */
function sendDecision(page: Page, id: string, fields: Readonly<Record<string, string>>) {
  return page.request.post(`/holds/${id}/decision`, {
    form: { word: 'approve:once', ...fields },
    headers: { origin: stage.house.consoleUrl },
    maxRedirects: 0,
  })
}

async function nothingDecided(id: string, path: string): Promise<void> {
  const read = await stage.house.api(`/v1/actions/${id}`).answer
  expect(JSON.parse(read.body)).toMatchObject({ state: 'waiting', votes: [] })
  expect(stage.house.arrived.filter((one) => one.includes(path))).toEqual([])
}

function evilPage(url: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`)
  return `<link rel="icon" href="data:,"><form method="post" action="${url}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`
}
