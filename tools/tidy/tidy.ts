import { banned } from './banned.ts'
import { directions } from './directions.ts'
import { type Exception, sizes } from './sizes.ts'
import { type Finding, readSource, type Source } from './source.ts'

/** Everything that the house asks of its sources and no other tool checks. */
export function tidy(
  files: ReadonlyMap<string, string>,
  exceptions: readonly Exception[],
): readonly Finding[] {
  const read = [...files].map(([path, text]) => readSource(path, text))
  const sources = read.filter(isSource)
  return [
    ...read.filter((one): one is Finding => !isSource(one)),
    ...sources.flatMap((source) => [...directions(source), ...banned(source)]),
    ...sizes(sources, exceptions),
  ]
}

function isSource(one: Source | Finding): one is Source {
  return 'program' in one
}
