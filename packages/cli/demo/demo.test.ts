import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { claim } from '@sallyport/testkit/claim'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { folder, type Running, sallyport, start } from '../trial/sallyport.ts'

const FREE = ['--console-port', '0', '--http-port', '0']

describe('without anybody', () => {
  test(
    claim(
      'U1',
      'cli',
      'one command leads to a held action, a person who decides it on the page, and a receipt that proves it',
    ),
    async () => {
      const data = join(folder(), 'demo')
      const { exit, out, err } = await sallyport(['demo', '--scene', '--json', '--data', data, ...FREE])
      expect({ exit, err }).toEqual({ exit: 0, err: '' })
      const events = out
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line))
      const { action } = events[2] as { readonly action: string }
      expect(events).toEqual([
        expect.objectContaining({ event: 'open', changes: 'unguarded' }),
        { event: 'read', customers: 212 },
        { event: 'held', action: expect.stringMatching(/^act_/) },
        expect.objectContaining({ event: 'question', by: 'ines' }),
        { event: 'answered', action, by: ['ines'], rows: 212 },
        expect.objectContaining({ event: 'receipt', action, sound: true, state: 'succeeded' }),
      ])

      const again = await sallyport(['demo', '--scene', '--data', data, ...FREE])
      expect(again.exit).toBe(0)
      expect(again.out).toContain((events[0] as Open).agent.key)
      expect(again.out).toContain('The receipt is sound: succeeded')
    },
  )

  test('a port that is taken is named, with how to choose another', async () => {
    const server = createServer()
    const port = await new Promise<number>((resolve) => {
      server.listen({ host: '127.0.0.1', port: 0 }, () =>
        resolve((server.address() as { port: number }).port),
      )
    })
    try {
      for (const flags of [
        ['--console-port', String(port), '--http-port', '0'],
        ['--http-port', String(port), '--console-port', '0'],
      ]) {
        const { exit, err } = await sallyport(['demo', '--data', join(folder(), 'demo'), ...flags])
        expect(exit).toBe(1)
        expect(err).toMatch(new RegExp(`^sallyport: port ${port} is taken\n.*--console-port.*--http-port`))
      }
    } finally {
      server.close()
    }
  })
})

interface Open {
  readonly consoleUrl: string
  readonly httpUrl: string
  readonly companyUrl: string
  readonly agent: { readonly key: string }
  readonly links: { readonly owner: string; readonly reviewer: string }
}

