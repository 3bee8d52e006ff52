import type { Effect } from '../action/effect.ts'
import { readMarks } from './annotations.ts'
import type { CedarEngine, DetailedError, PolicyJson } from './engine.ts'
import type { Problem, Rule } from './rule.ts'
import { ADMIN_RIGHTS, effectsNamed, PEOPLE_RIGHTS, SCHEMA, SET_NAMES, type SetName } from './schema.ts'
import { linesBefore, type Piece, type PolicyFile, piecesOf } from './source.ts'
import { type EntityName, readsOf, scopeEntities } from './walk.ts'

export type PolicySources = Readonly<Record<SetName, readonly PolicyFile[]>>

/** More than any hand keeps; each rule that decided is named in a leaf of bounded size. */
const RULES_MAX = 500
const FILE_MAX_CHARS = 262_144

export type Compiled =
  | { readonly kind: 'compiled'; readonly rules: readonly Rule[] }
  | { readonly kind: 'rejected'; readonly problems: readonly Problem[] }

/** Reads the three sets, each policy for itself; everything that is wrong is told at once. */
export function compile(sources: PolicySources, cedar: CedarEngine): Compiled {
  const problems: Problem[] = []
  const rules: Rule[] = []
  for (const set of SET_NAMES) {
    for (const file of sources[set]) {
      for (const piece of piecesWithin(file, problems)) {
        const read = compilePiece(set, file, piece, cedar)
        if ('rule' in read) rules.push(read.rule)
        else problems.push(...read.problems)
      }
    }
  }
  problems.push(...repeated(rules), ...tooMany(rules))
  return problems.length === 0 ? { kind: 'compiled', rules } : { kind: 'rejected', problems }
}

function piecesWithin(file: PolicyFile, problems: Problem[]): readonly Piece[] {
  if (file.text.length <= FILE_MAX_CHARS) return piecesOf(file.text)
  const help = `split it: at most ${FILE_MAX_CHARS} characters a file`
  problems.push({ file: file.path, line: 1, policy: null, message: 'a policy file that is too large', help })
  return []
}

function compilePiece(
  set: SetName,
  file: PolicyFile,
  piece: Piece,
  cedar: CedarEngine,
): { readonly rule: Rule } | { readonly problems: readonly Problem[] } {
  const problem = (policy: string | null, message: string, help: string, line = piece.line): Problem => {
    return { file: file.path, line, policy, message, help }
  }
  const parsed = parse(piece.text, cedar)
  if (parsed.kind === 'bad') return { problems: parsed.errors.map((error) => cedarProblem(null, error)) }
  const { json } = parsed
  const marks = readMarks(json.annotations ?? {}, json.effect, set === 'actions')
  const id = json.annotations?.['id'] ?? null
  if (!('id' in marks)) return { problems: marks.map(({ message, help }) => problem(id, message, help)) }

  const scope = scopeProblem(json, set)
  const validation = validate(marks.id, piece.text, cedar)
  if (scope !== null || validation.length > 0) {
    const first = scope === null ? [] : [problem(id, scope.message, scope.help)]
    return { problems: [...first, ...validation.map((error) => cedarProblem(marks.id, error))] }
  }
  const { effect: kind } = json
  const effects = set === 'actions' ? effectsIn(json) : []
  const { because, controls, hold } = marks
  const reads = readsOf(json)
  const { path, line, text } = { path: file.path, line: piece.line, text: piece.text }
  return {
    rule: { id: marks.id, set, file: path, line, kind, effects, because, controls, hold, reads, text },
  }

  function cedarProblem(policy: string | null, error: DetailedError): Problem {
    const at = error.sourceLocations?.[0]?.start ?? 0
    const help = error.help ?? 'correct the policy; the language is Cedar'
    return problem(policy, error.message, help, piece.line + linesBefore(piece.text, at))
  }
}

type Parsed =
  | { readonly kind: 'good'; readonly json: PolicyJson }
  | { readonly kind: 'bad'; readonly errors: readonly DetailedError[] }

function parse(text: string, cedar: CedarEngine): Parsed {
  try {
    const answer = cedar.policyToJson(text)
    return answer.type === 'success'
      ? { kind: 'good', json: answer.json }
      : { kind: 'bad', errors: answer.errors }
  } catch {
    return { kind: 'bad', errors: [ENGINE_FAILED] }
  }
}

/** Warnings are errors here: a misspelt attribute behind `has` is only a warning, and a policy that never applies. */
function validate(id: string, text: string, cedar: CedarEngine): readonly DetailedError[] {
  try {
    const policies = { staticPolicies: { [id]: text } }
    const answer = cedar.validate({ validationSettings: { mode: 'strict' }, schema: SCHEMA, policies })
    if (answer.type === 'failure') return answer.errors.length === 0 ? [ENGINE_FAILED] : answer.errors
    const found = [...answer.validationErrors, ...answer.validationWarnings].map(({ error }) => error)
    return [...found, ...answer.otherWarnings]
  } catch {
    return [ENGINE_FAILED]
  }
}

const ENGINE_FAILED: DetailedError = {
  message: 'the policy engine failed on this policy',
  help: 'make it shorter and plainer',
  code: null,
  url: null,
  severity: 'error',
}

/** An open action scope in Cedar means every action there is, and every one there will ever be. */
function scopeProblem(json: PolicyJson, set: SetName): { message: string; help: string } | null {
  const words = set === 'actions' ? 'effects or their groups' : `rights: ${rightsOf(set).join(', ')}`
  if (json.action.op === 'All') {
    return {
      message: 'a policy without an action scope',
      help: `name its ${words}: \`action == Action::"…"\``,
    }
  }
  const foreign = actionsIn(json).find((name) => !belongs(name, json.action.op, set))
  if (foreign === undefined) return null
  return {
    message: `\`Action::"${foreign.id}"\` is no action of the set \`${set}\``,
    help: `this set speaks of ${words}`,
  }
}

function belongs({ id }: EntityName, op: PolicyJson['action']['op'], set: SetName): boolean {
  if (set === 'actions') return op !== 'All' && effectsNamed(id, op).length > 0
  return rightsOf(set).includes(id)
}

function rightsOf(set: 'people' | 'admin'): readonly string[] {
  return set === 'people' ? PEOPLE_RIGHTS : ADMIN_RIGHTS
}

function actionsIn(json: PolicyJson): readonly EntityName[] {
  return scopeEntities(json.action)
}

function effectsIn(json: PolicyJson): readonly Effect[] {
  const { op } = json.action
  if (op === 'All') return []
  return [...new Set(actionsIn(json).flatMap(({ id }) => effectsNamed(id, op)))]
}

/** Ids are unique over all three sets: a verdict and its leaf name a policy by nothing else. */
function repeated(rules: readonly Rule[]): readonly Problem[] {
  const first = new Map<string, Rule>()
  return rules.flatMap((rule) => {
    const earlier = first.get(rule.id)
    if (earlier === undefined) {
      first.set(rule.id, rule)
      return []
    }
    const message = `the id \`${rule.id}\` is taken by ${earlier.file}:${earlier.line}`
    return [
      { file: rule.file, line: rule.line, policy: rule.id, message, help: 'give each policy its own id' },
    ]
  })
}

function tooMany(rules: readonly Rule[]): readonly Problem[] {
  const extra = rules[RULES_MAX]
  if (extra === undefined) return []
  const message = `more than ${RULES_MAX} policies`
  return [
    {
      file: extra.file,
      line: extra.line,
      policy: extra.id,
      message,
      help: 'join policies that say the same',
    },
  ]
}
