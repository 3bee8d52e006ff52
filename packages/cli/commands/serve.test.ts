import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { folder, sallyport, start } from '../trial/sallyport.ts'

let here: string
let yaml: string
const configured = () => ['--config', join(here, 'sallyport.yaml'), '--data', join(here, 'data')]

beforeEach(async () => {
  here = folder()
  const made = await sallyport(['init', '--yes', '--folder', here])
  expect(made.exit).toBe(0)
  yaml = readFileSync(join(here, 'sallyport.yaml'), 'utf8')
    .replace('127.0.0.1:7070', '127.0.0.1:0')
    .replace('127.0.0.1:7080', '127.0.0.1:0')
  write('sallyport.yaml', yaml)
})

const write = (path: string, text: string): void => {
  mkdirSync(join(here, path, '..'), { recursive: true })
  writeFileSync(join(here, path), text)
}

describe('a start that cannot be is one message with what to do', () => {
  const cases: readonly (readonly [string, () => void, RegExp])[] = [
    [
      'a misspelt key',
      () => write('sallyport.yaml', yaml.replace('people:', 'poeple:')),
      /sallyport\.yaml:\d+:1: .*`poeple`\n +did you mean `people`\?/,
    ],
    [
      'no configuration',
      () => rmSync(join(here, 'sallyport.yaml')),
      /sallyport\.yaml:1:1: there is no such file\n +make one with `sallyport init`/,
    ],
    [
      'a policy of an unknown group',
      () =>
        write(
          'policies/actions/x.cedar',
          '@id("x")\npermit (principal in Group::"reveiwers", action == Action::"read", resource);',
        ),
      /x\.cedar:1: `x`: there is no `Group::"reveiwers"`\n +correct the name/,
    ],
    [
      'a policy that is none',
      () => write('policies/actions/x.cedar', '\n\npermit (principal'),
      /x\.cedar:3: /,
    ],
    [
      'keys that others can read',
      () => {
        write('data/keys/log', 'x')
        chmodSync(join(here, 'data/keys'), 0o755)
      },
      /`.*keys` is open to others \(mode 755\)\n +make it the gateway's alone: chmod 700/,
    ],
    [
      'a store of a newer version',
      newer,
      /was written by a newer sallyport \(data version 9, .*\)\n +start that version/,
    ],
  ]
  test.each(cases)('%s', async (_, break_, says) => {
    break_()
    const { exit, out, err } = await sallyport(['serve', ...configured()])
    expect({ exit, out }).toEqual({ exit: 1, out: '' })
    expect(err).toMatch(says)
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/)
  })

  test('a port that is taken is named', async () => {
    const { port, server } = await listening()
    try {
      for (const which of ['console', 'http']) {
        write('sallyport.yaml', yaml.replace(`${which}: "127.0.0.1:0"`, `${which}: "127.0.0.1:${port}"`))
        const { exit, err } = await sallyport(['serve', ...configured()])
        expect({ which, exit }).toEqual({ which, exit: 1 })
        expect(err).toContain(`sallyport: port ${port} is taken\n`)
      }
    } finally {
      server.close()
    }
  })

  function newer(): void {
    mkdirSync(join(here, 'data'), { mode: 0o700 })
    const database = new DatabaseSync(join(here, 'data/sallyport.db'))
    database.exec('PRAGMA user_version = 9; CREATE TABLE t (x)')
    database.close()
    mkdirSync(join(here, 'data/keys'), { mode: 0o700 })
    for (const key of ['log', 'seal', 'claim', 'api-key']) {
      const text = `sallyport-${key}-1:${Buffer.alloc(32, 7).toString('base64')}\n`
      writeFileSync(join(here, 'data/keys', key), text, { mode: 0o600 })
    }
  }
})

describe('a gateway that runs', () => {
  let gate: ReturnType<typeof start>
  beforeEach(async () => {
    gate = start(['serve', ...configured()])
    await gate.until('changes: unguarded')
  })
  afterEach(async () => {
    gate.child.kill('SIGKILL')
    await gate.ended
  })

  test('reads everything again on SIGHUP, and keeps what was in force where that is wrong', async () => {
    const url = /console and API at (\S+),/.exec(gate.said())?.[1] ?? ''
    const operator = { env: { SALLYPORT_URL: url, SALLYPORT_DATA: join(here, 'data') } }
    const inForce = async () => (await status(url)).policy
    const before = await inForce()

    write('policies/actions/reads.cedar', 'permit (principal, actoin, resource);')
    gate.child.kill('SIGHUP')
    await gate.until(/what was in force stays in force\n.*reads\.cedar:1: /)
    expect(await inForce()).toBe(before)

    write(
      'policies/actions/reads.cedar',
      '@id("reads-pass")\npermit (principal, action == Action::"read", resource);',
    )
    gate.child.kill('SIGHUP')
    await gate.until('and its policies are in force')
    expect(await inForce()).not.toBe(before)
    expect((await sallyport(['whoami'], operator)).out).toContain('the operator')
  })

  test('ends by itself on SIGTERM and on SIGINT', async () => {
    gate.child.kill('SIGTERM')
    expect((await gate.ended).exit).toBe(0)
    expect(existsSync(join(here, 'data/sallyport.db-wal'))).toBe(false)
    const again = start(['serve', ...configured()])
    await again.until('changes: unguarded')
    again.child.kill('SIGINT')
    expect((await again.ended).exit).toBe(0)
  })

  async function status(url: string): Promise<{ readonly policy: string }> {
    const token = readFileSync(join(here, 'data/operator.token'), 'utf8').trim()
    const response = await fetch(`${url}/v1/status`, { headers: { authorization: `Bearer ${token}` } })
    return (await response.json()) as { readonly policy: string }
  }
})

test.each([[[]], [['--json']]])(
  'a gateway whose store is over ends by itself, so that whoever supervises it opens it again (%j)',
  async (flags) => {
    const threads = new URL('../trial/mortal-threads.ts', import.meta.url).href
    const gate = start(['serve', ...configured(), ...flags], { env: { NODE_OPTIONS: `--import ${threads}` } })
    await gate.until(flags.length === 0 ? 'changes: unguarded' : '"changes"')
    gate.child.kill('SIGUSR2')
    const { exit, out, err } = await gate.ended
    expect(exit).toBe(1)
    const says = flags.length === 0 ? err : out
    expect(says).toMatch(/the thread that keeps the store has ended.*restart the gateway/s)
    expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/)
    const again = start(['serve', ...configured()])
    await again.until('changes: unguarded')
    again.child.kill('SIGTERM')
    expect((await again.ended).exit).toBe(0)
  },
)

function listening(): Promise<{ readonly port: number; readonly server: Server }> {
  return new Promise((resolve) => {
    const server = createServer().listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address()
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, server })
    })
  })
}
