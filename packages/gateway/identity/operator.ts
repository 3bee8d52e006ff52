import { join } from 'node:path'
import type { RandomBytes } from '@sallyport/core/given'
import { KeyProblem, readPrivate, writePrivate } from '../keys/folder.ts'
import { drawToken, tokenKind } from './token.ts'

/** Whoever can read this file runs the gateway on this machine. */
export function operatorTokenFile(dataFolder: string): string {
  return join(dataFolder, 'operator.token')
}

/** The operator's token; a missing one is made, so that deleting the file and starting again is its rotation. */
export function openOperatorToken(dataFolder: string, random: RandomBytes): string {
  const path = operatorTokenFile(dataFolder)
  const written = readPrivate(path)?.trim()
  if (written !== undefined && tokenKind(written) === 'operator') return written
  if (written !== undefined) {
    throw new KeyProblem(
      `\`${path}\` is no operator's token`,
      'delete the file: the next start makes a new one',
    )
  }
  const token = drawToken('operator', random)
  writePrivate(path, `${token}\n`)
  return token
}
