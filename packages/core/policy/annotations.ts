import { type GroupId, parseName } from '../action/ids.ts'
import { parseDurationMs } from '../duration.ts'
import type { NonEmpty } from '../given.ts'
import type { Terms } from './verdict.ts'

/** What a policy's annotations say, parsed. */
export interface Marks {
  readonly id: string
  readonly because: string | null
  readonly controls: readonly string[]
  /** Set where the permit policy holds. */
  readonly hold: Terms | null
}

export interface Complaint {
  readonly message: string
  readonly help: string
}

const MINUTE_MS = 60_000

/** Long enough to find somebody, short enough that the action is still about the same thing. */
const WITHIN_DEFAULT_MS: number = 15 * MINUTE_MS
const WITHIN_MIN_MS: number = MINUTE_MS
const WITHIN_MAX_MS: number = 7 * 1440 * MINUTE_MS
const WAIVER_MAX_MS: number = 30 * 1440 * MINUTE_MS
const WAIVER_USES_MAX = 1000
const APPROVALS_MAX = 9
const HOLD_GROUPS_MAX = 8
const BECAUSE_MAX_CHARS = 200
const CONTROLS_MAX = 16

const ID = /^[a-z][a-z0-9-]{0,62}$/
const CONTROL = /^[A-Z][A-Z0-9-]{0,31}:[A-Za-z0-9][A-Za-z0-9.()-]{0,31}$/
/** Control and format characters: a sentence on a card must not turn its direction or hide a part. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u

const KNOWN = new Set(['id', 'because', 'controls', 'hold', 'approvals', 'within', 'reason', 'waivable'])
const ONLY_WITH_HOLD = ['approvals', 'within', 'reason', 'waivable'] as const
/** Words of the language that this build does not carry out. Ignoring one would be a promise to the reader that nobody keeps. */
const NOT_HONOURED = new Set(['passkey', 'escalate', 'show'])

/**
 * Cedar takes any annotation, with or without a value: a misspelt `@hodl` is a policy that holds nothing. So the words are a
 * closed list, each has a value, and each stands only where it is acted upon.
 */
export function readMarks(
  annotations: Readonly<Record<string, string | null>>,
  effect: 'permit' | 'forbid',
  mayHold: boolean,
): Marks | NonEmpty<Complaint> {
  const complaints: Complaint[] = []
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(annotations)) {
    const wrong = misplaced(name, value, effect, mayHold, annotations)
    if (wrong !== null) complaints.push(wrong)
    else if (value !== null) values.set(name, value)
  }
  const read = <T>(name: string, absent: T, parse: (value: string) => T | Complaint): T => {
    const value = values.get(name)
    if (value === undefined) return absent
    const parsed = parse(value)
    if (!isComplaint(parsed)) return parsed
    complaints.push(parsed)
    return absent
  }

  const id = read('id', '', parseId)
  if (id === '' && !Object.hasOwn(annotations, 'id')) {
    complaints.push(
      complain('a policy without `@id`', 'put `@id("a-short-name")` before it: verdicts name policies by it'),
    )
  }
  const because = read<string | null>('because', null, parseBecause)
  const controls = read<readonly string[]>('controls', [], parseControls)
  const groups = read<NonEmpty<GroupId> | null>('hold', null, parseGroups)
  const approvals = read('approvals', 1, parseApprovals)
  const withinMs = read('within', WITHIN_DEFAULT_MS, parseWithin)
  const reasonRequired = read('reason', false, parseReason)
  const waivable = read<Terms['waivable']>('waivable', null, parseWaivable)

  const [first, ...others] = complaints
  if (first !== undefined) return [first, ...others]
  const seat = (group: GroupId) => ({ group, approvals })
  const hold =
    groups === null ? null : { groups: mapNonEmpty(groups, seat), withinMs, reasonRequired, waivable }
  return { id, because, controls, hold }
}

