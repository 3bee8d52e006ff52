import { canonicalText, type Json } from '../action/canonical.ts'
import { contentDigest } from '../action/digest.ts'
import { type Digest, type NameOf, parseName } from '../action/ids.ts'
import type { Sha256 } from '../given.ts'
import type { Directory } from './directory.ts'

/** A directory as it is kept: `digest` is of `content`, and a leaf names it. */
export interface ArchivedDirectory {
  readonly digest: Digest
  readonly content: string
}

/** Two directories with the same people, agents and groups have one digest, in whatever order they were written. */
export function archiveDirectory(sha256: Sha256, directory: Directory): ArchivedDirectory {
  const content = {
    v: 1,
    people: sorted(directory.people, ({ id, name, groups, sameAs }) => ({
      id,
      name,
      groups: [...groups].sort(),
      sameAs: [...sameAs].sort(),
    })),
    agents: sorted(directory.agents, ({ id, owner, groups }) => ({ id, owner, groups: [...groups].sort() })),
    groups: sorted(directory.groups, (group) => ({ id: group.id, in: [...group.in].sort() })),
  }
  return { digest: contentDigest(sha256, content), content: canonicalText(content) }
}

/** The directory of an archived content, for a replay; `undefined` where the content is not what `digest` names. */
export function readDirectory(sha256: Sha256, { digest, content }: ArchivedDirectory): Directory | undefined {
  let json: Json
  try {
    json = JSON.parse(content) as Json
  } catch {
    return undefined
  }
  if (contentDigest(sha256, json) !== digest || !isMapping(json) || json['v'] !== 1) return undefined
  const people = entries(json['people'], (entry) => {
    const id = named('person', entry['id'])
    const groups = names('group', entry['groups'])
    const sameAs = names('person', entry['sameAs'])
    const name = entry['name']
    return id && groups && sameAs && typeof name === 'string' ? { id, name, groups, sameAs } : undefined
  })
  const agents = entries(json['agents'], (entry) => {
    const id = named('agent', entry['id'])
    const owner = named('person', entry['owner'])
    const groups = names('group', entry['groups'])
    return id && owner && groups ? { id, owner, groups } : undefined
  })
  const groups = entries(json['groups'], (entry) => {
    const id = named('group', entry['id'])
    const parents = names('group', entry['in'])
    return id && parents ? { id, in: parents } : undefined
  })
  return people && agents && groups ? { people, agents, groups } : undefined
}

function sorted<T extends { readonly id: string }, J extends Json>(
  all: ReadonlyMap<string, T>,
  spell: (one: T) => J,
): readonly J[] {
  return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(spell)
}

type Mapping = { readonly [key: string]: Json | undefined }

function isMapping(json: Json | undefined): json is Mapping {
  return typeof json === 'object' && json !== null && !isList(json)
}

function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json)
}

function entries<T extends { readonly id: string }>(
  json: Json | undefined,
  read: (entry: Mapping) => T | undefined,
): ReadonlyMap<T['id'], T> | undefined {
  if (!isList(json)) return undefined
  const found = new Map<T['id'], T>()
  for (const entry of json) {
    const one = isMapping(entry) ? read(entry) : undefined
    if (one === undefined || found.has(one.id)) return undefined
    found.set(one.id, one)
  }
  return found
}

function named<K extends keyof NameOf>(kind: K, json: Json | undefined): NameOf[K] | undefined {
  return typeof json === 'string' ? parseName(kind, json) : undefined
}

function names<K extends keyof NameOf>(kind: K, json: Json | undefined): readonly NameOf[K][] | undefined {
  if (!isList(json)) return undefined
  const found = json.map((one) => named(kind, one)).filter((name) => name !== undefined)
  return found.length === json.length ? found : undefined
}