describe('with somebody in front of it', () => {
  const data = join(folder(), 'demo')
  let demo: Running
  let open: Open
  let held: string
  beforeAll(async () => {
    demo = start(['demo', '--json', '--data', data, ...FREE])
    await demo.until('"event":"held"')
    const [first = '', , third = ''] = demo.said().split('\n')
    open = JSON.parse(first) as Open
    held = (JSON.parse(third) as { readonly action: string }).action
  })
  afterAll(async () => {
    demo.child.kill('SIGKILL')
    await demo.ended
  })
  const here = () => ['--data', data, '--url', open.consoleUrl]

  test('the key of the agent opens the gate, and is worth nothing around it', async () => {
    const headers = { authorization: `Bearer ${open.agent.key}` }
    expect((await fetch(`${open.httpUrl}/crm/customers/1001`, { headers })).status).toBe(200)
    expect((await fetch(`${open.companyUrl}/customers/1001`, { headers })).status).toBe(401)
    expect((await fetch(`${open.companyUrl}/customers/1001`)).status).toBe(401)
    const credential = readFileSync(join(data, 'company.credential'), 'utf8').trim()
    const entered = await fetch(`${open.companyUrl}/customers/1001`, {
      headers: { authorization: `Bearer ${credential}` },
    })
    expect(entered.status).toBe(200)
  })

  test('a command line is connected by words that a person compares in their browser', async () => {
    const state = folder()
    const env = { XDG_STATE_HOME: state, SALLYPORT_URL: open.consoleUrl }
    const login = start(['login'], { env })
    const [, words = ''] = /^ {2}([a-z]{5}(?:-[a-z]{5}){3})$/m.exec(await login.until('/pair/')) ?? []
    const ines = await signIn(open.links.reviewer)
    expect(await (await ines(`/pair/${words}`)).text()).toContain(words)
    expect((await ines(`/pair/${words}`, {})).status).toBe(200)
    expect((await login.ended).out).toContain('Logged in as ines')

    const holds = await sallyport(['holds'], { env })
    expect(holds.out).toContain(held)
    expect((await sallyport(['whoami', '--json'], { env })).out).toContain('"present": false')
    expect((await sallyport(['logout'], { env })).out).toContain('Forgot the token of ines')
    expect((await sallyport(['holds'], { env })).exit).toBe(10)
  })

  test('the operator makes agents and links; an agent and a person do not', async () => {
    const made = await sallyport(['agent', 'create', 'day-shift', '--owner', 'olga', ...here()])
    expect(made).toMatchObject({ exit: 0, out: expect.stringMatching(/^sp_\w+\n$/) })
    const key = made.out.trim()
    expect(
      (await sallyport(['whoami', '--url', open.consoleUrl], { env: { SALLYPORT_TOKEN: key } })).out,
    ).toContain('day-shift')
    expect((await sallyport(['agent', 'list', ...here()])).out).toMatch(/day-shift +olga/)
    const asAgent = { env: { SALLYPORT_TOKEN: key } }
    expect(
      (await sallyport(['agent', 'create', 'third', '--owner', 'olga', ...here()], asAgent)).exit,
    ).not.toBe(0)
    expect((await sallyport(['login', '--link', 'ivo', ...here()])).out).toMatch(/\/sign-in\/sp_link_/)
    expect((await sallyport(['agent', 'revoke', 'day-shift', ...here()])).exit).toBe(0)
    expect((await sallyport(['whoami', '--url', open.consoleUrl], asAgent)).exit).toBe(10)
  })

  test('the record is taken home and checked there, and one changed byte is named', async () => {
    const copy = join(folder(), 'record')
    expect((await sallyport(['log', copy, ...here()])).exit).toBe(0)
    const key = readFileSync(join(copy, 'verifier-key'), 'utf8').trim()
    const kept = join(copy, 'kept')
    expect(await sallyport(['verify', copy, '--key', key, '--kept', kept])).toMatchObject({
      exit: 0,
      err: '',
    })
    expect(existsSync(kept)).toBe(true)
    expect((await sallyport(['verify', open.consoleUrl, ...here(), '--key', key, '--kept', kept])).exit).toBe(
      0,
    )

    const entries = join(copy, 'tile/entries')
    const [bundle = ''] = readdirSync(entries, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\/\d+$/.test(name),
    )
    const bytes = readFileSync(join(entries, bundle))
    bytes.writeUInt8((bytes.at(-9) ?? 0) ^ 1, bytes.length - 9)
    writeFileSync(join(entries, bundle), bytes)
    const forged = await sallyport(['verify', copy, '--key', key])
    expect(forged).toMatchObject({ exit: 1, out: expect.stringMatching(/^unsound: edited at entry \d+/) })
  })

  test('a receipt is sound by itself, and a wrong key says so', async () => {
    const receipt = (await sallyport(['show', held, '--receipt', ...here()])).out
    const { verifierKey } = JSON.parse((await sallyport(['log', '--json', ...here()])).out) as {
      verifierKey: string
    }
    const [good, bad] = await Promise.all([
      sallyport(['verify', '-', '--key', verifierKey], { input: receipt }),
      sallyport(['verify', '-', '--key', 'nonsense'], { input: receipt }),
    ])
    expect(good).toMatchObject({
      exit: 0,
      out: expect.stringMatching(`sound: ${held} is at least waiting\\n.*may hold later entries`),
    })
    expect(bad).toMatchObject({ exit: 1, err: expect.stringContaining('is no verifier key') })
  })

  test('Ctrl-C in the middle of the scene ends all of it', async () => {
    demo.child.kill('SIGINT')
    expect((await demo.ended).exit).toBe(0)
    await expect(fetch(open.companyUrl)).rejects.toThrow()
    await expect(fetch(open.consoleUrl)).rejects.toThrow()
  })
})

/** A browser, as far as HTTP goes: with fields it sends a form of that page. */
async function signIn(
  link: string,
): Promise<(path: string, fields?: Record<string, string>) => Promise<Response>> {
  const { origin } = new URL(link)
  const entered = await fetch(link, { method: 'POST', headers: { origin }, redirect: 'manual' })
  const [cookie = ''] = (entered.headers.get('set-cookie') ?? '').split(';')
  const [, pageKey = ''] = /data-page-key="([^"]+)"/.exec(await entered.text()) ?? []
  return (path, fields) =>
    fetch(origin + path, {
      headers: {
        cookie,
        ...(fields === undefined ? {} : { origin, 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(fields === undefined
        ? {}
        : { method: 'POST', body: new URLSearchParams({ pageKey, ...fields }).toString() }),
    })
}
