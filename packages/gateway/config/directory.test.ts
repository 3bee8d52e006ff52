import { parseName } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import { archiveDirectory, readDirectory } from '@sallyport/core/people/archive'
import { resolveChain } from '@sallyport/core/people/chain'
import { describe, expect, test } from 'vitest'
import { sha256 } from '../keys/sha256.ts'
import type { AgentRow } from '../store/store.ts'
import { directoryOf } from './directory.ts'
import { readConfiguration } from './load.ts'

const FILE = `
changes: unguarded
groups: [{ id: dba, in: [everybody] }, { id: everybody }]
people: [{ id: bea, name: Bea, groups: [dba, everybody], sameAs: [ann] }, { id: ann, name: Ann }]
`

describe('the directory', () => {
  test('knows the people and groups of the file and the agents of the store', () => {
    const directory = directoryOf(people(FILE), [agent('bot', 'ann', ['dba'])])
    expect(directory.agents.get(named('agent', 'bot'))).toEqual({ id: 'bot', owner: 'ann', groups: ['dba'] })
    expect([...directory.people.keys()]).toEqual(['bea', 'ann'])
  })

  test('does not know an agent that was revoked', () => {
    const directory = directoryOf(people(FILE), [agent('bot', 'ann', [], true)])
    expect(resolveChain(caller('bot', 'ann'), directory)).toEqual({ kind: 'unresolved', who: 'bot' })
  })

  test('does not know an agent that has the name of a person', () => {
    const directory = directoryOf(people(FILE), [agent('bea', 'ann')])
    expect(directory.agents.size).toBe(0)
    expect(resolveChain(caller('bea', 'ann'), directory)).toEqual({ kind: 'unresolved', who: 'bea' })
  })

  test('keeps an agent whose owner has left, and so its chain is unresolved', () => {
    const directory = directoryOf(people(FILE), [agent('bot', 'eve')])
    expect(directory.agents.has(named('agent', 'bot'))).toBe(true)
    expect(resolveChain(caller('bot', 'eve'), directory)).toEqual({ kind: 'unresolved', who: 'eve' })
  })

  test('keeps a group that has left the file for as long as an agent is in it', () => {
    const directory = directoryOf(people(FILE), [agent('bot', 'ann', ['contractors'])])
    expect(directory.groups.get(named('group', 'contractors'))).toEqual({ id: 'contractors', in: [] })
  })
})

describe('an archived directory', () => {
  const directory = directoryOf(people(FILE), [agent('bot', 'ann', ['dba']), agent('ape', 'eve')])
  const archived = archiveDirectory(sha256, directory)

  test('comes back with the same digest', () => {
    const back = readDirectory(sha256, archived)
    expect(back && archiveDirectory(sha256, back)).toEqual(archived)
    expect(back?.people.get(named('person', 'bea'))).toEqual(directory.people.get(named('person', 'bea')))
  })

  test('has one digest in whatever order it was written', () => {
    const turned = `
changes: unguarded
people: [{ id: ann, name: Ann }, { id: bea, name: Bea, groups: [everybody, dba], sameAs: [ann] }]
groups: [{ id: everybody }, { id: dba, in: [everybody] }]
`
    const other = directoryOf(people(turned), [agent('ape', 'eve'), agent('bot', 'ann', ['dba'])])
    expect(archiveDirectory(sha256, other)).toEqual(archived)
  })

  test.each([
    ['a name is another', (text: string) => text.replace('"Bea"', '"Eve"')],
    ['a link is cut', (text: string) => text.replace('"sameAs":["ann"]', '"sameAs":[]')],
    ['an owner is another', (text: string) => text.replace('"owner":"ann"', '"owner":"bea"')],
    ['it is cut short', (text: string) => text.slice(0, -1)],
  ])('is none where %s', (_, change) => {
    expect(readDirectory(sha256, { ...archived, content: change(archived.content) })).toBeUndefined()
  })

  test.each([
    '[]',
    '{}',
    '{"v":2,"people":[],"agents":[],"groups":[]}',
    '{"v":1,"people":[{}],"agents":[],"groups":[]}',
  ])('is none where the content is %s under its own digest', (content) => {
    const digest = Buffer.from(sha256(Buffer.from(content))).toString('hex')
    expect(readDirectory(sha256, { digest: digest as typeof archived.digest, content })).toBeUndefined()
  })
})

function people(text: string) {
  const loading = readConfiguration(
    '/sallyport.yaml',
    text,
    {},
    { variable: () => undefined, home: '/', folder: '/' },
  )
  if (loading.kind === 'rejected') throw new Error(loading.problems[0].message)
  return loading.configuration
}

function named<K extends 'agent' | 'person' | 'group'>(kind: K, text: string) {
  const name = parseName(kind, text)
  if (name === undefined) throw new Error(`no name: ${text}`)
  return name
}

function agent(id: string, owner: string, groups: readonly string[] = [], revoked = false): AgentRow {
  return {
    id: named('agent', id),
    version: 1,
    owner: named('person', owner),
    groups: groups.map((group) => named('group', group)),
    createdAt: instant(0),
    revoked,
  }
}

function caller(agent: string, owner: string) {
  const proof = { kind: 'agent-key', key: 'k', madeBy: null } as const
  return { agents: [named('agent', agent)], owner: named('person', owner), actsFor: [], proof }
}
