import type { EnvironmentId, ResourceId } from '../action/ids.ts'
import { GATEWAY } from './schema.ts'
import type { Target } from './verdict.ts'

/** Sallyport as a resource of its own, alone in an environment of its own: what is said of `prod` is not said of it. */
export const SALLYPORT: Target = {
  id: GATEWAY as ResourceId,
  kind: 'self',
  region: '',
  environments: [GATEWAY as EnvironmentId],
}
