import { REFUSALS, type RefusalCode } from '@sallyport/core/refusal/table'
import { Trouble } from '../line/trouble.ts'

/** A problem document of the API as what ends a command. `open` is where a person finds what only they can do. */
export class Problem extends Trouble {
  readonly open: string | null

  constructor(code: RefusalCode, detail: string, advice: string, open: string | null) {
    const { meaning, exit } = REFUSALS[code]
    super(`${meaning}: ${detail}`, advice, exit, code)
    this.open = open
  }
}

/** RFC 9457. `undefined` where the answer is not one of ours: then something else answers there. */
export function readProblem(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { code, detail, advice, open } = body as Readonly<Record<string, unknown>>
  if (typeof code !== 'string' || !isRefusalCode(code) || typeof detail !== 'string') return undefined
  return new Problem(
    code,
    detail,
    typeof advice === 'string' ? advice : REFUSALS[code].advice,
    typeof open === 'string' ? open : null,
  )
}

export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code)
}
