import type { ClaimId, SurfaceOf } from '../../conformance/requirements.ts'

/**
 * The title of a test that proves a claim on a surface. The reporter reads the cell back from the titles of the tests that
 * passed, so a cell is cited by what ran and not by what stands in a file. A cell that is n/a cannot be written here.
 */
export function claim<const Id extends ClaimId>(
  ids: Id | readonly Id[],
  surface: SurfaceOf<Id>,
  sentence: string,
): string {
  const list = typeof ids === 'string' ? [ids] : ids
  return `[${list.map((id) => `${id}:${surface}`).join(' ')}] ${sentence}`
}
