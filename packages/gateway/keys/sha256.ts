import { hash } from 'node:crypto'
import type { Sha256 } from '@sallyport/core/given'

/** What the core is handed where it asks for SHA-256. */
export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer')
