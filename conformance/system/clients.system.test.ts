import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claim } from '@sallyport/testkit/claim'
import { type HttpHouse, openHttpHouse } from '@sallyport/testkit/http-house'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GitTarget, openGitTarget } from './git.ts'
import { CHROMIUM } from './visitors.ts'

/** Reading and fetching are free, pushing is not: whoever pushes changes what others will run. */
const POLICIES = `
@id("reads") @because("reading is what it is for")
permit (principal, action == Action::"read", resource);
@id("uploads") @because("uploads are free")
permit (principal, action == Action::"write", resource) when { context.operation == "PUT /files/{name}" };
@id("fetches") @because("git asks with POST what it wants to fetch")
permit (principal, action == Action::"write", resource) when { context.operation == "POST /repo.git/git-upload-pack" };
@id("pushes") @hold("reviewers") @within("5m") @because("a push changes what others run")
permit (principal, action == Action::"write", resource) when { context.operation == "POST /repo.git/git-receive-pack" };
`
const ROUTES = `
      - { route: 'PUT /files/{name}', datasets: [files] }
      - { route: 'GET /files/{name}', datasets: [files] }
      - { route: 'GET /repo.git/info/refs', datasets: [repo] }
      - { route: 'POST /repo.git/git-upload-pack', datasets: [repo] }
      - { route: 'POST /repo.git/git-receive-pack', datasets: [repo] }`

let folder: string
let target: GitTarget
let house: HttpHouse

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-clients-'))
  target = await openGitTarget(join(folder, 'served'))
  house = await openHttpHouse({ target: target.url, actions: POLICIES, routes: ROUTES })
})
afterAll(async () => {
  await house.close()
  await target.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Ran {
  readonly status: number
  readonly out: string
}

function run(program: string, args: readonly string[], cwd = folder): Promise<Ran> {
  const env = { PATH: '/usr/bin:/bin', HOME: folder, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1' }
  return new Promise((resolve) => {
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({
        status: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1,
        out: stdout + stderr,
      })
    })
  })
}

describe('an unmodified curl', () => {
  const bearer = (): string[] => ['--silent', '--show-error', '--oauth2-bearer', house.key]

  test(claim('S1', 'http', 'uploads more than is looked into, and has back what it sent'), async () => {
    const bytes = Buffer.alloc(3 * 1024 * 1024, 'sallyport ')
    writeFileSync(join(folder, 'large'), bytes)
    const put = await run('curl', [...bearer(), '--upload-file', 'large', `${house.url}/crm/files/large`])
    expect(put).toEqual({ status: 0, out: createHash('sha256').update(bytes).digest('hex') })
    const got = await run('curl', [
      ...bearer(),
      '--compressed',
      '--output',
      'back',
      `${house.url}/crm/files/large`,
    ])
    expect(got.status).toBe(0)
    expect(readFileSync(join(folder, 'back')).equals(bytes)).toBe(true)
  })

  test('takes up a download where it broke off', async () => {
    const url = `${house.url}/crm/files/short`
    await run('curl', [...bearer(), '--data-binary', '0123456789', '--request', 'PUT', url])
    writeFileSync(join(folder, 'part'), '0123')
    expect((await run('curl', [...bearer(), '--continue-at', '-', '--output', 'part', url])).status).toBe(0)
    expect(readFileSync(join(folder, 'part'), 'utf8')).toBe('0123456789')
  })

  test('brings its key as the password of Basic', async () => {
    const url = `${house.url}/crm/files/short`
    const got = await run('curl', ['--silent', '--user', `bot:${house.key}`, url])
    expect(got).toEqual({ status: 0, out: '0123456789' })
  })
})

describe('an unmodified git over HTTP', () => {
  const remote = (): string => `http://bot:${house.key}@localhost:${house.port}/crm/repo.git`
  const git = (cwd: string, ...args: string[]): Promise<Ran> =>
    run('git', ['-c', 'user.name=Bot', '-c', 'user.email=bot@example.org', ...args], cwd)

  test(claim('S1', 'http', 'clones, and its push waits for a person and then lands once'), async () => {
    expect(await run('git', ['clone', '--quiet', remote(), 'work'])).toMatchObject({ status: 0 })
    const work = join(folder, 'work')
    expect(readFileSync(join(work, 'README'), 'utf8')).toBe('served\n')
    writeFileSync(join(work, 'NEW'), 'new\n')
    await git(work, 'add', 'NEW')
    await git(work, 'commit', '--quiet', '--message', 'something new')
    const before = await target.head()
    const pushing = git(work, 'push', '--quiet', 'origin', 'HEAD')
    const [life] = await house.waiting(1)
    expect(life?.action.facts.operation).toBe('POST /repo.git/git-receive-pack')
    expect(await target.head()).toBe(before)
    if (life !== undefined) await house.decide(life, 'approve')
    expect(await pushing).toMatchObject({ status: 0 })
    expect((await git(work, 'rev-parse', 'HEAD')).out.trim()).toBe(await target.head())
  })

  test('is told in its own words when a person says no', async () => {
    const work = join(folder, 'work')
    await git(work, 'commit', '--quiet', '--allow-empty', '--message', 'unwanted')
    const before = await target.head()
    const pushing = git(work, 'push', '--quiet', 'origin', 'HEAD')
    const [life] = await house.waiting(1)
    if (life !== undefined) await house.decide(life, 'deny')
    const pushed = await pushing
    expect(pushed.status).not.toBe(0)
    expect(pushed.out).toContain('403')
    expect(await target.head()).toBe(before)
  })
})

describe('an unmodified browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM })
  })
  afterAll(() => browser.close())

  test(
    claim('S1', 'http', 'shows a page of the target to whoever brings a key, and sends its form'),
    async () => {
      const httpCredentials = { username: 'bot', password: house.key }
      const page = await (await browser.newContext({ httpCredentials })).newPage()
      await page.goto(`http://crm.localhost:${house.port}/files/short`)
      expect(await page.textContent('body')).toBe('0123456789')
      const status = await page.evaluate(async () => {
        const answer = await fetch('/files/typed', { method: 'PUT', body: new Blob(['typed']) })
        return answer.status
      })
      expect(status).toBe(200)
      expect(target.file('typed')).toBe('typed')
    },
  )
})
