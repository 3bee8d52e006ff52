import { readStatus } from '@sallyport/contract/routes/house'
import { NODE_ENGINES } from '@sallyport/verify/node'
import { verifyReceipt } from '@sallyport/verify/verify-receipt'
import { openClient } from '../client/client.ts'
import { paint, type Terminal } from '../line/terminal.ts'
import { FAILED_EXIT } from '../line/trouble.ts'
import { counted } from '../show/times.ts'
import type { House } from './house.ts'
import {
  ANSWER,
  askForExport,
  fetchExport,
  type Given,
  listCustomers,
  REASON,
  waitForPeople,
} from './night-shift.ts'
import { AGENT, RESOURCE } from './world.ts'

/** What the telling of the scene needs besides the house. */
export interface Telling {
  readonly json: boolean
  /** How a command line reaches this gateway: its flags. */
  readonly place: string
  /** Called with the held action: a person has to look at it. */
  readonly onHeld: (id: string) => void
  readonly signal: AbortSignal
}

/** Two in the morning: a read passes, an export waits for a person, a question comes and is answered. Gives the exit code. */
export async function playScene(house: House, telling: Telling, terminal: Terminal): Promise<number> {
  const { json, signal } = telling
  const tell = (event: Readonly<Record<string, unknown>>, ...lines: readonly string[]): void => {
    if (json) terminal.give(`${JSON.stringify(event)}\n`)
    else for (const line of lines) terminal.say(line)
  }
  const agent: Given = {
    httpUrl: house.httpUrl,
    resource: RESOURCE,
    key: house.agentKey,
    api: openClient(house.consoleUrl, house.agentKey),
  }
  if (!json) terminal.say(paint('bold', `It is two in the morning at Fernhill, and ${AGENT} is at work.`))

  const customers = await listCustomers(agent)
  tell({ event: 'read', customers }, `  It lists the customers: ${customers} come back. Reading passes.`)

  const id = await askForExport(agent)
  tell(
    { event: 'held', action: id },
    `  It asks for all of them as a file, because: ${REASON}`,
    `  Data is about to leave, so this waits for a reviewer: ${house.consoleUrl}/holds/${id}`,
  )
  telling.onHeld(id)
  const ended = await waitForPeople(
    id,
    agent,
    (by, question) =>
      tell(
        { event: 'question', by, question, answer: ANSWER },
        `  ${by} asks: ${question}`,
        `  ${AGENT} answers: ${ANSWER}`,
      ),
    signal,
  )
  const by = ended.votes.map((vote) => vote.by)
  const rows = await fetchExport(ended, agent)
  tell(
    { event: 'answered', action: id, by, rows },
    `  ${by.join(' and ')} approved. ${counted(rows, 'row')} came back.`,
  )
  return checkReceipt(id, house, telling, tell)
}

/** The proof of it, checked here as anybody would: with the receipt and the key alone. */
async function checkReceipt(
  id: string,
  { operator }: House,
  { place }: Telling,
  tell: (event: Readonly<Record<string, unknown>>, ...lines: readonly string[]) => void,
): Promise<number> {
  const { verifierKey } = await operator.call(readStatus)
  const receipt = new TextDecoder().decode(await operator.fetch(`/v1/receipts/${id}`))
  const checked = verifyReceipt(NODE_ENGINES, receipt, verifierKey)
  if (checked.kind === 'unsound') {
    tell(
      { event: 'receipt', action: id, sound: false, says: checked.says },
      `  The receipt is unsound: ${checked.says}`,
    )
    return FAILED_EXIT
  }
  const { leaves, state, ended, checkpoint } = checked
  tell(
    { event: 'receipt', action: id, sound: true, state, entries: leaves, size: checkpoint.size },
    `  The receipt is sound: ${ended ? '' : 'at least '}${state}, by ${counted(leaves, 'entry', 'entries')} of a signed record of ${checkpoint.size}.`,
    '  Check it yourself:',
    `    npx sallyport verify ${id}${place}`,
  )
  return 0
}
