import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Processor time in seconds: of a process with all its threads, and of the children that it has waited for. */
export interface Spent {
  readonly own: number
  readonly reaped: number
}

/** A line of /proc/<pid>/stat (proc_pid_stat(5)). The name in brackets may hold anything, brackets and spaces too. */
export function spentIn(stat: string, ticksPerSecond: number): Spent {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // utime, stime, cutime and cstime are the fields 14 to 17, and the state, which is field 3, comes first here.
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number)
  if (utime === undefined || stime === undefined || cutime === undefined || cstime === undefined)
    throw new Error(`no line of /proc/<pid>/stat: ${stat}`)
  return { own: (utime + stime) / ticksPerSecond, reaped: (cutime + cstime) / ticksPerSecond }
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** What a process and everything below it that still runs have spent. */
export function spentBelow(pid: number): number {
  const { own } = spentIn(readFileSync(`/proc/${pid}/stat`, 'utf8'), TICKS_PER_SECOND)
  return own + childrenOf(pid).reduce((sum, child) => sum + spentBelow(child), 0)
}

/** What those children of this process have spent that ended and were waited for. */
export function spentByReaped(): number {
  return spentIn(readFileSync('/proc/self/stat', 'utf8'), TICKS_PER_SECOND).reaped
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}
