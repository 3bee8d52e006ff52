import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseReference, type Reference } from './reference.ts'

/** A secret, or why there is none. The value is behind a function, so that no serialiser and no log line takes it along. */
export type Fetched =
  | { readonly kind: 'secret'; readonly reveal: () => string }
  | { readonly kind: 'no-secret'; readonly message: string; readonly help: string }

/** Fetches the value at the moment that it is injected: a rotated file is in force with the next request. */
export interface Secrets {
  fetch(reference: string): Fetched
}

export const SECRET_LIMIT_BYTES: number = 64 * 1024

/** A control character in a header is the start of another header. */
const CONTROL = /\p{Cc}/u
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function openSecrets(variable: (name: string) => string | undefined): Secrets {
  const files = new Map<string, { readonly stamp: string; readonly fetched: Fetched }>()

  const fromFile = (path: string): Fetched => {
    const stats = statSync(path, { bigint: true })
    const stamp = [stats.mtimeNs, stats.ino, stats.size].join()
    const known = files.get(path)
    if (known?.stamp === stamp) return known.fetched
    const fetched = stats.size > SECRET_LIMIT_BYTES ? tooLarge(path) : checked(read(path), path)
    files.set(path, { stamp, fetched })
    return fetched
  }

  const fromCredentials = (name: string): Fetched => {
    const folder = variable('CREDENTIALS_DIRECTORY')
    if (folder !== undefined) return fromFile(join(folder, name))
    return none(
      'there is no `$CREDENTIALS_DIRECTORY`',
      'start the gateway by systemd with `LoadCredential=`, or refer to `file:`',
    )
  }

  const fetch = (reference: Reference): Fetched => {
    switch (reference.kind) {
      case 'env': {
        const value = variable(reference.name)
        if (value !== undefined) return checked(value, reference.name)
        return none(
          `\`${reference.name}\` is not set`,
          'set it in the environment of the gateway, then start it again',
        )
      }
      case 'file':
        return fromFile(reference.path)
      case 'credential':
        return fromCredentials(reference.name)
    }
  }

  return {
    fetch(text) {
      const reference = parseReference(text)
      if (reference === undefined) return none('this is no reference to a secret', REFERENCE_HELP)
      try {
        return fetch(reference)
      } catch (cause) {
        return none(
          `\`${text}\` cannot be read (${codeOf(cause)})`,
          'check the path and that the gateway may read it',
        )
      }
    },
  }
}

export const REFERENCE_HELP =
  'write `env:NAME`, `file:/path` or `credential:NAME`: the value itself stands nowhere'

function read(path: string): string | undefined {
  const bytes = readFileSync(path)
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** One newline at the end is the editor's and not the secret's. */
function checked(value: string | undefined, where: string): Fetched {
  const secret = value?.replace(/\r?\n$/, '')
  if (secret === undefined) return none(`\`${where}\` is not UTF-8 text`, 'store the secret as text')
  if (secret === '') return none(`\`${where}\` is empty`, 'put the secret there')
  if (CONTROL.test(secret)) {
    return none(`\`${where}\` holds a control character`, 'store the secret alone, on one line')
  }
  return { kind: 'secret', reveal: () => secret }
}

function tooLarge(path: string): Fetched {
  return none(`\`${path}\` is larger than ${SECRET_LIMIT_BYTES} bytes`, 'store the secret alone')
}

function none(message: string, help: string): Fetched {
  return { kind: 'no-secret', message, help }
}

/** The code alone: messages of the system quote paths, and one day perhaps more. */
function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
}
