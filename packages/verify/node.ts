import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engines } from './engines.ts'
import { type LogSource, MAX_FILE_BYTES } from './source.ts'

/** All that Node alone can do for a verifier: the rest of this package runs in a browser as it is. */
export const NODE_ENGINES: Engines = {
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  ed25519Verify: (publicKey, message, signature) => verify(null, message, keyOf(publicKey), signature),
}

/** A log as its files, exactly as they are served. */
export function folderSource(folder: string): LogSource {
  return {
    read: async (path) => {
      try {
        await using file = await open(join(folder, path))
        const { size } = await file.stat()
        if (size > MAX_FILE_BYTES) throw new Error(`\`${path}\` is larger than any file of a log`)
        return await file.readFile()
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}

function keyOf(publicKey: Uint8Array): KeyObject {
  const x = Buffer.from(publicKey).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
