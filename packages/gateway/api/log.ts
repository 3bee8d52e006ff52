import { CHECKPOINT_PATH } from '@sallyport/core/ledger/checkpoint'
import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'
import { proved } from './session.ts'
import { mustAudit } from './who.ts'

const PREFIX = '/log/'

/**
 * The record as files, in the paths of C2SP tlog-tiles. The checkpoint is public by choice, so that a witness needs no
 * account; what was asked, and by whom, is not.
 */
export function log(parts: ApiParts): Api {
  const api = router()
  api.get(`${PREFIX}*`, async (c) => {
    const path = c.req.path.slice(PREFIX.length)
    if (path !== CHECKPOINT_PATH) mustAudit(await proved(c, parts), parts)
    const file = await parts.record.readLog(path)
    if (file === undefined) throw new Refused(refusal('unknown-resource', safe`no such file of the log`))
    c.header('Content-Type', file.contentType)
    if (file.immutable) c.header('Cache-Control', 'private, max-age=31536000, immutable')
    return c.body(Uint8Array.from(file.bytes))
  })
  return api
}
