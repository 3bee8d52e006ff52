import { isNameLike, VALUE } from '../name-like.ts'
import { batchOf, type Carried, type CarriedOperation, membersOf } from './carried.ts'
import type { Spoken } from './spoken.ts'

/** JSON-RPC 2.0, 4: all that a request has. A notification is one without an id, and runs like any. */
const MEMBERS = ['jsonrpc', 'method', 'params', 'id'] as const
/** `tools/call`, `eth/block/get`. */
const METHOD_WORDS_LIMIT = 4

interface Call {
  readonly method: string
  readonly id: string | number | null
}

/** The methods that a JSON-RPC request calls, or null where it is not understood. */
export function readJsonRpc({ method, json }: Spoken): Carried | null {
  const requests = method === 'POST' && json !== null ? batchOf(json.value) : null
  const calls = requests?.map(callOf).filter((call) => call !== null) ?? []
  const [first, ...others] = calls
  if (first === undefined || calls.length !== requests?.length || repeatsId(calls)) return null
  const operations = [carriedOf(first), ...others.map(carriedOf)] as const
  return { operations, runs: calls.length, renames: false, keys: null, secrets: new Set() }
}

function callOf(request: unknown): Call | null {
  const { jsonrpc, method, params = [], id = null } = membersOf(request, MEMBERS) ?? {}
  if (jsonrpc !== '2.0' || typeof method !== 'string' || typeof params !== 'object' || params === null)
    return null
  return id === null || typeof id === 'string' || typeof id === 'number' ? { method, id } : null
}

/** Of two calls with one id, nobody could tell which answer is whose. */
function repeatsId(calls: readonly Call[]): boolean {
  const ids = calls.map(({ id }) => id).filter((id) => id !== null)
  return new Set(ids.map(String)).size !== ids.length
}

function carriedOf({ method }: Call): CarriedOperation {
  const words = method.split('/')
  const nameKnown = words.length <= METHOD_WORDS_LIMIT && words.every(isNameLike)
  return {
    name: nameKnown ? method : VALUE,
    nameKnown,
    effects: ['execute'],
    deferred: false,
    datasets: null,
  }
}
