import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** A curl that runs. */
export interface Curl {
  readonly answer: Promise<Answer>
  /** What Ctrl-C sends. */
  interrupt(): void
}

export interface Answer {
  /** 0 where no answer came. */
  readonly status: number
  /** Of HTTP, as curl says it: `1.1`, `2`. */
  readonly version: string
  /** Of every try, one after the other. */
  readonly body: string
  header(name: string): string | undefined
}

/** No command line of a test has it, and no header may. */
const MARK = '\u001e'

/** The command as it is installed, told to say afterwards what came. */
export function curl(...options: readonly string[]): Curl {
  const told = ['--silent', '--write-out', `%{stderr}${MARK}%{json}${MARK}%{header_json}`]
  const child = spawn('curl', ['--disable', ...told, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  const answer = Promise.all([text(child.stdout), text(child.stderr), exited]).then(([body, report]) =>
    answerOf(body, report),
  )
  // Whoever interrupts it waits for no answer.
  answer.catch(() => undefined)
  return { answer, interrupt: () => void child.kill('SIGINT') }
}

function answerOf(body: string, report: string): Answer {
  const [, figures = '{}', headers = '{}'] = report.split(MARK)
  const { http_code: status = 0, http_version: version = '' } = JSON.parse(figures) as {
    readonly http_code?: number
    readonly http_version?: string
  }
  const named = JSON.parse(headers) as Record<string, readonly string[]>
  return { status, version, body, header: (name) => named[name]?.[0] }
}
