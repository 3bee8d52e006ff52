import { nearest } from '@sallyport/gateway/config/nearest'
import { usage } from './trouble.ts'

/** The second word of a command, one of those that it knows. */
export function wordOf<const Word extends string>(
  given: string | undefined,
  known: readonly Word[],
  what: string,
): Word {
  const found = known.find((word) => word === given)
  if (found !== undefined) return found
  const meant = given === undefined ? undefined : nearest(given, known)
  throw usage(
    given === undefined ? `${what} is missing` : `\`${given}\` is not ${what}`,
    meant === undefined ? `it is one of ${known.join(', ')}` : `did you mean \`${meant}\`?`,
  )
}

export function neededWord(given: string | undefined, what: string): string {
  if (given !== undefined) return given
  throw usage(`${what} is missing`, 'see its page with `--help`')
}
