import { redactText } from '../redact/redact.ts'
import type { Redacted } from '../redact/redacted.ts'
import { asciiText, type SafeText, safeText } from './text.ts'

/** What a reader should know of a text before trusting their eyes. */
export type TextWarning =
  /** One word with letters of scripts that share their shapes. */
  | { readonly kind: 'mixed-scripts'; readonly word: SafeText; readonly scripts: readonly string[] }
  /** A word that reads as another one: every letter has a Latin twin, or its characters only look like ASCII. */
  | { readonly kind: 'lookalike'; readonly word: SafeText }
  /** A host that is not ASCII, as the name system knows it. */
  | { readonly kind: 'foreign-host'; readonly host: SafeText }
  /** Characters were made visible, or padding was taken out. */
  | { readonly kind: 'made-visible' }

/** The first ones tell enough. */
export const WARNINGS_LIMIT = 16

/** `xn--` and at most some ASCII letters for each character. */
const PUNYCODE_GROWTH = 16

/** Scripts whose letters pass for Latin ones. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
]
const WORD = /[\p{L}\p{M}\p{N}_]+/gu
/** Cyrillic and Greek letters with a Latin twin. */
const TWINS = /^[аеорсухіјѕһԁԛԝӏгпАВЕЗКМНОРСТУХІЈЅҺԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρικυ\d_]*$/u
const NOT_ASCII = /[^ -~\s]/u
/** Signs that pass for those which separate: slashes, dots, colons, semicolons, quotes of code, dashes of flags. */
const SIGN =
  /[\u2215\u2044\u29f8\u2571\uff0f\u2024\uff0e\u3002\uff61\ua789\u2236\uff1a\u037e\uff1b\u01c3\u2010-\u2012\u2212\uff0d\uff07\u02bc]/gu
/** Past a user's name and the hidden password. */
const HOST = /:\/\/(?:[^\s/?#"'`<>@‹]*(?:‹hidden: credential›)?@)?([^\s/?#"'`<>@‹]+)/gu

export function warningsOf(text: Redacted): readonly TextWarning[] {
  const warnings: TextWarning[] = safeText(text) === text ? [] : [{ kind: 'made-visible' }]
  if (!NOT_ASCII.test(text)) return warnings
  for (const word of found(text, WORD, 0)) {
    const scripts = SCRIPTS.filter(([, script]) => script.test(word)).map(([name]) => name)
    if (scripts.length > 1) warnings.push({ kind: 'mixed-scripts', word: asciiText(word), scripts })
    else if (NOT_ASCII.test(word) && isLookalike(word))
      warnings.push({ kind: 'lookalike', word: asciiText(word) })
  }
  for (const sign of found(text, SIGN, 0)) warnings.push({ kind: 'lookalike', word: asciiText(sign) })
  for (const host of found(text, HOST, 1)) {
    if (NOT_ASCII.test(host)) warnings.push({ kind: 'foreign-host', host: hostText(host) })
  }
  return warnings.slice(0, WARNINGS_LIMIT)
}

/** A host as the name system asks for it: `xn--…` where it is not ASCII. */
export function hostText(host: Redacted): SafeText {
  if (!NOT_ASCII.test(host) || /[/?#@\\]/.test(host)) return asciiText(host)
  const url = URL.parse(`http://${host}`)
  return asciiText(url === null ? host : redactText(url.host, host.length * PUNYCODE_GROWTH))
}

function isLookalike(word: string): boolean {
  return TWINS.test(word) || /^[ -~]+$/.test(word.normalize('NFKC'))
}

/** Each match once. Parts of a redacted text are redacted: hiding works on names and their values, and neither grows by a cut. */
function found(text: Redacted, pattern: RegExp, group: number): ReadonlySet<Redacted> {
  return new Set(Array.from(text.matchAll(pattern), (match) => redactText(match[group] ?? '', text.length)))
}
