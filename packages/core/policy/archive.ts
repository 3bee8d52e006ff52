import { contentDigest } from '../action/digest.ts'
import type { Digest } from '../action/ids.ts'
import type { Sha256 } from '../given.ts'
import type { PolicySources } from './compile.ts'
import type { CedarEngine } from './engine.ts'
import { SCHEMA, type SetName } from './schema.ts'
import type { PolicyFile } from './source.ts'

/** A policy set as content: everything a verdict depends on besides question and people. Its digest is the set's name in leaves. */
export type PolicyArchive = {
  readonly format: 'sallyport-policy/1'
  readonly engine: string
  readonly language: string
  readonly schema: string
  readonly sources: { readonly [Set in SetName]: readonly { readonly path: string; readonly text: string }[] }
}

export function archiveOf(sources: PolicySources, cedar: CedarEngine): PolicyArchive {
  return {
    format: 'sallyport-policy/1',
    engine: `cedar ${cedar.getCedarVersion()}`,
    language: cedar.getCedarLangVersion(),
    schema: SCHEMA,
    sources: {
      actions: sorted(sources.actions),
      people: sorted(sources.people),
      admin: sorted(sources.admin),
    },
  }
}

export function archiveDigest(archive: PolicyArchive, sha256: Sha256): Digest {
  return contentDigest(sha256, archive)
}

/** A folder is listed in any order; the digest must not depend on it. */
function sorted(files: readonly PolicyFile[]): readonly { readonly path: string; readonly text: string }[] {
  return files.map(({ path, text }) => ({ path, text })).sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The archive read back, or null where it is none. */
export function parseArchive(content: unknown): PolicyArchive | null {
  const { format, engine, language, schema, sources } = record(content)
  const { actions, people, admin } = record(sources)
  if (format !== 'sallyport-policy/1' || !isText(engine) || !isText(language) || !isText(schema)) return null
  const [a, p, m] = [filesOf(actions), filesOf(people), filesOf(admin)]
  if (a === null || p === null || m === null) return null
  return { format, engine, language, schema, sources: { actions: a, people: p, admin: m } }
}

function filesOf(content: unknown): readonly PolicyFile[] | null {
  if (!Array.isArray(content)) return null
  const files = content.map((item) => {
    const { path, text } = record(item)
    return isText(path) && isText(text) ? { path, text } : null
  })
  return files.every((file) => file !== null) ? files : null
}

function record(content: unknown): Readonly<Record<string, unknown>> {
  return typeof content === 'object' && content !== null && !Array.isArray(content) ? { ...content } : {}
}

function isText(content: unknown): content is string {
  return typeof content === 'string'
}
