import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openSecrets, SECRET_LIMIT_BYTES } from './secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-secrets-'))

describe('a reference is fetched', () => {
  const secrets = openSecrets(variables({ TOKEN: 'hunter2', CREDENTIALS_DIRECTORY: folder }))
  writeFileSync(join(folder, 'api'), 'hunter3\n')

  test.each([
    ['env:TOKEN', 'hunter2'],
    [`file:${folder}/api`, 'hunter3'],
    ['credential:api', 'hunter3'],
  ])('%s', (reference, value) => {
    expect(revealed(secrets.fetch(reference))).toBe(value)
  })

  test('and no serialiser takes the value along', () => {
    expect(JSON.stringify(secrets.fetch('env:TOKEN'))).not.toContain('hunter2')
  })
})

test('a rotated file is in force with the next fetch', () => {
  const path = join(folder, 'rotated')
  const secrets = openSecrets(variables({}))
  writeFileSync(path, 'before')
  expect(revealed(secrets.fetch(`file:${path}`))).toBe('before')
  writeFileSync(path, 'later!')
  utimesSync(path, 1, 2)
  expect(revealed(secrets.fetch(`file:${path}`))).toBe('later!')
  rmSync(path)
  expect(secrets.fetch(`file:${path}`)).toMatchObject({ kind: 'no-secret' })
})

describe('one newline at the end is the editor’s, everything else counts', () => {
  test.each([
    ['a\n', 'a'],
    ['a\r\n', 'a'],
    [' a ', ' a '],
    ['schlüssel', 'schlüssel'],
  ])('%j', (content, value) => {
    expect(revealed(fetchOf(content))).toBe(value)
  })

  test.each([
    ['a\n\n', 'control character'],
    ['a\r\nx-admin: yes', 'control character'],
    ['a\tb', 'control character'],
    ['a\u0000', 'control character'],
    ['a\u0085b', 'control character'],
    ['', 'empty'],
    ['\n', 'empty'],
    [Buffer.from([0x68, 0xff]), 'not UTF-8'],
    ['h'.repeat(SECRET_LIMIT_BYTES + 1), 'larger than'],
  ])('%j is refused, and not shown', (content, why) => {
    const fetched = fetchOf(content)
    expect(fetched).toMatchObject({ kind: 'no-secret', message: holding(why) })
    expect(JSON.stringify(fetched)).not.toMatch(/x-admin|hhh/)
  })
})

describe('what is not there is said without a value', () => {
  test.each([
    ['env:NOT_SET', '`NOT_SET` is not set'],
    ['env:BAD NAME', 'this is no reference to a secret'],
    ['hunter2', 'this is no reference to a secret'],
    ['file:relative', 'this is no reference to a secret'],
    [`file:${folder}/none`, 'cannot be read (ENOENT)'],
    [`file:${folder}`, 'cannot be read (EISDIR)'],
    ['credential:api', 'there is no `$CREDENTIALS_DIRECTORY`'],
    ['credential:../api', 'this is no reference to a secret'],
    ['credential:.hidden', 'this is no reference to a secret'],
  ])('%s', (reference, message) => {
    const fetched = openSecrets(variables({})).fetch(reference)
    expect(fetched).toMatchObject({ kind: 'no-secret', message: holding(message) })
    expect(JSON.stringify(fetched)).not.toContain('hunter2')
  })
})

function holding(text: string): unknown {
  return expect.stringContaining(text)
}

function fetchOf(content: string | Uint8Array) {
  const path = join(folder, 'content')
  writeFileSync(path, content)
  return openSecrets(variables({})).fetch(`file:${path}`)
}

function variables(all: Record<string, string>) {
  return (name: string) => all[name]
}

function revealed(fetched: ReturnType<ReturnType<typeof openSecrets>['fetch']>) {
  return fetched.kind === 'secret' ? fetched.reveal() : fetched
}
