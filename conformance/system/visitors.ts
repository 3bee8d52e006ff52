import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { House } from './house.ts'

/** Where Debian's package puts it. */
export const CHROMIUM = '/usr/bin/chromium'
/** Far above what anything here takes, and below the time of a test, so that the step that hangs is named. */
const PATIENCE_MS = 10_000

/** People in front of Debian's Chromium, each with a profile of their own. */
export interface Visitors {
  /** A browser in which nobody is signed in. */
  visit(options?: BrowserContextOptions): Promise<Page>
  /** Signs in as people do: follows the link and presses the button. */
  signIn(person: string, options?: BrowserContextOptions): Promise<Page>
  /** What the consoles of all their browsers complained about since the last call; the policy of a page complains there too. */
  complaints(): readonly string[]
  /** Closes their browsers. */
  leave(): Promise<void>
  close(): Promise<void>
}

export async function openVisitors(house: House): Promise<Visitors> {
  const browser = await chromium.launch({ executablePath: CHROMIUM })
  const complaints: string[] = []
  const visit: Visitors['visit'] = (options) => openPage(browser, house, complaints, options)
  return {
    visit,
    async signIn(person, options) {
      const page = await visit(options)
      await page.goto(await house.link(person))
      await page.getByRole('button', { name: 'Sign in as' }).click()
      await page.waitForURL(`${house.consoleUrl}/`)
      return page
    },
    complaints: () => complaints.splice(0),
    async leave() {
      for (const context of browser.contexts()) {
        // A page that is just being loaded would keep its context from closing.
        for (const page of context.pages()) await page.goto('about:blank').catch(() => undefined)
        await context.close()
      }
    },
    close: () => browser.close(),
  }
}

async function openPage(
  browser: Browser,
  { consoleUrl }: House,
  complaints: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ baseURL: consoleUrl, ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return page
}
