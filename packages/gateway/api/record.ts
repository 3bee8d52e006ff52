import type { ActionId } from '@sallyport/core/action/ids'
import { type Redacted, safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'
import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'
import { proved } from './session.ts'
import { mustAudit } from './who.ts'

/** What the API asks of the record's keeper. */
export interface Record {
  /** A file of the log by its C2SP path below `/log/`, or null where there is none. */
  readLog(path: string): Promise<LogFile | null>
  receipt(id: ActionId): Promise<Redacted | Refusal>
  /** How much of the log stands under a published checkpoint. */
  publishedSize(): number
  /** The `vkey` line that a verifier needs (C2SP signed-note). */
  readonly verifierKey: string
}

export interface LogFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly contentType: string
  /** A full tile never changes again. */
  readonly immutable: boolean
}

/** The checkpoint is public by choice: a witness needs no account. What was asked, and by whom, is not. */
const PUBLIC = /^(?:[1-9][0-9]*\/)?checkpoint$/

/** The record as files, in the paths of C2SP tlog-tiles. */
export function log(parts: ApiParts): Api {
  const api = router()
  api.get('/log/*', async (c) => {
    const path = c.req.path.slice('/log/'.length)
    if (!PUBLIC.test(path)) mustAudit(await proved(c, parts), parts)
    const file = await parts.record.readLog(path)
    if (file === null) throw new Refused(refusal('unknown-resource', safe`no such file of the log`))
    c.header('Content-Type', file.contentType)
    if (file.immutable) c.header('Cache-Control', 'private, max-age=31536000, immutable')
    return c.body(file.bytes)
  })
  return api
}