function misplaced(
  name: string,
  value: string | null,
  effect: 'permit' | 'forbid',
  mayHold: boolean,
  all: Readonly<Record<string, string | null>>,
): Complaint | null {
  if (NOT_HONOURED.has(name)) {
    return complain(
      `this build cannot honour \`@${name}\``,
      'remove it: a policy must not promise what is not carried out',
    )
  }
  if (!KNOWN.has(name))
    return complain(`unknown annotation \`@${name}\``, `the annotations are ${[...KNOWN].join(', ')}`)
  if (value === null || value === '') {
    return complain(`\`@${name}\` without a value`, `write \`@${name}("…")\`: a bare annotation says nothing`)
  }
  const ofHold = name === 'hold' || ONLY_WITH_HOLD.some((word) => word === name)
  if (ofHold && effect === 'forbid') {
    return complain(
      `\`@${name}\` on a forbid`,
      'a forbid always refuses; put the annotation on a permit policy',
    )
  }
  if (ofHold && !mayHold) {
    return complain(
      `\`@${name}\` outside the set \`actions\``,
      'only actions are held; the sets `people` and `admin` say yes or no',
    )
  }
  if (ofHold && name !== 'hold' && !Object.hasOwn(all, 'hold')) {
    return complain(
      `\`@${name}\` without \`@hold\``,
      'add `@hold("group")`, or remove it: alone it changes nothing',
    )
  }
  return null
}

function parseId(value: string): string | Complaint {
  return ID.test(value)
    ? value
    : complain(
        'a name that is no policy id',
        'use lower-case letters, digits and hyphens, at most 63, a letter first',
      )
}

function parseBecause(value: string): string | Complaint {
  return value.length <= BECAUSE_MAX_CHARS && value.isWellFormed() && !HIDDEN.test(value)
    ? value
    : complain(
        '`@because` is not one plain sentence',
        `one line of at most ${BECAUSE_MAX_CHARS} visible characters`,
      )
}

function parseControls(value: string): readonly string[] | Complaint {
  const controls = list(value)
  const fine = controls.length <= CONTROLS_MAX && controls.every((control) => CONTROL.test(control))
  return fine && distinct(controls)
    ? controls
    : complain(
        '`@controls` is not a list of controls',
        `write \`@controls("SOC2:CC8.1, …")\`, at most ${CONTROLS_MAX}, none twice`,
      )
}

function parseGroups(value: string): NonEmpty<GroupId> | Complaint {
  const groups = list(value).map((name) => parseName('group', name))
  const known = groups.filter((group) => group !== undefined)
  const [first, ...others] = known
  const fine = known.length === groups.length && groups.length <= HOLD_GROUPS_MAX && distinct(known)
  return fine && first !== undefined
    ? [first, ...others]
    : complain(
        '`@hold` is not a list of groups',
        `write \`@hold("group, …")\`, at most ${HOLD_GROUPS_MAX}, none twice`,
      )
}

function parseApprovals(value: string): number | Complaint {
  const count = /^[1-9]$/.test(value) ? Number(value) : 0
  return count >= 1 && count <= APPROVALS_MAX
    ? count
    : complain(
        '`@approvals` is not a count',
        `write \`@approvals("2")\`, from 1 to ${APPROVALS_MAX}: so many of each group`,
      )
}

function parseWithin(value: string): number | Complaint {
  const ms = parseDurationMs(value)
  return ms !== undefined && ms >= WITHIN_MIN_MS && ms <= WITHIN_MAX_MS
    ? ms
    : complain('`@within` is not a time that a hold can wait', 'write `@within("15m")`, from 1m to 7d')
}

function parseReason(value: string): boolean | Complaint {
  return value === 'required' ? true : complain('`@reason` knows one value', 'write `@reason("required")`')
}

function parseWaivable(value: string): Terms['waivable'] | Complaint {
  const [, time, count] = /^([^,]+), ([1-9]\d{0,3}) uses?$/.exec(value) ?? []
  const forMs = parseDurationMs(time ?? '')
  const uses = Number(count)
  return forMs !== undefined && forMs >= MINUTE_MS && forMs <= WAIVER_MAX_MS && uses <= WAIVER_USES_MAX
    ? { uses, forMs }
    : complain(
        '`@waivable` is not a bound',
        `write \`@waivable("8h, 20 uses")\`, at most 30d and ${WAIVER_USES_MAX} uses`,
      )
}

function list(value: string): readonly string[] {
  return value.split(',').map((item) => item.trim())
}

function distinct(items: readonly string[]): boolean {
  return new Set(items).size === items.length
}

function mapNonEmpty<T, U>([first, ...others]: NonEmpty<T>, map: (item: T) => U): NonEmpty<U> {
  return [map(first), ...others.map(map)]
}

function complain(message: string, help: string): Complaint {
  return { message, help }
}

function isComplaint(value: unknown): value is Complaint {
  return typeof value === 'object' && value !== null && 'help' in value
}
