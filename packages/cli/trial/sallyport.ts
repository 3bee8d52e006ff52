import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'

const BIN = fileURLToPath(new URL('../bin/sallyport.js', import.meta.url))

/** A process takes its time to start where many of them do. */
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })

export interface Ended {
  readonly exit: number | null
  readonly out: string
  readonly err: string
}

export interface Setting {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly input?: string
}

/** The command as somebody types it, in a process of its own with an environment that holds nothing of the tester's. */
export function sallyport(args: readonly string[], setting: Setting = {}): Promise<Ended> {
  const running = start(args, setting)
  running.child.stdin?.end(setting.input ?? '')
  return running.ended
}

export interface Running {
  readonly child: ChildProcess
  /** Everything on standard output and standard error so far. */
  said(): string
  /** Resolves when this was said; rejects when the process ends before. */
  until(text: string | RegExp): Promise<string>
  readonly ended: Promise<Ended>
}

export function start(args: readonly string[], { env = {}, cwd }: Setting = {}): Running {
  const state = mkdtempSync(join(tmpdir(), 'sallyport-state-'))
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: cwd ?? state,
    env: { PATH: process.env['PATH'] ?? '', HOME: state, XDG_STATE_HOME: state, USER: 'olga', ...env },
  })
  let out = ''
  let err = ''
  const listeners = new Set<() => void>()
  const hear = (): void => {
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    hear()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
    hear()
  })
  const ended = new Promise<Ended>((resolve) => child.once('close', (exit) => resolve({ exit, out, err })))
  const said = (): string => out + err
  const until = (text: string | RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (typeof text === 'string' ? said().includes(text) : text.test(said())) resolve(said())
      }
      listeners.add(look)
      void ended.then(() => reject(new Error(`it ended without saying ${text}: ${said()}`)))
      look()
    })
  return { child, said, until, ended }
}

/** A folder of its own, gone with the machine's temporary files. */
export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'sallyport-trial-'))
}
