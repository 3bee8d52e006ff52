import type { ActionView } from '@sallyport/contract/action'
import type { HoldView } from '@sallyport/contract/hold'
import { readAction } from '@sallyport/contract/routes/actions'
import { decideHold, readHold } from '@sallyport/contract/routes/holds'
import { whoAmI } from '@sallyport/contract/routes/people'
import { REFUSALS } from '@sallyport/core/refusal/table'
import { openInBrowser } from '../line/browser.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { refused, Trouble } from '../line/trouble.ts'
import { outcome } from '../show/action.ts'
import { showCard } from '../show/card.ts'
import type { Client } from './client.ts'
import { clientFor } from './open.ts'
import type { PlaceFlags } from './place.ts'
import { isRefusalCode, Problem } from './problem.ts'

type Says = 'approve' | 'deny'

/** The longest poll of the contract, less a little. */
const POLL_WAIT_S = 50

/**
 * A command line cannot decide: its token lies in a file on a machine where an agent may work (claim A3). So it asks the
 * gateway, is told where the person finds the buttons, opens that page, and waits for what they click there.
 */
export async function decideInBrowser(
  id: string,
  says: Says,
  flags: PlaceFlags & { readonly json: boolean },
  terminal: Terminal,
): Promise<number> {
  const client = await clientFor(flags, 'either', terminal)
  const hold = await client.call(readHold, { params: { id } })
  if (!flags.json) showCard(hold, Date.now(), terminal)
  const open = await whereToDecide(client, hold, says)
  terminal.note()
  terminal.note(`To ${says} it, decide here:`)
  terminal.note('  ', paint('bold', open))
  openInBrowser(open, terminal)
  const { person } = await client.call(whoAmI)
  const decided = await decision(client, hold.action, person)
  if (flags.json) terminal.json(decided)
  else terminal.say(`${decided.id}: ${outcome(decided)}`)
  return exitOf(decided, says)
}

/** The page with the buttons: in the gateway's own refusal of a token. */
async function whereToDecide(
  client: Client,
  { action, mayDecide, whyNot, saw }: HoldView,
  says: Says,
): Promise<string> {
  const { id } = action
  try {
    await client.call(decideHold, { params: { id }, body: { says, saw } })
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.code !== 'needs-presence' || cause.open === null) throw cause
    // The link would only lead to a page that says this, too.
    if (!mayDecide) throw refused('not-eligible', whyNot ?? 'you may not decide this')
    return cause.open
  }
  throw new Trouble(
    'the gateway took a decision from a token',
    'that must not be: freeze it and compare its version with this one',
  )
}

/** Resolves when the action no longer waits, or this person has voted and others are still to. */
async function decision(client: Client, seen: ActionView, person: string | null): Promise<ActionView> {
  let action = seen
  while (action.state === 'waiting' && !action.votes.some(({ by }) => by === person)) {
    const query = { wait: POLL_WAIT_S, after: action.version }
    action = await client.call(readAction, { params: { id: action.id }, query })
  }
  return action
}

/** 0 where what was wanted has happened; else the code of what happened instead. */
function exitOf({ state, ended }: ActionView, says: Says): number {
  const denied = state === 'denied'
  if (says === 'deny') return denied ? 0 : REFUSALS[state === 'waiting' ? 'held' : 'conflict'].exit
  const code = ended?.code ?? null
  return code !== null && isRefusalCode(code) && isNo(state) ? REFUSALS[code].exit : 0
}

/** Ends without anybody's yes: whatever follows an approval is not the decider's affair. */
function isNo(state: ActionView['state']): boolean {
  return state === 'denied' || state === 'expired' || state === 'withdrawn' || state === 'refused'
}
