import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { folder, sallyport, start } from '../trial/sallyport.ts'

interface Check {
  readonly mark: 'ok' | 'note' | 'wrong'
  readonly says: string
}

/** An API that asks for a credential, unless it was told to be careless. */
let api: Server
let address: string
let careless = false
beforeAll(async () => {
  api = createServer((_, response) => void response.writeHead(careless ? 200 : 401).end())
  await new Promise<void>((resolve) => api.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const { port } = api.address() as { readonly port: number }
  address = `http://127.0.0.1:${port}`
})
afterAll(() => void api.close())

let here: string
beforeEach(async () => {
  careless = false
  here = folder()
  await sallyport(['init', '--yes', '--folder', here, '--address', address])
  edit((yaml) => yaml.replace(':7070', ':0').replace(':7080', ':0'))
})
const file = (): string => join(here, 'sallyport.yaml')
const configured = () => ['--config', file(), '--data', join(here, 'data')]
const edit = (change: (yaml: string) => string): void =>
  writeFileSync(file(), change(readFileSync(file(), 'utf8')))

async function doctor(
  ...more: readonly string[]
): Promise<{ readonly exit: number | null; readonly wrong: readonly string[]; readonly all: string }> {
  const { exit, out } = await sallyport(['doctor', '--json', ...configured(), ...more])
  const { checks } = JSON.parse(out) as { readonly checks: readonly Check[] }
  const wrong = checks.filter(({ mark }) => mark === 'wrong').map(({ says }) => says)
  return { exit, wrong, all: checks.map(({ says }) => says).join('\n') }
}

describe('before the first start', () => {
  test('what `init` wrote is as it should be, and unguarded changes are said', async () => {
    const { exit, wrong, all } = await doctor()
    expect({ exit, wrong }).toEqual({ exit: 0, wrong: [] })
    expect(all).toContain('there is no data in')
    expect(all).toContain(
      '`dangerous-held-for-two` on api wants 2 of reviewers: First Reviewer, Second Reviewer could decide',
    )
    expect(all).toContain('api answers, and gives nothing without its credential')
    expect(all).toContain('changes: unguarded')
  })

  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    [
      'a configuration that does not load',
      () => edit((yaml) => yaml.replace('people:', 'poeple:')),
      /sallyport\.yaml:\d+:1: .*`poeple`/,
    ],
    [
      'a policy that does not load',
      () => writeFileSync(join(here, 'policies/actions/x.cedar'), 'permit (x'),
      /x\.cedar:1: /,
    ],
    [
      'a hold that too few can decide',
      () => edit((yaml) => yaml.replace(/.*second-reviewer.*\n/, '')),
      /^`dangerous-held-for-two` on api wants 2 of reviewers, and only First Reviewer could decide: all that it holds is refused$/,
    ],
    [
      'a hold that nobody can decide',
      () => rmSync(join(here, 'policies/people/reviewers.cedar')),
      /`exports-held` on api wants 1 of reviewers, and nobody could decide/,
    ],
    [
      'a target that is away',
      () => edit((yaml) => yaml.replace(address, 'http://127.0.0.1:1')),
      /^api does not answer at/,
    ],
    [
      'a target that can be reached around the gate',
      () => void (careless = true),
      /^api can be reached around the gate: it answers `GET \/` without a credential$/,
    ],
    [
      'a credential that is not there',
      () =>
        edit((yaml) =>
          yaml.replace(
            /^ +# credential: .*$/m,
            '    credential: { header: authorization, format: "Bearer {}", secret: "file:/nowhere" }',
          ),
        ),
      /^the credential of api: /,
    ],
  ]
  test.each(cases)('%s is wrong', async (_, break_, says) => {
    break_()
    const { exit, wrong } = await doctor()
    expect(exit).toBe(1)
    expect(wrong).toContainEqual(expect.stringMatching(says))
  })
})

describe('beside a gateway', () => {
  test('that runs, it asks the API; that stopped, it looks at the files and leaves them as they are', async () => {
    const gate = start(['serve', ...configured()])
    const [, url = ''] = /console and API at (\S+),/.exec(await gate.until('changes: unguarded')) ?? []
    const owned = ['agent', 'create', 'helper', '--owner', 'first-reviewer', '--url', url, ...configured()]
    expect((await sallyport(owned)).exit).toBe(0)
    const running = await doctor('--url', url)
    expect(running.all).toContain(`the gateway runs at ${url}`)
    expect(running.all).toContain('the record is sound')
    const stuck = expect.stringMatching(/^`dangerous-held-for-two` on api leaves too few for `helper`/)
    expect(running).toMatchObject({ exit: 1, wrong: [stuck] })

    writeFileSync(
      join(here, 'policies/actions/more.cedar'),
      '@id("more")\nforbid (principal, action == Action::"export", resource) when { context.labels.contains("x") };',
    )
    expect((await doctor('--url', url)).all).toContain('the policies of the folder are not those in force')
    gate.child.kill('SIGTERM')
    await gate.ended

    const before = readFileSync(join(here, 'data/sallyport.db'))
    const files = readdirSync(join(here, 'data'))
    const stopped = await doctor()
    expect(stopped.all).toContain('the gateway does not run; its store opens')
    expect(stopped.all).toContain('the record is sound')
    expect(stopped.wrong).toEqual([stuck])
    expect(readFileSync(join(here, 'data/sallyport.db')).equals(before)).toBe(true)
    expect(readdirSync(join(here, 'data'))).toEqual(files)

    forge(join(here, 'data/sallyport.db'))
    expect((await doctor()).wrong).toContainEqual(expect.stringMatching(/^the record is unsound: edited/))
    chmodSync(join(here, 'data/keys/seal'), 0o644)
    expect((await doctor()).wrong).toContainEqual(
      expect.stringMatching(/seal` is open to others \(mode 644\)/),
    )
  })
})

/** Somebody with the disk in hand, who changes one byte of what happened. */
function forge(path: string): void {
  const database = new DatabaseSync(path)
  const row = database.prepare('SELECT position, entry FROM leaf ORDER BY position LIMIT 1').get()
  const entry = row?.['entry']
  if (!(entry instanceof Uint8Array)) throw new Error('there is nothing to forge')
  const text = new TextDecoder().decode(entry).replace('policies', 'polities')
  database
    .prepare('UPDATE leaf SET entry = ? WHERE position = ?')
    .run(new TextEncoder().encode(text), Number(row?.['position']))
  database.close()
}
