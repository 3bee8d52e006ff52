import { isAbsolute } from 'node:path'

/** Where a secret is to be had. Whoever reads the configuration learns this and no more. */
export type Reference =
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  /** A file below `$CREDENTIALS_DIRECTORY`, as systemd hands them in. */
  | { readonly kind: 'credential'; readonly name: string }

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/
/** No slash and no leading dot: the name stays in its folder. */
const CREDENTIAL = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/

export function parseReference(text: string): Reference | undefined {
  const [, kind, name = ''] = /^(env|file|credential):(.+)$/.exec(text) ?? []
  switch (kind) {
    case 'env':
      return VARIABLE.test(name) ? { kind, name } : undefined
    case 'file':
      return isAbsolute(name) && !name.includes('\0') ? { kind, path: name } : undefined
    case 'credential':
      return CREDENTIAL.test(name) ? { kind, name } : undefined
    default:
      return undefined
  }
}
