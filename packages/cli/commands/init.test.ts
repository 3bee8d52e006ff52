import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folder, sallyport } from '../trial/sallyport.ts'

const ANSWERS = [
  '--resource',
  'crm',
  '--address',
  'https://crm.internal',
  '--owner',
  'Zoë Marsh',
  '--reviewers',
  'Ines Falk, Ivo Brandt',
]

test('what was answered becomes a configuration that loads, with policies that pass their own tests', async () => {
  const here = folder()
  const made = await sallyport(['init', '--folder', here, ...ANSWERS])
  expect(made).toMatchObject({ exit: 0, err: '' })
  expect(made.out).toContain('sallyport agent create helper --owner zoe-marsh')
  const config = ['--config', join(here, 'sallyport.yaml')]
  const [check, tested, described] = await Promise.all([
    sallyport(['policy', 'check', ...config]),
    sallyport(['policy', 'test', ...config]),
    sallyport(['describe', '--kind', 'http', '--resource', 'crm', 'GET /customers', ...config]),
  ])
  expect(check).toMatchObject({ exit: 0, out: expect.stringContaining('6 policies of ') })
  expect(tested).toMatchObject({ exit: 0, out: expect.stringMatching(/^\d+ passed, 0 failed\n$/) })
  expect(described).toMatchObject({ exit: 0, out: expect.stringContaining('on crm.') })
})

test('nothing that is there is overwritten', async () => {
  const here = folder()
  writeFileSync(join(here, 'sallyport.yaml'), 'mine')
  const { exit, err } = await sallyport(['init', '--yes', '--folder', here])
  expect({ exit, err }).toMatchObject({ exit: 1, err: expect.stringContaining('is there already') })
  expect(readFileSync(join(here, 'sallyport.yaml'), 'utf8')).toBe('mine')
})

// biome-ignore format: a table
test.each([
  [[], 'nobody is here to be asked', 'say `--yes`'],
  [['--owner', 'Olga'], 'nobody is here to be asked', 'say `--yes`'],
  [['--yes', '--address', 'ftp://x'], 'what you answered makes no configuration: this is no address of an HTTP resource', 'write `https://host:port`'],
  [['--yes', '--address', 'http://169.254.169.254'], 'points at the metadata of the machine', 'name another host'],
  [['--yes', '--resource', 'Our CRM'], 'is no name and address', 'names are lower-case'],
  [['--yes', '--owner', 'Ines', '--reviewers', 'ines, Ivo'], '`ines` was named twice', 'nobody decides their own'],
  [['--yes', '--owner', '42'], '`42` is no name of a person', ''],
])('init %j writes nothing and says why', async (args, message, help) => {
  const here = folder()
  const { exit, err } = await sallyport(['init', '--folder', here, ...args])
  expect(exit).toBe(2)
  expect(err).toContain(message)
  expect(err).toContain(help)
  expect((await sallyport(['init', '--folder', here, '--yes'])).exit).toBe(0)
})
