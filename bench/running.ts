import { type ChildProcess, spawn } from 'node:child_process'

/** A server of ours in a process of its own. */
export interface Running {
  readonly url: string
  readonly pid: number
  close(): Promise<void>
}

/** A program of this repository. It says on a line of JSON how it is reached, and `urlIn` reads that line. */
export async function start(
  args: readonly string[],
  urlIn: (said: Readonly<Record<string, unknown>>) => unknown,
  input = '',
): Promise<Running> {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(input)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const url = urlIn(JSON.parse(await firstLine(child)) as Record<string, unknown>)
  if (typeof url !== 'string') throw new Error(`\`${args[0]}\` did not say where it listens`)
  return {
    url,
    pid: child.pid ?? 0,
    async close() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function firstLine({ stdout, ...child }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [line, ...more] = said.split('\n')
      if (line !== undefined && more.length > 0) resolve(line)
    })
    stdout?.once('close', () => reject(new Error(`\`${child.spawnargs.join(' ')}\` ended: ${said}`)))
  })
}
