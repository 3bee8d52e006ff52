import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'
import { Refused } from './refused.ts'

/** `/healthz`: the process answers, and a restart would not help it. `/readyz`: it can record, so it may be sent work. Neither says more to a stranger. */
export function health(parts: ApiParts): Api {
  const api = router()
  let over = false
  parts.store.onFailed(() => {
    over = true
  })
  api.get('/healthz', (c) => {
    if (over) throw new Refused(refusal('unavailable', safe`the store is over`))
    return c.text('ok\n')
  })
  api.get('/readyz', async (c) => {
    if (!parts.ready()) throw new Refused(refusal('unavailable', safe`not ready`))
    await parts.store.read('head', {})
    return c.text('ok\n')
  })
  return api
}
