import type { ActionView } from '@sallyport/contract/action'
import { readAction } from '@sallyport/contract/routes/actions'
import { answerQuestion } from '@sallyport/contract/routes/holds'
import { isEnd } from '@sallyport/core/lifecycle/table'
import type { Client } from '../client/client.ts'
import { isRefusalCode, readProblem } from '../client/problem.ts'
import { refused } from '../line/trouble.ts'

/** What the agent is given: two addresses and one key. It has no credential of the company. */
export interface Given {
  readonly httpUrl: string
  readonly resource: string
  readonly key: string
  readonly api: Client
}

export const REASON = 'The newsletter of the morning goes out at six, and marketing asked for the list.'
export const ANSWER =
  'All of them: the newsletter goes to every customer. The file is deleted after it was sent.'

/** Longer than any connection waits with a held action. */
const ANSWER_LIMIT_MS = 60_000
/** The longest poll of the contract, less a little. */
const POLL_WAIT_S = 50
/** An ordinary read, which passes. */
export async function listCustomers({ httpUrl, resource, key }: Given): Promise<number> {
  const response = await atTheDoor(`${httpUrl}/${resource}/customers`, { authorization: `Bearer ${key}` })
  const body: unknown = await response.json()
  if (!response.ok) throw readProblem(body) ?? new Error(`the company answered ${response.status}`)
  return hasCustomers(body) ? body.customers.length : 0
}

/** An export, by its handle: the agent goes on with its night and asks what became of it. */
export async function askForExport({ httpUrl, resource, key }: Given): Promise<string> {
  const response = await atTheDoor(`${httpUrl}/${resource}/exports/customers.csv`, {
    authorization: `Bearer ${key}`,
    'sallyport-reason': REASON,
    prefer: 'respond-async',
  })
  const action = response.headers.get('sallyport-action')
  if (response.status === 202 && action !== null) return action
  throw readProblem(await response.json()) ?? new Error(`the door answered ${response.status}`)
}

async function atTheDoor(url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
  } catch {
    throw refused('unavailable', 'the HTTP door did not answer')
  }
}

/** Waits until the action has ended. The first question is answered, by the agent itself. */
export async function waitForPeople(
  id: string,
  { api }: Given,
  onQuestion: (by: string, text: string) => void,
  signal: AbortSignal,
): Promise<ActionView> {
  let answered = false
  let action = await api.call(readAction, { params: { id }, signal })
  while (!isEnd(action.state)) {
    const question = action.thread.find(({ kind }) => kind === 'question')
    if (question !== undefined && !answered) {
      answered = true
      onQuestion(question.by, question.text)
      action = await api.call(answerQuestion, { params: { id }, body: { text: ANSWER }, signal })
      continue
    }
    const query = { wait: POLL_WAIT_S, after: action.version }
    action = await api.call(readAction, { params: { id }, query, signal })
  }
  return action
}

/** How many customers came, once it ran. */
export async function fetchExport({ id, state, ended }: ActionView, { api }: Given): Promise<number> {
  if (state !== 'succeeded') {
    const code = ended?.code ?? null
    throw refused(code !== null && isRefusalCode(code) ? code : 'unavailable', `the export is ${state}`)
  }
  const csv = new TextDecoder().decode(await api.fetch(`/v1/actions/${id}/answer`))
  return csv.trimEnd().split('\n').length - 1
}

function hasCustomers(body: unknown): body is { readonly customers: readonly unknown[] } {
  return typeof body === 'object' && body !== null && 'customers' in body && Array.isArray(body.customers)
}
