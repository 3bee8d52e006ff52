import type { Digest } from '../action/ids.ts'
import type { Sha256 } from '../given.ts'
import type { Directory } from '../people/directory.ts'
import { archiveDigest, archiveOf, parseArchive } from './archive.ts'
import { compile } from './compile.ts'
import type { CedarEngine } from './engine.ts'
import { type PolicySet, policySetOf } from './policy-set.ts'
import type { Question, Verdict } from './verdict.ts'

export type Rebuilt =
  | { readonly kind: 'rebuilt'; readonly policy: PolicySet }
  | { readonly kind: 'not-rebuilt'; readonly why: string }

export interface ReplayEngines {
  readonly cedar: CedarEngine
  readonly sha256: Sha256
}

/** The policy set that a leaf names, from the archive. Rebuild once, replay many: it takes the slot that nobody serves from. */
export function rebuild(content: unknown, digest: Digest, engines: ReplayEngines): Rebuilt {
  const archive = parseArchive(content)
  if (archive === null) return notRebuilt('this is no archived policy set')
  if (archiveDigest(archive, engines.sha256) !== digest) {
    return notRebuilt('this is not the set that the record names: its digest differs')
  }
  const ours = archiveOf(archive.sources, engines.cedar)
  if (
    archive.engine !== ours.engine ||
    archive.language !== ours.language ||
    archive.schema !== ours.schema
  ) {
    return notRebuilt(
      `it was judged by \`${archive.engine}\` and another schema; replay it with that version`,
    )
  }
  const compiled = compile(archive.sources, engines.cedar)
  if (compiled.kind === 'rejected') return notRebuilt('the archived set does not load')
  try {
    return { kind: 'rebuilt', policy: policySetOf(compiled.rules, archive.sources, engines, 'aside') }
  } catch {
    return notRebuilt('the policy engine does not take the archived set')
  }
}

export type Replayed =
  | { readonly kind: 'replayed'; readonly verdict: Verdict }
  | { readonly kind: 'not-replayed'; readonly why: string }

/** The same question to the same policy with the same people: the same verdict. Past the cache, which has no say in the past. */
export function replay(
  archived: { readonly policy: unknown; readonly policyDigest: Digest; readonly directory: Directory },
  question: Question,
  engines: ReplayEngines,
): Replayed {
  const rebuilt = rebuild(archived.policy, archived.policyDigest, engines)
  if (rebuilt.kind === 'not-rebuilt') return { kind: 'not-replayed', why: rebuilt.why }
  return { kind: 'replayed', verdict: rebuilt.policy.judge(question, archived.directory).verdict }
}

function notRebuilt(why: string): Rebuilt {
  return { kind: 'not-rebuilt', why }
}
