import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readStatus } from '@sallyport/contract/routes/house'
import type { Terminal } from '../line/terminal.ts'
import { Trouble } from '../line/trouble.ts'
import { clientFor } from './open.ts'
import type { PlaceFlags } from './place.ts'

/** What `log <folder>` writes beside the files of the log. */
export const KEY_FILE = 'verifier-key'

/** A verifier key and whose word it is. */
export interface TrustedKey {
  readonly line: string
  readonly from: 'given' | 'folder' | 'gateway'
}

const KEY_LINE = /^[^\s+]+\+[0-9a-f]{8}\+\S+$/

/** The key that was handed in, else the one beside the files, else the one that the gateway names. */
export async function keyFor(
  flags: PlaceFlags & { readonly key: string | undefined },
  folder: string | null,
  terminal: Terminal,
): Promise<TrustedKey> {
  if (flags.key !== undefined) return { line: await given(flags.key), from: 'given' }
  if (folder !== null) {
    const line = await readFile(join(folder, KEY_FILE), 'utf8').catch(() => undefined)
    if (line === undefined) throw new Trouble('nobody said which key to trust', 'hand it in by `--key`')
    return { line: line.trim(), from: 'folder' }
  }
  const client = await clientFor(flags, 'operator', terminal)
  const { verifierKey } = await client.call(readStatus)
  return { line: verifierKey, from: 'gateway' }
}

async function given(key: string): Promise<string> {
  if (KEY_LINE.test(key)) return key
  const text = await readFile(key, 'utf8').catch(() => undefined)
  if (text !== undefined && KEY_LINE.test(text.trim())) return text.trim()
  throw new Trouble(
    `\`${key}\` is no verifier key and no file with one`,
    'it looks like `name+id+key`; `sallyport log` prints it',
  )
}
