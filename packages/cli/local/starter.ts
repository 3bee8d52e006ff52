import { cpSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const STARTER = fileURLToPath(new URL('../starter/policies', import.meta.url))

/** The six starter policies with their tests. Nothing that is there is overwritten. */
export function writeStarterPolicies(folder: string): void {
  cpSync(STARTER, folder, { recursive: true, force: false, errorOnExist: true })
}
