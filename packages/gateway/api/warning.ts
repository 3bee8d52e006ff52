import type { SafeText } from '@sallyport/core/card/text'
import type { TextWarning } from '@sallyport/core/card/warnings'
import { unreachable } from '@sallyport/core/given'

/** What a reader should know of a text, as a sentence: our words, and safe ones of theirs. */
export function warningText(warning: TextWarning): SafeText {
  return sentence(warning) as SafeText
}

function sentence(warning: TextWarning): string {
  switch (warning.kind) {
    case 'made-visible':
      return 'It contains characters that cannot be seen, or padding. They are shown as escapes.'
    case 'mixed-scripts':
      return `The word ${warning.word} mixes ${warning.scripts.join(' and ')} letters.`
    case 'lookalike':
      return `${warning.word} looks like something else than it is.`
    case 'foreign-host':
      return `The host is really ${warning.host}.`
    default:
      return unreachable(warning)
  }
}
