import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A target that serves a repository by git's own program, and files that were put there. */
export interface GitTarget {
  readonly url: string
  /** What `main` points to. */
  head(): Promise<string>
  file(name: string): string | undefined
  close(): Promise<void>
}

export async function openGitTarget(folder: string): Promise<GitTarget> {
  const repository = join(folder, 'repo.git')
  mkdirSync(folder, { recursive: true })
  seed(folder, repository)
  const files = new Map<string, Buffer>()
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? ''
    if (path.startsWith('/repo.git/')) runGit(folder, incoming, response)
    else if (path.startsWith('/files/')) void serveFile(files, path, incoming, response)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    head: async () =>
      execFileSync('git', ['--git-dir', repository, 'rev-parse', 'main'], { encoding: 'utf8' }).trim(),
    file: (name) => files.get(`/files/${name}`)?.toString(),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function seed(folder: string, repository: string): void {
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=Seed', '-c', 'user.email=seed@example.org', ...args], {
      cwd: folder,
      stdio: 'ignore',
    })
  }
  git('init', '--quiet', '--initial-branch', 'main', 'seed')
  execFileSync('sh', ['-c', 'echo served > seed/README'], { cwd: folder })
  git('-C', 'seed', 'add', 'README')
  git('-C', 'seed', 'commit', '--quiet', '--message', 'seed')
  git('clone', '--quiet', '--bare', 'seed', repository)
  git('--git-dir', repository, 'config', 'http.receivepack', 'true')
}

/** RFC 3875, as much of it as `git http-backend` needs. */
function runGit(folder: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(incoming.url ?? '', 'http://target')
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: '/usr/bin:/bin',
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: incoming.method ?? '',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: incoming.headers['content-type'] ?? '',
      CONTENT_LENGTH: incoming.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: incoming.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(incoming.headers['git-protocol'] ?? ''),
    },
  })
  incoming.pipe(backend.stdin)
  const chunks: Buffer[] = []
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  backend.once('close', () => {
    const said = Buffer.concat(chunks)
    const end = said.indexOf('\r\n\r\n')
    const lines = said.subarray(0, end).toString().split('\r\n')
    const headers = lines.map((line) => line.split(': ', 2))
    const status = headers.find(([name]) => name === 'Status')?.[1] ?? '200'
    response.writeHead(Number.parseInt(status, 10), headers.filter(([name]) => name !== 'Status').flat())
    response.end(said.subarray(end + 4))
  })
}

async function serveFile(
  files: Map<string, Buffer>,
  path: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (incoming.method === 'PUT') {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const bytes = Buffer.concat(chunks)
    files.set(path, bytes)
    response.end(createHash('sha256').update(bytes).digest('hex'))
    return
  }
  const bytes = files.get(path)
  if (bytes === undefined) return void response.writeHead(404).end()
  const from = Number(/^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1] ?? 0)
  const range = { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
  response.writeHead(from === 0 ? 200 : 206, {
    'Content-Type': 'text/plain',
    'Content-Length': bytes.length - from,
    ...(from === 0 ? {} : range),
  })
  response.end(bytes.subarray(from))
}
