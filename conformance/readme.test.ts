import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { claim } from '../packages/testkit/claim.ts'

/** README.md is run as it stands: only ports and folders are others, so that it runs beside anything. */
const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const BIN = fileURLToPath(new URL('../packages/cli/bin/sallyport.js', import.meta.url))
const STARTER = new URL('../packages/cli/starter/policies/', import.meta.url)

const folder = mkdtempSync(join(tmpdir(), 'sallyport-readme-'))
const serving: ChildProcess[] = []
afterAll(() => {
  for (const child of serving) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function blocks(language: string): readonly string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, text = '']) => text,
  )
}

/** The words of a command line, as a shell would cut them. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

async function sallyport(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, env })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { status, out }
}

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1')
  await new Promise((resolve) => socket.once('listening', resolve))
  const { port } = socket.address() as AddressInfo
  await new Promise((resolve) => socket.close(resolve))
  return port
}

test(claim('U1', 'cli', 'one command plays the scene of the README, and ends as the README says'), {
  timeout: 90_000,
}, async () => {
  const [start = ''] = blocks('sh')
  expect(start.split('\n')).toContain('npm start -- --scene')
  const ports = ['--console-port', '0', '--http-port', '0', '--data', join(folder, 'demo')]
  const { status, out } = await sallyport(['demo', '--scene', ...ports])
  expect(status, out).toBe(0)
  const plain = (text: string) =>
    text.replace(/act_[0-9a-z…]+/g, 'act_').replace(/localhost:\d+/g, 'localhost')
  for (const line of (blocks('text')[0] ?? '').trimEnd().split('\n'))
    expect(plain(out)).toContain(plain(line))
})

test('the policy that the README shows is the one that `init` writes', () => {
  const shown = blocks('cedar')[0] ?? 'none'
  expect(readFileSync(new URL('actions/exports.cedar', STARTER), 'utf8')).toContain(shown.trimEnd())
})

test('the commands of the README set up a gateway before an API, one after the other', {
  timeout: 90_000,
}, async () => {
  const [, setUp = '', use = ''] = blocks('sh')
  const target = createServer(({ headers }, response) => {
    if (headers.authorization !== 'Bearer of-the-target') response.writeHead(401).end()
    else response.end('["one customer"]')
  }).listen(0, '127.0.0.1')
  const [consolePort, httpPort] = [await freePort(), await freePort()]
  const { port } = target.address() as AddressInfo
  const env: Record<string, string> = {
    SALLYPORT_DATA: join(folder, 'data'),
    CRM_TOKEN: 'of-the-target',
    SALLYPORT_URL: `http://localhost:${consolePort}`,
  }
  const here = (line: string) =>
    line.replace('127.0.0.1:9000', `127.0.0.1:${port}`).replace('localhost:7080', `localhost:${httpPort}`)

  for (const line of setUp.trimEnd().split('\n')) {
    const [, , ...args] = words(here(line))
    if (args[0] === 'serve') continue
    const { status, out } = await sallyport(args, env)
    expect(status, `${line}\n${out}`).toBe(0)
    if (args[0] !== 'init') continue
    const yaml = readFileSync(join(folder, 'sallyport.yaml'), 'utf8')
    writeFileSync(
      join(folder, 'sallyport.yaml'),
      yaml
        .replace('# credential:', 'credential:')
        .replace('7070', String(consolePort))
        .replace('7080', String(httpPort)),
    )
  }
  const gateway = spawn(process.execPath, [BIN, 'serve'], { cwd: folder, env, stdio: 'ignore' })
  serving.push(gateway)
  await answers(`http://localhost:${consolePort}/healthz`)

  let key = ''
  for (const line of use.trimEnd().split('\n')) {
    const [program, ...args] = words(here(line).replace('$KEY', key))
    if (program === 'curl') {
      const [, header = '', url = ''] = args
      const response = await fetch(url, {
        headers: { authorization: header.slice('Authorization: '.length) },
      })
      expect(await response.text()).toBe('["one customer"]')
      continue
    }
    const { status, out } = await sallyport(args.slice(1), env)
    expect(status, `${line}\n${out}`).toBe(0)
    key = /sp_[0-9a-z]+_[0-9a-z]+/.exec(key === '' ? out : '')?.[0] ?? key
  }
  const ended = new Promise((resolve) => gateway.once('exit', resolve))
  gateway.kill('SIGTERM')
  expect(await ended).toBe(0)
  target.close()
})

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const fine = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (fine) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} does not answer`)
}
