import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SALLYPORT = fileURLToPath(new URL('../../cli/bin/sallyport.js', import.meta.url))
const STEPS = new URL('steps.ts', import.meta.url).href

/** A gateway as everybody starts it, in a process that can be killed at each of its steps. */
export interface Mortal {
  readonly consoleUrl: string
  readonly httpUrl: string
  /** From now on: dies at the n-th step, at none where n is 0. Gives how many it took since it was told last. */
  diesAt(step: number): Promise<number>
  kill(): void
  readonly dead: boolean
  readonly death: Promise<Death>
}

/** How it ended. `step` is null where somebody else killed it. */
export interface Death {
  readonly kind: 'killed' | 'ended'
  readonly step: string | null
  /** Everything on standard error. */
  readonly said: string
}

/** Resolves when it serves, or when it died on the way there. */
export function startMortal(folder: string, diesAt = 0): Promise<Mortal | Death> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      `${STEPS}#${diesAt}`,
      SALLYPORT,
      'serve',
      '--json',
      '--config',
      join(folder, 'sallyport.yaml'),
    ],
    {
      cwd: folder,
      // Nothing of the tester's; code that was compiled once need not be compiled at every start.
      env: { HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compiled') },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  child.on('error', () => undefined)
  const state = { dead: false }
  const death = deathOf(child).finally(() => {
    state.dead = true
  })
  return Promise.race([death, serving(child, death, state)])
}

async function serving(
  child: ChildProcess,
  death: Promise<Death>,
  state: { readonly dead: boolean },
): Promise<Mortal> {
  const { consoleUrl, httpUrl } = await addresses(child)
  return {
    consoleUrl,
    httpUrl,
    diesAt: (step) =>
      new Promise((resolve) => {
        child.once('message', (taken) => resolve(Number(taken)))
        // It may be dead and not yet buried.
        child.send(step, (error) => void (error !== null && resolve(0)))
      }),
    kill: () => void child.kill('SIGKILL'),
    get dead() {
      return state.dead
    },
    death,
  }
}

/** The first line that says where it is. Log lines come before and after it. */
function addresses(child: ChildProcess): Promise<{ readonly consoleUrl: string; readonly httpUrl: string }> {
  return new Promise((resolve) => {
    if (child.stdout === null) return
    createInterface(child.stdout).on('line', (line) => {
      const { consoleUrl, httpUrl } = JSON.parse(line) as {
        readonly consoleUrl?: string
        readonly httpUrl?: string
      }
      if (consoleUrl !== undefined && httpUrl !== undefined) resolve({ consoleUrl, httpUrl })
    })
  })
}

function deathOf(child: ChildProcess): Promise<Death> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  return new Promise((resolve) => {
    child.once('close', (_, signal) => {
      const step = /died at (step .*)/.exec(said)?.[1] ?? null
      resolve({ kind: signal === 'SIGKILL' ? 'killed' : 'ended', step, said })
    })
  })
}
