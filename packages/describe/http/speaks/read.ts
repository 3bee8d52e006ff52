import type { HttpMessage } from '../message.ts'
import type { Speaks } from '../route.ts'
import type { Carried } from './carried.ts'
import { readGraphql } from './graphql.ts'
import { readJsonRpc } from './json-rpc.ts'
import { spokenIn } from './spoken.ts'

/** The operations that a request carries in its body, or null where nobody could say all of them. */
export function readCarried(
  { language }: Speaks,
  message: HttpMessage,
  body: Uint8Array | null,
): Carried | null {
  const spoken = spokenIn(message, body)
  switch (language) {
    case 'graphql':
      return readGraphql(spoken)
    case 'json-rpc':
      return readJsonRpc(spoken)
  }
}
