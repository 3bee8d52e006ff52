import { setTimeout as pause } from 'node:timers/promises'
import type { ActionView } from '@sallyport/contract/action'
import type { Heard, Word } from './evidence.ts'
import type { House, Reviewer } from './house.ts'
import { nameIn } from './target.ts'

/** What an agent wants, and how it asks for it. */
export interface Wish {
  readonly name: string
  readonly way: Way
  /** Which of the agents. */
  readonly agent: number
}

export const WAYS = ['read', 'change', 'stream', 'live', 'two', 'parked', 'claim'] as const
/** `stream` sends more than is held in memory; `two` takes two approvals. */
export type Way = (typeof WAYS)[number]

const METHOD = {
  read: 'GET',
  change: 'POST',
  stream: 'POST',
  live: 'DELETE',
  two: 'PUT',
  parked: 'DELETE',
  claim: 'DELETE',
} as const
/** Above what a gateway reads before it judges. */
const STREAM_BYTES = 1_500_000
/** Presented so often, a claim has met its reviewer. */
const PRESENTED_LIMIT = 10
const LOOK_EVERY_MS = 20
const HELD = 503
const HANDLED = 202

/** What was told to anybody, in the order in which they heard it. */
export interface Told {
  readonly heard: Heard[]
  readonly words: Word[]
}

/** Asks, and waits for what comes. A gateway that dies meanwhile has said nothing. */
export async function ask(wish: Wish, house: House, told: Told): Promise<void> {
  for (let times = 0; times < (wish.way === 'claim' ? PRESENTED_LIMIT : 1); times++) {
    const status = await askOnce(wish, house, told)
    if (status !== HELD) return
  }
}

async function askOnce(
  { name, way, agent }: Wish,
  { gateway, agents }: House,
  { heard }: Told,
): Promise<number | 'gone'> {
  const path =
    way === 'claim'
      ? `/claims/orders/${name}`
      : way === 'two'
        ? `/orders/rights/${name}`
        : `/orders/orders/${name}`
  const authorization = `Bearer ${agents[agent % agents.length]}`
  try {
    const response = await fetch(gateway.httpUrl + path, {
      method: METHOD[way],
      ...bodyOf(name, way),
      headers: {
        authorization,
        // A change is asked for again after a crash by whoever heard nothing of it.
        ...(way === 'change' && { 'idempotency-key': name }),
        ...(way === 'parked' && { prefer: 'respond-async' }),
      },
    })
    await response.arrayBuffer()
    const action = response.headers.get('sallyport-action')
    heard.push({ name, action, answered: response.status === 200 })
    if (way === 'parked' && response.status === HANDLED)
      await ended(`${gateway.consoleUrl}/v1/actions/${action}`, authorization)
    return response.status
  } catch {
    return 'gone'
  }
}

function bodyOf(name: string, way: Way): { readonly body?: string } {
  if (way === 'stream') return { body: '.'.repeat(STREAM_BYTES) }
  return way === 'change' || way === 'two' || way === 'parked'
    ? { body: JSON.stringify({ order: name }) }
    : {}
}

/** As an agent with a handle does. */
async function ended(url: string, authorization: string): Promise<void> {
  for (let after = 0; ; ) {
    const response = await fetch(`${url}?wait=10&after=${after}`, { headers: { authorization } })
    const { version, ended } = (await response.json()) as Pick<ActionView, 'version' | 'ended'>
    if (ended !== null) return
    after = version
  }
}

/** Both reviewers, deciding whatever waits until they are told to stop or the gateway dies. Now and then they say no. */
export async function review(house: House, told: Told, stopped: () => boolean): Promise<void> {
  await Promise.all(house.reviewers.map((reviewer) => reviewBy(reviewer, house, told, stopped)))
}

async function reviewBy(reviewer: Reviewer, house: House, told: Told, stopped: () => boolean): Promise<void> {
  const { gateway } = house
  while (!stopped() && !gateway.dead) {
    try {
      for (const { action, saw } of await waitingFor(reviewer, gateway.consoleUrl)) {
        const says = isDenied(nameIn(action.command.line)) ? 'deny' : 'approve'
        const decided = await call(reviewer, gateway.consoleUrl, `/v1/holds/${action.id}/decisions`, {
          says,
          saw,
        })
        await decided.arrayBuffer()
        if (decided.ok) told.words.push({ action: action.id, by: reviewer.person, says })
      }
    } catch {
      // It died. Whatever it did not say it did not say.
    }
    await pause(LOOK_EVERY_MS)
  }
}

/** Every ninth. */
function isDenied(name: string): boolean {
  return Number(name.slice(1)) % 9 === 8
}

interface Waiting {
  readonly action: { readonly id: string; readonly command: { readonly line: string } }
  readonly saw: string
}

async function waitingFor(reviewer: Reviewer, url: string): Promise<readonly Waiting[]> {
  const response = await call(reviewer, url, '/v1/holds')
  const { holds = [] } = (await response.json()) as { readonly holds?: readonly Waiting[] }
  return holds
}

function call({ cookie, pageKey }: Reviewer, url: string, path: string, body?: unknown): Promise<Response> {
  return fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { cookie, origin: url, 'sallyport-csrf': pageKey, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}
