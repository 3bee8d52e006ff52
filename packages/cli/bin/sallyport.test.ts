import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sallyport } from '../trial/sallyport.ts'

const BIN = fileURLToPath(new URL('./sallyport.js', import.meta.url))
const OLD_NODE = '/usr/bin/node'
const oldMajor = existsSync(OLD_NODE)
  ? Number(execFileSync(OLD_NODE, ['--version'], { encoding: 'utf8' }).slice(1, 3))
  : 0
const hasOldNode = oldMajor > 0 && oldMajor < 24

describe('the first line of the command', () => {
  test.skipIf(!hasOldNode)(
    'an older Node gets one line that says what to do, and no stack (needs an older /usr/bin/node)',
    () => {
      const { status, stdout, stderr } = spawnSync(OLD_NODE, [BIN, 'serve'], { encoding: 'utf8' })
      expect([status, stdout]).toEqual([1, ''])
      expect(stderr.trimEnd().split('\n')).toEqual([
        expect.stringMatching(/^sallyport: this is Node .* needs 24\.15 or newer: install/),
      ])
    },
  )

  test('this one runs it', async () => {
    expect(await sallyport(['--version'])).toEqual({ exit: 0, out: '0.1.0\n', err: '' })
    expect((await sallyport([])).out).toContain('sallyport <command> --help')
  })

  // biome-ignore format: a table
  test.each([
    [['aprove'], 2, 'there is no command `aprove`', 'did you mean `sallyport approve`?'],
    [['constructor'], 2, 'there is no command `constructor`', 'see all of them with `sallyport --help`'],
    [['reveal', 'x'], 2, 'there is no command `reveal`', ''],
    [['holds', '--jsn'], 2, '`holds` has no flag `--jsn`', 'did you mean `--json`?'],
    [['agent', 'creat', 'x'], 2, '`creat` is not what to do with agents', 'did you mean `create`?'],
    [['describe', 'GET /'], 2, '`--kind <kind>` is missing', ''],
    [['whoami'], 10, 'nobody is logged in at http://localhost:7070', 'log in with `sallyport login`'],
    [['whoami', '--url', 'gopher://x'], 2, '`gopher://x` is no URL of a gateway', ''],
    [['verify', '/nowhere'], 1, 'there is no `/nowhere`', ''],
  ])('%j says what is wrong and what to do', async (args, exit, message, help) => {
    const ended = await sallyport(args)
    expect(ended).toMatchObject({ exit, out: '' })
    expect(ended.err).toContain(`sallyport: ${message}\n`)
    expect(ended.err).toContain(help)
    expect(ended.err).not.toMatch(/\n\s+at /)
  })

  test('an error is JSON where JSON was asked for', async () => {
    const { exit, out } = await sallyport(['whoami', '--json', '--url', 'http://127.0.0.1:1'], {
      env: { SALLYPORT_TOKEN: 'x' },
    })
    expect(exit).toBe(33)
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'unavailable', message: 'no gateway answers at http://127.0.0.1:1' },
    })
  })
})

describe('describe and redact answer line by line', () => {
  test('a request is described without being sent', async () => {
    const input = '"DELETE /customers/7"\n"hello"\nnot json\n"GET /customers?token=abc"\n'
    const { exit, out } = await sallyport(['describe', '--kind', 'http', '--stdin'], { input })
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(exit).toBe(13)
    expect(lines).toEqual([
      expect.objectContaining({
        effects: ['delete'],
        says: 'Deletes customers: DELETE /customers/{} on resource.',
        assumed: [expect.any(String)],
      }),
      expect.objectContaining({
        effects: ['execute'],
        facts: expect.objectContaining({ understood: false }),
      }),
      { error: 'line 3 is no JSON string' },
      expect.objectContaining({
        effects: ['read'],
        facts: expect.objectContaining({ operation: 'GET /customers' }),
      }),
    ])
    expect(out).not.toContain('abc')
  })

  test('a text comes back without its secrets, or with where they stand', async () => {
    const text = 'curl -H "Authorization: Bearer abc123" https://api'
    const input = `${JSON.stringify(text)}\n`
    const [plain, line, spans] = await Promise.all([
      sallyport(['redact', text]),
      sallyport(['redact', '--stdin'], { input }),
      sallyport(['redact', '--spans', '--stdin'], { input }),
    ])
    expect(plain.out).not.toContain('abc123')
    expect(`${JSON.parse(line.out)}\n`).toBe(plain.out)
    const { spans: found } = JSON.parse(spans.out) as { spans: readonly { start: number; end: number }[] }
    expect(found.map(({ start, end }) => text.slice(start, end)).join()).toContain('abc123')
  })
})
