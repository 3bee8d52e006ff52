import type { ClaimId, Surface } from '../../conformance/requirements.ts'

/**
 * The title of a test that proves a claim on a surface. The reporter reads the cell back from the titles of the tests that
 * passed, so a cell is cited by what ran and not by what stands in a file.
 */
export function claim(ids: ClaimId | readonly ClaimId[], surface: Surface, sentence: string): string {
  const list = typeof ids === 'string' ? [ids] : ids
  return `[${list.map((id) => `${id}:${surface}`).join(' ')}] ${sentence}`
}
