import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Running } from './running.ts'

const NGINX = '/usr/sbin/nginx'
const START_LIMIT_MS = 10_000
const START_POLL_MS = 20
const BODY_BYTES = 1024

/** One worker each, no log, connections that stay: what an operator would set who wants it fast. */
const HTTP = `
  access_log off;
  server_tokens off;
  keepalive_requests 100000000;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
`

/** The target of every leg: answers any method with about a kibibyte. */
export function openOrigin(folder: string): Promise<Running> {
  const body = JSON.stringify({ body: '' })
  const padded = JSON.stringify({ body: 'x'.repeat(BODY_BYTES - body.length) })
  return open(
    folder,
    'origin',
    (port) => `
  server {
    listen 127.0.0.1:${port};
    default_type application/json;
    location / { return 200 '${padded}'; }
  }`,
  )
}

/** A proxy that looks at nothing. */
export function openProxy(folder: string, origin: Running): Promise<Running> {
  return open(
    folder,
    'nginx',
    (port) => `
  ${upstream('origin', origin)}
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://origin; }
  }`,
  )
}

/** A proxy that asks somebody else about each request, and sends it on after the yes. */
export function openAskingProxy(folder: string, origin: Running, authoriser: Running): Promise<Running> {
  return open(
    folder,
    'asking-nginx',
    (port) => `
  ${upstream('origin', origin)}
  ${upstream('authoriser', authoriser)}
  server {
    listen 127.0.0.1:${port};
    location / {
      auth_request /authorise;
      proxy_pass http://origin;
    }
    location = /authorise {
      internal;
      proxy_pass http://authoriser;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Content-Type "";
    }
  }`,
  )
}

function upstream(name: string, { url }: Running): string {
  return `upstream ${name} {
    server ${new URL(url).host};
    keepalive 128;
    keepalive_requests 100000000;
  }`
}

async function open(folder: string, name: string, servers: (port: number) => string): Promise<Running> {
  const prefix = join(folder, name)
  mkdirSync(prefix)
  const port = await freePort()
  const conf = `worker_processes 1;\npid pid;\nevents { worker_connections 1024; }\nhttp {${HTTP}${servers(port)}\n}\n`
  writeFileSync(join(prefix, 'nginx.conf'), conf)
  const child = spawn(NGINX, ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => void (said += chunk))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const until = performance.now() + START_LIMIT_MS
  while (!(await answers(port))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`nginx did not start: ${said}`)
    await wait(START_POLL_MS)
  }
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async close() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** nginx takes no port 0. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const say = (yes: boolean): void => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', () => say(true)).once('error', () => say(false))
  })
}
