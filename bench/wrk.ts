import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const SCRIPT: string = `${import.meta.dirname}/load.lua`

export interface Load {
  readonly method: 'GET' | 'POST'
  /** Scheme, host and port. */
  readonly url: string
  /** What stands before the id. */
  readonly path: string
  readonly ids: number
  readonly bodyFile: string | null
  readonly keys: readonly string[]
  readonly connections: number
  readonly seconds: number
}

export interface Figures {
  readonly answers: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Debian's wrk, one thread: the machine has few. Rejects where anything but a success came back. */
export async function run(load: Load): Promise<Figures> {
  const { method, url, path, ids, bodyFile, keys, connections, seconds } = load
  const how = [
    '--threads',
    '1',
    '--connections',
    `${connections}`,
    '--duration',
    `${seconds}s`,
    '--timeout',
    '10s',
  ]
  const what = [method, path, `${ids}`, bodyFile ?? '-', ...keys]
  const { stdout } = await promisify(execFile)('wrk', [...how, '--script', SCRIPT, url, '--', ...what])
  return figuresIn(stdout)
}

const FIGURES =
  /^figures answers=(?<answers>\d+) refused=(?<refused>\d+) broken=(?<broken>\d+) microseconds=(?<microseconds>\d+) p50=(?<p50>\d+) p99=(?<p99>\d+)$/m

/** The line that `load.lua` writes. A run with another answer than a success is a fault and no figure. */
export function figuresIn(output: string): Figures {
  const found = FIGURES.exec(output)?.groups
  if (found === undefined) throw new Error(`wrk gave no figures: ${output}`)
  const [answers = 0, refused = 0, broken = 0, microseconds = 0, p50 = 0, p99 = 0] =
    Object.values(found).map(Number)
  if (answers === 0) throw new Error('not one answer came back')
  if (refused + broken > 0)
    throw new Error(`of ${answers} answers ${refused} were refusals, and ${broken} requests broke`)
  return { answers, perSecond: answers / (microseconds / 1e6), p50Ms: p50 / 1e3, p99Ms: p99 / 1e3 }
}
