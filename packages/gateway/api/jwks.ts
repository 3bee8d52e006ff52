import { type Api, router } from './env.ts'
import type { ApiParts } from './parts.ts'

/** A verifier that meets an unknown key asks again; this bounds how long a key that was taken away is believed. */
const CACHED_S = 300

/** The public keys by which targets verify who calls. They are for everybody: there is nothing in them to hide. */
export function jwks({ jwks }: ApiParts): Api {
  const api = router()
  api.get('/.well-known/jwks.json', (c) => {
    c.header('Content-Type', 'application/jwk-set+json')
    c.header('Cache-Control', `public, max-age=${CACHED_S}`)
    return c.body(JSON.stringify(jwks))
  })
  return api
}
