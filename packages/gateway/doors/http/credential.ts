import { safe } from '@sallyport/core/redact/redacted'
import { type Refusal, refusal } from '@sallyport/core/refusal/refusal'

/** A key as it was presented: whose it is, identity says. */
export interface Credential {
  readonly kind: 'key'
  readonly key: string
}

const KEY = /^sp_[A-Za-z0-9_-]{16,256}$/
const SCHEME = /^(bearer|basic) +([A-Za-z0-9._~+/-]+=*)$/i

/** The key in `Authorization`, as a bearer token or, for clients that know only that, as the password of Basic. */
export function readCredential(authorization: string | undefined): Credential | Refusal {
  const [, scheme = '', token = ''] = SCHEME.exec(authorization?.trim() ?? '') ?? []
  const key = scheme.toLowerCase() === 'basic' ? passwordOf(token) : token
  if (KEY.test(key)) return { kind: 'key', key }
  return refusal(
    'not-authenticated',
    safe`there is no key in \`Authorization\`; send it as a bearer token, or as the password of Basic`,
  )
}

/** RFC 7617: what stands after the first colon. */
function passwordOf(token: string): string {
  const pair = Buffer.from(token, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}
