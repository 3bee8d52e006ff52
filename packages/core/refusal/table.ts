/** What a refusal code means, how each protocol says it, and what the agent should do next. */
export interface RefusalRow {
  readonly meaning: string
  readonly http: number
  readonly sqlstate: string
  readonly jsonRpc: number
  readonly exit: number
  /** One line to the agent: what to do next. */
  readonly advice: string
}

export type RefusalCode =
  | 'not-authenticated'
  | 'unresolved-caller'
  | 'unknown-resource'
  | 'malformed'
  | 'rate-limited'
  | 'conflict'
  | 'not-eligible'
  | 'needs-presence'
  | 'stale-card'
  | 'not-permitted'
  | 'policy-error'
  | 'not-understood'
  | 'no-reviewer'
  | 'reason-needed'
  | 'held'
  | 'denied'
  | 'expired'
  | 'withdrawn'
  | 'unknown-outcome'
  | 'export-cap'
  | 'too-large'
  | 'frozen'
  | 'unavailable'

/**
 * The one refusal table. Doors, API and CLI look here and nowhere else. Codes, statuses and exit codes are pinned by a test:
 * peers observe them. The columns: meaning, HTTP, SQLSTATE, JSON-RPC, exit code, advice.
 */
// biome-ignore format: a table is read by its columns
export const REFUSALS: Readonly<Record<RefusalCode, RefusalRow>> = {
  'not-authenticated':  row('the caller could not be proved', 401, '28P01', -32001, 10, 'check the key; ask its owner for a new one if it was rotated or revoked'),
  'unresolved-caller':  row('somebody in the calling chain is not a known person', 403, '28000', -32002, 11, 'stop; a person must add the missing identity to the directory'),
  'unknown-resource':   row('no such resource', 404, '3D000', -32003, 12, 'check the name of the resource; do not guess others'),
  'malformed':          row('the request could not be read', 400, '08P01', -32600, 13, 'correct the request as the detail says, then send it again'),
  'rate-limited':       row('too many requests', 429, '53400', -32004, 14, 'wait as long as Retry-After says, then send the same request once'),
  'conflict':           row('the request contradicts an earlier one', 409, '40001', -32005, 15, 'read the current state before you try again'),
  'not-eligible':       row('this person may not decide this action', 403, '42501', -32006, 16, 'leave the decision to somebody outside the chain of the request'),
  'needs-presence':     row('a decision needs a person who is present', 403, '42501', -32007, 17, 'open the link in a browser and decide there'),
  'stale-card':         row('the card changed after it was shown', 409, '40001', -32008, 18, 'read the card again, then decide'),
  'not-permitted':      row('policy refuses this action', 403, '42501', -32009, 20, 'do not retry and do not rephrase; ask the owner whether policy should allow it'),
  'policy-error':       row('policy could not give a verdict', 503, '58000', -32010, 21, 'do not retry; tell the operator that policy fails'),
  'not-understood':     row('the action could not be understood well enough to be judged', 403, '42501', -32011, 22, 'send a simpler command whose effects are plain'),
  'no-reviewer':        row('nobody is left who may decide this action', 403, '42501', -32012, 23, 'do not retry; tell the owner that no eligible reviewer exists'),
  'reason-needed':      row('policy wants a reason', 428, '42501', -32013, 24, 'send the same request with a reason that a person can judge (Sallyport-Reason)'),
  'held':               row('the action waits for people', 503, '57014', -32014, 25, 'send exactly the same request again after Retry-After; it runs once it is approved'),
  'denied':             row('a person denied this action', 403, '42501', -32015, 26, 'do not retry and do not rephrase; ask the owner why'),
  'expired':            row('nobody decided in time', 403, '57014', -32016, 27, 'do not retry in a loop; ask the owner to find a reviewer first'),
  'withdrawn':          row('the action was withdrawn before it ran', 409, '57014', -32017, 28, 'nothing ran; send it again only if it is still wanted'),
  'unknown-outcome':    row('the action may or may not have run', 502, '08007', -32018, 29, 'do not retry; a person must look at the target first'),
  'export-cap':         row('the answer is larger than policy lets through', 403, '54000', -32019, 30, 'for a read ask for less, or for the export with a higher Sallyport-Cap; a change has run, so do not send it again'),
  'too-large':          row('the request is larger than the limit', 413, '54000', -32020, 31, 'send less'),
  'frozen':             row('this agent, resource or the whole gateway is frozen', 423, '57P03', -32021, 32, 'stop; a person froze it and a person must lift it'),
  'unavailable':        row('the target or the gateway cannot serve this now', 503, '57P03', -32022, 33, 'wait as long as Retry-After says, then send the same request once'),
}

function row(
  meaning: string,
  http: number,
  sqlstate: string,
  jsonRpc: number,
  exit: number,
  advice: string,
): RefusalRow {
  return { meaning, http, sqlstate, jsonRpc, exit, advice }
}
