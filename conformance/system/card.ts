import type { Locator, Page } from 'playwright-core'

/** Who decided and when, as every copy of a card says it. */
export const DECIDED = /(?:Ben Ruiz|Cyd Lau) (?:approved|denied), \d{4}-\d\d-\d\d \d\d:\d\d UTC/

/** Waits until the inbox shows this command by itself, opens its card, and gives the id of the action. */
export async function openCard(inbox: Page, command: string): Promise<string> {
  await line(inbox, command).click()
  await inbox.waitForURL('**/holds/*')
  return new URL(inbox.url()).pathname.split('/').at(-1) ?? ''
}

/** The line of an inbox with this command. */
export function line(inbox: Page, command: string): Locator {
  return inbox.getByRole('link').filter({ hasText: command })
}

export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true })
}

/** Asks the requester on the page, and sees the question there. */
export async function ask(card: Page, text: string): Promise<void> {
  await card.getByText('Ask the requester').click()
  await card.getByLabel('Your question.').fill(text)
  await button(card, 'Ask').click()
  await card.getByText(text).waitFor()
}

/** Every way to decide that a card could have. */
export function waysToDecide(page: Page): Locator {
  return page.locator('[name=word], form[action$="/decision"]')
}

export function waysToApprove(page: Page): Locator {
  return page.locator('[name=word][value^="approve"]')
}
