import type { EventOf } from '@sallyport/core/lifecycle/event'
import type { Life } from '@sallyport/core/lifecycle/life'
import { step } from '@sallyport/core/lifecycle/step'
import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { changeOf } from './change.ts'
import { type Bytes, runApproved, type Way } from './dispatch.ts'
import type { Admission, Progress } from './guard.ts'
import type { House } from './house.ts'
import { mailbox } from './mailbox.ts'

type News =
  | { readonly kind: 'life'; readonly life: Life }
  | { readonly kind: 'client-gone' }
  | { readonly kind: 'live-limit' }

/**
 * A connection waits with its action: until people decided, the client went, or the live limit came. The bytes stay in this
 * frame; nobody else could send them. `life` is a live hold that was just opened, or a claim that its caller presents again.
 */
export async function* waitLive(life: Life, bytes: Bytes, way: Way): AsyncGenerator<Progress, Admission> {
  const { guarded, house, signal } = way
  const { parts } = house
  const news = mailbox<News>()
  const unlisten = parts.store.onLives((lives) => {
    for (const moved of lives) if (moved.action.id === life.action.id) news.put({ kind: 'life', life: moved })
  })
  const gone = (): void => news.put({ kind: 'client-gone' })
  signal.addEventListener('abort', gone, { once: true })
  const cancelLimit = parts.timer(guarded.liveWaitMs, () => news.put({ kind: 'live-limit' }))
  let admission: Admission | undefined
  try {
    // It may have moved, and the client may have gone, before anybody listened.
    news.put({ kind: 'life', life: (await parts.store.read('life', { id: life.action.id })) ?? life })
    if (signal.aborted) gone()
    yield { kind: 'held', life }
    while (admission === undefined) {
      const next = await news.next()
      admission = await answerTo(next, life, bytes, way)
      if (admission === undefined && next.kind === 'life') yield { kind: 'moved', life: next.life }
    }
    return admission
  } finally {
    cancelLimit()
    unlisten()
    signal.removeEventListener('abort', gone)
    // Whoever stops listening in the middle is a client that is gone.
    if (admission === undefined) await clientGone(life, house)
  }
}

/** What a piece of news means for who waits; undefined: go on waiting. */
async function answerTo(news: News, life: Life, bytes: Bytes, way: Way): Promise<Admission | undefined> {
  const { house } = way
  switch (news.kind) {
    case 'client-gone':
      return clientGone(life, house)
    case 'live-limit':
      return release(life, house)
    case 'life': {
      if (news.life.state === 'waiting') return undefined
      if (news.life.state !== 'approved') return { kind: 'refused', refusal: refusalOf(news.life) }
      const ran = await runApproved(news.life, bytes, way)
      if (ran === 'moved-on') return undefined
      return ran.kind === 'refusal' ? notRun(news.life, ran, house) : ran
    }
  }
}

/** How an action ended, or that it waits, in the words of the refusal table. */
export function refusalOf(life: Life): Refusal {
  const { id } = life.action
  switch (life.state) {
    case 'waiting':
    case 'approved':
      return refusal('held', safe`action ${id} waits for people`, id)
    case 'refused':
      return refusal(life.ended?.code ?? 'not-permitted', safe`action ${id} was refused`, id)
    case 'denied':
    case 'expired':
    case 'withdrawn':
      return refusal(life.state, safe`action ${id} was not sent`, id)
    case 'dispatched':
    case 'unknown':
      return refusal('unknown-outcome', safe`action ${id} was sent, and what came of it is not known`, id)
    case 'succeeded':
    case 'failed':
      return refusal('conflict', safe`action ${id} has run`, id)
  }
}

/** The client that waited is gone: nobody is left to hear the answer, so that a late approval must find nothing (claim G6). */
async function clientGone(life: Life, house: House): Promise<Admission> {
  const ended = await moveOn(
    life,
    { kind: 'withdraw', why: 'client-gone' },
    house,
    (now) => now.wait === 'live',
  )
  return { kind: 'refused', refusal: refusalOf(ended) }
}

/** Past the live limit it becomes claimable: it never runs by itself, presenting it again after the yes does. */
async function release(life: Life, house: House): Promise<Admission> {
  const released = await moveOn(life, { kind: 'release' }, house, (now) => now.wait === 'live')
  return { kind: 'refused', refusal: refusalOf(released) }
}

/** Approved, and yet it may not run: bytes or target changed, or it is frozen. A frozen claim may still run after the thaw. */
async function notRun(life: Life, why: Refusal, house: House): Promise<Admission> {
  if (why.code !== 'frozen' || life.wait === 'live')
    await moveOn(life, { kind: 'withdraw', why: 'changed' }, house, () => true)
  return { kind: 'refused', refusal: why }
}

/** Moves the action as it stands now, again and again until the move is won or no longer fits. */
export async function moveOn(
  { action: { id } }: Life,
  event: EventOf<'release' | 'withdraw' | 'expire'>,
  { parts }: House,
  fits: (life: Life) => boolean,
): Promise<Life> {
  for (;;) {
    const life = await parts.store.read('life', { id })
    if (life === null) throw new Error(`action ${id} is not in the store`)
    if (!fits(life)) return life
    const stepped = step(life, event, parts.clock())
    if ('code' in stepped) return life
    if ((await parts.store.move(changeOf(life, stepped))) !== 'lost') return stepped.life
  }
}
